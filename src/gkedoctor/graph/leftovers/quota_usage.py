"""What leftovers count against a quota of Google Cloud."""

from __future__ import annotations

from collections.abc import Iterator

from gkedoctor.graph.cloud.quotas import metric_in
from gkedoctor.graph.core.graph import Facts, Graph, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.snapshot.model import Object

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


@edge(
    "quota_eaters", "Event", reads=("ForwardingRule", "BackendService", "HealthCheck", "Address"), record="CloudObject"
)
def quota_usage_of_leftovers(graph: Graph, event: Object) -> Facts:
    """What clusters, Ingresses and Services that are gone left behind and what counts against the quota in an Event."""
    metric = metric_in(str(event.get("message") or ""))
    return list(_eaters(graph, _COUNTED.get(metric or "", ())))


def _eaters(graph: Graph, kinds: tuple[str, ...]) -> Iterator[Object]:
    for kind in kinds:
        for item in graph.all(kind):
            left = graph.follow("leftover", item)
            if not isinstance(left, Unknown) and left:
                yield item
