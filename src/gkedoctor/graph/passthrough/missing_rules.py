"""Forwarding rules that GKE noted on a Service and that are not in Google Cloud any more."""

from __future__ import annotations

from gkedoctor.graph.cloud.names import legacy
from gkedoctor.graph.core.accessors import annotations_of
from gkedoctor.graph.core.graph import Facts, Graph, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.frontends.forwarding_rules import addresses_of, rule_names, rules_at, rules_named, rules_of_service
from gkedoctor.graph.passthrough.addresses import region_and_project
from gkedoctor.graph.passthrough.balancers import CLASSES, is_internal
from gkedoctor.snapshot.model import Object

_FINALIZERS = ("gke.networking.io/", "service.kubernetes.io/load-balancer-cleanup")


@edge(
    "missing_forwarding_rules", "Service", reads=("ForwardingRule", "TargetPool", "Cluster"), record="MissingRuleRecord"
)
def missing_forwarding_rules(graph: Graph, service: Object) -> Facts:
    """The forwarding rules that a Service with an address should have and has not: {name, address, region, …}."""
    addresses = addresses_of(service)
    if (service.get("spec") or {}).get("type") != "LoadBalancer" or not addresses or not is_of_gke(service):
        return []
    rules = rules_of_service(graph, service)
    if isinstance(rules, Unknown):
        return rules
    lost = [name for name in rule_names(service) if not rules_named(graph, name)]
    served = [ip for ip in addresses if rules_at(graph, ip)]
    if not lost and (rules or served):
        return []
    if not lost:
        pool = _pool_of(graph, service)
        if pool is None or isinstance(pool, Unknown):
            return pool if isinstance(pool, Unknown) else []
    region, project = region_and_project(graph, service)
    address = next((ip for ip in addresses if ip not in served), addresses[0])
    record = {"address": address, "region": region, "project": project, "internal": is_internal(service)}
    return [record | {"name": name} for name in lost] or [record | {"name": None}]


def is_of_gke(service: Object) -> bool:
    """Whether a controller of GKE made the load balancer: others (MetalLB, kube-vip) give addresses as well."""
    named = (service.get("spec") or {}).get("loadBalancerClass")
    if named:
        return named in CLASSES[:2]
    finalizers = (service.get("metadata") or {}).get("finalizers") or []
    return any(f.startswith(_FINALIZERS) for f in finalizers) or any(
        key.startswith("service.kubernetes.io/") and "forwarding-rule" in key for key in annotations_of(service)
    )


def _pool_of(graph: Graph, service: Object) -> Object | Unknown | None:
    """The target pool of a load balancer without notes: that it is there proves that this project has the rule, too."""
    uid = service["metadata"].get("uid")
    return graph.find("TargetPool", None, legacy(uid)) if uid else None
