"""The report as other tools read it: `gkedoctor/report/v1`. The JSON Schema is made from these structs.

Optional fields are left out where there is nothing to say, never null; the three that a recording may not know
(cluster, project, location) are null instead, so that a reader need not ask whether the key is there.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, Literal

import msgspec
from msgspec import UNSET, UnsetType

from gkedoctor.config.suppress import Suppressed
from gkedoctor.diagnose.model import (
    Consequence,
    Diagnosis,
    Location,
    NotChecked,
    ResolvedEvidence,
    ResolvedFix,
    Step,
    UnconfirmedCause,
    Unexplained,
)
from gkedoctor.errors import ManifestError
from gkedoctor.playbook.model import Confidence, Safety, Severity
from gkedoctor.report.answer import Answer
from gkedoctor.report.change_schema import ChangeEntry, change_entries
from gkedoctor.report.ref_schema import (
    HopEntry,
    ObjectRef,
    Symptomatic,
    UnknownHopEntry,
    hop_entry,
    object_ref,
    unknown_hop_entry,
)  # fmt: skip

SCHEMA_ID: Final = "gkedoctor/report/v1"


class CauseAndWhy(msgspec.Struct, frozen=True):
    """A rival cause, and why it was ruled out or could not be known."""

    cause: str
    why: str


class OpenSymptom(Symptomatic, frozen=True, kw_only=True):
    """A symptom without a visible cause; `not_known` holds what could not be confirmed or ruled out.

    `alike`: further objects that have it; `count`: how many have it in all. `affected`: the workloads above them, and
    `fingerprints` one for each, where one entry stands for many. `new`: whether the baseline lacks it, if there is one.
    """

    fingerprint: str
    new: bool | UnsetType = UNSET
    not_known: tuple[CauseAndWhy, ...] = ()
    count: int | UnsetType = UNSET
    alike: tuple[ObjectRef, ...] | UnsetType = UNSET
    affected: tuple[ObjectRef, ...] | UnsetType = UNSET
    fingerprints: tuple[str, ...] | UnsetType = UNSET


class RecoveringEntry(Symptomatic, frozen=True, kw_only=True):
    """A symptom whose cause is fixed already: it stays until `by` tries again, in `retries_within` seconds at most.

    `fixes`: the fingerprint of the diagnosis that it was. `commands` do not wait for the next try.
    """

    fingerprint: str
    cause: str
    fixes: str
    fixed: str
    by: str
    retries_within: int
    commands: tuple[str, ...] = ()
    alike: tuple[ObjectRef, ...] | UnsetType = UNSET


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """A value in an object that proves the cause."""

    ref: ObjectRef
    path: str
    value: Any
    label: str | UnsetType = UNSET


class StepEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One of the commands. `safety`: `reads` changes nothing, `changes` creates or alters something, `interrupts` may
    stop, restart or delete. `placeholders`: names in CAPITALS to fill in, each with what belongs there.
    """

    command: str
    safety: Safety
    placeholders: dict[str, str] | UnsetType = UNSET


class AlternativeEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Another way to fix it."""

    say: str
    commands: tuple[str, ...]


class Fix(msgspec.Struct, frozen=True):
    """How to fix it: a sentence, and commands to paste; `steps` says of each command how safe it is.

    `alternatives`: other ways, the least invasive first. `only_reads`: why no command can fix it. `managed_by`: what
    holds the manifest of the root and writes it again, as `Helm release shop/web`.
    """

    say: str
    commands: tuple[str, ...]
    steps: tuple[StepEntry, ...] = ()
    alternatives: tuple[AlternativeEntry, ...] | UnsetType = UNSET
    only_reads: str | UnsetType = UNSET
    managed_by: str | UnsetType = UNSET


class LocationEntry(msgspec.Struct, frozen=True):
    """A place in a manifest: line and column counted from 1."""

    file: str
    line: int
    column: int


class ProblemEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What in the manifests cannot be read or understood, and where."""

    message: str
    file: str
    line: int | UnsetType = UNSET
    column: int | UnsetType = UNSET
    hint: str | UnsetType = UNSET


class DiagnosisEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One root cause. `fingerprint` is the same for the same cause on the same root in every run.

    `new`: whether the baseline lacks it, where there is one. `location`: of what `lint` found, the key that is wrong.
    `changes`: the recorded changes that it stands on, from before its first sign, the likeliest first; empty where none
    is recorded, left out where the recording does not hold who changed what. `changes_unread`: what would record more
    and could not be read.
    `maturity`: where the playbook is experimental. `known_false_alarms`: when it speaks though nothing is wrong.
    `since_at_latest`: it may have begun before `since`: Kubernetes keeps an Event for an hour.
    """

    fingerprint: str
    new: bool | UnsetType = UNSET
    playbook: str
    cause: str
    confidence: Confidence
    severity: Severity
    root: ObjectRef
    location: LocationEntry | UnsetType = UNSET
    title: str
    since: str | UnsetType = UNSET
    since_at_latest: bool | UnsetType = UNSET
    explains: tuple[Symptomatic, ...]
    evidence: tuple[Evidence, ...]
    changes: tuple[ChangeEntry, ...] | UnsetType = UNSET
    changes_unread: tuple[str, ...] | UnsetType = UNSET
    path: tuple[HopEntry, ...] | UnsetType = UNSET
    ruled_out: tuple[CauseAndWhy, ...]
    not_known: tuple[CauseAndWhy, ...] = ()
    fix: Fix
    verify: tuple[str, ...]
    docs: tuple[str, ...]
    maturity: Literal["experimental"] | UnsetType = UNSET
    known_false_alarms: tuple[str, ...] | UnsetType = UNSET


class SuppressedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A finding that somebody suppressed: `by` says where, `until` the last day on which that holds.

    A symptom without a cause has neither playbook nor cause nor severity.
    """

    fingerprint: str
    playbook: str | UnsetType = UNSET
    cause: str | UnsetType = UNSET
    severity: Severity | UnsetType = UNSET
    root: ObjectRef
    title: str
    reason: str
    until: str | UnsetType = UNSET
    by: str


class NotCheckedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A collection that could not be looked at though something needed it."""

    collection: str
    reason: str
    needs: str
    detail: str | UnsetType = UNSET


class SnapshotEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Which moment of which cluster was looked at."""

    source: str
    cluster: str | None
    project: str | None
    location: str | None
    recorded_at: datetime
    live: bool


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All that was found in one snapshot, the most important first.

    `left_out` counts the findings outside the selection (one object, a namespace, labels, a severity), null where
    that was not checked, as for one object of a large snapshot; `suppressed` holds what the configuration or an
    annotation suppresses; `notes`: what of the question could not be looked up, and which suppressions ended.
    `problems`: of `lint`, what in the manifests cannot be read. `unknown_hops`: request paths that are not known.
    """

    schema: Literal["gkedoctor/report/v1"]
    snapshot: SnapshotEntry
    complete: bool
    looked_at: dict[str, int]
    not_checked: tuple[NotCheckedEntry, ...]
    diagnoses: tuple[DiagnosisEntry, ...]
    unexplained: tuple[OpenSymptom, ...]
    recovering: tuple[RecoveringEntry, ...] | UnsetType = UNSET
    left_out: int | None
    suppressed: tuple[SuppressedEntry, ...]
    notes: tuple[str, ...]
    problems: tuple[ProblemEntry, ...] | UnsetType = UNSET
    unknown_hops: tuple[UnknownHopEntry, ...] | UnsetType = UNSET


def to_wire(answer: Answer) -> Report:
    """The wire form of an answer."""
    outcome = answer.outcome
    return Report(
        schema=SCHEMA_ID,
        snapshot=SnapshotEntry(
            source=outcome.source,
            cluster=outcome.cluster,
            project=outcome.project,
            location=outcome.location,
            recorded_at=outcome.recorded_at.astimezone(UTC),
            live=outcome.live,
        ),
        complete=outcome.complete,
        looked_at=outcome.looked_at,
        not_checked=tuple(map(_not_checked, outcome.not_checked)),
        diagnoses=tuple(diagnosis_entry(d, answer) for d in outcome.diagnoses),
        unexplained=tuple(open_symptom(u, answer) for u in outcome.open),
        recovering=tuple(map(_recovering, outcome.recovering)) or UNSET,
        left_out=answer.left_out,
        suppressed=tuple(map(_suppressed, answer.suppressed)),
        notes=answer.notes,
        problems=tuple(map(_problem, answer.problems)) or UNSET,
        unknown_hops=tuple(map(unknown_hop_entry, outcome.unknown_hops)) or UNSET,
    )


def _problem(found: ManifestError) -> ProblemEntry:
    return ProblemEntry(
        message=found.message,
        file=found.path,
        line=found.line or UNSET,
        column=found.column or UNSET,
        hint=found.hint or UNSET,
    )


def _location(found: Location | None) -> LocationEntry | UnsetType:
    return LocationEntry(found.file, found.line, found.column) if found is not None else UNSET


def diagnosis_entry(found: Diagnosis, answer: Answer) -> DiagnosisEntry:
    """The wire form of a diagnosis."""
    return DiagnosisEntry(
        fingerprint=found.fingerprint,
        new=_new(found, answer),
        playbook=found.playbook,
        cause=found.cause,
        confidence=found.confidence,
        severity=found.severity,
        root=object_ref(found.root),
        location=_location(found.location),
        title=found.title,
        since=found.since or UNSET,
        since_at_latest=True if found.since_at_latest else UNSET,
        explains=tuple(map(_symptomatic, found.explains)),
        evidence=tuple(map(_evidence, found.evidence)),
        changes=change_entries(found.changes),
        changes_unread=found.changes_unread or UNSET,
        path=tuple(map(hop_entry, found.path)) or UNSET,
        ruled_out=tuple(CauseAndWhy(r.cause, r.why) for r in found.ruled_out),
        not_known=_not_known(found.not_known),
        fix=_fix(found.fix),
        verify=found.verify,
        docs=found.docs,
        maturity="experimental" if found.maturity == "experimental" else UNSET,
        known_false_alarms=found.known_false_alarms or UNSET,
    )


def _fix(fix: ResolvedFix) -> Fix:
    return Fix(
        fix.say,
        fix.commands,
        tuple(map(_step, fix.steps)),
        alternatives=tuple(AlternativeEntry(say=way.say, commands=way.commands) for way in fix.alternatives) or UNSET,
        only_reads=fix.only_reads or UNSET,
        managed_by=fix.managed_by or UNSET,
    )


def _recovering(found: Unexplained) -> RecoveringEntry:
    recovery = found.recovery
    assert recovery is not None
    return RecoveringEntry(
        **found.ref.to_json(),
        symptom=found.symptom,
        fingerprint=found.fingerprint,
        cause=recovery.cause,
        fixes=recovery.fixes,
        fixed=recovery.say,
        by=recovery.by,
        retries_within=recovery.longest,
        commands=recovery.commands,
        alike=tuple(map(object_ref, found.alike)) or UNSET,
    )


def _step(step: Step) -> StepEntry:
    return StepEntry(command=step.command, safety=step.safety, placeholders=step.placeholders or UNSET)


def _evidence(proof: ResolvedEvidence) -> Evidence:
    return Evidence(ref=object_ref(proof.ref), path=proof.path, value=proof.value, label=proof.label or UNSET)


def _symptomatic(consequence: Consequence) -> Symptomatic:
    return Symptomatic(**consequence.ref.to_json(), symptom=consequence.symptom)


def open_symptom(found: Unexplained, answer: Answer) -> OpenSymptom:
    """The wire form of a symptom without a cause."""
    return OpenSymptom(
        **found.ref.to_json(),
        symptom=found.symptom,
        fingerprint=found.fingerprint,
        new=_new(found, answer),
        not_known=_not_known(found.not_known),
        count=len(found.refs) if found.alike else UNSET,
        alike=tuple(map(object_ref, found.alike)) or UNSET,
        affected=tuple(map(object_ref, found.affected)) if found.alike else UNSET,
        fingerprints=found.fingerprints or UNSET,
    )


def _new(found: Diagnosis | Unexplained, answer: Answer) -> bool | UnsetType:
    prints = found.fingerprints if isinstance(found, Unexplained) else ()
    new = [answer.is_new(one) for one in prints or (found.fingerprint,)]
    return UNSET if None in new else any(new)


def _suppressed(one: Suppressed) -> SuppressedEntry:
    finding, rule = one.finding, one.rule
    of = finding if isinstance(finding, Diagnosis) else None
    return SuppressedEntry(
        fingerprint=finding.fingerprint,
        playbook=of.playbook if of else UNSET,
        cause=of.cause if of else UNSET,
        severity=of.severity if of else UNSET,
        root=object_ref(finding.place),
        title=finding.says,
        reason=rule.reason,
        until=rule.until.isoformat() if rule.until else UNSET,
        by=rule.place,
    )


def _not_checked(entry: NotChecked) -> NotCheckedEntry:
    return NotCheckedEntry(
        collection=entry.collection, reason=entry.reason, needs=entry.needs, detail=entry.detail or UNSET
    )


def _not_known(items: tuple[UnconfirmedCause, ...]) -> tuple[CauseAndWhy, ...]:
    return tuple(CauseAndWhy(n.cause, n.why) for n in items)
