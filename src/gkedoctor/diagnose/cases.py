"""Runs the test files of playbooks: `pvc-not-bound.test.yaml` beside `pvc-not-bound.yaml`.

A case gives a cluster (a recording with small changes, or a few manifests) and expects the whole outcome: an expected
diagnosis that is missing fails, and so does one that nobody expected. `expect: []` asserts silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from gkedoctor.diagnose.engine import diagnose
from gkedoctor.diagnose.model import Diagnosis, Outcome, Unexplained
from gkedoctor.diagnose.patch import WITHOUT_NAMESPACE, ObjectPatch, PatchError, Patches, collection_of_case
from gkedoctor.diagnose.spec import lint
from gkedoctor.errors import SourceError, UsageError
from gkedoctor.graph import nearest
from gkedoctor.manifests.loading import read_text
from gkedoctor.manifests.overlay import ManifestOverlay, world
from gkedoctor.manifests.planned import names_planned
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.loader import TEST_SUFFIX, Source, cases_beside, read_source, read_yaml
from gkedoctor.playbook.model import Confidence, Severity
from gkedoctor.snapshot.custom_kinds import is_custom
from gkedoctor.snapshot.intake import Gathered, build_snapshot
from gkedoctor.snapshot.kinds import COLLECTIONS, KINDS, LOGS, ON_REQUEST
from gkedoctor.snapshot.model import CollectionState, Snapshot, Status, permission
from gkedoctor.snapshot.timestamps import parse_timestamp
from gkedoctor.strict_yaml import error_at, fields_of, validation_error

CLOCK = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
"""The moment of a case that is made of manifests and names no other."""

LoadRecording = Callable[[str], Snapshot]


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of all parts: unknown keys are refused."""


class Given(_Part, frozen=True):
    """The cluster of a case: a recording or a few objects; `patch` changes it, `deny` hides collections.

    `manifests`: what `gkedoctor lint` is asked about, over the recording if there is one; `complete`: as its flag.
    """

    recording: str | None = None
    objects: tuple[Any, ...] = ()
    patch: tuple[ObjectPatch, ...] = ()
    logs: dict[str, str] = {}
    deny: tuple[str, ...] = ()
    now: str | None = None
    manifests: tuple[Any, ...] = ()
    complete: bool = False


class Expected(_Part, frozen=True):
    """One expected diagnosis. What is left out is not compared; `evidence` maps labels to part of the value.

    `title` and `fix` are parts of the title, and of the advice or its commands.
    """

    cause: str
    root: str
    playbook: str | None = None
    confidence: Confidence | None = None
    severity: Severity | None = None
    title: str | None = None
    fix: str | None = None
    explains: tuple[str, ...] = ()
    ruled_out: tuple[str, ...] = ()
    not_known: tuple[str, ...] = ()
    evidence: dict[str, str] = {}


class Case(_Part, frozen=True):
    """One case: what is given, and everything that must come of it.

    `source`: the dump or document that a status written by hand follows (an address, or the name of a recording):
    controllers write other things than one remembers, and a wrong status proves a wrong title. `recovering`: objects
    whose fault is fixed and whose controller has not tried again.
    """

    name: str
    given: Given
    expect: tuple[Expected, ...]
    unexplained: tuple[str, ...] = ()
    recovering: tuple[str, ...] = ()
    not_checked: tuple[str, ...] = ()
    todo: bool = False
    source: str | None = None


class CaseFile(_Part, frozen=True):
    """The test file of one playbook."""

    playbook: str
    cases: tuple[Case, ...]


class CaseResult(msgspec.Struct, frozen=True):
    """How one case came out: `failures` in words; none where it holds. `unsourced`: its status names no source."""

    playbook: str
    name: str
    todo: bool
    failures: tuple[str, ...]
    unsourced: bool = False


def case_files(paths: Sequence[Path]) -> Iterator[Path]:
    """The test files below some folders; for a playbook, the one beside it.

    UsageError for a path that does not exist, and for a playbook without cases.
    """
    for path in paths:
        if path.is_dir():
            yield from sorted(path.rglob("*" + TEST_SUFFIX))
        elif not path.exists():
            raise UsageError(f"{path} does not exist")
        else:
            yield path if path.name.endswith(TEST_SUFFIX) else _beside(path)


def _beside(playbook: Path) -> Path:
    cases = cases_beside(playbook)
    if not cases.is_file():
        raise UsageError(f"{playbook} has no cases", hint=f"write them into {cases}")
    return cases


def load_cases(path: Path) -> CaseFile:
    """A test file; PlaybookError says what in it cannot be read."""
    source: Source = read_source(path)
    try:
        file = msgspec.convert(read_yaml(source), CaseFile)
    except msgspec.ValidationError as error:
        raise validation_error(source, str(error), *fields_of(_STRUCT_AT)) from None
    for i, case in enumerate(file.cases):
        for place, message, hint in _wrong_given(case.given):
            raise error_at(source, f"$.cases[{i}].given.{place}", message, hint=hint)
    return file


