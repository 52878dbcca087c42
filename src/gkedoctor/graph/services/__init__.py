"""Services: selectors, endpoints, ports."""
