"""The types of what later code reads, by collection; fields that are not named here can be anything."""
