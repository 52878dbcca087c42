"""What changed since the screen was opened: marks that last until they are acknowledged, and the history of all of it.

Frozen values, without Textual and without a clock: each reading brings the time at which it was taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import NamedTuple

from gkedoctor.diagnose.model import Diagnosis, Unexplained
from gkedoctor.report.history import Kind

Found = Diagnosis | Unexplained
LEFT: tuple[Kind, ...] = ("fixed", "deleted", "replaced", "unknown")
"""The kinds of a finding that is not there any more."""

MOST = 2_000
"""Changes that are kept: a fault that comes and goes for days must not fill the memory. The oldest are dropped."""
_TOGETHER = 60.0
"""Seconds within which further changes of one finding are one change."""


WORDS: Mapping[Kind, str] = {
    "present": "present", "new": "new", "returned": "back", "changed": "changed", "fixed": "fixed",
    "deleted": "deleted", "replaced": "replaced", "unknown": "not checked",
}  # fmt: skip


class Change(NamedTuple):
    """A finding came, went or became another. `detail`: what changed in it."""

    time: datetime
    kind: Kind
    found: Found
    detail: str = ""

    @property
    def fingerprint(self) -> str:
        """The finding's."""
        return self.found.fingerprint


class Step(NamedTuple):
    """What one reading changed: findings that are new, pairs (before, after) of those that stayed, findings that left.

    `unread`: the fingerprints of those that left only because something could not be read any more; `replaced`: what
    is found about their objects now, by fingerprint; `deleted`: the fingerprints of those whose objects were deleted.
    """

    new: Sequence[Found] = ()
    same: Sequence[tuple[Found, Found]] = ()
    left: Sequence[Found] = ()
    unread: frozenset[str] = frozenset()
    replaced: Mapping[str, str] = {}  # never changed
    deleted: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Session:
    """All changes so far. `acknowledged`: how many of `changes`, from the first one, the user has seen."""

    began: datetime | None = None
    latest: datetime | None = None
    readings: int = 0
    at_start: tuple[Found, ...] = ()
    changes: tuple[Change, ...] = ()
    acknowledged: int = 0
    dropped: int = 0
    """Changes that are no longer kept."""
    marks: Mapping[str, Change] = field(default_factory=dict)
    """The latest change of each finding that is not acknowledged, by fingerprint."""

    def followed(self, step: Step, time: datetime) -> Session:
        """The session after one more reading."""
        here = list(self.changes)
        here += [Change(time, "returned" if self._left(found) else "new", found) for found in step.new]
        for old, new in step.same:
            if detail := difference(old, new):
                _put_changed(here, Change(time, "changed", new, detail), self.acknowledged)
        here += [_gone(found, step, time) for found in step.left]
        extra = max(0, len(here) - MOST)
        return replace(
            self, latest=time, readings=self.readings + 1, changes=tuple(here[extra:]),
            acknowledged=max(0, self.acknowledged - extra), dropped=self.dropped + extra,
        )._marked()  # fmt: skip

    def acknowledge(self, other: Session | None = None) -> Session:
        """The same session with all marks taken away; or with those of `other`, which may be an earlier reading."""
        if other is None:
            return replace(self, acknowledged=len(self.changes))._marked()
        seen = max(self.acknowledged + self.dropped, other.acknowledged + other.dropped) - self.dropped
        return replace(self, acknowledged=min(max(0, seen), len(self.changes)))._marked()

    @property
    def gone(self) -> tuple[Change, ...]:
        """Findings that are not there any more, until that is acknowledged; the latest first."""
        found = [one for one in self.marks.values() if one.kind in LEFT]
        return tuple(sorted(found, key=lambda one: one.time, reverse=True))

    def mark(self, fingerprint: str) -> str:
        """`new 12:30`, `changed 12:41`, or nothing."""
        one = self.marks.get(fingerprint)
        return mark_text(one) if one is not None else ""

    @property
    def news(self) -> str:
        """`2 new, 1 fixed`: what is marked, in words."""
        kinds = [one.kind for one in self.marks.values()]
        return ", ".join(f"{kinds.count(kind)} {word}" for kind, word in WORDS.items() if kind in kinds)

    def _left(self, found: Found) -> bool:
        last = next((one for one in reversed(self.changes) if one.fingerprint == found.fingerprint), None)
        return last.kind in LEFT if last else any(
            one.fingerprint == found.fingerprint for one in self.at_start
        )  # fmt: skip

    def _marked(self) -> Session:
        marks: dict[str, Change] = {}
        for one in self.changes[self.acknowledged :]:
            before = marks.get(one.fingerprint)
            fresh = before is not None and one.kind == "changed" and before.kind in ("new", "returned")
            if not fresh:  # a new finding that changes is still new
                marks[one.fingerprint] = one
        return replace(self, marks=marks)


def first_session(found: Iterable[Found], time: datetime) -> Session:
    """A session at its first complete reading."""
    return Session(began=time, latest=time, readings=1, at_start=tuple(found))


def mark_text(one: Change) -> str:
    """A mark with the time of the day, in UTC as all times of the screen."""
    return f"{WORDS[one.kind]} {one.time.astimezone(UTC):%H:%M}"


def difference(old: Found, new: Found) -> str:
    """What changed in a finding, in words; empty where nothing did that a reader would notice."""
    if isinstance(old, Unexplained) or isinstance(new, Unexplained):
        return "" if old.says == new.says else f"was: {old.says}"
    told = []
    if old.severity is not new.severity:
        told.append(f"severity {new.severity}, was {old.severity}")
    if old.confidence != new.confidence:
        told.append(f"cause {new.confidence}, was {old.confidence}")
    affected = {c.ref for c in old.explains}, {c.ref for c in new.explains}
    if affected[0] != affected[1]:
        told.append(f"affects {len(affected[1])}, was {len(affected[0])}")
    if old.title != new.title:
        told.append(f"was: {old.title}")
    return "; ".join(told)


def _gone(found: Found, step: Step, time: datetime) -> Change:
    if found.fingerprint in step.unread:
        return Change(time, "unknown", found)
    now = step.replaced.get(found.fingerprint, "")
    if now:
        return Change(time, "replaced", found, f"now: {now}")
    return Change(time, "deleted" if found.fingerprint in step.deleted else "fixed", found)


def _put_changed(changes: list[Change], one: Change, acknowledged: int) -> None:
    """Adds a change of a finding, or renews its last one: a Deployment that loses Pod after Pod changes once."""
    for at in range(len(changes) - 1, acknowledged - 1, -1):
        last = changes[at]
        if (one.time - last.time).total_seconds() > _TOGETHER:
            break
        if last.fingerprint == one.fingerprint:
            if last.kind == "changed":
                changes[at] = last._replace(found=one.found, detail=one.detail)
                return
            break
    changes.append(one)
