"""Node pools as the GKE API tells of them: their state, service account and scopes."""

from __future__ import annotations

from gkedoctor.graph.cloud.cluster import cluster_of
from gkedoctor.graph.core.accessors import labels_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.scheduling.nodes import POOL
from gkedoctor.snapshot.model import Object

_SCOPES = ("cloud-platform", "devstorage.read_only", "devstorage.read_write", "devstorage.full_control")
"""One of these lets a node pull from Artifact Registry (cloud.google.com/artifact-registry/docs/integrate-gke)."""


@edge("ailing_pools", "Cluster", record="AilingPoolRecord")
def failed_node_pools(_graph: Graph, cluster: Object) -> Facts:
    """The node pools whose state is an error: {name, status, message, pool}."""
    return [
        {"name": pool.get("name"), "status": pool.get("status"), "message": pool.get("statusMessage"), "pool": pool}
        for pool in cluster.get("nodePools") or []
        if pool.get("status") in ("ERROR", "RUNNING_WITH_ERROR")
    ]


@edge("node_pool", "Node", reads=("Cluster",), record="NodePoolRecord")
def node_pool_of(graph: Graph, node: Object) -> Facts:
    """The node pool of the Node: {name, account, scopes, mayPull, config, cluster}."""
    name = labels_of(node).get(POOL)
    clusters = cluster_of(graph, node)
    if not name or isinstance(clusters, Unknown):
        return []
    pools = clusters[0].get("nodePools") or []
    if not pools:
        doubt = graph.why_incomplete("Cluster")
        return doubt if doubt is not None else []
    return [_record(clusters[0], pool) for pool in pools if pool.get("name") == name]


def _record(cluster: Object, pool: Object) -> Record:
    config = pool.get("config") or {}
    scopes = [str(s).rpartition("/")[2] for s in config.get("oauthScopes") or []]
    return {
        "name": pool.get("name"),
        "account": config.get("serviceAccount") or "default",
        "scopes": scopes,
        "mayPull": any(s in _SCOPES for s in scopes) if scopes else None,
        "config": config,
        "cluster": cluster,
    }
