"""Objects of kinds that are not built in: what of their status reports a failure, and what they stand with.

The table of operators (`snapshot/custom_kinds.tsv`) says which conditions are evidence. Of a kind that it does not
know, only the conditions count that the API conventions and kstatus give a meaning:
https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from gkedoctor.graph.core.accessors import annotations_of, name_of, namespace_of
from gkedoctor.graph.core.conditions import conditions, contradicts, is_true
from gkedoctor.graph.core.graph import Facts, Graph, Record, candidate_index, edge
from gkedoctor.graph.objects.owners import controller_ref, owned
from gkedoctor.messages import message
from gkedoctor.snapshot.custom_kinds import CustomKind, custom_kind, values_at
from gkedoctor.snapshot.importers.names import collection_of_object, plural_of
from gkedoctor.snapshot.kinds import CUSTOM, is_built_in
from gkedoctor.snapshot.model import Object

_GENERIC = (
    "Ready",
    "Synced",
    "Available",
    "Healthy",
    "!Failed",
    "!Stalled",
    "!NotReady",
    "!Degraded",
    "!ReconcileError",
)
"""What counts of a kind that the table does not know."""

_GOES_ON = re.compile(
    r"(?i)progress|pending|reconciling|creating|provisioning|initiali[sz]|waiting|paus|suspend|deploying|updating|"
    r"upgrading|installing|starting|scheduling|issuing|deleting|unknown|notriggered|dependencynotready|scaledtozero|"
    r"notraffic|^new"
)
_BROKEN = re.compile(r"(?i)fail|error|invalid|denied|forbid|missing|notfound|timeout|timed|exceeded|crash|stall")

_SAYING = ("message", "reason", "error", "errorMessage", "description")
"""Fields in which operators without conditions say why."""

_HELD = (
    "autoscaling.keda.sh/paused",
    "autoscaling.keda.sh/paused-replicas",
    "crossplane.io/paused",
    "strimzi.io/pause-reconciliation",
    "cnpg.io/hibernation",
    "common.k8s.elastic.co/pause-orchestration",
    "kustomize.toolkit.fluxcd.io/reconcile",
    "argocd.argoproj.io/skip-reconcile",
)
"""Annotations by which somebody holds an operator back on purpose."""

_WORKS = ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicaSet", "Pod", "PersistentVolumeClaim")
"""Built-in kinds that operators make, and whose faults explain theirs."""


def group_of(item: Object) -> str:
    """The API group of an object."""
    return str(item.get("apiVersion") or "").rpartition("/")[0]


def row_of(item: Object) -> CustomKind | None:
    """The line of the table about the kind of an object."""
    return custom_kind(group_of(item), str(item.get("kind")))


def resource_name(item: Object) -> str:
    """How kubectl names the kind without doubt: `certificates.cert-manager.io`."""
    row = row_of(item)
    known = row is not None and row.kind != "*"
    return (
        row.collection if row is not None and known else plural_of(str(item.get("apiVersion")), str(item.get("kind")))
    )


def failure_of(item: Object) -> Record | None:
    """What the status of an object reports as failed now, as the record of `own_failure`; None where nothing is.

    One that is being deleted, held back on purpose, or whose status is about an older spec reports nothing.
    """
    if item["metadata"].get("deletionTimestamp") or _is_held(item) or _is_behind(item, item.get("status")):
        return None
    row = row_of(item)
    for token in row.evidence if row is not None else _GENERIC:
        found = _evidence(item, token)
        if found is not None:
            return _record(item, found, row)
    return None


def _record(item: Object, at: Mapping[str, Any], row: CustomKind | None) -> Record:
    return {
        "at": at.get("at"),
        "type": at["type"],
        "reason": at.get("reason") or None,
        "message": at.get("message") or None,
        "words": failure_words(at),
        "since": at.get("since") or item["metadata"].get("creationTimestamp"),
        "known": row is not None,
        "cause": (row.cause if row is not None else "") or None,
        "resource": resource_name(item),
    }


def failure_words(at: Mapping[str, Any]) -> str:
    """The reason and the message in one."""
    reason, message = str(at.get("reason") or ""), " ".join(str(at.get("message") or "").split())
    if not message or not reason or reason.lower() in message.lower():
        return message or reason or str(at["type"])
    return f"{reason}: {message}"


def _is_held(item: Object) -> bool:
    spec = item.get("spec")
    if isinstance(spec, Mapping) and (spec.get("active") is False or _is_paused(spec)):
        return True
    notes = annotations_of(item)
    if any(key in notes and notes[key] not in ("false", "off", "enabled") for key in _HELD):
        return True
    return is_true(item, "Paused", "Suspended", "ReconciliationPaused")


def _is_paused(spec: Mapping[str, Any]) -> bool:
    return any(spec.get(field) is True for field in ("suspend", "suspended", "paused"))


def _is_behind(item: Object, state: Any) -> bool:
    seen, now = (
        state.get("observedGeneration") if isinstance(state, Mapping) else None,
        item["metadata"].get("generation"),
    )
    return isinstance(seen, int) and isinstance(now, int) and seen < now


def _evidence(item: Object, token: str) -> dict[str, Any] | None:
    """What one token of the table finds: {type, reason, message, since, at}."""
    if token[0] == "~":
        return None
    if "=" in token:
        shown, _, unless = token.partition("/unless/")
        if unless and _field_evidence(item, *unless.split("=", 1)) is not None:
            return None
        return _field_evidence(item, *shown.split("=", 1))
    good = "False" if token[0] in "!+" else "True"
    for state in conditions(item):
        if not fnmatchcase(str(state.get("type")), token.lstrip("!+")):
            continue
        bad = contradicts(state, good) or (token[0] == "+" and "status" not in state)
        if bad and not _goes_on(state) and not _is_behind(item, state):
            return {
                "type": f"{state['type']} is {state.get('status', 'reported')}",
                "reason": state.get("reason"),
                "message": state.get("message"),
                "since": state.get("lastTransitionTime"),
                "at": state,
            }
    return None


def _goes_on(state: Mapping[str, Any]) -> bool:
    """Whether a reason says that the work goes on, not that it failed. What is pending may never come (Kueue)."""
    reason = str(state.get("reason") or "")
    if not _GOES_ON.search(reason) or _BROKEN.search(reason):
        return False
    return message("operator/never-admitted").search(str(state.get("message") or "")) is None


def _field_evidence(item: Object, path: str, bad: str) -> dict[str, Any] | None:
    """The same of a field that has one of its bad values, with what stands beside it."""
    parent, _, field = path.rpartition(".")
    for value in values_at(item, path):
        text = str(value).lower() if isinstance(value, bool) else value
        if isinstance(text, str) and text and any(fnmatchcase(text, one) for one in bad.split(",")):
            beside: Mapping[str, Any] = next(iter(values_at(item, parent)), {})
            return {
                "type": f"{field} is {text}",
                "message": _first_text(beside, *(key for key in _SAYING if key != field)),
                "since": _first_text(beside, "lastTransitionTime", "finishedAt"),
                "at": beside,
            }
    return None


def _first_text(part: Mapping[str, Any], *keys: str) -> str | None:
    return next((part[key] for key in keys if isinstance(part.get(key), str) and part[key]), None)


def _place(item: Object) -> tuple[str, str, str, str]:
    return (str(item.get("kind")), group_of(item), namespace_of(item), name_of(item))


def by_place(graph: Graph) -> dict[tuple[str, str, str], list[Object]]:
    """The objects of all operators by kind, namespace and name: several groups may have a kind of one name."""
    found: dict[tuple[str, str, str], list[Object]] = {}
    for item in graph.all(CUSTOM):
        found.setdefault((str(item.get("kind")), namespace_of(item), name_of(item)), []).append(item)
    return found


def custom_object(graph: Graph, kind: str, namespace: str, name: str, group: str | None = None) -> Object | None:
    """The object of an operator of that name, in the namespace or in none; the one of the group where that is known."""
    places = graph.index(by_place)
    near = [o for space in (namespace, "") for o in places.get((kind, space, name), ())]
    return next((o for o in near if group is None or group_of(o) == group), None)


@candidate_index("failed", CUSTOM, reads=(CUSTOM,))
def failed_custom_resources(graph: Graph) -> list[Object]:
    """Objects of operators whose own status reports a failure."""
    return [item for item in graph.all(CUSTOM) if failure_of(item) is not None]


@edge("own_failure", "*", record="OwnFailureRecord")
def own_failure_of(graph: Graph, item: Object) -> Facts:
    """What the status of an operator's object reports as failed, at most one record."""
    found = failure_of(item) if is_custom(item) else None
    return [found] if found is not None else []


