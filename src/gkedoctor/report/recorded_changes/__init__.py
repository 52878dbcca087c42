"""The recorded changes of a cluster, shown: as text or JSON."""
