"""NetworkPolicies, DNS, and what containers connect to."""
