"""What deleting a cluster now would leave on Google Cloud, and in which order to take it down first."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from gkedoctor.graph import Graph, ref_of
from gkedoctor.graph.leftovers.teardown import STEPS, teardown
from gkedoctor.report.teardown.model import Stage, Step, TeardownPlan
from gkedoctor.snapshot.model import Manifest, Snapshot, Status


def teardown_plan(snapshot: Snapshot) -> TeardownPlan:
    """The stages in the order that works, what could not be read, and the command that ends it. Deletes nothing."""
    graph = Graph(snapshot)
    headings = dict(STEPS)
    stages = tuple(
        Stage(kind, headings[kind], tuple(Step(ref_of(step.item), step.leaves, step.command) for step in steps))
        for kind, steps in teardown(graph).items()
    )
    not_checked = tuple(_not_checked(graph))
    gone = _is_gone(graph)
    manifest = snapshot.manifest
    return TeardownPlan(
        cluster=manifest.cluster,
        gone=gone,
        stages=stages,
        not_checked=not_checked,
        closing=_closing(manifest, gone=gone, certain=bool(stages) or not not_checked),
    )


def _closing(manifest: Manifest, *, gone: bool, certain: bool) -> str | None:
    """The command that comes after all: deletes the cluster, or looks for what a deleted one left behind."""
    project = f" --project {shlex.quote(manifest.project)}" if manifest.project else ""
    if gone:
        return f"gkedoctor leftovers{project}"
    if not (manifest.cluster and manifest.location and certain):
        return None
    where = f"{shlex.quote(manifest.cluster)} --location {shlex.quote(manifest.location)}{project}"
    return f"gcloud container clusters delete {where}"


def _is_gone(graph: Graph) -> bool:
    """Whether nothing of it could be read, and the complete list of the project's clusters has none of its name."""
    name = graph.snapshot.manifest.cluster
    is_read = any(graph.why_incomplete(kind) is None for kind, _ in STEPS)
    if name is None or graph.why_incomplete("Cluster") is not None or is_read:
        return False
    return all(cluster.get("name") != name for cluster in graph.all("Cluster"))


def _not_checked(graph: Graph) -> Iterator[str]:
    """The listings that are not complete, by the reason; Gateways only where they may be served."""
    alike: dict[str, list[str]] = {}
    for kind, _ in STEPS:
        doubt = graph.why_incomplete(kind)
        if doubt is None:
            continue
        status = graph.snapshot.collection(doubt.collection).state.status
        if kind in ("Gateway", "MultiClusterIngress") and status in (Status.NOT_ASKED, Status.DISABLED):
            continue
        alike.setdefault(doubt.reason, []).append(doubt.collection)
    for reason, names in alike.items():
        yield f"{', '.join(names)}: {reason}"
