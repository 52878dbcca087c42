"""A live cluster as the source of a command: kubectl's and gcloud's flags by their names, and progress."""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click
from msgspec.structs import replace

from gkedoctor.errors import UsageError
from gkedoctor.report.inert import inert

if TYPE_CHECKING:
    from gkedoctor.collect.found import Said
    from gkedoctor.collect.logs import Run
    from gkedoctor.collect.place import CloudWish, GooglePlace
    from gkedoctor.collect.run import Asked
    from gkedoctor.playbook.compiled import CompiledPlaybook
    from gkedoctor.snapshot.model import Snapshot

F = TypeVar("F", bound=Callable[..., Any])
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


class Live(NamedTuple):
    """The flags that say which cluster, as whom, and how much of it."""

    kubeconfig: str | None
    context: str | None
    as_user: str | None
    request_timeout: float
    project: str | None
    location: str | None
    impersonate: str | None
    gcp: bool
    logs: bool


class Recorded(NamedTuple):
    """What a live collection came to."""

    snapshot: Snapshot
    interrupted: bool


class Duration(click.ParamType[float]):
    """kubectl's durations: `30`, `10s`, `1m30s`."""

    name = "duration"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds."""
        if isinstance(value, int | float):
            return float(value)
        parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)?", value)
        if not parts or "".join(a + b for a, b in parts) != value:
            self.fail(f"`{value}` is no duration; write it like 10s or 1m", param, ctx)
        return sum(float(number) * _SECONDS[unit or "s"] for number, unit in parts)


_OPTIONS = (
    click.option("--kubeconfig", metavar="FILE", help="The kubeconfig, as for kubectl."),
    click.option("--context", metavar="NAME", help="The context of the kubeconfig."),
    click.option("--as", "as_user", metavar="USER", help="Impersonate this user of the cluster."),
    click.option(
        "--request-timeout", type=Duration(), default="30s", metavar="TIME", help="Limit for one request (default 30s)."
    ),
    click.option("--project", metavar="ID", help="The Google Cloud project, if context and Nodes do not say."),
    click.option("--location", metavar="ZONE|REGION", help="The cluster's location, likewise."),
    click.option("--impersonate-service-account", "impersonate", metavar="EMAIL", help="As for gcloud."),
    click.option("--gcp/--no-gcp", "gcp", default=True, help="Ask Google Cloud too (default), or not."),
    click.option("--logs/--no-logs", "logs", default=True, help="Read logs of containers that are not well (default)."),
)


def live_options(command: F) -> F:
    """Adds the flags of a live collection."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def record(
    live: Live, playbooks: Iterable[CompiledPlaybook], *, only: Sequence[str] = (), fallback: Sequence[str] = ()
) -> Recorded:
    """Collects, masks and takes in. SourceError where the cluster cannot be reached."""
    from gkedoctor.collect.run import collect
    from gkedoctor.snapshot.intake import taken_in
    from gkedoctor.snapshot.redact import redact

    board = Board(sys.stderr.isatty())
    collected = collect(asked_for(live, playbooks, only=only, fallback=fallback), board.say)
    board.close()
    redact(collected.gathered)
    return Recorded(_placed(taken_in(collected.gathered), collected.place), collected.interrupted)


def _placed(snapshot: Snapshot, place: GooglePlace | None) -> Snapshot:
    """The snapshot with the cluster's place, where its objects do not tell: Nodes may be denied."""
    from gkedoctor.snapshot.model import Snapshot

    known = snapshot.manifest
    if place is None or known.project not in (None, place.project):
        return snapshot
    manifest = replace(
        known,
        project=place.project,
        cluster=known.cluster or place.cluster,
        location=known.location or place.location,
    )
    return Snapshot(manifest, snapshot.collections.values())


def asked_for(
    live: Live, playbooks: Iterable[CompiledPlaybook], *, only: Sequence[str] = (), fallback: Sequence[str] = ()
) -> Asked:
    """The flags as a wish of the collectors."""
    from gkedoctor.collect.patience import Patience
    from gkedoctor.collect.run import Asked
    from gkedoctor.collect.wire import Login
    from gkedoctor.playbook.needs import needed_kinds

    return Asked(
        login=Login(live.kubeconfig, live.context, live.as_user),
        kinds=[kind for kind in needed_kinds(playbooks) if live.gcp or not kind.cloud],
        patience=Patience(request=live.request_timeout or 300.0),
        unwell=unwell if live.logs else None,
        cloud=cloud_wish(live) if live.gcp else None,
        only=only,
        fallback=fallback,
    )


