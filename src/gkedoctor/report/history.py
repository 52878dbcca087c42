"""The incident timeline: what came, changed and went while a cluster was watched, as JSON and as Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from gkedoctor.graph.core.times import human_duration
from gkedoctor.report import markdown
from gkedoctor.report.formats.json import encoded
from gkedoctor.report.phrases import counted, moment, to_second
from gkedoctor.report.ref_schema import ObjectRef

Kind = Literal["present", "new", "returned", "changed", "fixed", "deleted", "replaced", "unknown"]


class HistoryEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A finding at one time. `present`: there when the session began; `returned`: gone before and there again;
    `deleted`: gone because its object was deleted; `replaced`: gone, but its object has another finding; `unknown`:
    gone, but what proves it could not be read. `detail`: what changed. `seconds`: how long it was seen.
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


_OTHER_ENDS: Mapping[Kind, str] = {
    "deleted": "deleted", "replaced": "replaced", "unknown": "no longer checked",
}  # fmt: skip


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
    """`4 findings at the start, 2 new, 3 fixed, 1 deleted, 2 open at the end.`"""
    kinds = [one.change for one in history.changes]
    came = kinds.count("new") + kinds.count("returned")
    told = [
        f"{counted(kinds.count('present'), 'finding')} at the start",
        f"{came} new",
        f"{kinds.count('fixed')} fixed",
    ]
    told += [f"{kinds.count(kind)} {word}" for kind, word in _OTHER_ENDS.items() if kind in kinds]
    return f"{', '.join(told)}, {len(history.open)} open at the end."


def _row(one: HistoryEntry) -> str:
    detail = f" ({markdown.text(one.detail)})" if one.detail else ""
    lasted = f" after {human_duration(one.seconds)}" if one.seconds is not UNSET else ""
    cells = (
        to_second(one.time), f"{one.change}{lasted}", one.severity, _object(one),
        f"{markdown.text(one.title)}{detail}",
    )  # fmt: skip
    return f"| {' | '.join(map(markdown.cell, cells))} |"


def _object(one: HistoryEntry) -> str:
    parts = (one.object.kind, one.object.namespace, one.object.name)
    return markdown.code("/".join(part for part in parts if part))
