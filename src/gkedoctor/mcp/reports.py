"""The reports of a server by id, so that details, pages and later comparisons cost no second reading."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime

from gkedoctor.errors import UsageError
from gkedoctor.mcp.sources import Subject
from gkedoctor.report.answer import Answer
from gkedoctor.service.report import ReportOptions
from gkedoctor.snapshot.model import Snapshot

_MOST_KEPT = 32
_MOST_SNAPSHOTS = 4
"""Of a large cluster each takes hundreds of megabytes; an older report keeps its findings."""


@dataclass(frozen=True)
class HeldReport:
    """A report, of what and to which question. `snapshot`: None where only a part of a cluster was read for it."""

    id: str
    subject: Subject
    options: ReportOptions
    answer: Answer
    snapshot: Snapshot | None
    taken: float


class Reports:
    """The last reports. Called from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._kept: OrderedDict[str, HeldReport] = OrderedDict()
        self._by_question: dict[object, str] = {}

    def add(
        self,
        key: object,
        subject: Subject,
        options: ReportOptions,
        answer: Answer,
        snapshot: Snapshot | None,
        taken: float,
    ) -> HeldReport:
        """Keeps a report under a new id; `key` is the question that it answers."""
        with self._lock:
            self._count += 1
            held = HeldReport(f"r{self._count}", subject, options, answer, snapshot, taken)
            self._kept[held.id] = held
            self._by_question[key] = held.id
            while len(self._kept) > _MOST_KEPT:
                gone, _ = self._kept.popitem(last=False)
                self._by_question = {k: one for k, one in self._by_question.items() if one != gone}
            self._release_snapshots()
            return held

    def _release_snapshots(self) -> None:
        """Keeps the snapshots of the newest reports, of which several may have the same."""
        known: list[Snapshot] = []
        for held in reversed(list(self._kept.values())):
            if held.snapshot is None or any(held.snapshot is one for one in known):
                continue
            if len(known) < _MOST_SNAPSHOTS:
                known.append(held.snapshot)
            else:
                self._kept[held.id] = replace(held, snapshot=None)

    def get(self, report: str) -> HeldReport:
        """The report of an id. UsageError for one that is not held."""
        with self._lock:
            held = self._kept.get(report)
            last = next(reversed(self._kept), "")
        if held is None:
            hint = f"the newest is {last}; " if last else ""
            raise UsageError(f"no report `{report}`", hint=f"{hint}call diagnose for a new one")
        return held

    def before(self, held: HeldReport, moment: datetime) -> HeldReport | None:
        """The newest report on the same question whose data is from a moment or before it."""
        with self._lock:
            known = reversed(self._kept.values())
            same = (one for one in known if (one.subject, one.options) == (held.subject, held.options))
            return next((one for one in same if one.answer.outcome.recorded_at <= moment and one.id != held.id), None)

    def answer_to(self, key: object) -> HeldReport | None:
        """The last report to a question."""
        with self._lock:
            return self._kept.get(self._by_question.get(key, ""))

    def ids(self) -> list[str]:
        """The ids of the reports that are held, the newest last."""
        with self._lock:
            return list(self._kept)

    def is_id(self, text: str) -> bool:
        """Whether a text is written like an id."""
        return text[:1] == "r" and text[1:].isdigit()
