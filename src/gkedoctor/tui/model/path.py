"""The way of a request as a strip: one block a hop, its name above, its state as a word below."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from gkedoctor.diagnose.model import Diagnosis
from gkedoctor.graph import Hop, State, frontend_kinds, path_of_object, paths_of
from gkedoctor.report.escaping import inert
from gkedoctor.report.phrases import zone
from gkedoctor.report.wrap import columns
from gkedoctor.tui.model.findings import name
from gkedoctor.tui.model.lines import Line, Open, Page, Part, fold, pad, short
from gkedoctor.tui.model.session import Found
from gkedoctor.tui.model.state import ViewState

_ARROW = " > "
_STATES = {State.OK: "ok", State.FAIL: "fail", State.UNKNOWN: "unknown"}
_KINDS = {
    "ForwardingRule": "FwdRule", "TargetHttpProxy": "Proxy", "TargetHttpsProxy": "Proxy", "BackendService": "Backend",
    "NetworkEndpointGroup": "NEG", "HealthCheck": "HealthCheck", "InstanceGroup": "InstGroup",
}  # fmt: skip
_NAMES = (30, 20, 14, 10, 6, 0)
"""Columns for a name, tried from the widest."""


@dataclass(frozen=True)
class Way:
    """The hops of one request in the order in which it meets them, as far as they tell of the fault."""

    hops: tuple[Hop, ...]

    @property
    def fails(self) -> bool:
        """Whether no request passes."""
        return any(hop.state is State.FAIL for hop in self.hops)

    @property
    def worst(self) -> int:
        """The hop to look at: the last that fails, else the last not known, else the last."""
        for state in (State.FAIL, State.UNKNOWN):
            found = [i for i, hop in enumerate(self.hops) if hop.state is state]
            if found:
                return found[-1]
        return len(self.hops) - 1


def ways(found: Found | None, scene: ViewState) -> tuple[Way, ...]:
    """The ways that a finding bars; of one that bars none from outside, the ways through its Services."""
    if found is None:
        every = [Way(tuple(_walk(hop))) for hop in _frontends(scene)]
        return tuple(way for way in every if not (scene.answer.left_out and way.fails))  # of findings left out too
    tops: tuple[Hop, ...] = found.path if isinstance(found, Diagnosis) else paths_of(scene.graph, [found.place])
    if not tops:
        refs = [found.place, *(c.ref for c in found.explains)] if isinstance(found, Diagnosis) else [found.place]
        services = [scene.find(ref) for ref in dict.fromkeys(refs) if ref.kind == "Service"]
        tops = tuple(path_of_object(scene.graph, s) for s in services[:3] if s is not None)
    return tuple(Way(tuple(_walk(hop))) for hop in tops)


def _frontends(scene: ViewState) -> list[Hop]:
    items = [item for kind in frontend_kinds() for item in scene.graph.all(kind)[:3]]
    return [path_of_object(scene.graph, item) for item in items[:3]]


def _walk(hop: Hop) -> Iterator[Hop]:
    """Down to the fault: of branches that get through, only the last; leaves beside the way are kept if they tell."""
    yield hop
    faulty = [c for c in hop.children if any(h.state is not State.OK for h in c.all())]
    kept = faulty or hop.children[-1:]
    groups = [c for c in hop.children if c.ref.kind in ("NetworkEndpointGroup", "InstanceGroup") and c not in kept]
    for child in hop.children:
        if child in kept:
            yield from _walk(child)
        elif child in groups[:1]:
            yield Hop(child.ref, child.state, child.fact)


def way_lines(way: Way, chosen: int, width: int, rows: int) -> list[Line]:
    """The strip in `rows` rows if it fits, by shorter names and hops drawn together; below, the chosen hop's fact."""
    page = Page(width)
    for row in _rows(way, chosen, width, rows):
        _row(row, page)
    hop = way.hops[min(chosen, len(way.hops) - 1)]
    where = f"{name(hop.ref)} in {zone(hop.ref)}" if zone(hop.ref) else name(hop.ref)
    via = f"{hop.via}: " if hop.via else ""
    told = f"{via}{where}{': ' + hop.fact if hop.fact else ''}"
    for i, piece in enumerate(fold(told, width - 9)[:3]):
        page.add((f"{hop.state.value:<8} " if i == 0 else " " * 9, _STATES[hop.state]), piece)
    return page.lines


@dataclass(frozen=True)
class _Block:
    """One hop of the strip, or several that get through, drawn as one."""

    label: str
    state: State
    chosen: bool

    @property
    def width(self) -> int:
        return max(columns(self.label), len(self.state.value))


def _rows(way: Way, chosen: int, width: int, rows: int) -> list[list[_Block]]:
    """Blocks in rows, with the longest names that fit; else with the hops in the middle that get through as one."""
    laid: list[list[_Block]] = []
    for together in (False, True):
        for room in _NAMES:
            laid = _flow(list(_blocks(way, chosen, room, together)), width)
            if len(laid) <= rows:
                return laid
    return laid


def _blocks(way: Way, chosen: int, room: int, together: bool) -> Iterator[_Block]:
    last = len(way.hops) - 1

    def alike(pair: tuple[int, Hop]) -> bool:
        return together and 0 < pair[0] < last and pair[1].state is State.OK

    for one, run in groupby(enumerate(way.hops), key=alike):
        hops = list(run)
        if one and len(hops) > 1:
            yield _Block(f"{len(hops)} hops", State.OK, any(i == chosen for i, _ in hops))
        else:
            yield from (_Block(_label(hop, room), hop.state, i == chosen) for i, hop in hops)


def _flow(blocks: list[_Block], width: int) -> list[list[_Block]]:
    rows: list[list[_Block]] = [[]]
    used = 0
    for block in blocks:
        if rows[-1] and used + len(_ARROW) + block.width > width:
            rows.append([])
            used = 0
        used += block.width + (len(_ARROW) if rows[-1] or len(rows) > 1 else 0)
        rows[-1].append(block)
    return rows


def _label(hop: Hop, room: int) -> str:
    kind = _KINDS.get(hop.ref.kind, hop.ref.kind)
    where = f" {zone(hop.ref)}" if zone(hop.ref) else ""
    unnamed = hop.ref.name.startswith("(") and columns(hop.ref.name) > room  # `(name not known)`
    return f"{kind} {'?' if unnamed else short(hop.ref.name, room)}{where}" if room else f"{inert(kind)}{where}"


def _row(row: list[_Block], page: Page) -> None:
    names: list[Part] = []
    states: list[Part] = []
    for i, block in enumerate(row):
        arrow = _ARROW if i or page.lines else ""
        names += [(arrow, "dim"), (block.label, "mark" if block.chosen else "")]
        names.append((" " * (block.width - columns(block.label)), ""))
        states += [(" " * len(arrow), ""), (pad(block.state.value, block.width), _STATES[block.state])]
    page.add(*names)
    page.add(*states)


def open_hop(way: Way, chosen: int) -> Open:
    """Where enter leads from a hop."""
    return Open(way.hops[min(chosen, len(way.hops) - 1)].ref)
