"""Google Cloud objects: their links, names, descriptions, quotas."""
