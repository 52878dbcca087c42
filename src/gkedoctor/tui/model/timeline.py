"""What happened, in one order of time: events, rollouts, ends of containers, changes of health, first faults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from gkedoctor.diagnose.model import Diagnosis
from gkedoctor.graph import Graph, Ref, ref_of
from gkedoctor.graph.objects.events import last_seen
from gkedoctor.graph.objects.owners import owner
from gkedoctor.graph.workloads.pods import statuses
from gkedoctor.report.change_text import change_sentence
from gkedoctor.report.phrases import to_second
from gkedoctor.snapshot.model import Object
from gkedoctor.snapshot.timestamps import parse_timestamp
from gkedoctor.tui.model.filters import Term, facts, meets
from gkedoctor.tui.model.findings import name, severity_of, sign
from gkedoctor.tui.model.lines import Line, Open, Page, first_of, fold
from gkedoctor.tui.model.session import Found
from gkedoctor.tui.model.state import ViewState

_HEALTH = ("Deployment", "StatefulSet", "DaemonSet", "Node", "Job", "PersistentVolumeClaim", "Ingress", "Gateway")
_ROWS = 2
"""Rows that one happening takes at most; all of it is on the page of its object."""
_KINDS = {
    "fault": "FAULT",
    "change": "change",
    "rollout": "rollout",
    "restart": "restart",
    "health": "health",
    "event": "event",
}


class TimelineEvent(NamedTuple):
    """Something at one time."""

    time: datetime
    kind: str
    ref: Ref
    text: str
    style: str = ""
    found: Found | None = None


def happenings(scene: ViewState) -> list[TimelineEvent]:
    """Everything that a snapshot tells a time of, the latest last."""
    return sorted(
        [*scene.graph.index(_recorded), *_faults(scene)], key=lambda h: (h.time, h.kind != "fault", h.ref.sort_key)
    )


def _recorded(graph: Graph) -> list[TimelineEvent]:
    return [*_events(graph), *_rollouts(graph), *_restarts(graph), *_health(graph)]


def _faults(scene: ViewState) -> Iterator[TimelineEvent]:
    for found in scene.outcome.diagnoses:
        since = parse_timestamp(found.since)
        if since is not None:
            yield TimelineEvent(since, "fault", found.root, f"begins: {found.title}", severity_of(found), found)
        for change in found.changes or ():
            if change.at is not None:
                told = change_sentence(change).removeprefix(f"{change.ref} ")
                yield TimelineEvent(change.at, "change", change.ref, told, "key")


def _events(graph: Graph) -> Iterator[TimelineEvent]:
    for event in graph.all("Event"):
        about = event.get("involvedObject") or {}
        ref = Ref(str(about.get("kind")), str(about.get("name")), about.get("namespace") or None)
        count = event.get("count") or (event.get("series") or {}).get("count") or 1
        times = f" x{count}" if count > 1 else ""
        style = "unknown" if event.get("type") == "Warning" else ""
        yield TimelineEvent(
            last_seen(event), "event", ref, f"{event.get('reason')}{times}: {event.get('message')}", style
        )


def _rollouts(graph: Graph) -> Iterator[TimelineEvent]:
    for item in graph.all("ReplicaSet"):
        time, above = _made(item), owner(graph, item)
        if time is not None and above is not None:
            images = [str(c.get("image")) for c in _containers(item)]
            revision = ((item.get("metadata") or {}).get("annotations") or {}).get("deployment.kubernetes.io/revision")
            told = f"new version{f' {revision}' if revision else ''}: {', '.join(images)}"
            yield TimelineEvent(time, "rollout", ref_of(above), told, "key")


def _containers(item: Object) -> Sequence[Object]:
    return (((item.get("spec") or {}).get("template") or {}).get("spec") or {}).get("containers") or []


def _restarts(graph: Graph) -> Iterator[TimelineEvent]:
    for pod in graph.all("Pod"):
        for status in statuses(pod):
            for state in (status.get("state") or {}, status.get("lastState") or {}):
                ended = state.get("terminated") or {}
                time = parse_timestamp(ended.get("finishedAt"))
                if time is not None:
                    code = ended.get("exitCode")
                    told = f"container {status.get('name')} ended: {ended.get('reason')}, exit {code}"
                    yield TimelineEvent(time, "restart", ref_of(pod), told, "fail" if code else "")


def _health(graph: Graph) -> Iterator[TimelineEvent]:
    for kind in _HEALTH:
        for item in graph.all(kind):
            status = item.get("status")
            for one in (status.get("conditions") or []) if isinstance(status, dict) else []:
                time = parse_timestamp(one.get("lastTransitionTime"))
                if time is not None:
                    told = f"{one.get('type')}={one.get('status')} {one.get('reason') or ''}"
                    yield TimelineEvent(time, "health", ref_of(item), told)


def _made(item: Object) -> datetime | None:
    return parse_timestamp((item.get("metadata") or {}).get("creationTimestamp"))


def shown(found: Sequence[TimelineEvent], terms: Sequence[Term], *, faults: bool) -> list[TimelineEvent]:
    """What passes the filter. `faults`: warnings, ends with an error, and faults alone."""
    return [
        h for h in found
        if (not faults or h.style not in ("", "key"))
        and (not terms or meets(terms, facts(
            f"{h.ref} {h.kind} {h.text}", ns=[h.ref.namespace], kind=[h.ref.kind], sev=h.style,
            cause=getattr(h.found, "cause", ""),
        )))
    ]  # fmt: skip


def entries(found: Sequence[TimelineEvent]) -> list[Hashable]:
    """What the cursor rests on, one for each: the same for the same happening, also when others come before it."""
    seen: Counter[Hashable] = Counter()
    keys: list[Hashable] = []
    for one in found:
        key = (one.time, one.kind, one.ref, one.text)
        keys.append((*key, seen[key]))
        seen[key] += 1
    return keys


def timeline_lines(found: Sequence[TimelineEvent], scene: ViewState, width: int) -> list[Line]:
    """One line each, or two where it is narrow; days and the clock of the recording between."""
    page = Page(width)
    day = ""
    several = len({one.ref.namespace for one in found if one.ref.namespace}) > 1
    for entry, one in zip(entries(found), found, strict=True):
        date, _, time = to_second(one.time).partition(" ")
        if date != day:
            page.add((f"{date} UTC", "head"))
            day = date
        word = sign(one.found).strip() if one.found is not None else _KINDS[one.kind]
        head, act = f"{time}  {word:<8} ", Open(one.ref)
        pieces = fold(f"{name(one.ref, several)}: {one.text}", width - len(head))
        for row, piece in enumerate(first_of(pieces, _ROWS)):
            page.add(" " * len(head) if row else head, (piece, one.style), entry=entry, act=act)
    if found:
        told = "now" if scene.outcome.live else "the recording was made"
        page.add((f"{to_second(scene.graph.clock).partition(' ')[2]}  {told}", "head"))
    else:
        page.text("Nothing that was recorded has a time, or nothing passes the filter.", "dim")
    return page.lines


def entry_before(found: Sequence[TimelineEvent], wanted: Found | None) -> int | None:
    """Where to look first: at the beginning of a fault, else at the latest."""
    if wanted is not None and isinstance(wanted, Diagnosis):
        at = next(
            (i for i, h in enumerate(found) if h.found is not None and h.found.fingerprint == wanted.fingerprint), None
        )
        if at is not None:
            return at
    return len(found) - 1 if found else None
