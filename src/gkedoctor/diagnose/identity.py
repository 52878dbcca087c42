"""What makes a fault the same fault in the next run: its cause, and its root under a name that lasts.

Names that somebody chose are kept. What a controller or a machine made up is replaced by whom it was made for: a Pod
by its workload, a Job by its CronJob, a Node by its pool, a load balancer's part by its Ingress or Service. A cluster
that is made anew has other hashes and another name, and the same faults.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TypeVar

from gkedoctor.graph import Graph, Ref, Unknown, controller_ref, labels_of, ref_of, workload
from gkedoctor.graph.cloud.descriptions import claim_of, owner_in_description
from gkedoctor.graph.cloud.names import Parsed, parsed
from gkedoctor.graph.scheduling.nodes import POOL
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Object

T = TypeVar("T")

_NODE = re.compile(r"gk[e3]-(?P<pool>.+)-[0-9a-f]{8}-(?:[0-9a-z]{4}|grp)")
"""Nodes and managed instance groups: gke-CLUSTER-POOL-HASH-SUFFIX."""

_KUSTOMIZED = re.compile(r"(?P<name>.+)-[2456789bcdfghkmt]{10}")
"""ConfigMaps and Secrets of kustomize end in a hash of their content (kustomize, api/hasher/hasher.go)."""

_SHARED = ("l4-shared", "group", "l7-firewall", "nodes-check")
_CERTIFICATES = ("certificate", "certificate-v1", "managed-certificate")


def fingerprint(cause: str, identity: Iterable[str]) -> str:
    """The same for the same cause on the same lasting name, in every run."""
    return hashlib.sha256("\0".join((cause, *identity)).encode("utf-8", "backslashreplace")).hexdigest()[:16]


def numbered(items: Iterable[T], base: Callable[[T], str], order: Callable[[T], tuple[str, ...]]) -> dict[int, str]:
    """Fingerprints by `id(item)`; the second of a kind in one outcome (two Nodes of one pool) ends in `-2`."""
    seen: dict[str, int] = {}
    prints: dict[int, str] = {}
    for item in sorted(items, key=order):
        first = base(item)
        seen[first] = seen.get(first, 0) + 1
        prints[id(item)] = first if seen[first] == 1 else f"{first}-{seen[first]}"
    return prints


def identity(graph: Graph, ref: Ref) -> tuple[str, ...]:
    """The lasting name of an object: namespace, kind, project, location, name."""
    kind = KINDS.get(ref.kind)
    item = _object(graph, ref)
    # an operator's kind may be called like one of Google Cloud's: `Cluster`
    if kind is not None and kind.cloud and ref.namespace is None:
        return ("", ref.kind, ref.project or "", ref.location or "", *_cloud_name(graph, ref, item))
    return (ref.namespace or "", ref.kind, "", "", _name(graph, ref, item))


def _object(graph: Graph, ref: Ref) -> Object | None:
    if ref.kind not in KINDS:
        return None
    if ref.project is not None:
        return next((o for o in graph.all(ref.kind) if o.get("name") == ref.name and ref_of(o) == ref), None)
    found = graph.find(ref.kind, ref.namespace, ref.name)
    return None if isinstance(found, Unknown) else found


def _name(graph: Graph, ref: Ref, item: Object | None) -> str:
    special = _SPECIAL.get(ref.kind)
    if special is not None:
        return special(graph, ref, item)
    return _generated(ref, item)


def _generated(ref: Ref, item: Object | None) -> str:
    """`debug-*` for what the API server named after `generateName: debug-`."""
    stem = (item or {}).get("metadata", {}).get("generateName")
    return f"{stem}*" if isinstance(stem, str) and stem and ref.name.startswith(stem) else ref.name


def _of_owner(graph: Graph, ref: Ref, item: Object | None) -> str:
    """The workload above a Pod, ReplicaSet or Job; Pods of a StatefulSet have names that last."""
    owner = controller_ref(item) if item is not None else None
    if owner is None or item is None or owner.get("kind") == "StatefulSet":
        return _generated(ref, item)
    if owner.get("kind") == "Node":
        return ref.name.removesuffix(f"-{owner.get('name')}")
    top = ref_of(workload(graph, item))
    return f"{top.kind}/{_name(graph, top, _object(graph, top)) if top.kind != ref.kind else top.name}"


def _of_node(graph: Graph, ref: Ref, item: Object | None) -> str:
    pool = labels_of(item).get(POOL) if item is not None else None
    return f"pool/{pool}" if pool else _machine(graph, ref.name)


def _machine(graph: Graph, name: str) -> str:
    """`pool/NAME` out of the name of a Node, an Instance or a managed instance group; other names as they are."""
    found = _NODE.fullmatch(name)
    if found is None:
        return name
    cluster = graph.snapshot.manifest.cluster
    return f"pool/{found['pool'].removeprefix(f'{cluster}-') if cluster else found['pool']}"


def _of_claim(graph: Graph, ref: Ref, item: Object | None) -> str:
    """A generic ephemeral volume's claim is named `POD-VOLUME`, and the Pod owns it."""
    owner = controller_ref(item) if item is not None else None
    if owner is None or owner.get("kind") != "Pod":
        return _generated(ref, item)
    pod = Ref("Pod", str(owner.get("name")), ref.namespace)
    return f"{_name(graph, pod, _object(graph, pod))}{ref.name.removeprefix(pod.name)}"