def cloud_wish(live: Live) -> CloudWish:
    """gcloud's flags, and its variables for other endpoints."""
    from gkedoctor.collect.place import CloudWish

    return CloudWish(
        project=live.project,
        location=live.location,
        impersonate=live.impersonate,
        compute_endpoint=os.environ.get("CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE"),
        container_endpoint=os.environ.get("CLOUDSDK_API_ENDPOINT_OVERRIDES_CONTAINER"),
    )


def unwell(clock: datetime, pods: Sequence[Any]) -> list[Run]:
    """The runs of containers that are not well and have run at all, Pods that crash first."""
    from gkedoctor.collect.logs import Run
    from gkedoctor.graph.pods import statuses, step

    found: list[tuple[bool, Run]] = []
    for pod in pods:
        if not _has_shape(pod):
            continue
        stands = step(clock, pod)
        if stands in ("fine", "terminating", "scheduling", "silent"):
            continue
        place = (pod["metadata"]["namespace"], pod["metadata"]["name"])
        for status in statuses(pod):
            found += [(stands != "crash", Run(*place, status["name"], previous)) for previous in _runs(status)]
    return [run for _, run in sorted(found, key=lambda pair: (pair[0], pair[1]))]


def _runs(status: Any) -> list[bool]:
    """Which runs of a container left a log: `previous` of each."""
    state = status.get("state") or {}
    if (state.get("terminated") or {}).get("exitCode") == 0 or (status.get("ready") and not status.get("restartCount")):
        return []
    started = state.get("running") or state.get("terminated") or status.get("containerID")
    before = (status.get("restartCount") or 0) > 0 or (status.get("lastState") or {}).get("terminated")
    return [*([True] if before else []), *([False] if started else [])]


def _has_shape(pod: Any) -> bool:
    """Whether the Pod can be read; the intake judges it later and says what is wrong with it."""
    from gkedoctor.snapshot.shape import misfit

    names = pod.get("metadata") if isinstance(pod, dict) else None
    if not isinstance(names, dict) or not isinstance(names.get("namespace"), str) or not names.get("name"):
        return False
    return misfit("pods", pod) is None


class Board:
    """Progress on standard error: one line a collector, in place on a terminal, else when it is done."""

    def __init__(self, terminal: bool) -> None:
        self._terminal = terminal
        self._began = time.monotonic()
        self._lines: dict[str, str] = {}
        self._lock = threading.Lock()
        self._shown = 0

    def say(self, said: Said) -> None:
        """Shows how far a collector is, and what went wrong at once. Called from several threads."""
        with self._lock:
            self._say(said)

    def _say(self, said: Said) -> None:
        seconds = time.monotonic() - self._began
        line = f"  {said.collector:<15} {said.objects:>7,}  {seconds:5.1f} s  {said.state or '…'}"
        self._lines[said.collector] = line
        trouble = f"  {said.collector:<15} {inert(said.trouble)}" if said.trouble else ""
        if self._terminal:
            self._redraw(trouble)
            return
        for text in (trouble, line if said.state else ""):
            if text:
                click.echo(text, err=True)

    def close(self) -> None:
        """Leaves the lines as they are."""
        self._shown = 0

    def _redraw(self, trouble: str) -> None:
        up = f"\033[{self._shown}A" if self._shown else ""
        rows = [*([trouble] if trouble else []), *self._lines.values()]
        click.echo(up + "".join(f"\r\033[K{row}\n" for row in rows), err=True, nl=False, color=True)
        self._shown = len(self._lines)


def refuse_live_flags(context: click.Context, names: Sequence[str]) -> None:
    """UsageError where flags for a live cluster were given together with --from."""
    for name in names:
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            given = next(p for p in context.command.params if p.name == name)
            flag = (given.secondary_opts if context.params[name] is False else given.opts)[0]
            raise UsageError(f"{flag} is for a live cluster, --from for a recording", hint="leave one of them out")
