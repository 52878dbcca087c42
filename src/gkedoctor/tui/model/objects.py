"""Lists of objects: kinds, then what there is of a kind, in groups where that is more than a screen can hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, overload

from gkedoctor.graph import Graph, Ref, name_of, namespace_of, pods_at, ref_of, workload
from gkedoctor.graph.workloads.pods import STEPS
from gkedoctor.report.phrases import counted
from gkedoctor.report.wrap import columns
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Object
from gkedoctor.tui.model.filters import Term, facts, meets
from gkedoctor.tui.model.findings import severity_of, sign
from gkedoctor.tui.model.lines import Line, Open, Page, line, pad, short
from gkedoctor.tui.model.state import ViewState
from gkedoctor.tui.model.states import State, state_of
from gkedoctor.tui.model.times import age

MOST = 1000
"""Objects of a kind that are listed at once; more stand in groups, by namespace and then by workload."""
SORTS = ("state", "name", "age")
_AILING = tuple(step for step in STEPS if step not in ("fine", "terminating", "planned"))

Place = tuple[str, ...]
"""Where one is: `()` all kinds, `("Pod",)`, `("Pod", "shop")`, `("Pod", "shop", "Deployment/shop/web")`."""


class Row(NamedTuple):
    """One object of a list."""

    ref: Ref
    item: Object
    state: State


@dataclass(frozen=True)
class Listing:
    """What is shown at a place."""

    title: str
    lines: Sequence[Line]


class Rows(Sequence[Line]):
    """Lines of objects, each made when it is looked at: a list of 100,000 costs no more than a screenful."""

    def __init__(self, rows: Sequence[Row], scene: ViewState, width: int) -> None:
        self._rows, self._scene, self._width = rows, scene, width
        longest = max((columns(row.state.word) for row in rows), default=0)
        self._wide = min(26, max(12, width // 3), max(8, longest))

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, at: int) -> Line: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Line]: ...
    def __getitem__(self, at: int | slice) -> Line | Sequence[Line]:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(len(self._rows)))]
        row = self._rows[at]
        found = self._scene.finding_of(row.ref)
        mark = sign(found) if found is not None else " " * 6
        created = (row.item.get("metadata") or row.item).get("creationTimestamp")
        wide, room = self._wide, max(10, self._width - self._wide - 16)
        return line(
            (mark, severity_of(found) if found is not None else ""), "  ",
            pad(_with_namespace(row.ref, room), room), "  ",
            (pad(row.state.word, wide), row.state.style), (f" {age(created, self._scene.graph.clock):>5}", "dim"),
            entry=row.ref, act=Open(row.ref),
        )  # fmt: skip


def _with_namespace(ref: Ref, room: int) -> str:
    """`shop/cart`: of a long one, the namespace loses its middle first, then it is left out."""
    if not ref.namespace:
        return ref.name
    left = room - columns(ref.name) - 1
    return f"{short(ref.namespace, left)}/{ref.name}" if left >= min(8, columns(ref.namespace)) else ref.name


def listing(
    scene: ViewState, place: Place, terms: Sequence[Term], sort: str, width: int, *, reverse: bool, faults: bool
) -> Listing:
    """What there is at a place."""
    if not place:
        return _kinds(scene, terms, width, faults=faults)
    rows = [row for row in _at(scene, place) if _passes(scene, row, terms, faults)]
    title = " > ".join(("Objects", *place))
    if len(rows) > MOST and len(place) < (3 if place[0] == "Pod" else 2):
        return Listing(f"{title}  {counted(len(rows), 'object')} in groups", _groups(scene.graph, place, rows, width))
    if not _is_all_read(scene, place):
        return Listing(f"{title}  {len(rows)} read", Rows(_sorted(rows, sort, reverse), scene, width) or _unread(scene))
    return Listing(f"{title}  {len(rows)}", Rows(_sorted(rows, sort, reverse), scene, width))


def _is_all_read(scene: ViewState, place: Place) -> bool:
    """Whether there are certainly no other objects than those that were read of a part of the cluster."""
    kind, *inside = place
    if not scene.scope or kind not in KINDS:
        return True
    return scene.snapshot.collection(KINDS[kind].collection).why_incomplete(inside[0] if inside else None) is None


def _unread(scene: ViewState) -> list[Line]:
    return [line((f"Not read: only {scene.scope} was. A reads the whole cluster.", "unknown"))]


def _passes(scene: ViewState, row: Row, terms: Sequence[Term], faults: bool) -> bool:
    if faults and row.state.style not in ("fail", "unknown") and row.ref not in scene.about:
        return False
    if not terms:
        return True
    found = scene.about.get(row.ref)
    return meets(terms, facts(
        f"{row.ref} {row.state.word}", ns=[row.ref.namespace], kind=[row.ref.kind],
        sev=severity_of(found) if found is not None else "", cause=getattr(found, "cause", ""),
    ))  # fmt: skip


def _sorted(rows: list[Row], sort: str, reverse: bool) -> list[Row]:
    rank = {"fail": 0, "unknown": 1, "": 2, "ok": 3}
    keys: dict[str, Callable[[Row], tuple[object, ...]]] = {
        "state": lambda r: (rank[r.state.style], r.ref.sort_key),
        "name": lambda r: r.ref.sort_key,
        "age": lambda r: (_created(r.item), r.ref.sort_key),
    }
    return sorted(rows, key=keys[sort], reverse=reverse)


def _created(item: Object) -> str:
    return str((item.get("metadata") or item).get("creationTimestamp") or "")


def _kinds(scene: ViewState, terms: Sequence[Term], width: int, *, faults: bool) -> Listing:
    lines = []
    for name, (count, ailing) in scene.graph.index(_counts).items():
        if (faults and not ailing) or not meets(terms, facts(name, ns=(), kind=[name])):
            continue
        told = f"{ailing:,} not well" if ailing else ""
        lines.append(line(pad(name, min(34, width - 22)), f"{count:>8,}  ", (told, "fail"), entry=name))
    if scene.scope:
        lines += [line(""), *_unread_kinds(scene, width)]
        return Listing(f"Objects  of {scene.scope}", lines)
    return Listing(f"Objects  {counted(len(lines), 'kind')}", lines)


def _unread_kinds(scene: ViewState, width: int) -> list[Line]:
    """The kinds of which no object was read though there may be some: they are not counted as none."""
    unread = [name for name in KINDS if not scene.graph.seen(name) and not _is_all_read(scene, (name,))]
    page = Page(width)
    if unread:
        page.text(f"Not read: {', '.join(unread)}. A reads the whole cluster.", "unknown")
    return page.lines


def _counts(graph: Graph) -> dict[str, tuple[int, int]]:
    """How many objects there are of each kind, and how many of them are not well."""
    counts = {}
    for name in KINDS:
        items = graph.all(name)
        if items:
            counts[name] = (len(items), _ailing(graph, name, items))
    return counts


def _ailing(graph: Graph, name: str, items: Sequence[Object]) -> int:
    if name == "Pod":
        return len(pods_at(graph, _AILING))
    return 0 if name == "Event" else sum(state_of(graph, item).style == "fail" for item in items)


def _at(scene: ViewState, place: Place) -> list[Row]:
    kind, *inside = place
    rows = scene.graph.index(_rows_of(kind))
    if inside:
        rows = [row for row in rows if (row.ref.namespace or "") == inside[0]]
    return [row for row in rows if _group_of(scene.graph, row) == inside[1]] if len(inside) > 1 else rows


@cache
def _rows_of(kind: str) -> Callable[[Graph], list[Row]]:
    """The index of a kind's rows; the same function for the same kind, so that a graph keeps it."""

    def rows(graph: Graph) -> list[Row]:
        return [Row(_ref(kind, item), item, state_of(graph, item)) for item in graph.all(kind)]

    return rows


def _ref(kind: str, item: Object) -> Ref:
    if "metadata" in item:
        return Ref(kind, name_of(item), namespace_of(item) or None)
    return ref_of(item)._replace(kind=kind)


def _groups(graph: Graph, place: Place, rows: Sequence[Row], width: int) -> list[Line]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault((row.ref.namespace or "") if len(place) == 1 else _group_of(graph, row), []).append(row)
    ordered = sorted(groups.items(), key=lambda g: (-_failing(g[1]), g[0]))
    return [
        line(
            pad(name or "(no namespace)", max(16, width - 30)), f"{len(members):>9,}  ",
            (f"{_failing(members):,} not well" if _failing(members) else "", "fail"), entry=name,
        )
        for name, members in ordered
    ]  # fmt: skip


def _failing(rows: Sequence[Row]) -> int:
    return sum(row.state.style == "fail" for row in rows)


def _group_of(graph: Graph, row: Row) -> str:
    return str(ref_of(workload(graph, row.item)))
