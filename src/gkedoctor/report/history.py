"""The incident timeline: what came, changed and went while a cluster was watched, as JSON and as Markdown."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from gkedoctor.graph.core.times import human_duration, stamp
from gkedoctor.report import markdown
from gkedoctor.report.formats.json import encoded
from gkedoctor.report.phrases import counted, moment
from gkedoctor.report.ref_schema import ObjectRef

Kind = Literal["present", "new", "returned", "changed", "fixed", "replaced", "unknown"]


class HistoryEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A finding at one time. `present`: there when the session began; `returned`: gone before and there again;
    `replaced`: gone, but its object has another finding; `unknown`: gone, but what proves it could not be read.
    `detail`: what changed. `seconds`: how long it was seen.
    """

    time: datetime
    change: Kind
    severity: str
    object: ObjectRef
    title: str
    fingerprint: str
    cause: str | UnsetType = UNSET
    playbook: str | UnsetType = UNSET
    since: str | UnsetType = UNSET
    detail: str | UnsetType = UNSET
    seconds: int | UnsetType = UNSET


class History(msgspec.Struct, frozen=True, kw_only=True):
    """A session: the changes in the order of time. `open`: findings that are there at its end; `dropped`: changes,
    the earliest of them, that are no longer kept.
    """

    schema: Literal["gkedoctor/history/v1"] = "gkedoctor/history/v1"
    cluster: str | None
    project: str | None
    location: str | None
    began: datetime
    ended: datetime
    dropped: int
    changes: tuple[HistoryEntry, ...]
    open: tuple[HistoryEntry, ...]


def history_json(history: History) -> str:
    """One JSON object, as its schema in `schemas/` describes it."""
    return encoded(history) + "\n"


def history_markdown(history: History) -> str:
    """The timeline as a table, for the page about an incident."""
    cluster = f" of {markdown.text(history.cluster)}" if history.cluster else ""
    lasted = human_duration((history.ended - history.began).total_seconds())
    lines = [
        f"# Incident timeline{cluster}",
        "",
        f"{moment(history.began)} to {moment(history.ended)} ({lasted}). {_summary(history)}",
        "",
        "| time (UTC) | change | severity | object | finding |",
        "| --- | --- | --- | --- | --- |",
        *(_row(one) for one in history.changes),
        "",
        f"## Open at the end: {len(history.open)}",
        "",
        *(f"- **{one.severity}** {_object(one)}: {markdown.text(one.title)}" for one in history.open),
    ]
    if history.dropped:
        lines.insert(3, f"\nThe first {counted(history.dropped, 'change')} are not kept.")
    return "\n".join(lines).rstrip("\n") + "\n"


def _summary(history: History) -> str:
    kinds = [one.change for one in history.changes]
    came = kinds.count("new") + kinds.count("returned")
    return f"{counted(came, 'finding')} came, {kinds.count('fixed')} fixed, {len(history.open)} open."


def _row(one: HistoryEntry) -> str:
    detail = f" ({markdown.text(one.detail)})" if one.detail else ""
    lasted = f" after {human_duration(one.seconds)}" if one.seconds is not UNSET else ""
    cells = (
        stamp(one.time)[:19].replace("T", " "), f"{one.change}{lasted}", one.severity, _object(one),
        f"{markdown.text(one.title)}{detail}",
    )  # fmt: skip
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _object(one: HistoryEntry) -> str:
    parts = (one.object.kind, one.object.namespace, one.object.name)
    return markdown.code("/".join(part for part in parts if part))
