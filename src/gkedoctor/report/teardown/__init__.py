"""What to take down before a cluster is deleted, shown: as text or JSON."""
