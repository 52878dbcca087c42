"""Records changes from a real API server, for `tests/changes/recordings`: see README.md."""
