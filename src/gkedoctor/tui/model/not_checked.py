"""What was not checked, which permission is missing, and which answers it affects."""

from __future__ import annotations

from collections.abc import Sequence

from gkedoctor.diagnose.model import NotChecked
from gkedoctor.playbook.required_kinds import kinds_of
from gkedoctor.report.not_checked import ways_to_check
from gkedoctor.report.phrases import counted
from gkedoctor.snapshot.kinds import COLLECTIONS
from gkedoctor.tui.model.filters import Facts, Term, facts, meets
from gkedoctor.tui.model.lines import Line, Page
from gkedoctor.tui.model.state import ViewState

_WORDS = {
    "denied": "no permission", "failed": "could not be read", "disabled": "the API is off, or the kind is not served",
    "malformed": "some objects have an unknown form", "not_asked": "not in this recording",
    "partial": "only in part", "complete": "only in part",
}  # fmt: skip
_ORDER = tuple(_WORDS)
_TITLES = 3
"""Titles of playbooks that are listed for a collection."""


def unchecked_lines(scene: ViewState, terms: Sequence[Term], width: int) -> list[Line]:
    """Holes by their reason, those that a permission solves first."""
    page = Page(width)
    for way in [] if terms else ways_to_check(scene.outcome):
        page.text(way)
    entries = [n for n in scene.outcome.not_checked if meets(terms, _facts(n))]
    for reason in sorted({n.reason for n in entries}, key=lambda r: _ORDER.index(r) if r in _ORDER else 99):
        group = [n for n in entries if n.reason == reason]
        page.head(_words(scene, reason).upper(), counted(len(group), "collection"))
        for one in group:
            _hole(scene, one, page)
    if not entries:
        page.text(
            "Everything that the playbooks need was checked." if not terms else "No entry matches the filter.",
            "ok",
        )
    return page.lines


def _words(scene: ViewState, reason: str) -> str:
    """The reason in words; of a live cluster nothing is said about a recording."""
    if reason == "not_asked" and scene.outcome.live:
        return "not collected"
    return _WORDS.get(reason, reason)


def _facts(one: NotChecked) -> Facts:
    kind = COLLECTIONS.get(one.collection)
    return facts(f"{one.collection} {one.reason} {one.needs} {one.detail}", ns=(), kind=[kind.name] if kind else [])


def _hole(scene: ViewState, one: NotChecked, page: Page) -> None:
    entry = one.collection
    page.text(one.collection, "title", "  ", entry=entry)
    if one.detail and one.detail != _words(scene, one.reason):
        page.text(one.detail, "dim", "    ", entry=entry)
    if one.needs and one.reason in ("denied", "failed", "partial"):
        page.text(f"needs the permission: {one.needs}", "key", "    ", entry=entry)
    kind = COLLECTIONS.get(one.collection)
    unserved = one.reason == "disabled" and kind is not None and not kind.cloud
    cost = "the cluster has no objects of this kind" if unserved else _cost(scene, one.collection)
    page.text(cost, "dim" if unserved else "", "    ", entry=entry)


def _cost(scene: ViewState, collection: str) -> str:
    """What is not known for the lack of it."""
    doubts = [
        f"{rival.cause} of {found.place}" for found in scene.found for rival in found.not_known
        if rival.why.startswith(f"{collection}:")
    ]  # fmt: skip
    if doubts:
        more = f", and {len(doubts) - 3} more" if len(doubts) > 3 else ""
        return f"leaves open: {'; '.join(doubts[:3])}{more}"
    kind = COLLECTIONS.get(collection)
    limited = [p.model.title for p in scene.playbooks if kind is not None and kind.name in kinds_of(p)]
    if not limited:
        return "no playbook needs it"
    more = f", and {len(limited) - _TITLES} more" if len(limited) > _TITLES else ""
    return f"may be missed: {'; '.join(limited[:_TITLES])}{more}"
