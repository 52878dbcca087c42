"""IP addresses and ranges."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import Any


def in_cidr(address: Any, ranges: list[Any]) -> bool | None:
    """Whether an IP address or CIDR range lies inside one of the ranges; None where the address is none."""
    inner = network(address)
    if inner is None:
        return None
    outer = [o for o in map(network, ranges) if o is not None]
    return any(o.version == inner.version and inner.subnet_of(o) for o in outer)  # type: ignore[arg-type]


def network(text: Any) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """The range that a text stands for; None for what is none (numbers are none: 7 would read as 0.0.0.7)."""
    return _network(text) if isinstance(text, str) else None


@lru_cache(maxsize=4096)
def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def is_ip_address(text: str) -> bool:
    """Whether a text is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
