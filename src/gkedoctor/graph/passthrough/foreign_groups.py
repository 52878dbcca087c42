"""Backend services of others that balance over the nodes of this cluster.

A machine may be in one load-balanced instance group only, so that an Ingress on instance groups cannot use nodes whose
managed group another backend service has. Source: https://github.com/kubernetes/ingress-gce/issues/2215.
"""

from __future__ import annotations

from gkedoctor.graph.cloud.descriptions import service_in_description
from gkedoctor.graph.cloud.links import last
from gkedoctor.graph.cloud.names import parsed
from gkedoctor.graph.core.accessors import name_of
from gkedoctor.graph.core.graph import Facts, Graph, edge
from gkedoctor.snapshot.model import Object


@edge("foreign_instance_groups", "Ingress", reads=("BackendService",), record="ForeignGroupRecord")
def foreign_instance_groups(graph: Graph, _ingress: Object) -> Facts:
    """Backend services that GKE did not make and that use the instance group of a node pool: {name, backendService}."""
    doubt = graph.why_incomplete("BackendService")
    found = graph.index(_of_others)
    return found or (doubt if doubt is not None else [])


def _of_others(graph: Graph) -> list[dict[str, object]]:
    others = [
        b for b in graph.all("BackendService") if service_in_description(b) is None and parsed(name_of(b)) is None
    ]
    return [{"name": name_of(b), "backendService": b} for b in others if any(map(_of_nodes, b.get("backends") or []))]


def _of_nodes(backend: Object) -> bool:
    """Node pools' managed groups are called `gke-CLUSTER-POOL-HASH-grp`."""
    group = str(backend.get("group") or "")
    return "/instanceGroups/" in group and last(group).startswith("gke-") and last(group).endswith("-grp")
