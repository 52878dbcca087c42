"""Fixes that are tried before they are printed: commands of findings run against a writable copy of a recording."""
