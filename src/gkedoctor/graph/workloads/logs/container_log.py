"""The recorded log of one container: its lines, those of the run that matters, and what its telling entry says."""

from __future__ import annotations

from typing import Any

from gkedoctor.graph.core.accessors import name_of, namespace_of
from gkedoctor.graph.core.graph import Graph, Record
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.workloads.hosts import named_hosts
from gkedoctor.graph.workloads.logs.faults import fault_of
from gkedoctor.graph.workloads.logs.runs import ended_run
from gkedoctor.graph.workloads.logs.telling import read_run
from gkedoctor.snapshot.kinds import LOGS
from gkedoctor.snapshot.model import Object

_SHOWN = 160
"""Characters of the telling sentence that fit into a title; the evidence has the whole."""
_LONGEST_REASON = 4000
_FIELDS = ("telling", "reason", "final", "before", "fault", "faultLine", "setting")


def log_facts(graph: Graph, pod: Object, spec: Object, status: Object, *, ends: bool) -> Record:
    """What the log of a container says: {log, said, telling, reason, final, fault, faultLine, setting}.

    `ends`: it ends again and again or has ended, so that the run that ended last matters, not the present one.
    """
    name = str(spec.get("name"))
    place = (namespace_of(pod), name_of(pod), name)
    found = graph.index(_logs)
    if not found and not (status.get("state") or status.get("lastState")):
        return _unknown(graph, pod, "no log of this container was recorded")
    current, previous = found.get((*place, False), []), found.get((*place, True), [])
    log = [*previous, *current] or _no_log(graph, pod, "no log of this container was recorded")
    said = _said(graph, pod, (current, previous), status, ends=ends)
    if isinstance(said, Unknown):
        return dict.fromkeys((*_FIELDS, "said"), said) | {"log": log, "telling": None, "reason": None}
    return {"log": log, "said": said, **_reading(graph, place, spec, said)}


def _said(
    graph: Graph, pod: Object, runs: tuple[list[str], list[str]], status: Object, *, ends: bool
) -> list[str] | Unknown:
    """The lines of the run that matters, and the termination message (often the end of the log too)."""
    current, previous = runs
    state, last = status.get("state") or {}, status.get("lastState") or {}
    ended = state.get("terminated") or last.get("terminated") or {}
    if not ends and state.get("running") is not None:
        return current or _no_log(graph, pod, "no log of the present run of this container was recorded")
    lines = ended_run(current, previous, status, graph.clock)
    if ended.get("reason") not in ("StartError", "ContainerCannotRun"):
        lines += [line for line in str(ended.get("message") or "").splitlines() if line not in lines]
    if any(line.strip() for line in lines):
        return lines
    return _no_log(graph, pod, "no log of the run of this container that ended was recorded" if current else "")


def _reading(graph: Graph, place: tuple[str, str, str], spec: Object, said: list[str]) -> Record:
    """What the lines say, worked out once for each container."""
    known = graph.memo(_reading)
    if place not in known:
        known[place] = _read(spec, said)
    found: Record = known[place]
    return found


def _read(spec: Object, said: list[str]) -> Record:
    reading = read_run(said)
    hosts = frozenset(host for (host, _), _ in named_hosts(spec))
    fault = fault_of(reading.chain, hosts, reading.before) if reading.proves else None
    reason = "\n".join(reading.entry.texts) if reading.entry else None
    return {
        "telling": _short(reading.line) or None,
        "reason": reason[:_LONGEST_REASON] if reason else None,
        "final": list(reading.chain) if reading.proves else [],
        "before": list(reading.before),
        "fault": fault.kind if fault else None,
        "faultLine": fault.line if fault else None,
        "setting": fault.name if fault else None,
    }


def _short(line: str) -> str:
    line = line.strip()
    return line if len(line) <= _SHOWN else line[:_SHOWN] + "…"


def _unknown(graph: Graph, pod: Object, why: str) -> Record:
    doubt = _no_log(graph, pod, why)
    return dict.fromkeys(("log", "said", *_FIELDS), doubt) | {"telling": None, "reason": None}


def _no_log(graph: Graph, pod: Object, why: str) -> Unknown:
    reason = (
        graph.snapshot.collection(LOGS).why_incomplete(namespace_of(pod), name_of(pod))
        or why
        or "no log of this container was recorded"
    )
    return Unknown(LOGS, reason)


def _logs(graph: Graph) -> dict[tuple[str, str, str, bool], list[str]]:
    found: dict[Any, list[str]] = {}
    for log in graph.snapshot.collection(LOGS).objects:
        place = (str(log.get("namespace") or ""), str(log.get("pod")), str(log.get("container")))
        found[(*place, bool(log.get("previous")))] = list(log.get("lines") or [])
    return found
