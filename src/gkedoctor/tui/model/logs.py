"""The logs behind an object: of its Pods' containers, those that the evidence names first."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Any, NamedTuple

from gkedoctor.diagnose.model import Diagnosis, ResolvedEvidence
from gkedoctor.graph import EDGES, Graph, Ref, Unknown, ref_of
from gkedoctor.report.phrases import counted
from gkedoctor.snapshot.intake import LOGS_STATE
from gkedoctor.snapshot.kinds import LOGS
from gkedoctor.snapshot.model import Object
from gkedoctor.tui.model.lines import Line, Page, pad, short
from gkedoctor.tui.model.state import ViewState, proofs_of
from gkedoctor.tui.model.states import State, state_of

MAX_LISTED = 500
"""Containers in the list of a workload: more are reached by their Pods."""

_NOT_BY_PODS = ("Node", "PodDisruptionBudget")
_STATUS = re.compile(r"status\.(initContainerStatuses|containerStatuses)\[(\d+)\]")
_SPEC = re.compile(r"spec\.(initContainers|containers)\[(\d+)\]")


class LogKey(NamedTuple):
    """One container of one Pod."""

    pod: Ref
    container: str


@dataclass(frozen=True)
class LogRun:
    """What was recorded of a container: the lines of its present run, and of the one before."""

    key: LogKey
    state: State
    current: Sequence[str] = ()
    previous: Sequence[str] = ()

    def lines(self, *, previous: bool) -> Sequence[str]:
        """Those of one run."""
        return self.previous if previous else self.current


def has_pods(kind: str) -> bool:
    """Whether objects of a kind have Pods of their own: workloads, Services, and Pods themselves."""
    return kind == "Pod" or ((kind, "pods") in EDGES and kind not in _NOT_BY_PODS)


def pods_behind(graph: Graph, item: Object) -> Sequence[Object] | Unknown:
    """The Pods of a workload or a Service; a Pod itself."""
    kind = str(item.get("kind"))
    if kind == "Pod":
        return [item]
    return graph.follow("pods", item) if has_pods(kind) else []


def log_runs(scene: ViewState, item: Object, proofs: Sequence[ResolvedEvidence]) -> list[LogRun] | Unknown:
    """The containers behind an object: of the evidence's Pod first, then of Pods that fail, then by name."""
    pods = pods_behind(scene.graph, item)
    if isinstance(pods, Unknown):
        return pods
    named = [proof.ref for proof in proofs if proof.ref.kind == "Pod"]
    states = [(pod, ref_of(pod), state_of(scene.graph, pod)) for pod in pods]
    states.sort(key=lambda p: (named.index(p[1]) if p[1] in named else len(named), p[2].style != "fail", p[1].name))
    runs = [run for pod, ref, state in states[:MAX_LISTED] for run in _of_pod(scene.graph, pod, ref, state)]
    first = told_container(scene, proofs)
    return sorted(runs, key=lambda run: run.key != first) if first is not None else runs


def _of_pod(graph: Graph, pod: Object, ref: Ref, state: State) -> list[LogRun]:
    recorded = graph.index(_by_pod).get((ref.namespace or "", ref.name), {})
    spec = pod.get("spec") or {}
    names = [c.get("name") for part in ("containers", "initContainers") for c in spec.get(part) or []]
    found = []
    for container in dict.fromkeys([*map(str, names), *(container for container, _ in recorded)]):
        current, previous = recorded.get((container, False), []), recorded.get((container, True), [])
        found.append(LogRun(LogKey(ref, container), state, current, previous))
    return sorted(found, key=lambda run: not (run.current or run.previous))


def _by_pod(graph: Graph) -> dict[tuple[str, str], dict[tuple[str, bool], list[str]]]:
    found: dict[tuple[str, str], dict[tuple[str, bool], list[str]]] = {}
    for log in graph.snapshot.collection(LOGS).objects:
        pod = found.setdefault((str(log.get("namespace") or ""), str(log.get("pod"))), {})
        pod[(str(log.get("container")), bool(log.get("previous")))] = [str(row) for row in log.get("lines") or []]
    return found


