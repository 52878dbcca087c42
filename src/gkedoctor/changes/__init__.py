"""What a cluster records of its changes: which field was set when, by which client, and its older value."""
