"""Which volume comes near what a claim asks for, and which nodes can reach a volume.

Source: k8s.io/component-helpers/storage/volume (FindMatchingVolume, CheckNodeAffinity).
"""

from __future__ import annotations

from typing import Any

from gkedoctor.graph.core.accessors import labels_of, name_of, namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.label_selectors import holds, matches
from gkedoctor.graph.core.quantities import quantity
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.storage.claims import class_name, class_of
from gkedoctor.snapshot.model import Object

_NEAR = 3
"""Volumes that are shown at most: the nearest first."""
_ZONES = ("topology.kubernetes.io/zone", "topology.gke.io/zone", "failure-domain.beta.kubernetes.io/zone")


@edge("near_volumes", "PersistentVolumeClaim", reads=("PersistentVolume", "StorageClass"), record="NearVolumeRecord")
def near_volumes(graph: Graph, claim: Object) -> Facts:
    """The volumes that come nearest to the claim, as records {volume, differs, released}; best first.

    `differs` holds sentences: what the claim requires and the volume does not have. Empty: it fits.
    """
    volumes = graph.listing("PersistentVolume")
    if isinstance(volumes, Unknown):
        return volumes
    wanted = _wanted_class(graph, claim)
    if isinstance(wanted, Unknown):
        return wanted
    named = (claim.get("spec") or {}).get("volumeName")
    # a volume of another class is another team's matter, unless one of the two names the other
    able = [v for v in volumes if _may_be_had(claim, v)]
    found = [_fit(claim, wanted, v) for v in able if (class_name(v) or "") == wanted or _is_for(claim, v)]
    unseen = graph.empty_or_unknown("PersistentVolume")
    if isinstance(unseen, Unknown) and not any(not r["differs"] or _is_for(claim, r["volume"]) for r in found):
        return unseen
    return sorted(found, key=lambda r: (r["name"] != named, len(r["differs"]), r["phase"] != "Available", r["name"]))[
        :_NEAR
    ]


def _wanted_class(graph: Graph, claim: Object) -> str | Unknown:
    named = class_name(claim)
    if named is not None:
        return named
    found = class_of(graph, claim)
    if isinstance(found, Unknown):
        return found
    return str(found[0]["name"]) if found else ""


def _may_be_had(claim: Object, volume: Object) -> bool:
    """Whether the volume is free, kept for a claim that is gone, or this claim's; others' are none of its business."""
    holder = (volume.get("spec") or {}).get("claimRef") or {}
    return not holder or (volume.get("status") or {}).get("phase") == "Released" or _is_for(claim, volume)


def _is_for(claim: Object, volume: Object) -> bool:
    """Whether one of the two names the other."""
    holder = (volume.get("spec") or {}).get("claimRef") or {}
    kept = (holder.get("namespace"), holder.get("name")) == (namespace_of(claim), name_of(claim))
    return kept or (claim.get("spec") or {}).get("volumeName") == name_of(volume)


def _fit(claim: Object, wanted: str, volume: Object) -> Record:
    spec, has = claim.get("spec") or {}, volume.get("spec") or {}
    differs = [
        *_size(spec, has),
        *_modes(spec, has),
        *_class(wanted, class_name(volume) or ""),
        *_volume_mode(spec, has),
        *_selector(spec, volume),
    ]
    held = _holder(claim, volume)
    phase = (volume.get("status") or {}).get("phase")
    return {
        "volume": volume,
        "name": name_of(volume),
        "differs": [*differs, *held],
        "released": bool(phase == "Released" and not differs),
        "phase": phase,
    }


def _size(spec: Object, has: Object) -> list[str]:
    wants = ((spec.get("resources") or {}).get("requests") or {}).get("storage")
    holds_ = (has.get("capacity") or {}).get("storage")
    asked, there = quantity(wants), quantity(holds_)
    if asked is None or there is None or there >= asked:
        return []
    return [f"the claim requests {wants}, the volume has {holds_}"]


def _modes(spec: Object, has: Object) -> list[str]:
    lacking = [m for m in spec.get("accessModes") or [] if m not in (has.get("accessModes") or [])]
    if not lacking:
        return []
    offered = ", ".join(has.get("accessModes") or []) or "none"
    return [f"the claim requires {', '.join(lacking)}, the volume supports {offered}"]


