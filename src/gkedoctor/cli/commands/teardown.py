"""`gkedoctor teardown`."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gkedoctor.cli.output import write_result
from gkedoctor.cli.source import Purpose, patiently, source_options, take, tell
from gkedoctor.errors import ExitCode
from gkedoctor.snapshot.garbage import paused_garbage_collector

if TYPE_CHECKING:
    from gkedoctor.graph import Graph
    from gkedoctor.graph.leftovers.teardown import Step

_WAIT = "wait until each is gone: its controller deletes the load balancer before it lets go"


@click.command()
@source_options
def teardown(source: Path | None, **flags: Any) -> int:
    """List what deleting this cluster now would leave on Google Cloud.

    Prints what to take down first, in the order that works, with commands to
    read and paste. gkedoctor itself deletes nothing. Without --from, the
    live cluster of the kubeconfig is looked at.

    Exits 0 if nothing would be left, 1 if something would, 4 if nothing was
    found and not everything could be looked at.

    \b
    Examples:
      gkedoctor teardown --context gke_acme_europe-west1_old
      gkedoctor teardown --from cluster.json
    """
    from gkedoctor.graph import Graph
    from gkedoctor.graph.leftovers.teardown import teardown as steps_of

    with paused_garbage_collector(), patiently(source):
        taken = take(source, flags | {"logs": False}, Purpose(alone=True))
        graph = Graph(taken.snapshot)
        steps = steps_of(graph)
    tell(taken.notes)
    unseen = list(_unseen(graph))
    write_result("\n".join([*_lines(steps), *_closing(graph, steps, unseen)]) + "\n")
    if steps:
        return ExitCode.FOUND
    return ExitCode.INCOMPLETE if unseen else ExitCode.OK


def _lines(steps: dict[str, list[Step]]) -> Iterator[str]:
    from gkedoctor.graph import ref_of
    from gkedoctor.graph.frontends.frontend import FRONTENDS
    from gkedoctor.graph.leftovers.teardown import STEPS
    from gkedoctor.report.inert import inert

    headings = dict(STEPS)
    for number, (kind, found) in enumerate(steps.items(), start=1):
        yield f"{number}. {headings[kind]}"
        for step in found:
            yield inert(f"   {ref_of(step.item)} would leave {step.leaves}")
            yield inert(f"     {step.command}")
        if kind in FRONTENDS:
            yield f"   {_WAIT}"
        yield ""


def _closing(graph: Graph, steps: dict[str, list[Step]], unseen: list[str]) -> Iterator[str]:
    from gkedoctor.report.inert import inert

    for line in unseen:
        yield inert(f"not looked at: {line}")
    if _gone(graph):
        yield from _afterwards(graph)
        return
    count = sum(map(len, steps.values()))
    manifest = graph.snapshot.manifest
    cluster = inert(manifest.cluster or "the cluster")
    if count:
        yield f"{count} object{'s' * (count != 1)} to take down before {cluster} is deleted; afterwards:"
    elif unseen:
        yield f"nothing was found that deleting {cluster} would leave behind; not everything could be looked at"
    else:
        yield f"deleting {cluster} leaves nothing behind:"
    if manifest.cluster and manifest.location and (count or not unseen):
        project = f" --project {shlex.quote(manifest.project)}" if manifest.project else ""
        where = f"{shlex.quote(manifest.cluster)} --location {shlex.quote(manifest.location)}{project}"
        yield inert(f"     gcloud container clusters delete {where}")


def _gone(graph: Graph) -> bool:
    """Whether nothing of it could be read, and the complete list of the project's clusters has none of its name."""
    from gkedoctor.graph.leftovers.teardown import STEPS

    name = graph.snapshot.manifest.cluster
    if name is None or graph.doubt("Cluster") is not None or any(graph.doubt(kind) is None for kind, _ in STEPS):
        return False
    return all(cluster.get("name") != name for cluster in graph.all("Cluster"))


def _afterwards(graph: Graph) -> Iterator[str]:
    from gkedoctor.report.inert import inert

    manifest = graph.snapshot.manifest
    project = f" --project {shlex.quote(manifest.project)}" if manifest.project else ""
    yield inert(f"{manifest.cluster} is not among the clusters of its project: it is deleted; what it left behind:")
    yield inert(f"     gkedoctor leftovers{project}")


def _unseen(graph: Graph) -> Iterator[str]:
    """The listings that are not complete, by the reason; Gateways only where they may be served."""
    from gkedoctor.graph.leftovers.teardown import STEPS
    from gkedoctor.snapshot.model import Status

    alike: dict[str, list[str]] = {}
    for kind, _ in STEPS:
        doubt = graph.doubt(kind)
        if doubt is None:
            continue
        status = graph.snapshot.collection(doubt.collection).state.status
        if kind == "Gateway" and status in (Status.NOT_ASKED, Status.DISABLED):
            continue
        alike.setdefault(doubt.reason, []).append(doubt.collection)
    for reason, names in alike.items():
        yield f"{', '.join(names)}: {reason}"
