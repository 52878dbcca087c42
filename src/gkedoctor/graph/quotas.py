"""Quotas of Google Cloud that a controller runs into: how much is used, and by what nobody needs any more."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gkedoctor.graph.graph import Facts, Graph, Record, edge
from gkedoctor.graph.unknown import Unknown
from gkedoctor.snapshot.model import Object

_METRIC = re.compile(r"quota '?(?P<metric>[A-Z][A-Z0-9_]+)'? exceeded", re.IGNORECASE)
_COUNTED = {
    "BACKEND_SERVICES": ("BackendService",),
    "FORWARDING_RULES": ("ForwardingRule",),
    "GLOBAL_EXTERNAL_MANAGED_FORWARDING_RULES": ("ForwardingRule",),
    "EXTERNAL_NETWORK_LB_FORWARDING_RULES": ("ForwardingRule",),
    "HEALTH_CHECKS": ("HealthCheck",),
    "URL_MAPS": ("UrlMap",),
    "TARGET_HTTP_PROXIES": ("TargetHttpProxy",),
    "TARGET_HTTPS_PROXIES": ("TargetHttpsProxy",),
    "TARGET_POOLS": ("TargetPool",),
    "SSL_CERTIFICATES": ("SslCertificate",),
    "NETWORK_ENDPOINT_GROUPS": ("NetworkEndpointGroup",),
    "INSTANCE_GROUPS": ("InstanceGroup",),
    "FIREWALLS": ("Firewall",),
    "STATIC_ADDRESSES": ("Address",),
    "GLOBAL_STATIC_ADDRESSES": ("Address",),
    "IN_USE_ADDRESSES": ("ForwardingRule", "Address"),
    "GLOBAL_IN_USE_ADDRESSES": ("ForwardingRule", "Address"),
    "DISKS_TOTAL_GB": ("Disk",),
    "SSD_TOTAL_GB": ("Disk",),
}
"""What a quota counts, by its metric (cloud.google.com/compute/quotas)."""


@edge("quota", "Event", reads=("Project", "Region"))
def quota_of(graph: Graph, event: Object) -> Facts:
    """The quota that an Event says is used up: at most one {metric, limit, usage, holder}."""
    metric = metric_in(str(event.get("message") or ""))
    if metric is None:
        return []
    holders = [h for kind in ("Project", "Region") for h in graph.all(kind)]
    return [_record(metric, h, q) for h in holders for q in h.get("quotas") or [] if q.get("metric") == metric][:1]


def metric_in(message: str) -> str | None:
    """The metric that a message says is exceeded."""
    found = _METRIC.search(message)
    return found["metric"].upper() if found else None


def _record(metric: str, holder: Object, quota: Object) -> Record:
    return {
        "metric": metric,
        "limit": quota.get("limit"),
        "usage": quota.get("usage"),
        "holder": holder,
        "quota": quota,
    }


@edge("quota_eaters", "Event", reads=("ForwardingRule", "BackendService", "HealthCheck", "Address"))
def quota_eaters_of(graph: Graph, event: Object) -> Facts:
    """What clusters, Ingresses and Services that are gone left behind and what counts against the quota in an Event."""
    metric = metric_in(str(event.get("message") or ""))
    return list(_eaters(graph, _COUNTED.get(metric or "", ())))


def _eaters(graph: Graph, kinds: tuple[str, ...]) -> Iterator[Object]:
    for kind in kinds:
        for item in graph.all(kind):
            left = graph.follow("leftover", item)
            if not isinstance(left, Unknown) and left:
                yield item
