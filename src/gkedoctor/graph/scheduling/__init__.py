"""Nodes, and why a Pod does not get one."""
