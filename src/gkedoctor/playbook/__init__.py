"""The playbook format: YAML with JMESPath, its loader, its three-valued expressions and its test runner."""
