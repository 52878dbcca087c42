"""Pods, containers and the workloads that create them."""
