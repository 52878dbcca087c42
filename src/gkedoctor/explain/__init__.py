"""Pages about playbooks and causes, and the way from a message to the page that explains it."""
