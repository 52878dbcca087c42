"""What objects of every kind have: owners, Events, a Namespace, an API version."""
