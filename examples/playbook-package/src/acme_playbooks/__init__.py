"""Playbooks of Acme: the YAML files in this folder."""
