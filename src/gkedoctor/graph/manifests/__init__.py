"""Facts of manifests alone, before they are applied."""
