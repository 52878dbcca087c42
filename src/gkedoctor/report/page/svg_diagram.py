"""The request path, and what a cause breaks, as SVG: lines with stations, like the plan of an underground.

What has one station behind it stands straight above it; only branches move to the right, so that names fit on a phone.
Colours are classes of the page's style, and each state has a sign as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from gkedoctor.diagnose.model import Diagnosis
from gkedoctor.graph import Hop, Ref, State
from gkedoctor.report.escaping import inert
from gkedoctor.report.page.markup import Markup, element, joined
from gkedoctor.report.phrases import zone
from gkedoctor.report.wrap import columns

_WIDTH, _MARGIN, _BRANCH, _RADIUS = 384, 11, 22, 8
_LINE, _GAP = 16, 13
_TEXT = 18
"""From the middle of a station to its text."""
_COLUMN = 7.1
"""The width of a character, generously: a page cannot measure without a script."""
_MOST_STATIONS = 60
_DEEPEST = 8
"""Branches beyond this stand in one column: there would be no room for their names."""

_SIGNS = {
    "ok": "M-3.2,.3L-1,2.6L3.4,-2.4",
    "fail": "M-2.7,-2.7L2.7,2.7M2.7,-2.7L-2.7,2.7",
    "hurt": "M0,-3.6V.9M0,3V3.4",
}
_UNKNOWN_SIGN = "M-3,0H3"
_STATES = {State.OK: "ok", State.FAIL: "fail", State.UNKNOWN: "unknown"}


class Station(NamedTuple):
    """One stop: an object, how it stands, and what is behind it. `state`: a class of the page's style."""

    ref: Ref
    state: str
    word: str
    fact: str
    via: str = ""
    children: tuple[Station, ...] = ()


class _Placed(NamedTuple):
    """A station at its place: `x` is the middle of its line, `y` of its sign."""

    markup: Markup
    y: int
    bottom: int


def request_path(hops: Sequence[Hop]) -> Markup:
    """The request path, hop by hop."""
    return _plan("The request path", [_station(hop) for hop in hops])


def consequences(found: Diagnosis, most: int) -> Markup:
    """The root of a fault, and the objects that it affects."""
    hurt = tuple(Station(c.ref, "hurt", "", c.symptom) for c in found.explains[:most] if c.ref != found.root)
    return _plan("The cause and what it affects", [Station(found.root, "fail", "cause", "", children=hurt)])


def _station(hop: Hop) -> Station:
    children = tuple(map(_station, hop.children))
    return Station(hop.ref, _STATES[hop.state], hop.state.value, hop.fact, hop.via, children)


def _plan(label: str, stations: Sequence[Station]) -> Markup:
    left = _MOST_STATIONS
    drawn, y = [], 0
    for station in stations:
        kept, left = _pruned(station, left)
        if kept is None:
            break
        placed = _draw(kept, _MARGIN, y)
        drawn.append(placed.markup)
        y = placed.bottom + _GAP
    height = max(y - _GAP, 0) + 2
    more = sum(map(_size, stations)) - _MOST_STATIONS
    svg = element(
        "svg", *drawn, viewBox=f"0 0 {_WIDTH} {height}", width=_WIDTH, height=height, role="img", aria_label=label
    )
    return joined(svg, element("p", f"and {more} more", class_="quiet") if more > 0 else "")


def _pruned(station: Station, left: int) -> tuple[Station | None, int]:
    """The station with as many of those behind it as may be drawn."""
    if left <= 0:
        return None, 0
    left -= 1
    children = []
    for child in station.children:
        kept, left = _pruned(child, left)
        children += [kept] if kept is not None else []
    return station._replace(children=tuple(children)), left


def _size(station: Station) -> int:
    return 1 + sum(map(_size, station.children))


def _draw(station: Station, x: int, top: int) -> _Placed:
    lines = list(_lines(station, x))
    y = top + _LINE // 2 + 1
    texts = [
        element("text", line, x=x + _TEXT, y=top + 13 + i * _LINE, class_=kind) for i, (line, kind) in enumerate(lines)
    ]
    sign = element("path", d=_SIGNS.get(station.state, _UNKNOWN_SIGN), transform=f"translate({x},{y})", class_="sign")
    dot = element("circle", cx=x, cy=y, r=_RADIUS)
    bottom = top + len(lines) * _LINE + 2
    tracks, below = [], []
    inset = _BRANCH if len(station.children) > 1 and x < _MARGIN + _DEEPEST * _BRANCH else 0
    for child in station.children:
        placed = _draw(child, x + inset, bottom + _GAP)
        tracks.append(_track(x, y, x + inset, placed.y))
        below.append(placed.markup)
        bottom = placed.bottom
    return _Placed(joined(*tracks, element("g", dot, sign, *texts, class_=station.state), *below), y, bottom)


def _track(x: int, y: int, to_x: int, to_y: int) -> Markup:
    """From one station to the next; to the side with a bend."""
    bend = f"V{to_y - 8}Q{x},{to_y} {x + 8},{to_y}H{to_x}" if to_x > x else f"V{to_y}"
    return element("path", d=f"M{x},{y}{bend}", class_="track")


def _lines(station: Station, x: int) -> Iterator[tuple[str, str]]:
    """What stands beside a station, with the class of each line."""
    room = int((_WIDTH - x - _TEXT) / _COLUMN)
    ref = station.ref
    place = "/".join(part for part in (ref.namespace, ref.name) if part)
    word = f": {station.word}" if station.word else ""
    where = f" in {zone(ref)}" if zone(ref) else ""
    yield from _broken(f"{ref.kind}{where}{word}", room - 3, "kind")  # bold letters are wider
    yield from _broken(f"{station.via}:" if station.via else "", room, "fact")
    yield from _broken(place, room, "name")
    yield from _broken(station.fact, room, "fact")


def _broken(text: str, room: int, kind: str) -> Iterable[tuple[str, str]]:
    """A text in lines that fit: broken after a space or a sign, else anywhere."""
    text = inert(text)
    while columns(text) > room:
        cut = _fitting(text, room)
        at = text.rfind(" ", cut // 2, cut) + 1 or max(text.rfind(sign, cut // 3, cut) for sign in "-/.,") + 1 or cut
        yield text[:at].rstrip(), kind
        text = text[at:]
    if text:
        yield text, kind


def _fitting(text: str, room: int) -> int:
    """How many characters of a text fit."""
    taken = 0
    for i, char in enumerate(text):
        taken += columns(char)
        if taken > room:
            return max(i, 1)
    return len(text)
