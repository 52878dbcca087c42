"""One module a command, each imported when it is called."""
