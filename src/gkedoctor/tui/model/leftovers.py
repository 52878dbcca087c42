"""What deleted clusters left behind, and the commands that delete it, in the order that works."""

from __future__ import annotations

from collections.abc import Sequence

from gkedoctor.diagnose.model import Consequence, Diagnosis
from gkedoctor.report.escaping import inert
from gkedoctor.report.not_checked import not_checked_lines
from gkedoctor.report.wrap import columns
from gkedoctor.tui.model.filters import Term, meets
from gkedoctor.tui.model.findings import facts_of, severity_of, sign
from gkedoctor.tui.model.lines import Line, Open, Page, fold, pad, short
from gkedoctor.tui.model.state import ViewState

NEEDED = ("compute.forwardingRules", "container.clusters")
"""Collections without which nothing can be said of leftovers."""


def leftovers(scene: ViewState, terms: Sequence[Term]) -> list[Diagnosis]:
    """The findings about leftovers that pass the filter."""
    ids = scene.leftover_ids
    return [d for d in scene.outcome.diagnoses if d.playbook in ids and meets(terms, facts_of(d))]


def leftover_lines(found: Sequence[Diagnosis], scene: ViewState, width: int) -> list[Line]:
    """Each group with its members and its commands."""
    page = Page(width)
    for one in found:
        page.gap()
        page.text(one.title, "title", f"{sign(one)}  ", rest="        ", entry=one.fingerprint, act=Open(one.root))
        page.head("LEFT BEHIND", str(len(one.explains)))
        wide = max((columns(_owner(member)) for member in one.explains), default=0)
        for i, member in enumerate(one.explains):
            _member(member, (one.fingerprint, "member", i), min(wide, page.width * 2 // 5), page)
        page.head("TO DELETE IT", "in this order; c f copies all of it; gkedoctor deletes nothing")
        page.text(one.fix.say, severity_of(one) if not one.fix.commands else "", "  ")
        page.commands(one.fix.commands, f"{one.fingerprint} fix", "the command")
        page.gap()
    if not found:
        _nothing(scene, page)
    return page.lines


def _member(member: Consequence, entry: tuple[object, ...], wide: int, page: Page) -> None:
    """Kind, name, and whose it was; names are what one compares, so they get the room. `wide`: columns of the last."""
    kind, act = f"  {member.ref.kind:<21} ", Open(member.ref)
    room = max(16, page.width - columns(kind) - wide - 2)
    owner = _owner(member)
    first, *more = [short(owner, wide)] if _is_name(owner) else fold(owner, wide)
    page.add(kind, pad(member.ref.name, room), "  ", (first, "dim"), entry=entry, act=act)
    for piece in more:
        page.add(" " * (columns(kind) + room + 2), (piece, "dim"), entry=entry, act=act)


def _is_name(owner: str) -> bool:
    """Whether it is an object, whose name may lose its middle, and not a sentence."""
    return owner.count(" ") <= 1


def _owner(member: Consequence) -> str:
    """`Ingress shop/store` of `leftover forwarding rule of Ingress shop/store`; what it is stands before it."""
    what, of, owner = member.symptom.partition(" of ")
    leftover = what.startswith("leftover ")
    return inert(owner if leftover and of else "" if leftover else member.symptom)


def _nothing(scene: ViewState, page: Page) -> None:
    if scene.scope:
        page.text(f"Leftovers were not read: only {scene.scope} was. A reads the whole cluster.", "unknown")
        return
    unseen = [n for n in scene.outcome.not_checked if n.collection in NEEDED and n.reason != "complete"]
    looked = [name for name in NEEDED if scene.snapshot.collections.get(name) is not None]
    if unseen or len(looked) < len(NEEDED):
        page.text("Leftovers are unknown: Google Cloud was not checked.", "unknown")
        for hole in not_checked_lines(unseen):
            page.text(hole, "dim", "  ")
    else:
        page.text("No leftovers found.", "ok")
