"""What a diagnosis is: frozen values, ready to be rendered. Field names are those of the report's contract."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from gkedoctor.changes.model import RecordedChange
from gkedoctor.graph import Hop, Ref
from gkedoctor.graph.request_path.unknown_hops import UnknownHop
from gkedoctor.playbook.model import Confidence, Safety, Severity
from gkedoctor.playbook.safety import safety_of


class Consequence(msgspec.Struct, frozen=True):
    """An object that suffers from a cause, and how."""

    ref: Ref
    symptom: str


class ResolvedEvidence(msgspec.Struct, frozen=True):
    """A value in an object that proves a cause: `path` as in `status.conditions[1].message`."""

    ref: Ref
    path: str
    value: Any
    label: str | None = None


class RuledOutCause(msgspec.Struct, frozen=True):
    """A rival cause that it is not, and why not."""

    cause: str
    why: str


class UnconfirmedCause(msgspec.Struct, frozen=True):
    """A rival cause that could be neither confirmed nor ruled out, and what was not seen."""

    cause: str
    why: str


class Step(msgspec.Struct, frozen=True):
    """A command of a fix, how safe it is, and the names in CAPITALS to fill in, each with what belongs there."""

    command: str
    safety: Safety
    placeholders: dict[str, str] = {}


class ResolvedAlternative(msgspec.Struct, frozen=True):
    """Another way to fix it: a sentence and its commands."""

    say: str
    commands: tuple[str, ...]


class ResolvedFix(msgspec.Struct, frozen=True):
    """The fix: a sentence, and commands to paste. `described`: what is known of them beyond their verbs.

    `alternatives`: other ways, the least invasive first. `only_reads`: why no command can fix it.
    `managed_by`: what holds the manifest of the object and will write it again, as `Helm release shop/web`.
    """

    say: str
    commands: tuple[str, ...]
    described: tuple[Step, ...] = ()
    alternatives: tuple[ResolvedAlternative, ...] = ()
    only_reads: str | None = None
    managed_by: str | None = None

    @property
    def steps(self) -> Iterator[Step]:
        """The commands, each with how safe it is; what nobody can tell counts as unsafe."""
        known = {step.command: step for step in self.described}
        for command in self.commands:
            yield known.get(command) or Step(command, safety_of(command) or Safety.INTERRUPTS)


class Location(msgspec.Struct, frozen=True):
    """A place in a file that somebody wrote: line and column counted from 1."""

    file: str
    line: int
    column: int


class Diagnosis(msgspec.Struct, frozen=True):
    """One root cause. `explains` holds its consequences, what a user sees first; `path` the ways that it bars.

    `location`: where in a manifest it stands; None for what was seen in a cluster. `changes`: the recorded changes that
    it stands on, the likeliest first; None where the recording does not hold who changed what; `changes_unread`: what
    would record more and could not be read. `since_at_latest`: it may have begun before `since`, for older Events are
    gone. `maturity` and `known_false_alarms` are those of the playbook.
    """

    fingerprint: str
    playbook: str
    cause: str
    confidence: Confidence
    severity: Severity
    root: Ref
    title: str
    explains: tuple[Consequence, ...]
    evidence: tuple[ResolvedEvidence, ...]
    ruled_out: tuple[RuledOutCause, ...]
    not_known: tuple[UnconfirmedCause, ...]
    fix: ResolvedFix
    verify: tuple[str, ...]
    docs: tuple[str, ...]
    since: str | None = None
    path: tuple[Hop, ...] = ()
    location: Location | None = None
    maturity: Literal["experimental", "stable"] = "stable"
    known_false_alarms: tuple[str, ...] = ()
    changes: tuple[RecordedChange, ...] | None = None
    changes_unread: tuple[str, ...] = ()
    since_at_latest: bool = False

    @property
    def place(self) -> Ref:
        """The object that it is about."""
        return self.root

    @property
    def says(self) -> str:
        """What it is, in one sentence."""
        return self.title


class NotChecked(msgspec.Struct, frozen=True):
    """A collection that could not be looked at though something needed it."""

    collection: str
    reason: str
    needs: str
    detail: str = ""


class Recovery(msgspec.Struct, frozen=True):
    """A cause that is fixed already, and who tries again: its symptom stays until then.

    `fixes`: the fingerprint of the diagnosis that it was. `longest`: seconds until the next try at most, 0 where it is
    due. `commands` do not wait for it.
    """

    cause: str
    fixes: str
    say: str
    by: str
    longest: int
    commands: tuple[str, ...] = ()


class Unexplained(msgspec.Struct, frozen=True):
    """A symptom without a visible cause: a proper answer. `alike`: further objects that have it.

    `sentence`: the symptom of `ref` alone; `likeness`: the same without names and numbers, equal where a report shows
    one entry for many workloads. `affected`: the workloads; `nodes`: where the objects run. `fingerprints`: of all
    entries in this one. `recovery`: its cause is fixed, and its controller has not tried again.
    """

    ref: Ref
    sentence: str
    not_known: tuple[UnconfirmedCause, ...] = ()
    fingerprint: str = ""
    alike: tuple[Ref, ...] = ()
    recovery: Recovery | None = None
    affected: tuple[Ref, ...] = ()
    nodes: frozenset[str] = frozenset()
    likeness: str = ""
    fingerprints: tuple[str, ...] = ()

    @property
    def refs(self) -> tuple[Ref, ...]:
        """All objects that it is about."""
        return (self.ref, *self.alike)

    @property
    def place(self) -> Ref:
        """The object that it is about."""
        return self.ref

    @property
    def symptom(self) -> str:
        """The sentence and how many more have it: `container app is not ready (and 237 more Pods of 100 workloads)`."""
        more = len(self.alike)
        if not more:
            return self.sentence
        if len(self.affected) > 1:
            nodes = f" on {len(self.nodes)} node{'s' * (len(self.nodes) != 1)}" if self.nodes else ""
            return f"{self.sentence} (and {more} more: {len(self.affected)} workloads{nodes})"
        top = next(iter(self.affected), self.ref)
        return f"{self.sentence} (and {more} more{f' of {top.kind} {top.name}' if top != self.ref else ' like it'})"

    @property
    def says(self) -> str:
        """What it is, in one sentence."""
        return self.symptom


SEPARATE = 5
"""Workloads with one sentence that a report still lists one by one."""


def by_sentence(items: Iterable[Unexplained]) -> tuple[Unexplained, ...]:
    """The same with one entry for each workload that has one sentence, and one for all of them where they are many.

    A registry, an agent or a kubelet fails for all of them at once, and a list of hundreds hides the other entries.
    """
    groups: dict[object, dict[object, list[Unexplained]]] = {}
    for item in items:
        key = (item.likeness, item.not_known) if item.likeness and item.recovery is None else id(item)
        groups.setdefault(key, {}).setdefault(item.affected, []).append(item)
    return tuple(_shared(part) for group in groups.values() for part in _parts(group))


def _parts(workloads: dict[object, list[Unexplained]]) -> Iterable[list[Unexplained]]:
    parts = list(workloads.values())
    return [[item for part in parts for item in part]] if len(parts) > SEPARATE else parts


def _shared(group: Sequence[Unexplained]) -> Unexplained:
    if len(group) == 1:
        return group[0]
    return msgspec.structs.replace(
        group[0],
        alike=tuple(ref for item in group for ref in item.refs)[1:],
        affected=tuple(dict.fromkeys(ref for item in group for ref in item.affected)),
        nodes=frozenset(node for item in group for node in item.nodes),
        fingerprints=tuple(item.fingerprint for item in group),
    )


class Outcome(msgspec.Struct, frozen=True):
    """All that was found in one snapshot. `unknown_hops`: request paths of which a hop could not be checked."""

    source: str
    cluster: str | None
    project: str | None
    location: str | None
    recorded_at: datetime
    live: bool
    complete: bool
    not_checked: tuple[NotChecked, ...]
    diagnoses: tuple[Diagnosis, ...]
    unexplained: tuple[Unexplained, ...]
    looked_at: dict[str, int]
    unknown_hops: tuple[UnknownHop, ...] = ()

    @property
    def open(self) -> tuple[Unexplained, ...]:
        """The symptoms without a visible cause, those of many workloads as one."""
        return by_sentence(item for item in self.unexplained if item.recovery is None)

    @property
    def recovering(self) -> tuple[Unexplained, ...]:
        """The symptoms whose cause is fixed and that stay until a controller tries again."""
        return tuple(item for item in self.unexplained if item.recovery is not None)

    @property
    def symptoms(self) -> tuple[Unexplained, ...]:
        """All entries that a report lists beside its diagnoses."""
        return (*self.open, *self.recovering)
