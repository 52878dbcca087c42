"""The addresses from which Google Cloud sends health checks.

Source: https://cloud.google.com/load-balancing/docs/firewall-rules.
"""

from __future__ import annotations

PROBE_RANGES = ("130.211.0.0/22", "35.191.0.0/16")
"""Of Application Load Balancers and of internal passthrough load balancers."""

EXTERNAL_PASSTHROUGH_RANGES = ("35.191.0.0/16", "209.85.152.0/22", "209.85.204.0/22")
"""Of external passthrough load balancers, with a backend service or a target pool."""