def is_custom(item: Object) -> bool:
    """Whether the kind of an object is not built in: `Service` of Knative has the name of one that is."""
    return collection_of_object(str(item.get("apiVersion") or ""), str(item.get("kind"))) is None


def owner_object(graph: Graph, item: Object) -> Object | None:
    """The operator's object that controls this one, where it was recorded."""
    reference = controller_ref(item)
    if reference is None:
        return None
    group = str(reference.get("apiVersion") or "").rpartition("/")[0]
    return custom_object(graph, str(reference.get("kind")), namespace_of(item), str(reference.get("name")), group)


@edge("made_parts", "*", reads=(CUSTOM, *_WORKS), record="KubernetesObject")
def parts_of(graph: Graph, item: Object) -> Facts:
    """What an operator's object made or manages: workloads, Pods, claims and objects of operators."""
    if not is_custom(item):
        return []
    place = _place(item)
    mine = [*graph.index(_customs_by_owner).get(place, ()), *graph.index(_works_by_owner).get(place, ())]
    steps = [o for o in mine if is_custom(o) and (row := row_of(o)) is not None and row.is_step and row.cause]
    direct = [*(o for o in mine if o not in steps), *_managed(graph, item)]
    return [*direct, *_below(graph, direct)]


def _below(graph: Graph, parts: list[Object]) -> Iterator[Object]:
    """What the built-in workloads among some parts made in turn: ReplicaSets, Jobs, Pods."""
    waiting, seen = list(parts), set(map(id, parts))
    while waiting:
        for child in owned(graph, waiting.pop()):
            if id(child) not in seen:
                seen.add(id(child))
                waiting.append(child)
                yield child


