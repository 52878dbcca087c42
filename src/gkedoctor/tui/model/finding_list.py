"""The list of findings, one line each: severity, mark, age, namespace, object, title; in groups if asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gkedoctor.diagnose.model import Diagnosis
from gkedoctor.graph import Ref
from gkedoctor.report.escaping import inert
from gkedoctor.report.verdict import verdict
from gkedoctor.report.wrap import columns
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.tui.model.filters import Term, meets
from gkedoctor.tui.model.findings import facts_of, name, severity_of, sign, suffering
from gkedoctor.tui.model.lines import Line, Open, Page, Part, clip, pad, short
from gkedoctor.tui.model.session import Found, mark_text
from gkedoctor.tui.model.state import ViewState
from gkedoctor.tui.model.times import age

GROUPS = ("", "namespace", "cause")
"""By what the list is grouped; `""`: not at all, the most important first."""
_LEAST_TITLE = 24
"""Columns below which a title says nothing: the object's name gets them."""
_GAP = 2
_BOTH = 96
"""Columns from which the age stands beside a mark."""
_WORDS = 60
"""Columns from which severities are words and not signs alone."""


@dataclass(frozen=True)
class Choices:
    """What the user chose for the list."""

    marked: frozenset[str] = frozenset()
    unfolded: frozenset[str] = frozenset()
    group: str = ""


@dataclass(frozen=True)
class _Row:
    """The texts of one finding. `marked_as`: `new 12:30`; `short_name`: with kubectl's short name of the kind."""

    found: Found
    marked_as: str
    age: str
    namespace: str
    name: str
    short_name: str
    title: str


@dataclass(frozen=True)
class _Widths:
    """Columns of each part, 0 for one that is left out. A longer name stays whole and pushes its title to the right."""

    word: bool
    mark: int
    age: int
    namespace: int
    name: int
    brief: bool
    """Whether kinds are written with kubectl's short names."""


def list_lines(
    found: Sequence[Found], scene: ViewState, width: int, choices: Choices, terms: Sequence[Term] = ()
) -> list[Line]:
    """The list. Every finding is one thing to the cursor; unfolded, so is each object that it affects.

    `terms`: the filter, which those that are gone have to pass too.
    """
    gone = [one for one in scene.session.gone if one.fingerprint not in scene.fingerprints]
    gone = [one for one in gone if meets(terms, facts_of(one.found))]
    rows = [_row(one, scene, _mark(one, scene), width) for one in found]
    left = [_row(one.found, scene, mark_text(one), width) for one in gone]
    widths = _widths([*rows, *left], width, namespaces=choices.group != "namespace")
    page = Page(width)
    if found and {severity_of(one) for one in found} == {"advisory"}:
        page.text(f"{verdict(scene.answer)}. Notes:", "ok" if scene.outcome.complete else "unknown", " ")
    for head, members in _grouped(rows, choices.group):
        if head:
            page.add((head, "head"), (f"  {len(members)}", "dim"))
        for row in members:
            key = row.found.fingerprint
            _line(row, widths, page, "+" if key in choices.marked else " ", key)
            if key in choices.unfolded:
                _affected(row.found, page)
    if left:
        page.add(("GONE", "head"), ("  a acknowledges, H shows the history", "dim"))
    for row in left:
        _line(row, widths, page, " ", row.found.fingerprint, gone=True)
    return page.lines


def _mark(found: Found, scene: ViewState) -> str:
    """What is said of a finding beside its severity: how verifying it goes, else what changed."""
    verified = scene.verified.get(found.fingerprint, "")
    return verified.removesuffix(" UTC").partition(":" if verified.startswith("verifying") else "\n")[0] or (
        scene.session.mark(found.fingerprint)
    )


def _row(found: Found, scene: ViewState, mark: str, width: int) -> _Row:
    """Where it is narrow, a mark stands in place of the age, and without its time."""
    ref = found.place
    since = found.since if isinstance(found, Diagnosis) else None
    mark = mark if width >= _WORDS else mark.partition(" ")[0]
    ages = age(since, scene.graph.clock) if since and not (mark and width < _BOTH) else ""
    return _Row(
        found, mark, ages, inert(ref.namespace or ""), _name(ref),
        _name(ref, short=True), inert(_title(found)),
    )  # fmt: skip


