"""Claims, volumes and classes: what Pods store their data on, and who uses it.

Sources: pkg/controller/volume/persistentvolume, pkg/controller/statefulset (getPersistentVolumeClaimName).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gkedoctor.graph.core.accessors import annotations_of, grouped, name_of, namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.reference import nearest_name, resolve_reference, resolve_targets
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.owners import WORKLOADS, template_of
from gkedoctor.graph.workloads.pods import has_ended
from gkedoctor.snapshot.model import Object

_DEFAULT_CLASS = (
    "storageclass.kubernetes.io/is-default-class",
    "storageclass.beta.kubernetes.io/is-default-class",
)
_OLD_CLASS = "volume.beta.kubernetes.io/storage-class"
_PROVISIONED = "pv.kubernetes.io/provisioned-by"
_ORDINALS = 64
"""Claims of one StatefulSet template that are listed at most."""


@edge("claims", "Pod", *WORKLOADS, reads=("PersistentVolumeClaim",), record="ClaimRecord")
def claims_of(graph: Graph, item: Object) -> Facts:
    """The claims that the Pods name, as records {name, volume, via, at, found, claim, nearest}."""
    return claims_named(graph, item)


def claims_named(graph: Graph, item: Object) -> list[Record]:
    """The records of the edge `claims`: never unknown as a whole, since the Pod itself names them."""
    namespace = namespace_of(item)
    return [_claim(graph, namespace, site) for site in _claim_sites(item)]


def _claim_sites(item: Object) -> Iterator[Record]:
    for volume in (template_of(item).get("spec") or {}).get("volumes") or []:
        name, source = str(volume.get("name")), volume.get("persistentVolumeClaim")
        if source and source.get("claimName"):
            yield {"name": str(source["claimName"]), "volume": name, "via": "claim", "at": source}
        elif volume.get("ephemeral") and item.get("kind") == "Pod":
            claim = f"{name_of(item)}-{name}"
            yield {"name": claim, "volume": name, "via": "ephemeral", "at": volume["ephemeral"]}
    if item.get("kind") == "StatefulSet":
        yield from _template_sites(item)


def _template_sites(item: Object) -> Iterator[Record]:
    """The claims that the controller makes: `template-statefulset-ordinal`."""
    spec = item.get("spec") or {}
    first = (spec.get("ordinals") or {}).get("start") or 0
    replicas = spec.get("replicas")
    count = min(replicas if isinstance(replicas, int) else 1, _ORDINALS)
    for template in spec.get("volumeClaimTemplates") or []:
        name = str((template.get("metadata") or {}).get("name"))
        for ordinal in range(first, first + count):
            claim = f"{name}-{name_of(item)}-{ordinal}"
            yield {"name": claim, "volume": name, "via": "template", "at": template}


def _claim(graph: Graph, namespace: str, site: Record) -> Record:
    claim = resolve_reference(graph, "PersistentVolumeClaim", namespace, site["name"])
    return {**site, "found": claim["found"], "claim": claim["target"], "nearest": claim["nearest"]}


@edge("consumers", "PersistentVolumeClaim", reads=("Pod",), record="KubernetesObject")
def consumers_of(graph: Graph, claim: Object) -> Facts:
    """The Pods that use the claim and have not ended. O(1) after one pass over all Pods."""
    doubt = graph.why_incomplete("Pod", namespace_of(claim))
    if doubt is not None:
        return doubt
    return graph.index(_consumers).get((namespace_of(claim), name_of(claim)), [])


def _consumers(graph: Graph) -> dict[tuple[str, str], list[Object]]:
    users: dict[tuple[str, str], list[Object]] = {}
    for pod in graph.all("Pod"):
        if not _may_claim(pod) or has_ended(pod):
            continue
        for name in {site["name"] for site in _claim_sites(pod)}:
            users.setdefault((namespace_of(pod), name), []).append(pod)
    return users


def _may_claim(pod: Object) -> bool:
    """Whether a Pod has a volume with a claim, which few have."""
    for volume in (pod.get("spec") or {}).get("volumes") or ():
        if "persistentVolumeClaim" in volume or "ephemeral" in volume:
            return True
    return False


@edge("volume", "PersistentVolumeClaim", reads=("PersistentVolume",), record="KubernetesObject")
def volume_of(graph: Graph, claim: Object) -> Facts:
    """The PersistentVolume that the claim is bound to or names."""
    name = (claim.get("spec") or {}).get("volumeName")
    return resolve_targets(graph, "PersistentVolume", None, str(name)) if name else []


@edge("attachments", "PersistentVolume", reads=("VolumeAttachment",), record="KubernetesObject")
def attachments_of(graph: Graph, volume: Object) -> Facts:
    """The VolumeAttachments of the volume: to which nodes it is attached, or should be."""
    doubt = graph.why_incomplete("VolumeAttachment")
    return doubt if doubt is not None else graph.index(_attachments).get(name_of(volume), [])


def _attachments(graph: Graph) -> dict[str, list[Object]]:
    def source(attachment: Object) -> str | None:
        return ((attachment.get("spec") or {}).get("source") or {}).get("persistentVolumeName")

    return grouped(graph.all("VolumeAttachment"), source)


@edge("class", "PersistentVolumeClaim", reads=("StorageClass", "PersistentVolume"), record="ClassRecord")
def class_of(graph: Graph, claim: Object) -> Facts:
    """The StorageClass of the claim as a record {name, named, found, item, nearest, delayed, volumes}.

    `named`: whether the claim names it, else it is the default class. `volumes`: how many volumes made by hand
    carry the name; a claim binds to such a volume whether or not the class exists. No record: no class, and no default.
    """
    named = class_name(claim)
    if named == "":
        return []
    if named is None:
        return _default_class(graph)
    item = graph.find("StorageClass", None, named)
    return [_class(graph, named, item, named=True)]


@edge("storage_classes", "PersistentVolumeClaim", reads=("StorageClass",), record="KubernetesObject")
def storage_classes(graph: Graph, _claim: Object) -> Facts:
    """The StorageClasses of the cluster: what a claim can name."""
    return graph.listing("StorageClass")


def class_name(item: Object) -> str | None:
    """The class that a claim or volume names: None for no word about it, `""` for expressly none."""
    old = annotations_of(item).get(_OLD_CLASS)
    name = (item.get("spec") or {}).get("storageClassName")
    return old if old is not None else name


def _default_class(graph: Graph) -> Facts:
    classes = graph.listing("StorageClass")
    if isinstance(classes, Unknown):
        return classes
    defaults = [c for c in classes if is_default(c)]
    newest = sorted(defaults, key=lambda c: str(c["metadata"].get("creationTimestamp") or ""))[-1:]
    return [_class(graph, name_of(c), c, named=False) for c in newest] or graph.empty_or_unknown("StorageClass")


def is_default(item: Object) -> bool:
    """Whether a StorageClass is marked as the default."""
    annotations = annotations_of(item)
    return any(annotations.get(key) == "true" for key in _DEFAULT_CLASS)


def _class(graph: Graph, name: str, item: Object | Unknown | None, *, named: bool) -> Record:
    found: Any = item if isinstance(item, Unknown) else item is not None
    known = item if isinstance(item, dict) else {}
    return {
        "name": name,
        "named": named,
        "found": found,
        "item": item,
        "nearest": nearest_name(graph, "StorageClass", None, name) if found is False else None,
        "delayed": item if isinstance(item, Unknown) else known.get("volumeBindingMode") == "WaitForFirstConsumer",
        "provisioner": known.get("provisioner"),
        "volumes": len(graph.index(_volumes_by_class).get(name, [])),
    }


def _volumes_by_class(graph: Graph) -> dict[str, list[Object]]:
    """Volumes that somebody made by hand, by class. What a driver made is annotated and needs its class."""
    by_hand = [v for v in graph.all("PersistentVolume") if _PROVISIONED not in annotations_of(v)]
    return grouped(by_hand, lambda volume: class_name(volume) or None)


@edge("unbound_siblings", "PersistentVolumeClaim", reads=("StatefulSet",), record="KubernetesObject")
def unbound_siblings(graph: Graph, claim: Object) -> Facts:
    """The claims of the same StatefulSet template that are not bound, this one included; the lowest ordinal first."""
    namespace, name = namespace_of(claim), name_of(claim)
    for item in graph.in_namespace("StatefulSet", namespace):
        names = [site["name"] for site in _template_sites(item) if site["volume"] == _template(item, name)]
        if name in names:
            found = [graph.find("PersistentVolumeClaim", namespace, n) for n in names]
            return [c for c in found if isinstance(c, dict) and (c.get("status") or {}).get("phase") != "Bound"]
    return [claim]


def _template(item: Object, claim: str) -> str:
    """The template that a claim of this StatefulSet came from: what stands before `-statefulset-ordinal`."""
    return claim.rpartition("-")[0].removesuffix(f"-{name_of(item)}")