_Place = tuple[str, str, str, str]


def _works_by_owner(graph: Graph) -> dict[_Place, list[Object]]:
    """Built-in objects that an operator's object controls, by its kind, group, namespace and name."""
    return _by_owner(graph, _WORKS)


def _customs_by_owner(graph: Graph) -> dict[_Place, list[Object]]:
    """The same of operators' objects."""
    return _by_owner(graph, (CUSTOM,))


def _by_owner(graph: Graph, kinds: tuple[str, ...]) -> dict[_Place, list[Object]]:
    found: dict[_Place, list[Object]] = {}
    for kind in kinds:
        for item in graph.everywhere(kind):
            reference = controller_ref(item)
            if reference is not None and reference.get("kind") not in _WORKS:
                group = str(reference.get("apiVersion") or "").rpartition("/")[0]
                place = (str(reference.get("kind")), group, namespace_of(item), str(reference.get("name")))
                found.setdefault(place, []).append(item)
    return found


def _managed(graph: Graph, item: Object) -> Iterator[Object]:
    """What a delivery tool keeps: `status.resources` of Argo CD, `status.inventory.entries` of Flux."""
    for entry in values_at(item, "status.resources[]"):
        if isinstance(entry, Mapping):
            yield from _named(graph, str(entry.get("kind")), str(entry.get("namespace") or ""), str(entry.get("name")))
    for entry in values_at(item, "status.inventory.entries[].id"):
        parts = str(entry).split("_")
        if len(parts) == 4:
            yield from _named(graph, parts[3], parts[0], parts[1])


def _named(graph: Graph, kind: str, namespace: str, name: str) -> Iterator[Object]:
    if is_built_in(kind):
        found = graph.find(kind, namespace or None, name)
        if isinstance(found, dict):
            yield found
    custom = custom_object(graph, kind, namespace, name)
    if custom is not None:
        yield custom


@edge("failed_steps", "*", reads=(CUSTOM, "Event"), record="FailedStepRecord")
def failed_steps_of(graph: Graph, item: Object) -> Facts:
    """What says more of a failure than the object: its steps (CertificateRequest, Order, Challenge), its Events."""
    if not is_custom(item):
        return []
    records = [{"item": step, "words": words, "at": at} for step in _steps(graph, item) for words, at in _said(step)]
    events = graph.follow("events", item)
    warnings = [e for e in events if e.get("type") == "Warning"] if isinstance(events, (list, tuple)) else []
    told = [{"item": event, "words": str(event.get("message")), "at": event} for event in reversed(warnings[-3:])]
    return [*reversed(records), *told]


def _steps(graph: Graph, item: Object) -> Iterator[Object]:
    """The objects of operators below one that are its steps, the deepest last."""
    waiting, seen = [item], {id(item)}
    while waiting:
        above = waiting.pop(0)
        for step in graph.index(_customs_by_owner).get(_place(above), []):
            row = row_of(step) if is_custom(step) else None
            if id(step) not in seen and row is not None and row.is_step:
                seen.add(id(step))
                waiting.append(step)
                yield step


def _said(step: Object) -> Iterator[tuple[str, Object]]:
    """Why a step failed, or what it waits for: of a Challenge, `status.reason` says it while the state is pending."""
    failure = failure_of(step)
    if failure is not None:
        yield f"{step['kind']} {name_of(step)}: {failure['words']}", failure["at"] or step
        return
    reason = next(iter(values_at(step, "status.reason")), None)
    if isinstance(reason, str) and reason:
        yield f"{step['kind']} {name_of(step)}: {reason}", step["status"]
