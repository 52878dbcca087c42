"""The pages of one object: what it is and whom it has to do with, its YAML, its events, its logs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import yaml

from gkedoctor.diagnose.model import Diagnosis
from gkedoctor.graph import Graph, Ref, Unknown, ref_of
from gkedoctor.graph.objects.events import last_seen
from gkedoctor.graph.objects.owners import owner, stub
from gkedoctor.report.wrap import columns
from gkedoctor.snapshot.kinds import KINDS, LOGS
from gkedoctor.snapshot.model import Object
from gkedoctor.tui.model.findings import severity_of, sign
from gkedoctor.tui.model.lines import Line, Open, Page, line, short
from gkedoctor.tui.model.relations import Relation, by_edge, relations
from gkedoctor.tui.model.state import ViewState
from gkedoctor.tui.model.states import State, state_of
from gkedoctor.tui.model.times import age, clock_time

PAGES = {"describe": "Describe", "yaml": "YAML", "events": "Events", "logs": "Logs", "previous": "Previous logs"}
_PATH = re.compile(r'"(?:[^"\\]|\\.)*"|[^.\[\]"]+|\[\d+\]')


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
    kind = KINDS.get(ref.kind)
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


def page_lines(scene: ViewState, one: Subject, page: str, path: str, width: int) -> tuple[list[Line], object]:
    """The lines of a page, and the entry to begin at (None: the first)."""
    match page:
        case "yaml":
            return _yaml(one, path, width)
        case "events":
            events = Page(width)
            _events(scene, one, events)
            return events.lines, None
        case "logs" | "previous":
            return _logs(scene, one, page == "previous", width), None
    lines = describe(scene, one, width)
    return lines, next((x.entry for x in lines if page == "used" and _is_inward(x.entry)), None)


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
        _events(scene, one, page)
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


def _events(scene: ViewState, one: Subject, page: Page) -> None:
    found = scene.graph.follow("all_events", one.item) if "metadata" in one.item else []
    if isinstance(found, Unknown):
        page.text(f"not known: {found.reason}", "unknown", "  ")
    elif not found:
        page.text("none recorded", "dim", "  ")
    else:
        for i, event in enumerate(found):
            count = event.get("count") or (event.get("series") or {}).get("count") or 1
            times = f" x{count}" if count > 1 else ""
            warning = event.get("type") == "Warning"
            told = f"{'Warning ' if warning else ''}{event.get('reason')}{times}: {event.get('message')}"
            page.text(
                f"{clock_time(last_seen(event))}  {told}",
                "unknown" if warning else "", "  ", rest="    ", entry=("event", i), act=Open(ref_of(event)),
            )  # fmt: skip


# YAML


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks; what is not plain data as its words."""

    def ignore_aliases(self, data: Any) -> bool:
        """The same list twice is written twice."""
        return True


_Dumper.add_representer(
    str, lambda d, s: d.represent_scalar("tag:yaml.org,2002:str", s, style="|" if "\n" in s else None)
)
_Dumper.add_multi_representer(dict, lambda d, m: d.represent_dict(m))
_Dumper.add_multi_representer(object, lambda d, o: d.represent_str(str(o)))


def _yaml(one: Subject, path: str, width: int) -> tuple[list[Line], object]:
    if not one.there:
        page = Page(width)
        page.text(
            f"{one.ref} {'is not known: ' + one.doubt if one.doubt else 'does not exist in this recording'}.", "fail"
        )
        return page.lines, None
    text = yaml.dump(one.item, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100_000)
    first, last = marked_lines(text, path) if path else (-1, -1)
    lines = []
    for i, row in enumerate(text.rstrip("\n").split("\n")):
        here = first <= i < last
        key, colon, rest = row.partition(": ") if ": " in row else (row, "", "")
        parts = [("* " if here else "  ", "mark" if here else ""), (key + colon, "key"), (rest, "value")]
        lines.append(line(*parts, entry=i))
    return lines, (first if first >= 0 else None)


def marked_lines(text: str, path: str) -> tuple[int, int]:
    """The lines of a YAML text at which a path stands, as (first, one after the last); (-1, -1) where it is not."""
    node: yaml.Node | None = yaml.compose(text, Loader=yaml.CSafeLoader)
    start = node.start_mark.line if node is not None else 0
    for step in _PATH.findall(path):
        found = _child(node, step)
        if found is None:
            return (-1, -1)
        start, node = found
    if node is None:
        return (-1, -1)
    last = node.end_mark.line
    return start, max(
        start + 1, last if node.end_mark.column == 0 or isinstance(node, yaml.CollectionNode) else last + 1
    )


def _child(node: yaml.Node | None, step: str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.SequenceNode) and step.startswith("["):
        number = int(step[1:-1])
        return (node.value[number].start_mark.line, node.value[number]) if number < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        wanted = step.strip('"')
        return next(((k.start_mark.line, v) for k, v in node.value if k.value == wanted), None)
    return None


# logs


def _logs(scene: ViewState, one: Subject, previous: bool, width: int) -> list[Line]:
    page = Page(width)
    runs = recorded_logs(scene.graph, one.ref, previous)
    for container, rows in runs:
        page.head(f"{container}{', the run before' if previous else ''}", f"the last {len(rows)} lines")
        for i, row in enumerate(rows):
            page.text(row, "", "", rest="  ", entry=(container, i))
    if not runs:
        page.text(_no_log(scene, one.ref, previous))
        if one.ref.kind == "Pod":
            before = " --previous" if previous else ""
            page.text(
                f"kubectl -n {one.ref.namespace} logs {one.ref.name} --all-containers{before}",
                "command",
                "  ",
            )
    return page.lines


def recorded_logs(graph: Graph, ref: Ref, previous: bool) -> list[tuple[str, list[str]]]:
    """The logs of a Pod's containers that were recorded."""
    return [
        (str(log.get("container")), [str(row) for row in log.get("lines") or []])
        for log in graph.snapshot.collection(LOGS).objects
        if (log.get("namespace"), log.get("pod"), bool(log.get("previous"))) == (ref.namespace, ref.name, previous)
        and ref.kind == "Pod" and log.get("lines")
    ]  # fmt: skip


def _no_log(scene: ViewState, ref: Ref, previous: bool) -> str:
    if ref.kind != "Pod":
        return f"A {ref.kind} has no logs; those of its Pods are on their pages."
    doubt = scene.snapshot.collection(LOGS).why_incomplete()
    what = "No log of the run before" if previous else "No log"
    return f"{what} was recorded{f': {doubt}' if doubt else ''}. On the cluster:"
