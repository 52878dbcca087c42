"""Why findings are not there any more: fixed, or deleted with their objects, replaced, or no longer to be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gkedoctor.diagnose.model import Diagnosis, NotChecked, Unexplained
from gkedoctor.graph import EDGES, Graph, Ref
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.tui.model.session import Found
from gkedoctor.tui.model.states import state_of

_NO_WORKLOADS = ("Service", "Node", "PodDisruptionBudget")
"""Kinds that have Pods and live on without them."""


_REPLACED = ("Pod", "ReplicaSet", "Job")
"""Kinds that a rollout or a schedule replaces: that one of them is deleted may well be the fix."""


def unread(left: Iterable[Found], before: Sequence[NotChecked], now: Sequence[NotChecked]) -> frozenset[str]:
    """Those that left because a collection they rest on could not be read: they may not be fixed. Fingerprints."""
    holes = {one.collection for one in now} - {one.collection for one in before}
    return frozenset(found.fingerprint for found in left if holes & set(_rests_on(found))) if holes else frozenset()


def _rests_on(found: Found) -> Iterator[str]:
    evidence = found.evidence if isinstance(found, Diagnosis) else ()
    for ref in (found.place, *(proof.ref for proof in evidence)):
        kind = KINDS.get(ref.kind)
        if kind is not None:
            yield kind.collection


def deleted(left: Iterable[Found], graph: Graph) -> frozenset[str]:
    """Those whose objects were deleted, which fixed nothing. Fingerprints.

    Where deleting is the fix, as for a leftover address, it is fixed.
    """
    return frozenset(found.fingerprint for found in left if _is_deleted(found, graph))


def _is_deleted(found: Found, graph: Graph) -> bool:
    affected: list[Ref] = []
    if isinstance(found, Diagnosis):
        if any(" delete " in command for command in found.fix.commands):
            return False
        affected = [one.ref for one in found.explains]
    if _is_ending(graph, found.place.namespace):
        return True
    workloads = [ref for ref in affected if _is_workload(ref)]
    if not workloads and found.place.kind in _REPLACED:
        return False
    return all(_is_absent(graph, ref) for ref in (found.place, *(workloads or affected)))


def _is_workload(ref: Ref) -> bool:
    return ref.kind == "Pod" or ((ref.kind, "pods") in EDGES and ref.kind not in _NO_WORKLOADS)


def _is_ending(graph: Graph, namespace: str | None) -> bool:
    if not namespace:
        return False
    item = graph.find("Namespace", None, namespace)
    return item is None or _is_terminating(item)


def _is_terminating(item: object) -> bool:
    return isinstance(item, dict) and bool((item.get("metadata") or {}).get("deletionTimestamp"))


def _is_absent(graph: Graph, ref: Ref) -> bool:
    """Whether an object of the cluster certainly does not exist."""
    kind = KINDS.get(ref.kind)
    return (
        kind is not None
        and not kind.cloud
        and not ref.project
        and graph.find(ref.kind, ref.namespace, ref.name) is None
    )


def replaced(left: Iterable[Found], about: Mapping[Ref, Found], graph: Graph) -> dict[str, str]:
    """What is found about their objects now, in words, by the fingerprint of those that left.

    A symptom without a cause also leaves when another finding explains it, as a node that fails does for its Pods.
    """
    told: dict[str, str] = {}
    for found in left:
        if found.place in about:
            told[found.fingerprint] = _now(found, about[found.place])
        elif isinstance(found, Unexplained) and _still_fails(graph, found.place):
            told[found.fingerprint] = "explained by another finding"
    return told


def _still_fails(graph: Graph, ref: Ref) -> bool:
    item = graph.find(ref.kind, ref.namespace, ref.name) if ref.kind in KINDS else None
    return isinstance(item, dict) and not _is_terminating(item) and state_of(graph, item).style == "fail"


def _now(old: Found, new: Found) -> str:
    """Another title; the cause where the title is the same."""
    if new.says == old.says and isinstance(new, Diagnosis):
        return f"cause {new.cause}" + (f", was {old.cause}" if isinstance(old, Diagnosis) else "")
    return new.says
