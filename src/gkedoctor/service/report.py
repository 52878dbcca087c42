"""A report: what is wrong in a snapshot, and why; all of it, or of one object, some namespaces or labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace as replace_field

from gkedoctor.compare.inputs import ComparisonInput
from gkedoctor.config.model import Settings
from gkedoctor.diagnose.engine import diagnose
from gkedoctor.diagnose.model import Outcome
from gkedoctor.errors import UsageError
from gkedoctor.graph.core.selector_syntax import parse_label_selector
from gkedoctor.limits import DEFAULT, Limits
from gkedoctor.playbook.library import Library
from gkedoctor.playbook.model import Severity
from gkedoctor.report.answer import Answer
from gkedoctor.report.filtering import answer
from gkedoctor.report.object_argument import ObjectArgument, named_object, namespace_term, parse_target
from gkedoctor.report.selection import Selection
from gkedoctor.service.part_location import PartQuestion, part_question
from gkedoctor.service.part_report import OnPartialAnswer, answer_of_part
from gkedoctor.service.path import front_end_of, is_entry_point, request_path
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.snapshot.part import PartReader
from gkedoctor.snapshot.recorded_parts import WORTH_A_PART, RecordedParts, stored_size


@dataclass(frozen=True, kw_only=True)
class ReportOptions:
    """What a report is asked for. Empty: everything."""

    target: str | None = None
    """KIND/NAME, KIND/NAMESPACE/NAME, `ns:NAMESPACE`, or what only one object has or serves: a name, a host, an IP
    address, a URL."""

    namespaces: tuple[str, ...] = ()
    selector: str | None = None
    """A label selector as kubectl's `-l` takes it."""

    min_severity: str | None = None
    """Leave out what is milder. None: what the configuration says, else nothing is left out."""

    show_suppressed: bool = False
    baseline: Path | None = None
    """A saved JSON report or a recording: what it has is marked as known."""


class Report(NamedTuple):
    """An answer. `baseline_holes`: collections that the baseline could not read either."""

    answer: Answer
    baseline_holes: frozenset[str] = frozenset()


class ReportQuery:
    """Options that were read and checked, to be asked of any number of snapshots."""

    def __init__(
        self,
        options: ReportOptions,
        library: Library,
        settings: Settings | None = None,
        limits: Limits = DEFAULT,
    ) -> None:
        """UsageError for a target, a selector or a severity that cannot be read. `limits`: for the baseline."""
        self._limits = limits
        if spaces := namespace_term(options.target):
            options = replace(options, target=None, namespaces=(*options.namespaces, *spaces))
        self._options, self._library = options, library
        self._settings = settings or Settings()
        self._selection = _wanted(options, self._settings)

    def _wanted(self, snapshot: Snapshot) -> Selection:
        """What is selected; an object that only its name was given of is looked up. UsageError where it is not one."""
        target = self._options.target
        if not target or _is_written_out(target):
            return self._selection
        return replace(self._selection, target=_object_meant(target, self._options.namespaces, snapshot))

    @property
    def part(self) -> PartQuestion | None:
        """The question, where a part of a cluster can answer it; None where all of it has to be read."""
        target = self._options.target
        if self._options.baseline is not None or self._options.show_suppressed:
            return None
        return part_question(self._selection, target if target and not _is_written_out(target) else None)

    def answer_of(
        self, question: PartQuestion, reader: PartReader, on_partial: OnPartialAnswer | None = None
    ) -> Answer | None:
        """What was asked for, out of the part of a source that it needs; None where the whole cluster is needed.

        UsageError for an object that is not there.
        """
        return answer_of_part(question, reader, self._library, self.select_meant, on_partial)

    def answer(self, snapshot: Snapshot, baseline: ComparisonInput | None = None) -> Answer:
        """What was asked for, out of all that is found. Of a large snapshot only the needed part is read."""
        question = self.part if stored_size(snapshot) >= WORTH_A_PART else None
        found = self.answer_of(question, RecordedParts(snapshot)) if question is not None else None
        if found is not None:
            return found
        return self.select(diagnose(snapshot, self._library), snapshot, baseline)

    def select(self, outcome: Outcome, snapshot: Snapshot, baseline: ComparisonInput | None = None) -> Answer:
        """What was asked for, out of an outcome of the whole snapshot."""
        return answer(
            outcome, snapshot, self._wanted(snapshot), self._library, rules=self._settings.rules, baseline=baseline,
            show_suppressed=self._options.show_suppressed,
        )  # fmt: skip

    def select_meant(self, outcome: Outcome, snapshot: Snapshot, target: ObjectArgument | None) -> Answer:
        """The same of a part; `target`: the object that its question meant, where it was about one."""
        wanted = self._selection if target is None else replace(self._selection, target=target)
        return answer(outcome, snapshot, wanted, self._library, rules=self._settings.rules)

    def report(self, snapshot: Snapshot, *, live: bool = False, notes: Sequence[str] = ()) -> Report:
        """The answer with the titles of the playbooks. `live`, `notes`: how the snapshot was taken."""
        baseline = self._baseline()
        found = self.finished(self.answer(snapshot, baseline), live=live, notes=notes)
        return Report(found, baseline.holes if baseline is not None else frozenset())

    def report_of(
        self, question: PartQuestion, reader: PartReader, on_partial: OnPartialAnswer | None = None
    ) -> Report | None:
        """The same of a live cluster of which only the needed part is read; None where the whole cluster is needed."""
        found = self.answer_of(question, reader, on_partial)
        return Report(self.finished(found, live=True, notes=reader.notes)) if found is not None else None

    def finished(self, found: Answer, *, live: bool, notes: Sequence[str] = ()) -> Answer:
        """An answer with the titles of the playbooks, and how its snapshot was taken."""
        return replace(
            found,
            outcome=replace_field(found.outcome, live=live),
            playbooks={playbook.id: playbook.model.title for playbook in self._library},
            notes=(*notes, *found.notes),
        )

    def _baseline(self) -> ComparisonInput | None:
        if self._options.baseline is None:
            return None
        from gkedoctor.service.comparison import read_side

        return read_side(self._options.baseline, self._library, self._settings.rules, self._limits)[0]


def _wanted(options: ReportOptions, settings: Settings) -> Selection:
    return Selection(
        target=parse_target(options.target) if options.target and _is_written_out(options.target) else None,
        namespaces=frozenset(options.namespaces),
        labels=parse_label_selector(options.selector) if options.selector else (),
        min_severity=Severity(options.min_severity or settings.min_severity or Severity.ADVISORY),
    )


def _is_written_out(target: str) -> bool:
    """Whether it is KIND/NAME, and no URL."""
    return "/" in target and "://" not in target


def _object_meant(target: str, namespaces: Sequence[str], snapshot: Snapshot) -> ObjectArgument:
    """The object of a name, or what serves a host or an address. UsageError where it is not one."""
    try:
        return named_object(target, namespaces, snapshot)
    except UsageError:
        if not is_entry_point(target):
            raise
    return front_end_of(request_path(target, snapshot, namespaces[0] if len(namespaces) == 1 else None))
