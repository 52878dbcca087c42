"""One registry that fails several workloads alike: its fault, not theirs."""

from __future__ import annotations

from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.owners import workloads_by
from gkedoctor.graph.workloads.image_registries import registry_and_path
from gkedoctor.graph.workloads.pods import containers_of, pods_at
from gkedoctor.messages import message
from gkedoctor.snapshot.model import Object

_LOCAL = ("image/no-space", "image/format-unsupported", "image/short-name", "image/platform-mismatch")
"""What the node cannot do with an image that the registry has given."""
_KINDS = (
    "image/rate-limited", "image/certificate-not-trusted", "image/registry-without-tls", "image/proxy-failed",
    "image/registry-error", "image/registry-unreachable",
)  # fmt: skip
"""The faults of a registry, or of the way to it, that all its images share. The first that a message has counts."""
_READS = ("Event", "Namespace", "Node", "ReplicaSet", "Deployment", "StatefulSet", "Job", "CronJob")


@edge("registry_failures", "Pod", reads=_READS, record="RegistryFailureRecord")
def registry_failures_of(graph: Graph, pod: Object) -> Facts:
    """The containers whose registry failed: records {container, host, workloads, ran}.

    `workloads` are all that cannot pull from `host` for the same kind of failure. `ran` is a Pod of the same node that
    has an image of that registry, so that the node could reach it; never for Docker Hub, of which GKE nodes have a
    mirror.
    """
    shared = graph.index(_workloads)
    return [
        {"container": name, "host": host, "workloads": shared[host, kind], "ran": _ran(graph, pod, host)}
        for name, host, kind in _failures(graph, pod)
        if (host, kind) in shared
    ]


def _workloads(graph: Graph) -> dict[tuple[str, str], list[Object]]:
    """By registry and kind of failure."""
    pods = pods_at(graph, ("image",))
    return workloads_by(graph, (((host, kind), pod) for pod in pods for _, host, kind in _failures(graph, pod)))


def _failures(graph: Graph, pod: Object) -> list[tuple[str, str, str]]:
    """Container, registry and kind of each pull that failed for the registry."""
    records = containers_of(graph, pod)
    waiting = [] if isinstance(records, Unknown) else [r for r in records if r["step"] == "image"]
    found = [(r["name"], registry_and_path(str(r["spec"].get("image")))[0], _kind(r)) for r in waiting]
    return [(name, host, kind) for name, host, kind in found if kind is not None]


def _kind(record: Record) -> str | None:
    text = _error(record)
    if any(message(name).search(text) for name in _LOCAL):
        return None
    return next((name for name in _KINDS if message(name).search(text)), None)


def _error(record: Record) -> str:
    """What the kubelet reports; the back-off message of older kubelets has no error, the last Event then has it."""
    text = str((record["waiting"] or {}).get("message") or "")
    events = record["events"]
    if message("image/error-detail").search(text) or isinstance(events, Unknown):
        return text
    said = [str(e.get("message") or "") for e in events]
    return next((s for s in reversed(said) if message("image/pull-failed").search(s)), text)


def _ran(graph: Graph, pod: Object, host: str) -> Object | None:
    return None if host == "docker.io" else graph.index(_pulled).get((pod["spec"].get("nodeName"), host))


def _pulled(graph: Graph) -> dict[tuple[str, str], Object]:
    """A Pod for each node and registry of which the node has an image."""
    found: dict[tuple[str, str], Object] = {}
    hosts: dict[str, str] = {}
    for pod in graph.everywhere("Pod"):
        for state in (pod.get("status") or {}).get("containerStatuses") or ():
            image = state.get("image")
            if image and state.get("imageID"):
                name = str(image)
                if name not in hosts:
                    hosts[name] = registry_and_path(name)[0]
                found.setdefault((str(pod["spec"].get("nodeName")), hosts[name]), pod)
    return found
