"""Services of type LoadBalancer: their passthrough load balancers, nodes, addresses and firewall rules."""
