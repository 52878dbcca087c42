"""The list of findings: each by its root, with what it affects folded under."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gkedoctor.diagnose.model import Consequence, Diagnosis, Unexplained
from gkedoctor.graph import Ref
from gkedoctor.playbook.model import Severity
from gkedoctor.report.escaping import inert
from gkedoctor.report.phrases import counted
from gkedoctor.report.verdict import verdict
from gkedoctor.report.wrap import columns
from gkedoctor.tui.model.filters import Facts, Term, facts, meets
from gkedoctor.tui.model.lines import Line, Open, Page, Part, clip, first_of, fold, pad, short
from gkedoctor.tui.model.state import Found, ViewState

SIGNS = {
    Severity.CRITICAL: ("!", "crit"),
    Severity.HIGH: ("*", "high"),
    Severity.MEDIUM: ("-", "med"),
    Severity.LOW: (".", "low"),
    Severity.ADVISORY: (" ", "note"),
}
"""Severities as a sign and a word; they read without colour."""
BRIEF = {**{str(severity): word for severity, (_, word) in SIGNS.items()}, "unknown": "unkn"}
"""Severities, and `unknown`, where there is little room."""
SORTS = ("importance", "namespace", "kind", "age")
_INDENT = 9
_TITLE_LINES = 2


def severity_of(found: Found) -> str:
    """Its severity; `unknown` for a symptom without a cause."""
    return str(found.severity) if isinstance(found, Diagnosis) else "unknown"


def sign(found: Found) -> str:
    """`! crit`."""
    mark, word = SIGNS[found.severity] if isinstance(found, Diagnosis) else ("?", "unkn")
    return f"{mark} {word:<4}"


def name(ref: Ref, namespace: bool = True) -> str:
    """An object as it reads in a list: `Secret shop/db`."""
    return f"{ref.kind} {ref.namespace + '/' if ref.namespace and namespace else ''}{ref.name}"


def facts_of(found: Found) -> Facts:
    """What a filter can ask of a finding: of its root and of all that suffers from it."""
    if isinstance(found, Unexplained):
        refs, cause, playbook = [found.ref], "", ""
    else:
        refs, cause, playbook = [found.root, *(c.ref for c in found.explains)], found.cause, found.playbook
    words = " ".join((found.says, cause, playbook, severity_of(found), *map(str, refs)))
    return facts(
        words, ns=(r.namespace or (r.name if r.kind == "Namespace" else None) for r in refs),
        kind=(r.kind for r in refs), sev=severity_of(found), cause=cause, id_=playbook,
    )  # fmt: skip


def shown(scene: ViewState, terms: Sequence[Term], sort: str, *, reverse: bool, faults: bool) -> list[Found]:
    """The findings that pass, in order. `faults`: without what breaks nothing now."""
    kept = [f for f in scene.found if meets(terms, facts_of(f)) and not (faults and severity_of(f) == "advisory")]
    keys = {
        "namespace": lambda f: f.place.sort_key,
        "kind": lambda f: (f.place.kind, f.place.sort_key),
        "age": lambda f: getattr(f, "since", None) or "9",
    }
    if sort in keys:
        kept.sort(key=keys[sort])
    return kept[::-1] if reverse else kept


def list_lines(
    found: Iterable[Found], scene: ViewState, width: int, *, marked: frozenset[str], unfolded: frozenset[str]
) -> list[Line]:
    """The list. Every finding is one thing to the cursor; unfolded, so is each object that suffers."""
    lines: list[Line] = []
    for one in found:
        lines += _entry(one, scene, width, one.fingerprint in marked, one.fingerprint in unfolded)
    return lines


def _entry(found: Found, scene: ViewState, width: int, marked: bool, unfolded: bool) -> list[Line]:
    key, style = found.fingerprint, severity_of(found)
    news = scene.verified.get(key, "").partition(":")[0].partition(" ")[0] or scene.news.word(key)
    page, indent = Page(width), " " * _INDENT
    told = f"{news} " if news else ""
    mark = "+" if marked else " "
    page.add(
        (mark, "mark" if marked else ""), (sign(found), style), "  ", (told, "new"),
        *_named(found.place, width - _INDENT - len(told)), entry=key,
    )  # fmt: skip
    for piece in first_of(fold(found.says, width - _INDENT), _TITLE_LINES):
        page.add(indent, piece, entry=key)
    consequences = suffering(found)
    if consequences and not unfolded:
        page.add(indent, (_affected(found, consequences, width - _INDENT), "dim"), entry=key)
    if unfolded:
        for i, consequence in enumerate(consequences):
            ref = consequence.ref
            text = pad(name(ref, namespace=ref.namespace != found.place.namespace), width - _INDENT)
            page.add(indent[:-2], ("` ", "dim"), text, entry=(key, i), act=Open(ref))
    return page.lines


def suffering(found: Found) -> list[Consequence]:
    """Who suffers beside the root itself."""
    return [c for c in found.explains if c.ref != found.root] if isinstance(found, Diagnosis) else []


def _named(ref: Ref, width: int) -> list[Part]:
    """Kind and name, and the namespace where there is room for it."""
    text = f"{ref.kind} {ref.name}"
    place = f"  {ref.namespace}" if ref.namespace else ""
    return [(short(text, width), "title"), (place if columns(text + place) <= width else "", "dim")]


def _affected(found: Found, consequences: Sequence[Consequence], width: int) -> str:
    names = [name(c.ref, namespace=c.ref.namespace != found.place.namespace) for c in consequences]
    text = inert(f"affected {len(names)}: {', '.join(names[:4])}")
    return text if columns(text) <= width else clip(text, width - 1) + "…"


def gone_lines(scene: ViewState, width: int) -> list[Line]:
    """What was there before and is not any more."""
    page = Page(width)
    for found in scene.news.gone:
        page.add((" gone     ", "ok"), (pad(name(found.place), width - 10), "dim"))
    return page.lines


def empty_lines(scene: ViewState | None, width: int, hidden: int) -> list[Line]:
    """What stands in place of findings."""
    page = Page(width)
    if scene is None or not scene.diagnosed:
        page.text("Reading …", "dim", " ")
    elif hidden:
        page.text(f"No finding passes the filter; {counted(hidden, 'finding')} without it. Esc clears it.", "", " ")
    elif scene.outcome.complete and not scene.partial:
        page.text(f"{verdict(scene.answer)}.", "ok", " ")
    else:
        page.text("Not enough was checked to rule out problems.", "unknown", " ")
        page.text("`Not checked` lists what, with the missing permissions.", "dim", " ")
    return page.lines


def counts(scene: ViewState) -> list[tuple[int, str]]:
    """How many there are of each severity, the most severe first."""
    severities = [severity_of(f) for f in scene.found]
    words = [*map(str, Severity), "unknown"]
    return [(severities.count(w), w) for w in words if w in severities]
