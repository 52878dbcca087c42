"""Gateways and routes as Kubernetes objects: classes, attachment, what controllers report, what specs name."""