def _of_volume(graph: Graph, ref: Ref, item: Object | None) -> str:
    claim = ((item or {}).get("spec") or {}).get("claimRef") or {}
    if not claim.get("name") or not ref.name.startswith("pvc-"):
        return ref.name
    place = Ref("PersistentVolumeClaim", str(claim["name"]), claim.get("namespace"))
    return f"{place.namespace}/{_of_claim(graph, place, _object(graph, place))}"


def _of_content(_graph: Graph, ref: Ref, item: Object | None) -> str:
    found = _KUSTOMIZED.fullmatch(ref.name)
    return f"{found['name']}-*" if found is not None else _generated(ref, item)


_SPECIAL: Mapping[str, Callable[[Graph, Ref, Object | None], str]] = MappingProxyType(
    {
        "Pod": _of_owner,
        "ReplicaSet": _of_owner,
        "Job": _of_owner,
        "Node": _of_node,
        "PersistentVolumeClaim": _of_claim,
        "PersistentVolume": _of_volume,
        "Secret": _of_content,
        "ConfigMap": _of_content,
    }
)


def _cloud_name(graph: Graph, ref: Ref, item: Object | None) -> tuple[str, ...]:
    """For whom a controller of GKE's made the object; the name itself where somebody chose it."""
    if ref.kind == "Cluster":
        return ("this cluster",) if ref.name == graph.snapshot.manifest.cluster else (ref.name,)
    claim = claim_of(item) if item is not None and ref.kind == "Disk" else None
    if claim is not None:
        return ("claim", claim.namespace, claim.name)
    name = parsed(ref.name)
    if name is None:
        return (_machine(graph, ref.name),)
    role = ref.name.removeprefix(name.base)
    return (name.scheme, name.prefix, *_made_for(graph, ref, name, item), role)


def _made_for(graph: Graph, ref: Ref, name: Parsed, item: Object | None) -> tuple[str, ...]:
    if name.scheme in _SHARED:
        return ()
    if name.scheme in _CERTIFICATES:
        return _domains(item)
    if name.scheme == "nodes-firewall":
        return () if name.part == graph.snapshot.manifest.cluster else (name.part,)
    owner = owner_in_description(item) if item is not None else None
    if owner is not None and owner.name:
        port = name.part.rpartition("-")[2] if name.scheme == "backend" else ""
        return (owner.kind, owner.namespace, owner.name, port)
    return (name.part or ref.name,)


def _domains(item: Object | None) -> tuple[str, ...]:
    managed = (item or {}).get("managed") or {}
    names = managed.get("domains") or (item or {}).get("subjectAlternativeNames") or []
    return tuple(sorted(map(str, names)))
