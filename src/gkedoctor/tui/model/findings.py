"""The list of findings: each by its root, with what it affects folded under."""

from __future__ import annotations

from collections.abc import Sequence

from gkedoctor.diagnose.model import Consequence, Diagnosis, Unexplained
from gkedoctor.graph import Ref
from gkedoctor.playbook.model import Severity
from gkedoctor.report.phrases import counted
from gkedoctor.report.verdict import verdict
from gkedoctor.report.wrap import columns
from gkedoctor.tui.model.filters import SEVERITIES, Facts, Term, facts, hints, meets
from gkedoctor.tui.model.lines import Line, Page, Part, short
from gkedoctor.tui.model.session import Found
from gkedoctor.tui.model.state import ViewState

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
_LEGEND_NAMES = (63, 30, 20, 14, 10)
"""Columns for a name beside its digit, tried from the widest."""
SORTS = ("importance", "namespace", "kind", "age")


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


def suffering(found: Found) -> list[Consequence]:
    """Who suffers beside the root itself."""
    return [c for c in found.explains if c.ref != found.root] if isinstance(found, Diagnosis) else []


def namespaces(scene: ViewState | None) -> list[str]:
    """The namespaces that the digits 1 to 9 choose, in the order of their names."""
    found = scene.found if scene is not None else ()
    return sorted({one.place.namespace for one in found if one.place.namespace})


def legend(scene: ViewState | None, chosen: str, width: int) -> list[Part]:
    """`0 all  1 billing  2 shop`: which digit chooses which namespace; none where there is one.

    Long names are shortened before any is left out.
    """
    names = namespaces(scene)[:9]
    if len(names) < 2:
        return []
    room = next((room for room in _LEGEND_NAMES if _legend_width(names, room) <= width), _LEGEND_NAMES[-1])
    parts: list[Part] = []
    used = 0
    for digit, name in enumerate(["all", *names]):
        text = f" {digit} {short(name, room)} "
        used += columns(text)
        if used > width:
            break
        parts.append((text, "bold reverse" if chosen == (f"ns:{name}" if digit else "") else ""))
    return parts


def _legend_width(names: Sequence[str], room: int) -> int:
    return sum(columns(short(name, room)) + 4 for name in ["all", *names])


def empty_lines(scene: ViewState | None, width: int, hidden: int, terms: Sequence[Term] = ()) -> list[Line]:
    """What stands in place of findings."""
    page = Page(width)
    if scene is None or not scene.diagnosed:
        page.text("Reading …", "dim", " ")
    elif hidden:
        page.text(f"No finding passes the filter; {counted(hidden, 'finding')} without it. Esc clears it.", "", " ")
        for hint in hints(terms, namespaces(scene)):
            page.text(hint, "unknown", " ")
    elif scene.outcome.complete and not scene.partial:
        page.text(f"{verdict(scene.answer)}.", "ok", " ")
    else:
        page.text("Not enough was checked to rule out problems.", "unknown", " ")
        page.text("`Not checked` lists what, with the missing permissions.", "dim", " ")
    return page.lines


def counts(scene: ViewState) -> list[tuple[int, str]]:
    """How many there are of each severity, the most severe first."""
    severities = [severity_of(f) for f in scene.found]
    return [(severities.count(word), word) for word in SEVERITIES if word in severities]
