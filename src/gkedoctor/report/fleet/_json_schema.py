"""Many clusters as other tools read them: `gkedoctor/fleet/v1`. The JSON Schema is made from these structs."""

from __future__ import annotations

from typing import Final, Literal

import msgspec
from msgspec import UNSET, UnsetType

from gkedoctor.fleet.model import Diagnosed, Failed, Fleet, FleetCause, Root
from gkedoctor.playbook.model import Severity
from gkedoctor.report.answer import Answer
from gkedoctor.report.json_schema import Report
from gkedoctor.report.json_schema import to_wire as report_to_wire

SCHEMA_ID: Final = "gkedoctor/fleet/v1"


class RootEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Roots of one kind and name, in whichever namespaces and clusters."""

    kind: str
    name: str
    namespaces: tuple[str, ...]
    clusters: tuple[str, ...]
    roots: int


class CauseEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One cause wherever it is. `severity`: the gravest; `roots` counts the objects to mend, `at` says which."""

    cause: str
    severity: Severity
    playbooks: tuple[str, ...]
    clusters: tuple[str, ...]
    roots: int
    at: tuple[RootEntry, ...]


class ClusterEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One cluster: the name that `causes` uses, where its recording is, and its report as of `report -o json`."""

    name: str
    recording: str
    report: Report


class FailedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A recording that could not be diagnosed, and why."""

    name: str
    recording: str
    error: str
    hint: str | UnsetType = UNSET


class FleetReport(msgspec.Struct, frozen=True, kw_only=True):
    """All that was found in many recordings. `causes`: the gravest first, then the most widespread; the rest by name.

    `partial`: it was interrupted; `not_reached` names the recordings that nobody came to.
    """

    schema: Literal["gkedoctor/fleet/v1"]
    partial: bool
    causes: tuple[CauseEntry, ...]
    clusters: tuple[ClusterEntry, ...]
    failed: tuple[FailedEntry, ...]
    not_reached: tuple[str, ...]


def to_wire(fleet: Fleet) -> FleetReport:
    """The wire form of a fleet."""
    return FleetReport(
        schema=SCHEMA_ID,
        partial=fleet.interrupted,
        causes=tuple(map(_cause, fleet.causes)),
        clusters=tuple(map(_cluster, fleet.clusters)),
        failed=tuple(map(_failed, fleet.failed)),
        not_reached=fleet.not_reached,
    )


def answer(cluster: Diagnosed) -> Answer:
    """The report of one cluster."""
    return Answer(cluster.outcome, cluster.left_out, cluster.notes, suppressed=cluster.suppressed, known=cluster.known)


def _cause(cause: FleetCause) -> CauseEntry:
    return CauseEntry(
        cause=cause.cause,
        severity=cause.severity,
        playbooks=cause.playbooks,
        clusters=cause.clusters,
        roots=cause.roots,
        at=tuple(map(_root, cause.at)),
    )


def _root(root: Root) -> RootEntry:
    return RootEntry(
        kind=root.kind, name=root.name, namespaces=root.namespaces, clusters=root.clusters, roots=root.roots
    )


def _cluster(cluster: Diagnosed) -> ClusterEntry:
    return ClusterEntry(name=cluster.name, recording=cluster.at, report=report_to_wire(answer(cluster)))


def _failed(failed: Failed) -> FailedEntry:
    return FailedEntry(
        name=failed.name, recording=failed.at, error=failed.message, hint=UNSET if failed.hint is None else failed.hint
    )
