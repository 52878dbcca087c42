"""The addresses from which Google Cloud sends health checks."""

from __future__ import annotations

PROBE_RANGES = ("130.211.0.0/22", "35.191.0.0/16")
"""Where health checks of Application Load Balancers come from (cloud.google.com/load-balancing/docs/firewall-rules)."""
