"""Secrets, ConfigMaps and ServiceAccounts that Pods read."""
