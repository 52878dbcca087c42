"""The history of a session as lines and as a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from msgspec import UNSET

from gkedoctor.diagnose.model import Diagnosis, Outcome
from gkedoctor.errors import UsageError
from gkedoctor.graph.core.times import human_duration
from gkedoctor.report.history import History, HistoryEntry, history_json, history_markdown
from gkedoctor.report.phrases import to_second
from gkedoctor.report.private_file import write_private_file
from gkedoctor.report.ref_schema import object_ref
from gkedoctor.tui.model.clipboard_text import FileToSave, suggestion
from gkedoctor.tui.model.filters import Term, meets
from gkedoctor.tui.model.findings import facts_of, severity_of, sign
from gkedoctor.tui.model.lines import Line, Open, Page, first_of, fold
from gkedoctor.tui.model.session import LEFT, WORDS, Change, Found, Session
from gkedoctor.tui.model.state import ViewState

_STYLES = {
    "new": "new",
    "returned": "new",
    "changed": "key",
    "fixed": "ok",
    "deleted": "dim",
    "replaced": "unknown",
    "unknown": "unknown",
    "present": "dim",
}

_WRITERS = {".md": history_markdown, ".json": history_json}
ENDINGS = " or ".join(_WRITERS)
"""The endings that the file of an incident timeline may have."""

_WIDE = 60
"""Columns from which a change begins on the line of its time."""


def entries(session: Session) -> list[Change]:
    """What was there at the beginning, then every change."""
    start = [Change(session.began, "present", found) for found in session.at_start] if session.began else []
    return [*start, *session.changes]


def history_lines(changes: Sequence[Change], scene: ViewState, width: int) -> list[Line]:
    """One change a line or two, the latest last."""
    page = Page(width)
    if scene.session.readings < 2:
        page.text("Read once. The history begins with the next reading: r, or diagnose --watch.", "dim")
    day = ""
    seen = first_times(scene.session)
    words = [f"{WORDS[one.kind]} {_lasted(one, seen)}".strip() for one in changes]
    room = max(map(len, words), default=0)
    for i, (one, word) in enumerate(zip(changes, words, strict=True)):
        date, _, time = to_second(one.time).partition(" ")
        if date != day:
            page.add((f"{date} UTC", "head"))
            day = date
        _change(one, word.ljust(room), time, page, ("change", i))
    if not changes:
        page.text("Nothing was found, and nothing has changed.", "dim")
    return page.lines


def _change(one: Change, word: str, time: str, page: Page, entry: tuple[str, int]) -> None:
    """What happened to which finding; where it is narrow, on lines below the time."""
    found, style, act = one.found, _STYLES[one.kind], Open(one.found.place)
    told = f"{found.place}: {f'{one.detail}. ' if one.detail else ''}{found.says}"
    wide = page.width >= _WIDE
    head = f"{time}  {word}  " if wide else f"{time} {word.strip()} "
    indent = len(head) + 8 if wide else 2
    pieces = first_of(fold(told, page.width - indent), 2 if wide else 4)
    severity = (sign(found), severity_of(found))
    page.add((head, style), severity, f"  {pieces[0]}" if wide else "", entry=entry, act=act)
    for piece in pieces[1:] if wide else pieces:
        page.add(" " * indent, piece, entry=entry, act=act)


def shown(session: Session, terms: Sequence[Term]) -> list[Change]:
    """The changes that pass a filter."""
    return [one for one in entries(session) if meets(terms, facts_of(one.found))]


def first_times(session: Session) -> dict[tuple[str, datetime], datetime]:
    """Since when each finding that left had been seen, by fingerprint and the time at which it left."""
    here: dict[str, datetime] = {}
    found: dict[tuple[str, datetime], datetime] = {}
    for one in entries(session):
        if one.kind in LEFT:
            begun = here.pop(one.fingerprint, None)
            if begun is not None:
                found[(one.fingerprint, one.time)] = begun
        else:
            here.setdefault(one.fingerprint, one.time)
    return found


def _seconds(one: Change, seen: dict[tuple[str, datetime], datetime]) -> float | None:
    """How long a finding that left was seen."""
    begun = seen.get((one.fingerprint, one.time)) if one.kind in LEFT else None
    return (one.time - begun).total_seconds() if begun is not None else None


def _lasted(one: Change, seen: dict[tuple[str, datetime], datetime]) -> str:
    seconds = _seconds(one, seen)
    return f"after {human_duration(seconds)}" if seconds is not None else ""


def history(session: Session, outcome: Outcome) -> History:
    """The session as other tools read it."""
    seen = first_times(session)
    last = session.latest or outcome.recorded_at
    found: list[Found] = [*outcome.diagnoses, *outcome.unexplained]
    return History(
        cluster=outcome.cluster or (outcome.source if outcome.live else None),  # the context of the kubeconfig
        project=outcome.project,
        location=outcome.location,
        began=session.began or outcome.recorded_at,
        ended=last,
        dropped=session.dropped,
        changes=tuple(_entries(entries(session), seen)),
        open=tuple(_entries([Change(last, "present", one) for one in found], {})),
    )


def _entries(changes: Iterable[Change], seen: dict[tuple[str, datetime], datetime]) -> Iterable[HistoryEntry]:
    for one in changes:
        found = one.found
        diagnosis = found if isinstance(found, Diagnosis) else None
        seconds = _seconds(one, seen)
        yield HistoryEntry(
            time=one.time, change=one.kind, severity=severity_of(found), object=object_ref(found.place),
            title=found.says, fingerprint=found.fingerprint, cause=diagnosis.cause if diagnosis else UNSET,
            playbook=diagnosis.playbook if diagnosis else UNSET,
            since=diagnosis.since if diagnosis and diagnosis.since else UNSET, detail=one.detail or UNSET,
            seconds=int(seconds) if seconds is not None else UNSET,
        )  # fmt: skip


def history_file(scene: ViewState) -> FileToSave:
    """The incident timeline, to be saved."""
    return FileToSave("Save the incident timeline", suggestion(scene, "history"), ENDINGS, partial(save, scene))


def save(scene: ViewState, file: Path) -> str:
    """Writes the history as the end of the name says, and reports what was written. UsageError for another ending."""
    written = _WRITERS.get(file.suffix.lower())
    if written is None:
        raise UsageError(f"`{file.name}` has no known ending", hint=f"use {ENDINGS}")
    write_private_file(written(history(scene.session, scene.outcome)), file)
    return f"saved the incident timeline as {file}"
