"""What a change does to a recorded or live state: the change, the state with it, and what controllers do next."""
