"""Whether the restarts of a container are history: it is well again, or its machine was restarted.

The kubelet waits 10 s before it restarts a container, twice as long each time and 5 min at most, and forgets that after
the container has run for 10 min (https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from gkedoctor.graph.core.accessors import name_of
from gkedoctor.graph.core.conditions import condition, is_true
from gkedoctor.graph.core.graph import Facts, Graph
from gkedoctor.graph.core.times import stamp
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.events import first_seen
from gkedoctor.snapshot.model import Object
from gkedoctor.snapshot.timestamps import parse_timestamp

_RECENT_CRASH_SECONDS = 600.0
"""Seconds: twice the longest back-off of the kubelet (5 min), so a crash within it is the present, not history."""
_LONG_RUN_SECONDS = 7200.0
"""Seconds after which the end of a run that is ready again is an accident, no loop."""
_LONGEST_BACK_OFF = 300.0
_RARE_SECONDS = 3600.0
"""Seconds between two restarts, on the average of the Pod's life, that make no loop."""
_REBOOT_SECONDS = 180.0
"""Seconds between the ends of containers, as the kubelet finds them after a restart, and its first `Ready`."""


def recovered(clock: datetime, pod: Object, status: Object) -> bool:
    """Whether the present run has lasted long enough to call the earlier crashes history.

    That is three times the last run; where restarts are rare in the life of the Pod, twice the back-off of its own.
    """
    last = (status.get("lastState") or {}).get("terminated") or {}
    ended = parse_timestamp(last.get("finishedAt"))
    restarts = status.get("restartCount") or 0
    if ended is None or restarts < 2:
        return True
    if not status.get("ready") and (clock - ended).total_seconds() > _RECENT_CRASH_SECONDS:
        return True
    since = parse_timestamp(((status.get("state") or {}).get("running") or {}).get("startedAt"))
    lived = run_seconds(last) or 0
    lives = (clock - since).total_seconds() if since else 0.0
    needed = 3.0 * lived
    if status.get("ready") and _life(clock, pod) / restarts > max(_RARE_SECONDS, needed):
        needed = min(needed, 2 * _back_off(lived, restarts))
    return lived > _LONG_RUN_SECONDS or lives > max(60.0, needed)


def _life(clock: datetime, pod: Object) -> float:
    created = parse_timestamp(pod["metadata"].get("creationTimestamp"))
    return (clock - created).total_seconds() if created else 0.0


def _back_off(lived: int, restarts: int) -> float:
    """Seconds that the kubelet waited before the last restart, at most."""
    return 10.0 if lived > _RECENT_CRASH_SECONDS else min(_LONGEST_BACK_OFF, 10.0 * 2 ** min(restarts - 1, 10))


def run_seconds(terminated: Object) -> int | None:
    """Seconds that a run lasted; None where it never started (the runtime writes 1970 then)."""
    started, ended = parse_timestamp(terminated.get("startedAt")), parse_timestamp(terminated.get("finishedAt"))
    return int((ended - started).total_seconds()) if started and ended and started.year > 1970 else None


def restarted_with_its_node(graph: Graph, pod: Object) -> bool:
    """Whether a Pod that is Ready again was ended by a restart of its machine: the Node became Ready just then."""
    node = graph.find("Node", None, str((pod.get("spec") or {}).get("nodeName") or ""))
    if not isinstance(node, dict) or not is_true(pod, "Ready") or not name_of(node):
        return False
    ready = condition(node, "Ready") or {}
    since = parse_timestamp(ready.get("lastTransitionTime"))
    if since is None or not is_true(node, "Ready"):
        return False
    states = (pod.get("status") or {}).get("containerStatuses") or []
    lasts = [(s.get("lastState") or {}).get("terminated") for s in states if s.get("restartCount")]
    ends = [parse_timestamp((last or {}).get("finishedAt")) for last in lasts]
    return bool(ends) and all(e is not None and abs((e - since).total_seconds()) < _REBOOT_SECONDS for e in ends)


_NEVER_READY = timedelta(minutes=2)
"""A Pod whose condition Ready is as old as itself was never ready."""


def failing_since(pod: Object, ends: int, events: Facts, ended: Object | None = None) -> str | None:
    """When a container began to end again and again; null where only its last end is known.

    Without a readiness probe the Pod is ready during each run, so the condition Ready says when the last one ended. The
    kubelet writes one Event BackOff for all of them. Where the last run (`ended`) did not change the condition, no run
    since then was ready.
    """
    ready = parse_timestamp((condition(pod, "Ready") or {}).get("lastTransitionTime"))
    delays = [] if isinstance(events, Unknown) else [first_seen(e) for e in events if e.get("reason") == "BackOff"]
    if delays:
        return stamp(min([*delays, *([ready] if ready else [])]))
    created = parse_timestamp(pod["metadata"].get("creationTimestamp"))
    started = parse_timestamp((ended or {}).get("startedAt"))
    stayed = ready and started and ready < started
    is_known = ends <= 2 or stayed or (ready and created and ready - created < _NEVER_READY)
    return stamp(ready) if ready and is_known else None
