"""Ingresses, Gateways and Services of type LoadBalancer: addresses, certificates, routes."""
