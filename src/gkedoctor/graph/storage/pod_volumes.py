"""The volumes of one Pod, and what the kubelet and the attach controller said about each.

Sources: pkg/volume/util/operationexecutor, pkg/kubelet/volumemanager, pkg/controller/volume/attachdetach.
"""

from __future__ import annotations

from typing import Any

from gkedoctor.graph.core.accessors import name_of, namespace_of
from gkedoctor.graph.core.conditions import is_true
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.custom_resources import custom_object
from gkedoctor.graph.storage.claims import attachments_of, claims_named, consumers_of, volume_of
from gkedoctor.messages import message
from gkedoctor.snapshot.model import Object

_REASONS = {"FailedMount", "FailedAttachVolume", "FailedMapVolume", "FailedBinding", "VolumePermissionChangeInProgress"}


@edge(
    "volumes",
    "Pod",
    reads=("PersistentVolumeClaim", "PersistentVolume", "VolumeAttachment", "Event", "Node", "CustomResource"),
    record="VolumeRecord",
)
def volumes_of(graph: Graph, pod: Object) -> Facts:
    """The volumes as records {name, source, spec, claim, claimName, volume, events, attachments, holders, …}.

    `events` are those about this volume, the latest last; `holders` the other Pods of its claim on other nodes; `lost`
    the Nodes that are not Ready and still hold it.
    """
    spec = pod.get("spec") or {}
    claims = {c["volume"]: c for c in claims_named(graph, pod)}
    events = graph.follow("events", pod)
    return [_volume(graph, pod, v, claims.get(str(v.get("name"))), events) for v in spec.get("volumes") or []]


def _volume(graph: Graph, pod: Object, volume: Object, wanted: Record | None, events: Facts) -> Record:
    name = str(volume.get("name"))
    claim = wanted["claim"] if wanted else None
    bound = _one(volume_of(graph, claim)) if isinstance(claim, dict) else claim
    names = {name, *([name_of(bound)] if isinstance(bound, dict) else [])}
    attachments = attachments_of(graph, bound) if isinstance(bound, dict) else []
    others = _others(graph, pod, claim) if isinstance(claim, dict) else []
    return {
        "name": name,
        "spec": volume,
        "source": next((key for key in volume if key != "name"), None),
        "claimName": wanted["name"] if wanted else None,
        "claim": claim,
        "volume": bound,
        "events": events if isinstance(events, Unknown) else [e for e in events if _about(e, names)],
        "attachments": attachments,
        "holders": others if isinstance(others, Unknown) else [u for u in others if not _leaves(u)],
        "lost": _lost(graph, pod, attachments, others),
        "secretProvider": _secret_provider(graph, pod, volume),
    }


_SECRETS_STORE = ("secrets-store.csi.k8s.io", "secrets-store-gke.csi.k8s.io")
"""The Secrets Store CSI driver, and that of GKE's Secret Manager add-on."""


def _secret_provider(graph: Graph, pod: Object, volume: Object) -> Record | None:
    """Of a volume of the Secrets Store CSI driver, the SecretProviderClass that it names."""
    csi = volume.get("csi") or {}
    if csi.get("driver") not in _SECRETS_STORE:
        return None
    name = (csi.get("volumeAttributes") or {}).get("secretProviderClass")
    found = custom_object(graph, "SecretProviderClass", namespace_of(pod), str(name)) if name else None
    return {"driver": csi["driver"], "name": name, "target": found}


def _one(found: Facts) -> Object | Unknown | None:
    if isinstance(found, Unknown):
        return found
    return found[0] if found else None


def _about(event: Object, names: set[str]) -> bool:
    """Whether an Event is about a volume of one of these names (the Pod's own, or the PersistentVolume's)."""
    if event.get("reason") not in _REASONS:
        return False
    text = str(event.get("message") or "")
    if any(f'volume "{name}"' in text for name in names):
        return True
    owned = message("storage/ownership").search(text)
    if owned is not None:
        return owned["volume"] in names
    waiting = message("storage/unmounted-volumes").search(text)
    return waiting is not None and bool(names & set(waiting["names"].replace(",", " ").split()))


def _others(graph: Graph, pod: Object, claim: Object) -> list[Any] | Unknown:
    """Pods of the same claim on other nodes."""
    users = consumers_of(graph, claim)
    if isinstance(users, Unknown):
        return users
    node = (pod.get("spec") or {}).get("nodeName")
    return [u for u in users if (u.get("spec") or {}).get("nodeName") not in (None, node)]


def _leaves(pod: Object) -> bool:
    return bool(pod["metadata"].get("deletionTimestamp"))


def _lost(graph: Graph, pod: Object, attachments: Facts, others: list[Any] | Unknown) -> list[Any]:
    """Nodes that are not Ready and hold the volume: attached to them, or used there by a Pod that cannot end."""
    here = (pod.get("spec") or {}).get("nodeName")
    held = [] if isinstance(attachments, Unknown) else [str((a.get("spec") or {}).get("nodeName")) for a in attachments]
    used = [] if isinstance(others, Unknown) else [str((u.get("spec") or {}).get("nodeName")) for u in others]
    names = [name for name in dict.fromkeys([*held, *used]) if name != here]
    found = [graph.find("Node", None, name) for name in names]
    return [n for n in found if isinstance(n, dict) and not is_true(n, "Ready")]
