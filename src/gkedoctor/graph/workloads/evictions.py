"""How Pods of a workload lost their place: evicted for their own storage, preempted, shut down with their node.

A StatefulSet or DaemonSet removes the failed Pod at once, so what happened is gathered per controller, from the failed
Pods that are left and from Events about Pods that are gone. Sources: pkg/kubelet/eviction/helpers.go,
pkg/scheduler/framework/preemption, pkg/kubelet/nodeshutdown, pkg/kubelet/preemption.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gkedoctor.graph.core.accessors import name_of, namespace_of
from gkedoctor.graph.core.conditions import condition, is_true
from gkedoctor.graph.core.graph import Facts, Graph, Record, candidate_index, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.events import events_with_reason, last_seen
from gkedoctor.graph.objects.owners import controller_ref, owner
from gkedoctor.graph.workloads.pods import has_ended, pods_at, step_of
from gkedoctor.messages import message as message_named
from gkedoctor.snapshot.kinds import is_built_in
from gkedoctor.snapshot.model import Object
from gkedoctor.snapshot.timestamps import parse_timestamp

_LOST_PLACE = ("Evicted", "Preempted", "Preempting")
_SETTLED = 600.0
"""Seconds that a replacement has to live, and three times as long as its predecessor, to be called settled."""
_CONTROLLERS = ("ReplicaSet", "StatefulSet", "DaemonSet", "Job", "ReplicationController")

Key = tuple[str, str, str]
"""Kind, namespace and name of a controller, or of a Pod that has none."""


@edge("evictions", "Pod", reads=("Pod", "Event", "Node", *_CONTROLLERS), record="EvictionRecord")
def evictions_of(graph: Graph, pod: Object) -> Facts:
    """How Pods of this one's controller lost their place, if it still matters: {kind, message, pod, item, holder, by}.

    `kind`: `storage`, `pressure`, `preempted` or `shutdown`. `item` is the part of `holder` that says so. Latest first.
    """
    key = _controller(pod)
    found = graph.index(_by_controller).get(key, [])
    kinds = {str(r["kind"]) for r in found}
    kept = [r for kind in sorted(kinds) for r in _current(graph, key, [f for f in found if f["kind"] == kind])]
    return sorted(kept, key=lambda r: r["at"], reverse=True)


@candidate_index("evicted", "Pod", reads=("Pod", "Event", *_CONTROLLERS))
def evicted(graph: Graph) -> list[Object]:
    """Pods of a controller of which one lost its place."""
    found = graph.index(_by_controller)
    return [pod for pod in graph.all("Pod") if _controller(pod) in found] if found else []


def _controller(pod: Object) -> Key:
    reference = controller_ref(pod)
    if reference is None or reference.get("kind") == "Node":
        return ("Pod", namespace_of(pod), name_of(pod))
    return (str(reference.get("kind")), namespace_of(pod), str(reference.get("name")))


def _by_controller(graph: Graph) -> dict[Key, list[Record]]:
    found: dict[Key, list[Record]] = {}
    ended = set(map(id, pods_at(graph, ("failed", "terminating"))))
    for pod in graph.all("Pod") if ended else ():
        record = _from_pod(pod) if id(pod) in ended else None
        if record is not None:
            found.setdefault(_controller(pod), []).append(record)
    for event in events_with_reason(graph, _LOST_PLACE):
        record = _from_event(graph, event)
        key = _controller_of_gone(graph, event) if record is not None else None
        if record is not None and key is not None:
            found.setdefault(key, []).append(record)
    return found


def _from_pod(pod: Object) -> Record | None:
    status = pod.get("status") or {}
    if status.get("phase") != "Failed" and not pod["metadata"].get("deletionTimestamp"):
        return None
    disrupted = condition(pod, "DisruptionTarget") or {}
    reason, message = str(status.get("reason") or ""), str(status.get("message") or "")
    kind = _kind(reason, message)
    if kind is None and disrupted.get("reason") == "PreemptionByScheduler":
        kind, message = "preempted", str(disrupted.get("message") or "")
    if kind is None:
        return None
    at = parse_timestamp((disrupted or condition(pod, "Ready") or {}).get("lastTransitionTime"))
    began = parse_timestamp(status.get("startTime"))
    return {
        "kind": kind,
        "reason": reason or disrupted.get("reason"),
        "message": message,
        "pod": name_of(pod),
        "holder": pod,
        "item": status if status.get("message") else disrupted,
        "by": None,
        "at": at or began or parse_timestamp(pod["metadata"].get("creationTimestamp")),
        "life": (at - began).total_seconds() if at and began else 0.0,
    }


def _kind(reason: str, message: str) -> str | None:
    if reason == "Evicted":
        return "storage" if message_named("kubelet/own-storage-limit").search(message) else "pressure"
    if reason in ("Preempting", "Preempted"):
        return "preempted"
    if reason in ("Terminated", "NodeShutdown", "Shutdown") or message_named("kubelet/node-shutdown").search(message):
        return "shutdown"
    return None


def _from_event(graph: Graph, event: Object) -> Record | None:
    about = event.get("involvedObject") or {}
    reason, message = str(event.get("reason") or ""), str(event.get("message") or "")
    if about.get("kind") != "Pod" or reason not in _LOST_PLACE:
        return None
    return {
        "kind": _kind(reason, message),
        "reason": reason,
        "message": message,
        "pod": about.get("name"),
        "holder": event,
        "item": event,
        "by": (event.get("related") or {}).get("name") or _named_by_uid(graph, message),
        "at": last_seen(event),
        "life": 0.0,
    }


def _named_by_uid(graph: Graph, message: str) -> str | None:
    """The Pod that `Preempted by pod UID on node …` means, where it is in the snapshot."""
    told = message_named("preemption/preempted-by").search(message)
    return graph.index(_names).get(told[1]) if told else None


def _names(graph: Graph) -> dict[str, str]:
    return {str(pod["metadata"].get("uid")): name_of(pod) for pod in graph.all("Pod")}


def _controller_of_gone(graph: Graph, event: Object) -> Key | None:
    """The controller of a Pod that is gone, by its name; None for a Pod that is still there to speak for itself."""
    about = event.get("involvedObject") or {}
    namespace, name = str(about.get("namespace") or ""), str(about.get("name"))
    there = graph.find("Pod", namespace, name)
    if isinstance(there, dict):
        same = about.get("uid") in (None, there["metadata"].get("uid"))
        return None if same and _from_pod(there) is not None else _controller(there)
    for prefix in (name.rpartition("-")[0], name.rpartition("-")[0].rpartition("-")[0]):
        for kind in _CONTROLLERS:
            if prefix and isinstance(graph.find(kind, namespace, prefix), dict):
                return (kind, namespace, prefix)
    return None


def _current(graph: Graph, key: Key, records: list[Record]) -> list[Record]:
    """The records that still matter: none once the replacements run well, or the controller is history."""
    records = [r for r in records if isinstance(r["at"], datetime)]
    if not records or key[0] == "Pod":
        return records
    # a controller of a kind that is not built in (a runner set's, Strimzi's): nothing is known of how it stands
    controller = graph.find(key[0], key[1], key[2]) if is_built_in(key[0]) else Unknown(key[0], "not a built-in kind")
    live = [p for p in graph.in_namespace("Pod", key[1]) if _controller(p) == key and not has_ended(p)]
    if _is_history(graph, controller, live):
        return []
    records = [r for r in records if not _succeeded_since(graph, controller, r["at"])]
    if not records:
        return []
    ill = [p for p in live if step_of(graph, p) != "fine"]
    if ill or not live:
        return records
    kind = records[0]["kind"]
    return [] if kind in ("preempted", "shutdown") or _settled(graph, records) else records


def _is_history(graph: Graph, controller: Any, live: list[Object]) -> bool:
    """Whether the controller wants no Pod any more: an old ReplicaSet, a Job that is complete."""
    if not isinstance(controller, dict) or live:
        return False
    if controller.get("kind") == "Job":
        return is_true(controller, "Complete")
    above = owner(graph, controller)
    wanted = (controller.get("spec") or {}).get("replicas")
    return wanted == 0 and controller.get("kind") == "ReplicaSet" and above is not None


def _succeeded_since(graph: Graph, controller: Any, at: datetime) -> bool:
    """Whether the CronJob above a Job has run well since."""
    above = owner(graph, controller) if isinstance(controller, dict) else None
    last = parse_timestamp(((above or {}).get("status") or {}).get("lastSuccessfulTime"))
    return last is not None and last > at


def _settled(graph: Graph, records: list[Record]) -> bool:
    latest = max(r["at"] for r in records)
    longest = max(float(r["life"]) for r in records)
    return bool((graph.clock - latest).total_seconds() > max(_SETTLED, 3 * longest))