def _is_of_operator(item: Any) -> bool:
    """Whether an object of a case is of a kind that is not built in: its API group has a dot, as all of theirs."""
    return "." in str(item.get("apiVersion") or "").rpartition("/")[0]


def _wrong_given(given: Given) -> Iterator[tuple[str, str, str | None]]:
    """What of a given cluster cannot be built: its place, what is wrong, and what was probably meant."""
    for i, item in enumerate(given.objects):
        kind = item.get("kind") if isinstance(item, dict) else None
        metadata = item.get("metadata") if isinstance(item, dict) else None
        if not isinstance(kind, str):
            yield f"objects[{i}]", "an object needs a `kind`", None
        elif kind not in KINDS and not _is_of_operator(item):
            near = nearest(kind, list(KINDS))
            yield f"objects[{i}].kind", f"unknown kind `{kind}`", f"did you mean `{near}`?" if near else None
        elif (kind not in KINDS or not KINDS[kind].cloud) and not (isinstance(metadata, dict) and metadata.get("name")):
            yield f"objects[{i}]", f"this {kind} needs `metadata: {{name: …}}`", None
    for i, name in enumerate(given.deny):
        if name != LOGS and name not in KINDS and name not in COLLECTIONS and not is_custom(name):
            near = nearest(name, [LOGS, *KINDS, *COLLECTIONS])
            yield f"deny[{i}]", f"unknown kind `{name}`", f"did you mean `{near}`?" if near else None
    for place in given.logs:
        if place.count("/") != 2:
            yield "logs", f"`{place}` names no container", "write NAMESPACE/POD/CONTAINER"
    if given.now is not None and parse_timestamp(given.now) is None:
        yield "now", f"`{given.now}` is no time", "write it like 2026-01-01T12:00:00Z"


_STRUCT_AT: dict[str, type[msgspec.Struct]] = {
    "": CaseFile, "cases": Case, "given": Given, "expect": Expected, "patch": ObjectPatch,
}  # fmt: skip


def run_file(path: Path, playbooks: Sequence[CompiledPlaybook], recording: LoadRecording) -> list[CaseResult]:
    """The results of all cases of a file, each run with all the playbooks."""
    file = load_cases(path)
    found: list[CaseResult] = []
    for i, case in enumerate(file.cases):
        try:
            found.append(run_case(file.playbook, case, playbooks, recording))
        except (PatchError, SourceError) as error:
            key = error.place if isinstance(error, PatchError) else "recording"
            place = error_at(read_source(path), f"$.cases[{i}].given.{key}", error.message).place
            failure = f"{place}: {error.message}"
            found.append(CaseResult(file.playbook, case.name, case.todo, (failure,), is_unsourced(case)))
    return found


def run_case(playbook: str, case: Case, playbooks: Sequence[CompiledPlaybook], recording: LoadRecording) -> CaseResult:
    """The result of one case; PatchError where its patch meets nothing, SourceError for its recording."""
    outcome, problems = outcome_of(case.given, playbooks, recording)
    failures = (*problems, *_failures(playbook, case, outcome))
    return CaseResult(playbook, case.name, case.todo, failures, is_unsourced(case))


def is_unsourced(case: Case) -> bool:
    """Whether a case writes the status of an object by hand and names nothing that it follows."""
    return not case.source and any(isinstance(item, dict) and item.get("status") for item in case.given.objects)


def outcome_of(
    given: Given, playbooks: Sequence[CompiledPlaybook], recording: LoadRecording
) -> tuple[Outcome, tuple[str, ...]]:
    """What the playbooks find in what a case gives, and what of it could not be understood."""
    if given.manifests:
        world, problems = given_world(given, recording)
        return lint(world, playbooks), problems
    snapshot = given_snapshot(given, recording)
    return diagnose(snapshot, playbooks), tuple(_left_out(snapshot))


def given_world(given: Given, recording: LoadRecording) -> tuple[ManifestOverlay, tuple[str, ...]]:
    """The manifests of a case, over its recording if it has one, and what in them cannot be understood."""
    text = "\n".join(msgspec.json.encode(item).decode() for item in given.manifests)
    manifests = read_text("case", text, namespace=WITHOUT_NAMESPACE)
    base = given_snapshot(given, recording) if given.recording is not None else None
    found = world(manifests, base, complete=given.complete, now=_now(given, CLOCK))
    return found, tuple(problem.message for problem in (*manifests.problems, *found.problems))


def _now(given: Given, default: datetime) -> datetime:
    """The clock of a case, if it states one."""
    now = parse_timestamp(given.now) if given.now else default
    if now is None:
        raise UsageError(f"`now: {given.now}` of a case is not a time", hint="write it like 2026-11-22T12:00:00Z")
    return now


def _left_out(snapshot: Snapshot) -> Iterator[str]:
    """Objects of the case that do not fit their kind: they were not looked at, and silence would prove nothing."""
    for collection in snapshot.collections.values():
        for name, why in collection.state.malformed.items():
            yield f"{collection.name} {name} of the case was left out: {why}"


