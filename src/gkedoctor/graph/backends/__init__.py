"""Backends of load balancers: backend services, health checks, groups, BackendConfigs."""
