"""The pages of one object: what it is and whom it has to do with, its YAML, its events, its logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gkedoctor.diagnose.model import Diagnosis
from gkedoctor.graph import Ref, ref_of
from gkedoctor.graph.objects.owners import owner, stub
from gkedoctor.report.phrases import value
from gkedoctor.report.wrap import columns
from gkedoctor.snapshot.model import Object
from gkedoctor.tui.model.event_lines import event_lines, own_events
from gkedoctor.tui.model.findings import severity_of, sign
from gkedoctor.tui.model.lines import Line, Open, Page, short
from gkedoctor.tui.model.relations import Relation, by_edge, relations
from gkedoctor.tui.model.state import ViewState, kind_of, proofs_of
from gkedoctor.tui.model.states import State, state_of
from gkedoctor.tui.model.times import age
from gkedoctor.tui.model.yaml_page import Evidence, yaml_lines

PAGES = {"describe": "Describe", "yaml": "YAML", "events": "Events", "logs": "Logs", "previous": "Previous logs"}


@dataclass(frozen=True)
class Subject:
    """An object to be looked at. `item` is a stub of its name where it is not in the snapshot; `doubt`: why."""

    ref: Ref
    item: Object
    there: bool
    doubt: str = ""


def subject(scene: ViewState, ref: Ref) -> Subject:
    """The object of a ref, or what is known of one that is not there."""
    found = scene.find(ref)
    if found is not None:
        return Subject(ref, found, True)
    kind = kind_of(ref)
    listing = scene.snapshot.collection(kind.collection) if kind else None
    doubt = listing.why_incomplete(ref.namespace, ref.name) if listing is not None else "an unknown kind"
    return Subject(ref, stub(ref.kind, ref.namespace or "", ref.name), False, doubt or "")


def state(scene: ViewState, one: Subject) -> State:
    """How it is."""
    if one.there:
        return state_of(scene.graph, one.item)
    return State(f"not known: {one.doubt}", "unknown") if one.doubt else State("does not exist", "fail")


def owner_ref(scene: ViewState, ref: Ref) -> Ref | None:
    """What controls an object."""
    one = subject(scene, ref)
    above = owner(scene.graph, one.item) if one.there and "metadata" in one.item else None
    return ref_of(above) if above is not None else None


def crumbs(walked: Sequence[str], width: int) -> str:
    """`Deployment shop/cart > Pod shop/cart-7c9f4`: the last of what was walked, three at most and as many as fit."""
    for count in range(min(3, len(walked)), 0, -1):
        told = " > ".join([*(["…"] if count < len(walked) else []), *walked[-count:]])
        if columns(told) <= width:
            return told
    return short(walked[-1], width) if walked else ""


def page_of(path: str) -> str:
    """The page on which evidence with this path stands."""
    return "logs" if path == "log" else "yaml" if path else "describe"


def page_lines(scene: ViewState, one: Subject, page: str, sought: Evidence, width: int) -> tuple[list[Line], object]:
    """The lines of a page other than logs, and the entry to begin at (None: the first)."""
    match page:
        case "yaml" if one.there:
            return yaml_lines(scene, one.item, sought, width)
        case "yaml":
            return absent_lines(scene, one, sought, width), None
        case "events":
            return event_lines(scene, one.item, proofs_of(scene, one.ref), width), None
    lines = describe(scene, one, width)
    return lines, next((x.entry for x in lines if page == "used" and _is_inward(x.entry)), None)


def absent_lines(scene: ViewState, one: Subject, sought: Evidence, width: int) -> list[Line]:
    """What is said of an object that is not there, or may not be."""
    page = Page(width)
    where = "in the cluster" if scene.outcome.live else "in this recording"
    page.text(f"{one.ref} {'is not known: ' + one.doubt if one.doubt else f'does not exist {where}'}.", "fail")
    if sought.path and sought.value is not None:
        page.text(f"Evidence: {value(sought.value)}", "unknown")
    return page.lines


def _is_inward(entry: object) -> bool:
    return isinstance(entry, tuple) and len(entry) == 3 and entry[1] is True


def describe(scene: ViewState, one: Subject, width: int) -> list[Line]:
    """State, findings, relations, conditions, events."""
    page = Page(width)
    told = state(scene, one)
    page.text(str(one.ref), "title")
    created = (one.item.get("metadata") or one.item).get("creationTimestamp")
    made = f"   {age(created, scene.graph.clock)} old" if created else ""
    page.add("state  ", (told.word, told.style), (made, "dim"))
    _finding(scene, one, page)
    found = relations(scene.graph, one.item) if one.there or one.ref.kind in ("Secret", "ConfigMap") else []
    _relations(scene, [r for r in found if not r.inward], "REFERS TO", page)
    _relations(scene, [r for r in found if r.inward], "REFERRED TO BY", page)
    _conditions(one.item, scene.graph.clock, page)
    if one.there and "metadata" in one.item and one.ref.kind != "Event":
        page.head("EVENTS", "the latest last")
        own_events(scene, one.item, page)
    return page.lines


def _finding(scene: ViewState, one: Subject, page: Page) -> None:
    found = scene.finding_of(one.ref)
    if found is not None:
        root = isinstance(found, Diagnosis) and found.root != one.ref
        page.text(found.says, severity_of(found), f"{sign(found).strip()}  ", rest="        ")
        if root:
            page.add("        root: ", (str(found.place), "key"), entry="root", act=Open(found.place))


def _relations(scene: ViewState, found: list[Relation], head: str, page: Page) -> None:
    if found:
        page.head(head, "enter goes there")
    for edge, inward, ones in by_edge(found):
        for i, one in enumerate(ones):
            label = f"  {edge if i == 0 else '':<{20 if page.width > 70 else 11}.{20 if page.width > 70 else 11}} "
            if one.ref is None:
                page.text(one.why if one.why.startswith("and ") else f"not known: {one.why}", "unknown", label)
                continue
            told = _word(scene, one)
            name = short(str(one.ref), max(12, page.width - columns(label) - columns(told.word) - 2))
            page.add(
                (label, "dim"), name, "  ", (told.word, told.style),
                entry=(edge, inward, one.ref), act=Open(one.ref),
            )  # fmt: skip


def _word(scene: ViewState, one: Relation) -> State:
    if one.there is False:
        return State("does not exist", "fail")
    item = scene.find(one.ref) if one.there and one.ref is not None else None
    return state_of(scene.graph, item) if item is not None else State("not seen", "unknown")


def _conditions(item: Object, clock: datetime, page: Page) -> None:
    status = item.get("status")
    found = (status.get("conditions") if isinstance(status, Mapping) else None) or []
    if found:
        page.head("CONDITIONS")
    for one in found:
        since = age(one.get("lastTransitionTime"), clock)
        told = " ".join(str(one[k]) for k in ("reason", "message") if one.get(k))
        page.text(
            f"{one.get('type')}={one.get('status')} {f'for {since} ' if since else ''}{told}", "", "  ", rest="    "
        )
