"""Which nameserver a Pod asks, and whether it knows the Services of the cluster.

`dnsPolicy: None` takes what `dnsConfig` says, `Default` the nameservers of the machine; both know no Service unless
they are the cluster's. On the network of its node (hostNetwork), `ClusterFirst` means `Default`, and only
`ClusterFirstWithHostNet` asks the cluster (https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pod-s-dns-policy).
"""

from __future__ import annotations

from gkedoctor.graph.core.accessors import labels_of, name_of
from gkedoctor.graph.core.graph import Facts, Graph, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.snapshot.model import Object

_HOME = "kube-system"
_NAMES = ("kube-dns", "coredns", "core-dns", "rke2-coredns-rke2-coredns")
_LOCAL = frozenset({"169.254.20.10", "169.254.169.254"})
"""NodeLocal DNSCache, and Cloud DNS for GKE at the metadata server: both know the Services of the cluster."""


@edge("resolver", "Pod", reads=("Service",), record="ResolverRecord")
def resolver_of(graph: Graph, pod: Object) -> Facts:
    """A Pod whose nameservers are not the cluster's: one record {policy, nameservers, cluster, wanted}; else none.

    `cluster` is the address of the cluster's DNS, null where its Service is not recorded; `wanted` the dnsPolicy that
    asks it.
    On the network of the node, that of a GKE cluster with Cloud DNS may know the Services nevertheless: only names that
    were not resolved prove that it does not.
    """
    spec = pod.get("spec") or {}
    policy = spec.get("dnsPolicy") or "ClusterFirst"
    on_host = bool(spec.get("hostNetwork"))
    if policy not in ("None", "Default") and not (on_host and policy == "ClusterFirst"):
        return []
    given = [str(n) for n in (spec.get("dnsConfig") or {}).get("nameservers") or []]
    listed = graph.listing("Service", _HOME)
    services = [] if isinstance(listed, Unknown) else listed
    own = [a for service in services if _is_dns(service) for a in _addresses(service)]
    if any(n in _LOCAL or n in own for n in given):
        return []
    if policy == "None" and not own and isinstance(listed, Unknown):
        return listed
    return [{"policy": policy, "nameservers": given, "cluster": own[0] if own else None,
             "wanted": "ClusterFirstWithHostNet" if on_host else "ClusterFirst"}]  # fmt: skip


def _is_dns(service: Object) -> bool:
    return name_of(service) in _NAMES or labels_of(service).get("k8s-app") == "kube-dns"


def _addresses(service: Object) -> list[str]:
    spec = service.get("spec") or {}
    return [str(a) for a in (*(spec.get("clusterIPs") or []), spec.get("clusterIP")) if a and a != "None"]
