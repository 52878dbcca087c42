"""Whether the host name of a rule takes a request's host: three grammars, all of them without regard to case.

Sources: networking.k8s.io/v1 IngressRule.host; gateway-api HTTPRouteSpec.hostnames and
https://gateway-api.sigs.k8s.io/concepts/hostnames; Compute Engine HostRule.hosts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType


def ingress_host_matches(pattern: str, host: str) -> bool:
    """Whether the host of an Ingress rule takes a host. `*.` stands for exactly one label."""
    pattern, host = pattern.lower(), host.lower()
    head, _, rest = pattern.partition(".")
    label, _, domain = host.partition(".")
    return pattern == host or (head == "*" and bool(rest and label) and domain == rest)


def route_host_matches(pattern: str, host: str) -> bool:
    """Whether a hostname of an HTTPRoute or of a listener takes a host. `*.` stands for one label or more."""
    pattern, host = pattern.lower(), host.lower()
    suffix = pattern[1:]
    return pattern == host or (pattern.startswith("*.") and host.endswith(suffix) and len(host) > len(suffix) > 1)


def url_map_host_matches(pattern: str, host: str) -> bool:
    """Whether a host rule of a URL map takes a host. `*` in front stands for any letters, digits, `-` and `.`.

    A pattern may have a port (`host:port`), which says nothing about the host.
    """
    pattern, host = pattern.lower().partition(":")[0], host.lower()
    return pattern == host or (pattern.startswith("*") and host.endswith(pattern[1:]))


def hostnames_intersect(one: str, other: str) -> bool:
    """Whether some host is taken by both the hostname of a listener and that of a route."""
    one, other = one.lower(), other.lower()
    if not (one.startswith("*.") and other.startswith("*.")):
        return route_host_matches(one, other) or route_host_matches(other, one)
    return one == other or one.endswith(other[1:]) or other.endswith(one[1:])


HOST_RULES: Mapping[str, Callable[[str, str], bool]] = MappingProxyType(
    {"ingress": ingress_host_matches, "httpRoute": route_host_matches, "urlMap": url_map_host_matches}
)
"""The ways to read a pattern, by the name that a front end's `hostRule` has. GKE turns an Ingress into a URL map."""
