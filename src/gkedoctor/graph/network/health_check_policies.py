"""NetworkPolicies that keep the load balancer's health checks from the Pods.

The kubelet's probes come from the Pod's own node and are never denied, so that such a Pod is Ready all the same
(kubernetes.io/docs/concepts/services-networking/network-policies).
"""

from __future__ import annotations

from gkedoctor.graph.cloud.health_check_ranges import PROBE_RANGES
from gkedoctor.graph.core.graph import Facts, Graph, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.network.network_policies import policies_of
from gkedoctor.graph.network.policy_rules import allows, declared_ports, isolates
from gkedoctor.graph.objects.namespaces import namespace_labels
from gkedoctor.snapshot.model import Object


@edge("probe_policies", "Pod", reads=("NetworkPolicy", "Cluster"), record="ProbePolicyRecord")
def probe_policies_of(graph: Graph, pod: Object) -> Facts:
    """The NetworkPolicies by which no health check of a load balancer gets to the Pod: {policy, range, enforced}.

    A Pod that some policy selects is reached only by what one of them lets in. `enforced` is false where the cluster
    says that it enforces none.
    """
    policies = policies_of(graph, pod)
    if isinstance(policies, Unknown):
        return policies
    mine = [p for p in policies if isolates(p, "ingress")]
    ports, labels = declared_ports(pod), namespace_labels(graph)
    barred = [r for r in PROBE_RANGES if not any(allows(p, "ingress", r, ports, labels) for p in mine)]
    return [{"policy": p, "range": barred[0], "enforced": _enforced(graph)} for p in mine] if barred else []


def _enforced(graph: Graph) -> bool | None:
    """Whether the cluster enforces NetworkPolicies: Dataplane V2 does, else the add-on; null where nobody says."""
    clusters = graph.all("Cluster")
    if len(clusters) != 1:
        return None
    config = clusters[0].get("networkConfig")
    if isinstance(config, dict) and config.get("datapathProvider") == "ADVANCED_DATAPATH":
        return True
    autopilot = (clusters[0].get("autopilot") or {}).get("enabled")
    told = (clusters[0].get("networkPolicy") or {}).get("enabled")
    return True if autopilot else told
