"""What `gkedoctor report --watch` prints: a line for each change, as `kubectl get --watch` does, or a JSON object."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from gkedoctor.diagnose.model import Diagnosis, Unexplained
from gkedoctor.playbook.model import Severity
from gkedoctor.report.answer import Answer
from gkedoctor.report.escaping import inert
from gkedoctor.report.formats.json import encoded
from gkedoctor.report.json_schema import DiagnosisEntry, OpenSymptom, diagnosis_entry, open_symptom
from gkedoctor.report.ref_schema import ObjectRef, object_ref

Change = Literal["present", "new", "changed", "fixed"]


class ChangeLine(msgspec.Struct, frozen=True, kw_only=True):
    """A finding that was there at the start (`present`), came, changed, or went (`fixed`: as it was last).

    `diagnosis` or `unexplained` is as in a report. `time` is the cluster's.
    """

    schema: Literal["gkedoctor/watch/v1"] = "gkedoctor/watch/v1"
    time: datetime
    change: Change
    fingerprint: str
    severity: Severity | UnsetType = UNSET
    root: ObjectRef
    title: str
    diagnosis: DiagnosisEntry | UnsetType = UNSET
    unexplained: OpenSymptom | UnsetType = UNSET


class StateLine(msgspec.Struct, frozen=True, kw_only=True):
    """How the cluster is read now: `live`; `failed`, with the reason; or what happened meanwhile (`notice`)."""

    schema: Literal["gkedoctor/watch/v1"] = "gkedoctor/watch/v1"
    time: datetime
    state: Literal["live", "failed", "notice"]
    reason: str = ""
    retry_seconds: int | UnsetType = UNSET


def change_line(change: Change, found: Diagnosis | Unexplained, answer: Answer, time: datetime) -> ChangeLine:
    """The wire form of a change."""
    diagnosis = found if isinstance(found, Diagnosis) else None
    return ChangeLine(
        time=time.astimezone(UTC),
        change=change,
        fingerprint=found.fingerprint,
        severity=diagnosis.severity if diagnosis else UNSET,
        root=object_ref(found.place),
        title=found.says,
        diagnosis=diagnosis_entry(diagnosis, answer) if diagnosis else UNSET,
        unexplained=open_symptom(found, answer) if isinstance(found, Unexplained) else UNSET,
    )


def json_line(line: ChangeLine | StateLine) -> str:
    """One line of JSON."""
    return encoded(line, indent=0) + "\n"


def text_line(line: ChangeLine) -> str:
    """`12:31:05  new      critical  shop     Service/cart  No Pod has the labels of Service cart`."""
    root = line.root
    name = f"{root.kind}/{root.name}"
    severity = str(line.severity) if line.severity is not UNSET else "unknown"
    where = root.namespace if isinstance(root.namespace, str) else "-"
    left = f"{line.time:%H:%M:%S}  {line.change:<7}  {severity:<8}  {inert(where):<12}  {inert(name)}"
    return f"{left}  {inert(line.title)}\n"