def told_container(scene: ViewState, proofs: Sequence[ResolvedEvidence]) -> LogKey | None:
    """The container that the evidence names by the path of its status or spec."""
    for proof in proofs:
        found = _STATUS.match(proof.path) or _SPEC.match(proof.path)
        pod = scene.find(proof.ref) if proof.ref.kind == "Pod" and found is not None else None
        if pod is not None and found is not None:
            part = "status" if found[1].endswith("Statuses") else "spec"
            containers = (pod.get(part) or {}).get(found[1]) or []
            if int(found[2]) < len(containers):
                return LogKey(proof.ref, str(containers[int(found[2])].get("name")))
    return None


def line_of(rows: Sequence[str], value: Any) -> int | None:
    """Which line of a log an evidence quotes; the last such. Long ones are quoted by their beginning."""
    lines = str(value or "").strip().splitlines()
    if not lines:
        return None
    wanted = lines[0].strip()
    start = wanted.removesuffix("…")
    for i in range(len(rows) - 1, -1, -1):
        row = rows[i].strip()
        if row == wanted or (start != wanted and row.startswith(start)) or row.endswith(wanted):
            return i
    return None


@dataclass(frozen=True)
class LogQuery:
    """Which log is to be shown. `run`: a container; None for that of the evidence. `listed`: the list of all."""

    previous: bool = False
    run: LogKey | None = None
    listed: bool = False
    value: Any = None
    """The line that the page is opened for."""


@dataclass(frozen=True)
class LogPage:
    """A log, or the list of logs. `run`: the container whose log it is; `runs`: all, in their order."""

    lines: list[Line]
    at: object = None
    title: str = ""
    previous: bool = False
    run: LogKey | None = None
    runs: tuple[LogKey, ...] = ()


def log_page(scene: ViewState, item: Object, ref: Ref, query: LogQuery, width: int) -> LogPage:
    """The log that was asked for; the evidence's, where none was; the list, where there are several to choose from."""
    proofs = proofs_of(scene, ref)
    runs = log_runs(scene, item, proofs)
    page = Page(width)
    if isinstance(runs, Unknown):
        page.text(f"The Pods of {ref} are not known: {runs.reason}", "unknown")
        return LogPage(page.lines)
    if not runs:
        page.text(_none(ref))
        return LogPage(page.lines)
    keys = tuple(run.key for run in runs)
    quoted = [query.value] if query.value is not None else [p.value for p in proofs if p.path == "log"]
    run, previous = _chosen(runs, query, quoted, {proof.ref for proof in proofs})
    if run is None:
        return LogPage(_list_lines(runs, ref, width), title="logs", runs=keys)
    at = _log_lines(scene, run, page, quoted, previous=previous)
    title = f"Pod {run.key.pod.name}  {run.key.container}{', previous run' if previous else ''}"
    return LogPage(page.lines, at, title, previous, run.key, keys)


def _chosen(runs: list[LogRun], query: LogQuery, quoted: Sequence[Any], named: Set[Ref]) -> tuple[LogRun | None, bool]:
    """The container whose log is shown, and whether that of its previous run; None for the list."""
    if query.run is not None:
        return next((run for run in runs if run.key == query.run), runs[0]), query.previous
    if query.listed:
        return None, query.previous
    for value in quoted:
        for previous in (query.previous, not query.previous):
            told = next((r for r in runs if line_of(r.lines(previous=previous), value) is not None), None)
            if told is not None:
                return told, previous
    return (runs[0] if len(runs) == 1 or runs[0].key.pod in named else None), query.previous


