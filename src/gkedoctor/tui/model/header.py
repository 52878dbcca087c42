"""The header's words, as many as fit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC

from gkedoctor.report.escaping import inert
from gkedoctor.report.phrases import moment
from gkedoctor.report.verdict import verdict
from gkedoctor.report.wrap import columns
from gkedoctor.snapshot.latest_timestamp import EPOCH
from gkedoctor.tui.model.findings import BRIEF, counts
from gkedoctor.tui.model.freshness import NOT_FOLLOWED, Freshness, failure_words, live_word
from gkedoctor.tui.model.lines import Part, clip, short
from gkedoctor.tui.model.state import ViewState

_SENTENCE = 50
"""Columns that hold the beginning of a reason and when it is tried again."""

VIEWS = {
    "overview": "Overview", "objects": "Objects", "timeline": "Timeline", "leftovers": "Leftovers",
    "unchecked": "Not checked",
}  # fmt: skip


def head_parts(
    scene: ViewState | None, doing: str, width: int, fresh: Freshness = NOT_FOLLOWED, now: float = 0.0
) -> list[Part]:
    """`gkedoctor  teratail · teratail-prod/asia-northeast1-a · RECORDED 2026-11-22 12:05 UTC    1 critical`.

    `fresh`: how new it is at `now`. While reading fails, that stands in the place of everything that is longer.
    """
    if scene is None:
        return [("gkedoctor ", "title"), (short(doing or "opening", width - 11), "")]
    names, counted = _names(scene, live_word(fresh, now)), _counts(scene, doing, width < 70)
    failed = failure_words(fresh, now)
    right = _failed(failed, names, counted, width) if failed else counted
    room = width - _columns(right) - 1
    left = next((text for text in names if columns(text) <= room), None)
    if left is None:
        left = short(names[-1], max(8, room))
    fill = " " * max(1, width - columns(left) - _columns(right))
    return [(left, "title"), (fill, ""), *right]


def _failed(told: Sequence[str], names: Sequence[str], counted: Sequence[Part], width: int) -> list[Part]:
    """That reading fails, and why: that comes before how many findings there are, which the list says too."""
    for words in told[:2]:
        for right in ([("  ", ""), *counted], []):
            if columns(names[-1]) + 1 + columns(words) + _columns(right) <= width:
                return [(words, "fail"), *right]
    room = max(8, width - columns(names[-1]) - 1)
    return [(short(told[1], room) if room > _SENTENCE else f"{clip(told[2], room - 1)}…", "fail")]


def _columns(parts: Iterable[Part]) -> int:
    return sum(columns(text) for text, _ in parts)


def _names(scene: ViewState, followed: str) -> list[str]:
    """What the moment is called, the longest first. That it is a recording is never left out.

    `followed`: how new a moment is that is kept up to date.
    """
    outcome = scene.outcome
    where = "/".join(part for part in (outcome.project, outcome.location) if part)
    cluster = inert(outcome.cluster or (outcome.source if outcome.live else "") or "cluster not named")  # its context
    time = outcome.recorded_at.astimezone(UTC)
    if time == EPOCH:  # none of its objects has a time
        unknown = "RECORDED at an unknown time"
        return [f"gkedoctor  {cluster} · {unknown}", f"{cluster} · {unknown}", unknown, "RECORDED"]
    if followed and not scene.partial:
        word = followed if outcome.live else f"RECORDED {moment(time)}"
        full = [f"gkedoctor  {cluster} · {inert(where)} · {word}"] if where else []
        return [*full, f"gkedoctor  {cluster} · {word}", f"{cluster} · {word}", word]
    live = "LIVE" if outcome.live else "RECORDED"
    partial = f" PARTIAL ({scene.partial})" if scene.partial else ""
    return [
        f"gkedoctor  {cluster} · {inert(where)} · {live} {moment(time)}{partial}" if where else "",
        f"gkedoctor  {cluster} · {live} {moment(time)}{partial}",
        f"{cluster} · {live} {time:%Y-%m-%d %H:%M}{' PARTIAL' if scene.partial else ''}",
        f"{cluster} {live} {time:%m-%d %H:%M}",
        f"{live} {time:%m-%d %H:%M}",
        f"{live} {time:%H:%M}",
    ][0 if where else 1 :]


def _counts(scene: ViewState, doing: str, brief: bool) -> list[Part]:
    if doing:
        return [(doing, "unknown")]
    found = counts(scene)
    if not found:
        calm = scene.outcome.complete and not scene.partial
        return [(verdict(scene.answer).lower(), "ok") if calm else ("not enough checked", "unknown")]
    parts: list[Part] = []
    listed = found[:2] if brief and len(found) > 3 else found  # on a phone's width, the rest is one number
    for i, (number, style) in enumerate(listed):
        word = BRIEF[style] if brief else style
        parts += [("  " if i else "", ""), (f"{number} {word}", style)]
    rest = sum(number for number, _ in found[len(listed) :])
    return [*parts, (f"  {rest} more", "")] if rest else parts


def tab_parts(scene: ViewState | None, here: str, width: int) -> list[tuple[str, str, str]]:
    """The views as (text, `here` for the one that is shown, its name), shorter where they do not fit."""
    names = {view: f" {_tab(scene, view, title)} " for view, title in VIEWS.items()}
    if sum(map(len, names.values())) > width:
        names = {view: f" {title} " for view, title in VIEWS.items()}
    if sum(map(len, names.values())) > width:
        names = {view: f" {title} " if view == here else f" {title[:4].strip()} " for view, title in VIEWS.items()}
    return [(text, "here" if view == here else "", view) for view, text in names.items()]


def _tab(scene: ViewState | None, view: str, title: str) -> str:
    if scene is None or not scene.diagnosed:
        return title
    number = {
        "overview": len(scene.found),
        "leftovers": sum(1 for d in scene.outcome.diagnoses if d.playbook in scene.leftover_ids),
        "unchecked": len(scene.outcome.not_checked),
    }.get(view)
    return title if not number else f"{title} {number}"
