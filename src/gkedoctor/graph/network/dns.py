"""The cluster's DNS: whether it runs, and which Pods say that it does not answer.

"No such host" is an answer (the name is wrong); only time-outs and failures of the server count against DNS. The API
object that stands for it is the namespace kube-system, which also recordings of a single namespace have.
"""

from __future__ import annotations

import re

from gkedoctor.graph.core.accessors import name_of, namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.ref import ref_of
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.owners import workload
from gkedoctor.graph.workloads.pods import pods_at
from gkedoctor.messages import message
from gkedoctor.snapshot.model import Object

_HOME = "kube-system"
_SERVERS = re.compile(r"^(?:kube-dns|coredns|core-dns|node-local-dns)$")
_AILING = ("crash", "unready", "init", "failed")


@edge("dns", "Namespace", reads=("Deployment", "DaemonSet", "Pod", "Node"), record="ClusterDnsRecord")
def dns_of(graph: Graph, namespace: Object) -> Facts:
    """The DNS of the cluster, for namespace kube-system: one record {servers, down, pods, complaints, suffering}.

    `servers` are the workloads that answer, `down` those without a ready Pod, `complaints` the log lines {pod, line}
    that say that names cannot be looked up, `suffering` the workloads that wrote them.
    """
    if name_of(namespace) != _HOME:
        return []
    servers = [
        w for kind in ("Deployment", "DaemonSet") for w in graph.in_namespace(kind, _HOME) if _SERVERS.match(name_of(w))
    ]
    down = [w for w in servers if _is_down(w)]
    complaints = graph.index(_complaints)
    found = [graph.follow("pods", w) for w in down]
    return [
        {
            "servers": servers,
            "down": down,
            "pods": [p for pods in found if not isinstance(pods, Unknown) for p in pods],
            "complaints": complaints,
            "suffering": sorted({str(ref_of(workload(graph, c["pod"]))) for c in complaints}),
        }
    ]


def _is_down(item: Object) -> bool:
    status, spec = item.get("status") or {}, item.get("spec") or {}
    if item.get("kind") == "DaemonSet":
        return bool(status.get("desiredNumberScheduled")) and not status.get("numberReady")
    return spec.get("replicas") == 0 or not status.get("readyReplicas")


def _complaints(graph: Graph) -> list[Record]:
    records = [(pod, _line(graph, pod)) for pod in pods_at(graph, _AILING)]
    return [{"pod": pod, "line": line} for pod, line in records if line is not None]


def _line(graph: Graph, pod: Object) -> str | None:
    """The last line in the logs of a Pod by which DNS did not answer, unless a policy keeps the question in."""
    containers = graph.follow("containers", pod)
    logs = (
        [] if isinstance(containers, Unknown) else [c["log"] for c in containers if not isinstance(c["log"], Unknown)]
    )
    found = next((line for log in logs for line in reversed(log) if message("dns/lookup-failed").search(line)), None)
    return found if found is not None and not graph.follow("blocking_policies", pod) else None


@edge("name_service", "Pod", reads=("Namespace", "Node"), record="KubernetesObject")
def name_service(graph: Graph, pod: Object) -> Facts:
    """Namespace kube-system, the home of DNS, where the Pod's log says that names cannot be looked up."""
    complains = any(c["pod"] is pod for c in graph.index(_complaints))
    return [n for n in graph.all("Namespace") if complains and name_of(n) == _HOME and namespace_of(pod) != _HOME]