def _title(found: Found) -> str:
    """Its title without the object's own kind and name at the beginning: that stands in the column before it."""
    words = found.says.split(" ", 2)
    ref = found.place
    return words[2] if len(words) == 3 and words[1] == ref.name and ref.kind.endswith(words[0]) else found.says


def _name(ref: Ref, *, short: bool = False) -> str:
    """`Deployment/cart`, as kubectl takes it."""
    kind = KINDS.get(ref.kind)
    word = kind.short_names[0] if short and kind is not None and kind.short_names else ref.kind
    return inert(f"{word}/{ref.name}")


def _widths(rows: Sequence[_Row], width: int, *, namespaces: bool) -> _Widths:
    """Kinds are written out where that leaves room for titles."""
    mark, ages = _longest(row.marked_as for row in rows), _longest(row.age for row in rows)
    several = namespaces and len({row.namespace for row in rows} - {""}) > 1 and width >= _WORDS
    namespace = min(_longest(row.namespace for row in rows), width // 5) if several else 0
    mark, ages = (mark, ages) if width >= _BOTH else (max(mark, ages) if mark else 0, 0 if mark else ages)
    taken = sum(one + _GAP for one in (8, mark, ages, namespace) if one)
    longest = _longest(row.name for row in rows)
    brief = taken + longest + _GAP + _LEAST_TITLE > width
    if brief:
        longest = min(_longest(row.short_name for row in rows), max(16, (width - taken) * 2 // 5))
    return _Widths(width >= _WORDS, mark, ages, namespace, longest, brief)


def _longest(texts: Iterable[str]) -> int:
    return max(map(columns, texts), default=0)


def _line(row: _Row, widths: _Widths, page: Page, chosen: str, key: str, *, gone: bool = False) -> None:
    looks = "gone" if gone else ""
    severity = sign(row.found) if widths.word else _letter(row.found)
    parts: list[Part] = [(chosen, "mark" if chosen != " " else ""), (severity, looks or severity_of(row.found))]
    for text, room, style in (
        (row.marked_as or (row.age if not widths.age else ""), widths.mark, _mark_style(row, looks)),
        (row.age.rjust(widths.age), widths.age, looks or "dim"),
        (row.namespace, widths.namespace, looks or "dim"),
    ):
        if room:
            parts += [(" " if len(parts) == 2 else " " * _GAP, ""), (pad(text, room), style)]
    left = page.width - sum(columns(text) for text, _ in parts) - _GAP
    name = short(row.short_name if widths.brief else row.name, left)
    parts += [(" " * _GAP, ""), (name, looks or "object"), (" " * (widths.name - columns(name)), "")]
    left -= max(widths.name, columns(name)) + _GAP
    if left >= _LEAST_TITLE // 2:
        fits = columns(row.title) <= left
        parts += [(" " * _GAP, ""), (row.title if fits else f"{clip(row.title, left - 1)}…", looks)]
    page.add(*parts, entry=key)


def _mark_style(row: _Row, looks: str) -> str:
    if not row.marked_as:
        return looks or "dim"  # an age
    return "ok" if row.marked_as.startswith("fixed") else "new"


def _letter(found: Found) -> str:
    return sign(found)[0].strip() or "."


def _affected(found: Found, page: Page) -> None:
    """The objects that a finding affects, each on a line of its own."""
    for i, one in enumerate(suffering(found)):
        elsewhere = one.ref.namespace != found.place.namespace
        text = pad(f"{name(one.ref, elsewhere)}: {one.symptom}", page.width - 9)
        page.add(" " * 7, ("` ", "dim"), text.rstrip(), entry=(found.fingerprint, i), act=Open(one.ref))


def _grouped(rows: Sequence[_Row], group: str) -> list[tuple[str, list[_Row]]]:
    """The rows under their headings; the group with the most important finding first."""
    groups: dict[str, list[_Row]] = {}
    for row in rows:
        groups.setdefault(_heading(row, group), []).append(row)
    return list(groups.items())


def _heading(row: _Row, group: str) -> str:
    if group == "namespace":
        return row.namespace or "(no namespace)"
    if group == "cause":
        return row.found.cause if isinstance(row.found, Diagnosis) else "(cause not known)"
    return ""
