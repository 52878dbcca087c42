"""Creations that the API server refuses: what the controllers wrote down, and who refused.

ReplicaSets and ReplicationControllers keep the first error in the condition ReplicaFailure and drop it once they have
all they want (pkg/controller/replicaset/replica_set_utils.go); the others only write Events. An Event of an owner
that has everything it wants is history.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from gkedoctor.graph.core.accessors import grouped, namespace_of
from gkedoctor.graph.core.conditions import condition, is_true
from gkedoctor.graph.core.graph import Facts, Graph, Record, candidate_index, edge
from gkedoctor.graph.core.times import stamp
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.events import first_seen, last_seen, recent
from gkedoctor.graph.objects.owners import workload
from gkedoctor.messages import shipped_messages
from gkedoctor.snapshot.model import Object
from gkedoctor.snapshot.timestamps import parse_timestamp

CREATORS = (
    "Deployment",
    "ReplicaSet",
    "ReplicationController",
    "StatefulSet",
    "DaemonSet",
    "Job",
    "CronJob",
)

_CONDITIONED = ("Deployment", "ReplicaSet", "ReplicationController")
"""Kinds that have the condition ReplicaFailure."""

_PREFIX = re.compile(
    r"^(?:\(combined from similar events\):? *)?"
    r"(?:error creating(?: job)?: |create \w+ \S+ (?:for pod \S+ )?in statefulset \S+ failed error: "
    r"|failed to create new replica set \"[^\"]*\": )?",
    re.IGNORECASE,
)


@edge("refusals", *CREATORS, reads=("Event",), record="RefusalRecord")
def refusals_of(graph: Graph, item: Object) -> Facts:
    """Why the object cannot create what it lacks: at most one record {message, by, name, at, holder, since, …}.

    `by`: quota, pod-security, account, priority, autopilot, webhook-down, webhook, policy, terminating, limits, other;
    `name` what the message calls it. `at` is the condition or Event that says so, `holder` the object it stands in.
    """
    if not has_missing_pods(item):
        return []
    told = _condition(graph, item)
    doubt = graph.why_incomplete("Event", namespace_of(item))
    event = None if doubt is not None else _event(graph, item)
    if event is not None and (told is None or _is_newer(event, told)):
        return [_record(item, event, event, [*_failures(graph, item), told or {}])]
    if told is not None:
        return [_record(item, told, item, [told])]
    return doubt if doubt is not None and item.get("kind") not in _CONDITIONED else []


def _is_newer(event: Object, told: Record) -> bool:
    """Whether the Event is newer: the condition keeps the message of the first refusal."""
    since = parse_timestamp(told.get("lastTransitionTime"))
    return since is None or last_seen(event) >= since


def has_missing_pods(item: Object) -> bool:
    """Whether a controller has fewer objects than it wants."""
    spec, status = item.get("spec") or {}, item.get("status") or {}
    if item["metadata"].get("deletionTimestamp"):
        return False
    match item.get("kind"):
        case "DaemonSet":
            return (status.get("currentNumberScheduled") or 0) < (status.get("desiredNumberScheduled") or 0)
        case "Job":
            return _job_lacks(item)
        case "CronJob":
            return not spec.get("suspend")
        case "Deployment":
            return spec.get("replicas") != 0
    wanted = spec.get("replicas")
    return (status.get("replicas") or 0) < (1 if wanted is None else wanted)


@candidate_index("lacking", "ReplicaSet", reads=("Event",))
def workloads_with_missing_pods(graph: Graph) -> list[Object]:
    """ReplicaSets that have fewer Pods than desired."""
    return graph.index(_lacking)["ReplicaSet"]


def _lacking(graph: Graph) -> dict[str, list[Object]]:
    return {kind: [item for item in graph.all(kind) if has_missing_pods(item)] for kind in CREATORS}


def _job_lacks(item: Object) -> bool:
    spec, status = item.get("spec") or {}, item.get("status") or {}
    if is_true(item, "Complete", "Failed") or spec.get("suspend"):
        return False
    parallel = 1 if spec.get("parallelism") is None else spec["parallelism"]
    left = parallel if spec.get("completions") is None else spec["completions"] - (status.get("succeeded") or 0)
    return (status.get("active") or 0) < min(parallel, left)


def _condition(graph: Graph, item: Object) -> Record | None:
    """The condition that carries the refusal. A Deployment's copy counts where its ReplicaSets are not seen."""
    kind = item.get("kind")
    if kind == "Deployment":
        state = condition(item, "Progressing") or {}
        if state.get("reason") == "ReplicaSetCreateError":
            return state
        if graph.why_incomplete("ReplicaSet", namespace_of(item)) is None:
            return None
    if kind not in _CONDITIONED:
        return None
    state = condition(item, "ReplicaFailure") or {}
    return state if state.get("status") == "True" and state.get("reason") == "FailedCreate" else None