def given_snapshot(given: Given, recording: LoadRecording) -> Snapshot:
    """The snapshot that a case describes."""
    gathered = Gathered(source="case")
    base = None
    if given.recording is not None:
        base = recording(given.recording)
        gathered.add_snapshot(base)
    else:
        for name in COLLECTIONS.keys() - ON_REQUEST:
            gathered.mark(name, CollectionState(Status.COMPLETE))
            gathered.objects[name] = []
    patches = Patches({name: list(items) for name, items in gathered.objects.items()})
    for item in given.objects:
        patches.add(item)
        gathered.states.setdefault(collection_of_case(item), CollectionState(Status.COMPLETE))
    for number, change in enumerate(given.patch):
        patches.apply(change, number)
    gathered.objects.update(patches.objects)
    _add_logs(gathered, given.logs)
    for name in given.deny:
        _deny(gathered, KINDS[name].collection if name in KINDS else name)
    now = _now(given, base.clock if base else CLOCK)
    return build_snapshot(gathered, recorded_at=now, manifest=base.manifest if base else None)


def _add_logs(gathered: Gathered, logs: dict[str, str]) -> None:
    """`namespace/pod/container` or, for the run before, `namespace/pod/container-previous`."""
    for place, text in logs.items():
        namespace, pod, container = place.split("/")
        name = container.removesuffix("-previous")
        gathered.add_log(namespace, pod, name, text, previous=container != name)


def _deny(gathered: Gathered, collection: str) -> None:
    gathered.objects.pop(collection, None)
    gathered.states[collection] = CollectionState(Status.DENIED, reason="forbidden", needs=permission(collection))
    if collection == LOGS:
        gathered.logs.clear()


def _failures(playbook: str, case: Case, outcome: Outcome) -> Iterator[str]:
    left = list(outcome.diagnoses)
    for expected in case.expect:
        found = next((d for d in left if (d.cause, str(d.root)) == (expected.cause, expected.root)), None)
        if found is None:
            yield f"missing: {expected.cause} on {expected.root}"
            continue
        left.remove(found)
        yield from _differences(expected, found)
    yield from (f"not expected: {d.cause} on {d.root} ({d.playbook})" for d in left if _counts(d, playbook))
    yield from _other_symptoms("unexplained", outcome.open, case.unexplained)
    yield from _other_symptoms("recovering", outcome.recovering, case.recovering)
    not_checked = {n.collection for n in outcome.not_checked}
    yield from (f"not among what was not checked: {name}" for name in case.not_checked if name not in not_checked)


def _other_symptoms(name: str, found: Sequence[Unexplained], expected: Sequence[str]) -> Iterator[str]:
    symptoms = {str(ref): item.symptom for item in found for ref in item.refs}
    for ref in sorted(symptoms.keys() ^ set(expected)):
        yield f"{name}: {ref} ({symptoms[ref]})" if ref in symptoms else f"not {name}: {ref}"


def _counts(diagnosis: Diagnosis, playbook: str) -> bool:
    """Whether a case must name it: the advice of other playbooks need not be, that of its own must."""
    return diagnosis.severity is not Severity.ADVISORY or diagnosis.playbook == playbook


def _differences(expected: Expected, found: Diagnosis) -> Iterator[str]:
    where = f"{expected.cause} on {expected.root}"
    for field in ("playbook", "confidence", "severity"):
        wanted = getattr(expected, field)
        if wanted is not None and getattr(found, field) != wanted:
            yield f"{where}: {field} is {getattr(found, field)}, not {wanted}"
    if expected.title is not None and expected.title not in found.title:
        yield f"{where}: the title is `{found.title}`"
    advice = (found.fix.say, *found.fix.commands, *(t for w in found.fix.alternatives for t in (w.say, *w.commands)))
    if expected.fix is not None and not any(expected.fix in text for text in advice):
        yield f"{where}: the fix is `{' '.join(advice)}`"
    lists = {
        "explains": {str(c.ref) for c in found.explains},
        "ruled_out": {r.cause for r in found.ruled_out},
        "not_known": {n.cause for n in found.not_known},
    }
    for field, have in lists.items():
        yield from (
            f"{where}: {field} lacks {w}, has {sorted(have)}" for w in getattr(expected, field) if w not in have
        )
    shown = {p.label: str(p.value) for p in found.evidence}
    for label, part in expected.evidence.items():
        if part not in shown.get(label, ""):
            yield f"{where}: evidence `{label}` is `{shown.get(label)}`, not `{part}`"
    yield from _texts_with_holes(where, found)


def _texts_with_holes(where: str, found: Diagnosis) -> Iterator[str]:
    """A text in which an expression came to nothing reads badly: that is a fault of the playbook."""
    ways = [text for way in found.fix.alternatives for text in (way.say, *way.commands)]
    texts = [found.title, found.fix.say, *found.fix.commands, *ways, *found.verify, *(r.why for r in found.ruled_out)]
    yield from (f"{where}: a hole came to nothing in `{text}`" for text in texts if "(none)" in text)
    yield from (f"{where}: the Pod in `{text}` is not known" for text in texts if names_planned(text))