def _list_lines(runs: Sequence[LogRun], ref: Ref, width: int) -> list[Line]:
    """One line a container: enter opens its log."""
    page = Page(width)
    page.head(f"LOGS OF {ref.kind} {ref.name}", "enter opens, left and right go to the next")
    pods = max(12, min(width - 46, max(len(run.key.pod.name) for run in runs)))
    names = max(8, min(20, max(len(run.key.container) for run in runs)))
    for run in runs[:MAX_LISTED]:
        counts = [(len(run.current), ""), (len(run.previous), " of the previous run")]
        told = ", ".join(f"{counted(count, 'line')}{which}" for count, which in counts if count) or "not recorded"
        page.add(
            "  ", pad(run.key.pod.name, pods), "  ", pad(run.key.container, names), "  ",
            (pad(run.state.word, 18), run.state.style), (f"  {told}", "dim"), entry=run.key,
        )  # fmt: skip
    if len(runs) > MAX_LISTED:
        page.text(f"and {len(runs) - MAX_LISTED} more", "dim", "  ")
    return page.lines


def _log_lines(scene: ViewState, run: LogRun, page: Page, quoted: Sequence[Any], *, previous: bool) -> object:
    """Writes the log; gives the entry that the evidence quotes, else the latest."""
    rows = run.lines(previous=previous)
    which = "previous run" if previous else "current run"
    if not rows:
        _not_recorded(scene, run, page, which, previous=previous)
        return None
    name = short(run.key.pod.name, max(20, page.width - 50))
    page.head(f"{name}  {run.key.container}, {which}", f"last {counted(len(rows), 'line')}")
    marked = {at for value in quoted if (at := line_of(rows, value)) is not None}
    for i, row in enumerate(rows):
        sign = "* " if i in marked else "  "
        page.text(row, "title" if i in marked else "", sign, rest="    ", entry=("log", i))
    return ("log", min(marked) if marked else len(rows) - 1)


def _not_recorded(scene: ViewState, run: LogRun, page: Page, which: str, *, previous: bool) -> None:
    """Why a log is not here, and the command that prints it where there may be one."""
    pod, other = run.key.pod, run.lines(previous=not previous)
    waits = _waits(scene, run.key)
    if waits and not other:
        page.text(f"Container {run.key.container} has not started ({waits}), so it has no log.")
        return
    doubt = scene.snapshot.collection(LOGS).why_incomplete()
    why = (
        "only logs of failing containers are read"
        if scene.outcome.live and doubt in (None, LOGS_STATE.reason)
        else doubt
    )
    done = "was not read" if scene.outcome.live else "is not recorded"
    page.text(f"The log of the {which} of container {run.key.container} {done}{f': {why}' if why else ''}.")
    command = (
        f"kubectl -n {pod.namespace} logs {pod.name} -c {run.key.container} --tail=100"
        f"{' --previous' if previous else ''}"
    )
    page.commands([command], "log command", "the command")
    if other:
        page.text(f"{'l' if previous else 'p'} shows the {'current' if previous else 'previous'} run.")


def _waits(scene: ViewState, key: LogKey) -> str:
    """Why a container never ran; empty where it did or may have."""
    status = (scene.find(key.pod) or {}).get("status") or {}
    every = [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]
    own: Object = next((one for one in every if one.get("name") == key.container), {})
    waiting = (own.get("state") or {}).get("waiting") or {}
    return str(waiting.get("reason") or "") if not own.get("restartCount") and not own.get("lastState") else ""


def _none(ref: Ref) -> str:
    if has_pods(ref.kind):
        return f"{ref} has no Pods."
    return f"{ref.kind} objects have no logs. Workloads, Services and Pods have."


def holder_of(scene: ViewState, ref: Ref, page: str) -> Ref:
    """Where a page of an object is: of what has no Pods, logs are those of the evidence's Pod or workload.

    So are the Events of what does not exist.
    """
    if has_pods(ref.kind) or page not in ("logs", "previous", "events"):
        return ref
    if page == "events" and scene.find(ref) is not None:
        return ref
    found = scene.about.get(ref)
    refs = [proof.ref for proof in proofs_of(scene, ref)]
    refs += [one.ref for one in found.explains] if isinstance(found, Diagnosis) else []
    return next((one for one in refs if has_pods(one.kind)), ref)