def _event(graph: Graph, item: Object) -> Any:
    """The last FailedCreate Event; None where something was created after it, or nothing was ever refused."""
    found = _failures(graph, item)
    return found[-1] if found else None


def _failures(graph: Graph, item: Object) -> list[Object]:
    """The FailedCreate Events since something was created last; each name of a Pod that is refused makes another."""
    if item.get("kind") == "Deployment":
        return []
    found = graph.follow("all_events", item)
    if isinstance(found, Unknown):
        return []
    failed = recent(graph, [e for e in found if e.get("reason") == "FailedCreate"])
    made = [e for e in found if e.get("reason") == "SuccessfulCreate"]
    return [e for e in failed if not made or last_seen(e) > last_seen(made[-1])]


def _record(owner: Object, at: Any, holder: Object, signs: Sequence[Any]) -> Record:
    """`signs`: every Event and condition that reports the refusal, whenever it did."""
    message = _PREFIX.sub("", str(at.get("message") or ""), count=1)
    by, name = refuser_of_message(message)
    time = stamp(last_seen(at)) if at is holder else at.get("lastTransitionTime")
    starts = [stamp(first_seen(s)) if "metadata" in s else s.get("lastTransitionTime") for s in signs]
    return {
        "message": message,
        "by": by,
        "name": name,
        "at": at,
        "holder": holder,
        "time": time,
        "since": min((str(start) for start in starts if start), default=time),
        "owner": owner,
    }


def refuser_of_message(message: str) -> tuple[str, str | None]:
    """Who refuses, as the name of an entry of `admission.yaml`, and what the message calls it."""
    found = shipped_messages().first(message, "admission")
    return (found.message.name, found.groups.get("name")) if found is not None else ("other", None)


def refusal_of_message(owner: Object, at: Any) -> Record:
    """A refusal that stands in a condition of an object that wanted something else than Pods."""
    return _record(owner, at, owner, [at])


def all_refusals(graph: Graph, namespace: str | None = None) -> tuple[list[Record], list[Unknown]]:
    """Every refusal (in a namespace) in the snapshot, and why there may be more. Worked out once."""
    known = graph.memo(all_refusals)
    if namespace not in known:
        known[namespace] = _refusals(graph, list(_lacking_in(graph, namespace)))
    found: tuple[list[Record], list[Unknown]] = known[namespace]
    return found


def _lacking_in(graph: Graph, namespace: str | None) -> Iterator[Object]:
    """What has fewer Pods than desired (in a namespace). Notes in the graph which listings that takes."""
    for kind in CREATORS:
        if namespace is None:
            graph.everywhere(kind)
            yield from graph.index(_lacking)[kind]
        else:
            graph.why_incomplete(kind, namespace)
            yield from graph.index(_lacking_by_namespace)[kind].get(namespace, ())


def _lacking_by_namespace(graph: Graph) -> dict[str, dict[str, list[Object]]]:
    return {kind: grouped(items, namespace_of) for kind, items in graph.index(_lacking).items()}


def _refusals(graph: Graph, items: Sequence[Object]) -> tuple[list[Record], list[Unknown]]:
    records: list[Record] = []
    doubts: list[Unknown] = []
    for item in items:
        found = refusals_of(graph, item)
        if isinstance(found, Unknown):
            doubts.append(found)
        else:
            records += found
    return records, doubts


@edge("refused_alike", *CREATORS, reads=("Event", *CREATORS), record="KubernetesObject")
def same_refusals(graph: Graph, item: Object) -> Facts:
    """The workloads whose objects are refused for the same reason, this one first."""
    own = refusals_of(graph, item)
    if isinstance(own, Unknown):
        return own
    same = {(r["by"], r["name"]) for r in own}
    space = namespace_of(item)
    records, _ = all_refusals(graph, space)
    alike = [r["owner"] for r in records if (r["by"], r["name"]) in same]
    tops = [workload(graph, owner) for owner in ([item] if own else []) + alike]
    return list({(t["kind"], t["metadata"]["name"]): t for t in tops}.values())
