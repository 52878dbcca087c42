"""What a playbook is: closed structs, so that each slip of the pen is an error with a line.

The JSON Schema for editors is made from these same structs.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

import msgspec

from gkedoctor.playbook.retries import RetryName


class Severity(StrEnum):
    """How much somebody suffers. `advisory` is worth saying and breaks nothing now."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    ADVISORY = "advisory"

    @property
    def rank(self) -> int:
        """0 for critical, rising as it gets milder."""
        return list(Severity).index(self)


class Confidence(StrEnum):
    """How sure a cause is, in words: nobody can calibrate decimals."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"

    @property
    def rank(self) -> int:
        """0 for certain."""
        return list(Confidence).index(self)


class Relate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Binds what an edge leads to under a name. `from`: another name (default: the subject)."""

    bind: str
    edge: str
    source: str = msgspec.field(name="from", default="subject")


class Each(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One evaluation per element of a list."""

    bind: str
    source: str = msgspec.field(name="in")


class SeverityCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Another severity where a condition holds."""

    when: str
    severity: Severity = msgspec.field(name="is")


class Symptom(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What somebody sees. `since`: an expression for the time at which it began.

    `passing`: a condition under which it may well pass by itself (a rollout under way): then it is shown as a
    consequence where a cause is known, and never as unexplained.
    """

    say: str
    when: str = "`true`"
    since: str | None = None
    passing: str | None = None
    severity: tuple[SeverityCase, ...] = ()


class Fixed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Who tries again now that the fault is fixed: a name of `RETRIES`.

    `last`: an expression for the time of the last try. `run`: the command that does not wait for the next one, or
    `run_all`: an expression for a list of such commands.
    """

    retry: RetryName
    last: str | None = None
    run: tuple[str, ...] = ()
    run_all: str | None = None


class RuledOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A condition under which a cause is certainly not the one, and the sentence that says why.

    `fixed`: the cause was there and is fixed; its symptom stays until somebody tries again.
    """

    when: str
    say: str
    fixed: Fixed | None = None


class Evidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A value that proves the cause: `show` in the whole scope, `of` the object that it stands in."""

    show: str
    of: str = "subject"
    label: str | None = None
    path: str | None = None


class Safety(StrEnum):
    """What a command does to a cluster or project, the mildest first.

    `reads` changes nothing. `changes` creates or alters something; a workload whose template is altered replaces its
    Pods as its own strategy allows. `interrupts` may stop, restart or delete what runs or what is stored.
    """

    READS = "reads"
    CHANGES = "changes"
    INTERRUPTS = "interrupts"


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A command of a fix with what has to be said of it; one that needs no words is just a text.

    `when`: an expression; the command is printed only where it holds. `safety`: how safe it is, where its verb does not
    show it. `placeholders`: the names in CAPITALS that a person has to fill in, each with a sentence on what belongs
    there.
    """

    run: str
    when: str | None = None
    safety: Safety | None = None
    placeholders: dict[str, str] = {}


class Alternative(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Another way to fix it: a sentence and its commands. `when`: an expression; offered only where it holds.

    `run_all`: an expression for a list of more commands. `placeholders`: the names in CAPITALS of those.
    """

    say: str
    when: str | None = None
    run: tuple[str | Command, ...] = ()
    run_all: str | None = None
    placeholders: dict[str, str] = {}

    @property
    def commands(self) -> tuple[Command, ...]:
        """The commands of `run`, those that are just a text as well."""
        return tuple(map(_command, self.run))


class Fix(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """How to fix it: a sentence, and commands to paste. `run_all`: an expression for a list of more.

    `run` is the least invasive way; pasted in its order, it fixes the fault. `alternatives` are other ways, the least
    invasive first. `only_reads`: why no command can fix it, where `run` only reads or is empty. `placeholders`: the
    names in CAPITALS of the commands of `run_all`, each with a sentence on what belongs there.
    """

    say: str
    run: tuple[str | Command, ...] = ()
    run_all: str | None = None
    placeholders: dict[str, str] = {}
    alternatives: tuple[Alternative, ...] = ()
    only_reads: str | None = None

    @property
    def commands(self) -> tuple[Command, ...]:
        """The commands of `run`, those that are just a text as well."""
        return tuple(map(_command, self.run))


def _command(written: str | Command) -> Command:
    return written if isinstance(written, Command) else Command(run=written)


class Cause(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One rival. `cause` is a word of the fixed vocabulary, `root` an expression for the object to mend.

    `explains`: an expression for a list of `{item, says}` that comes first among the consequences, in its own order,
    and may hold the root. `seen_as`: words that lead to this cause alone, as those of the playbook do.
    """

    cause: str
    seen_as: tuple[str, ...] = ()
    title: str
    root: str
    when: str
    confidence: Confidence = Confidence.LIKELY
    certain_if: str | None = None
    ruled_out_if: tuple[RuledOut, ...] = ()
    severity: Severity | None = None
    explains: str | None = None
    evidence: tuple[Evidence, ...]
    fix: Fix
    verify: tuple[str, ...]
    docs: tuple[str, ...]


class Spec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What of the playbook can be proved from manifests alone, and what it looks at otherwise there.

    `causes`: the words of those causes (none: all). `only`: nothing of it is asked of a running cluster. `near`: an
    expression for what in the files is most likely meant. `relate` and `let` add to the playbook's own, the other keys
    stand in for them. `subject`: what is looked at there, where the playbook's subject is made by a controller;
    `suspects`: an index that names the only ones of it for which a symptom can be.
    """

    causes: tuple[str, ...] = ()
    only: bool = False
    subject: str | None = None
    suspects: str | None = None
    near: str | None = None
    relate: tuple[Relate, ...] = ()
    let: dict[str, str] = {}
    each: Each | None = None
    symptom: Symptom | None = None
    explained_by: tuple[str, ...] | None = None


class Playbook(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One playbook: who is looked at, what they suffer from, what may be the cause, what it may follow from.

    `subject`: the kind that is looked at, or a list of kinds; `also`: more of them. `candidates`: for Pods, the steps
    at which one must stand. `suspects`: an index of the graph that names the only objects worth looking at. `seen_as`:
    what kubectl, the Cloud Console, Events and people say when it happens, the most typical first, `…` for what varies:
    `gkedoctor explain` finds it by them. `spec`: what of it holds for manifests before anything runs.

    `maturity`: `experimental` until it was right in clusters that its author has not seen. `known_false_alarms`: when
    it speaks though nothing is wrong, a sentence each.
    """

    playbook: Literal[1]
    id: str
    title: str
    about: str
    severity: Severity
    subject: str | tuple[str, ...]
    also: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    suspects: str | None = None
    maturity: Literal["experimental", "stable"] = "stable"
    known_false_alarms: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    seen_as: tuple[str, ...] = ()
    relate: tuple[Relate, ...] = ()
    let: dict[str, str] = {}
    each: Each | None = None
    symptom: Symptom
    explained_by: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = ()
    spec: Spec | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that it looks at, in the order of the file."""
        return (*((self.subject,) if isinstance(self.subject, str) else self.subject), *self.also)