def _class(wanted: str, has: str) -> list[str]:
    if wanted == has:
        return []
    return [f"the claim requires class {wanted or '(none)'}, the volume has class {has or '(none)'}"]


def _volume_mode(spec: Object, has: Object) -> list[str]:
    wants, is_ = spec.get("volumeMode") or "Filesystem", has.get("volumeMode") or "Filesystem"
    return [] if wants == is_ else [f"the claim requires volumeMode {wants}, the volume has {is_}"]


def _selector(spec: Object, volume: Object) -> list[str]:
    selector = spec.get("selector")
    if selector is None or matches(selector, labels_of(volume)):
        return []
    return [f"the volume's labels ({_pairs(labels_of(volume))}) do not match the claim's selector"]


def _pairs(labels: dict[str, str]) -> str:
    return ", ".join(f"{key}={value}" for key, value in sorted(labels.items())) or "none"


def _holder(claim: Object, volume: Object) -> list[str]:
    """Why a volume that would fit is not free."""
    holder = (volume.get("spec") or {}).get("claimRef") or {}
    if volume["metadata"].get("deletionTimestamp"):
        return ["the volume is being deleted"]
    if not holder:
        return []
    place = f"{holder.get('namespace')}/{holder.get('name')}"
    if (volume.get("status") or {}).get("phase") == "Released":
        return [f"the volume is still reserved for claim {place}, which was deleted"]
    if place != f"{namespace_of(claim)}/{name_of(claim)}":
        return [f"the volume belongs to claim {place}"]
    if holder.get("uid") and holder.get("uid") != claim["metadata"].get("uid"):
        return [f"the volume is still reserved for an earlier claim {place} (uid {holder.get('uid')})"]
    return []


@edge("reach", "PersistentVolume", reads=("Node",), record="KubernetesObject")
def reach_of(graph: Graph, volume: Object) -> Facts:
    """The Nodes that the volume's node affinity lets use it."""
    nodes = graph.listing("Node")
    if isinstance(nodes, Unknown):
        return nodes
    terms = _terms(volume)
    return nodes if terms is None else [n for n in nodes if any(_term_holds(t, n) for t in terms)]


@edge("places", "PersistentVolume", reads=("Node",), record="PlaceRecord")
def places_of(graph: Graph, volume: Object) -> Facts:
    """Where the volume can be used: one record {wanted, have, nodes}: its node affinity, and what the Nodes carry."""
    terms = _terms(volume)
    if terms is None:
        return []
    pairs = [(str(e.get("key")), e.get("values") or []) for t in terms for e in _requirements(t)]
    wanted = "; ".join(dict.fromkeys(f"{key} in {', '.join(map(str, values))}" for key, values in pairs))
    nodes = graph.listing("Node")
    if isinstance(nodes, Unknown):
        return [{"wanted": wanted, "have": None, "nodes": nodes}]
    keys = list(dict.fromkeys(key for key, _ in pairs))
    have = sorted({f"{key}={_value(n, key)}" for n in nodes for key in keys if _value(n, key)})
    return [{"wanted": wanted, "have": have, "nodes": nodes}]


def _value(node: Object, key: str) -> Any:
    if key == "metadata.name":
        return name_of(node)
    labels = labels_of(node)
    return labels.get(key) or next((labels[z] for z in _ZONES if key in _ZONES and z in labels), None)


def _terms(volume: Object) -> list[Object] | None:
    required = ((volume.get("spec") or {}).get("nodeAffinity") or {}).get("required")
    return list(required.get("nodeSelectorTerms") or []) if required else None


def _requirements(term: Object) -> list[Object]:
    return [*(term.get("matchExpressions") or []), *(term.get("matchFields") or [])]


def _term_holds(term: Object, node: Object) -> bool:
    """Whether one term matches. A key that only the CSI driver's own topology carries is read as the zone."""
    return bool(_requirements(term)) and all(holds(r, _seen_as(node, str(r.get("key")))) for r in _requirements(term))


def _seen_as(node: Object, key: str) -> dict[str, str]:
    value = _value(node, key)
    return {key: str(value)} if value is not None else {}
