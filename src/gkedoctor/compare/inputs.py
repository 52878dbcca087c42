"""One side of a comparison: a diagnosed snapshot, or a report that was saved as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from gkedoctor.diagnose.model import Diagnosis, Outcome, Unexplained
from gkedoctor.errors import SourceError
from gkedoctor.graph import Ref
from gkedoctor.playbook.model import Severity
from gkedoctor.snapshot.model import Snapshot

_SCHEMA = "gkedoctor/report/v1"
_IS_REPORT = re.compile(rb'"schema"\s*:\s*"gkedoctor/report/v(\d+)"')
_LOOKED_AT = 4096
"""Bytes at either end of a file in which a report says that it is one, however its keys are sorted."""


@dataclass(frozen=True)
class ComparedFinding:
    """A finding of either side. A symptom without a cause has neither playbook nor cause nor severity.

    `diagnosis`: all of it, where this side was diagnosed now.
    """

    fingerprint: str
    root: Ref
    title: str
    playbook: str | None = None
    cause: str | None = None
    severity: Severity | None = None
    suppressed: bool = False
    diagnosis: Diagnosis | None = None

    @property
    def base(self) -> str:
        """The fingerprint without the number that tells it from others like it in the same outcome."""
        return self.fingerprint.partition("-")[0]


@dataclass(frozen=True)
class ComparisonInput:
    """What was found at one moment. `holes`: the collections that could not be looked at."""

    source: str
    cluster: str | None
    project: str | None
    location: str | None
    recorded_at: datetime
    complete: bool
    holes: frozenset[str]
    found: tuple[ComparedFinding, ...]
    snapshot: Snapshot | None = None


def diagnosed(
    source: str,
    outcome: Outcome,
    suppressed: Iterable[Diagnosis | Unexplained] = (),
    snapshot: Snapshot | None = None,
) -> ComparisonInput:
    """The side of a snapshot. `outcome`: without what is suppressed."""
    shown: list[Diagnosis | Unexplained] = [*outcome.diagnoses, *outcome.unexplained]
    return ComparisonInput(
        source=source,
        cluster=outcome.cluster,
        project=outcome.project,
        location=outcome.location,
        recorded_at=outcome.recorded_at,
        complete=outcome.complete,
        holes=frozenset(hole.collection for hole in outcome.not_checked),
        found=_distinct([*(_found(f) for f in shown), *(_found(f, suppressed=True) for f in suppressed)]),
        snapshot=snapshot,
    )


def _found(finding: Diagnosis | Unexplained, *, suppressed: bool = False) -> ComparedFinding:
    if isinstance(finding, Unexplained):
        return ComparedFinding(finding.fingerprint, finding.ref, finding.symptom, suppressed=suppressed)
    return ComparedFinding(
        finding.fingerprint, finding.root, finding.title, finding.playbook, finding.cause, finding.severity,
        suppressed, finding,
    )  # fmt: skip


def _distinct(items: Iterable[ComparedFinding]) -> tuple[ComparedFinding, ...]:
    """Symptoms without a cause once for all the Pods of a workload: how many there are is not news."""
    seen: set[str] = set()
    kept = []
    for item in items:
        if item.cause is None and item.base in seen:
            continue
        seen |= {item.base} if item.cause is None else set()
        kept.append(item)
    return tuple(kept)


class _SavedDiagnosis(msgspec.Struct, frozen=True):
    """What is read of a diagnosis; a later v1 may have more."""

    fingerprint: str
    root: dict[str, str]
    title: str
    playbook: str | None = None
    cause: str | None = None
    severity: Severity | None = None
    explains: tuple[dict[str, str], ...] = ()


class _SavedSymptom(msgspec.Struct, frozen=True):
    kind: str
    name: str
    symptom: str
    fingerprint: str = ""
    fingerprints: tuple[str, ...] = ()
    namespace: str | None = None
    project: str | None = None
    location: str | None = None


class _SavedSnapshot(msgspec.Struct, frozen=True):
    recorded_at: datetime
    cluster: str | None = None
    project: str | None = None
    location: str | None = None


class SavedReport(msgspec.Struct, frozen=True):
    """What is read of a saved report; a later v1 may have more."""

    schema: str
    snapshot: _SavedSnapshot
    diagnoses: tuple[_SavedDiagnosis, ...]
    unexplained: tuple[_SavedSymptom, ...] = ()
    suppressed: tuple[_SavedDiagnosis, ...] = ()
    not_checked: tuple[dict[str, Any], ...] = ()
    complete: bool = True


def saved_report(path: Path) -> ComparisonInput | None:
    """The side of a saved JSON report; None where the file is something else."""
    report = read_saved_report(path)
    return saved_side(str(path), report) if report is not None else None


def read_saved_report(path: Path) -> SavedReport | None:
    """A saved JSON report; None where the file is something else. SourceError where it cannot be read."""
    try:
        told = _IS_REPORT.search(_ends(path)) if path.is_file() else None
        content = path.read_bytes() if told is not None else b""
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror or error}") from error
    if told is None:
        return None
    if told[1] != b"1":
        raise SourceError(f"{path} is a report of a newer gkedoctor", hint="update gkedoctor")
    try:
        report = msgspec.json.decode(content, type=SavedReport)
    except msgspec.MsgspecError as error:
        raise SourceError(f"{path} is not a complete report: {error}") from error
    return report if report.schema == _SCHEMA else None


def _ends(path: Path) -> bytes:
    with path.open("rb") as file:
        head = file.read(_LOOKED_AT)
        file.seek(max(0, path.stat().st_size - _LOOKED_AT))
        return head + file.read() if head.lstrip()[:1] == b"{" else b""


def saved_side(source: str, report: SavedReport) -> ComparisonInput:
    """The side of a report that was read."""
    when = report.snapshot.recorded_at
    symptoms = [
        ComparedFinding(one, Ref(s.kind, s.name, s.namespace, s.project, s.location), s.symptom)
        for s in report.unexplained
        for one in s.fingerprints or (s.fingerprint or s.symptom,)
    ]
    return ComparisonInput(
        source=source,
        cluster=report.snapshot.cluster,
        project=report.snapshot.project,
        location=report.snapshot.location,
        recorded_at=when if when.tzinfo else when.replace(tzinfo=UTC),
        complete=report.complete,
        holes=frozenset(str(hole.get("collection")) for hole in report.not_checked),
        found=_distinct(
            [
                *(_saved(d) for d in report.diagnoses),
                *symptoms,
                *(_saved(d, suppressed=True) for d in report.suppressed),
            ]
        ),
    )


def saved_ref(root: Mapping[str, str]) -> Ref:
    """A reference out of its wire form."""
    return Ref(
        root.get("kind", ""), root.get("name", ""), root.get("namespace"), root.get("project"), root.get("location")
    )


def _saved(entry: _SavedDiagnosis, *, suppressed: bool = False) -> ComparedFinding:
    ref = saved_ref(entry.root)
    return ComparedFinding(
        entry.fingerprint, ref, entry.title, entry.playbook, entry.cause, entry.severity, suppressed=suppressed
    )
