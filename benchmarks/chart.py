"""Draws cost over size as one SVG, readable on light and dark pages: both axes grow by powers of ten."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 720, 380
LEFT, RIGHT, TOP, BOTTOM = 64, 190, 24, 52
Points = Sequence[tuple[float, float]]

_STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.axis { stroke: #59636e; fill: none } .grid { stroke: #d1d9e0 } .faint { fill: #59636e }
.line { fill: none; stroke-width: 2.5 }
.c0 { stroke: #0969da; fill: #0969da } .c1 { stroke: #9a6700; fill: #9a6700 } .c2 { stroke: #1a7f37; fill: #1a7f37 }
.c3 { stroke: #8250df; fill: #8250df } .line { fill: none } .name { stroke: none }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc } .axis { stroke: #9198a1 } .grid { stroke: #3d444d } .faint { fill: #9198a1 }
  .c0 { stroke: #4493f8; fill: #4493f8 } .c1 { stroke: #d29922; fill: #d29922 } .c2 { stroke: #3fb950; fill: #3fb950 }
  .c3 { stroke: #ab7df8; fill: #ab7df8 } .line { fill: none } .name { stroke: none }
}
"""


def drawn(title: str, lines: Mapping[str, Points], across: str, up: str) -> str:
    """The picture; each line is named at its end. Values are above 0."""
    xs = [x for points in lines.values() for x, _ in points]
    ys = [y for points in lines.values() for _, y in points]
    frame = _Frame(min(xs), max(xs), 10 ** math.floor(math.log10(min(ys))), 10 ** math.ceil(math.log10(max(ys))))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style>",
        *frame.grid(),
        _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, across, "middle"),
        _text(LEFT, TOP - 9, up, "start"),
        *_lines(frame, lines),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _text(x: float, y: float, said: str, anchor: str) -> str:
    return f'<text class="faint" x="{x}" y="{y}" text-anchor="{anchor}">{escape(said)}</text>'


class _Frame:
    """Where a value lies in the picture."""

    def __init__(self, left: float, right: float, low: float, high: float) -> None:
        self.left, self.right, self.low, self.high = left, right, low, high

    def x(self, value: float) -> float:
        part = math.log10(value / self.left) / math.log10(self.right / self.left)
        return round(LEFT + part * (WIDTH - LEFT - RIGHT), 1)

    def y(self, value: float) -> float:
        part = math.log10(value / self.low) / math.log10(self.high / self.low)
        return round(HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM), 1)

    def grid(self) -> list[str]:
        """A line and a number for each power of ten."""
        found = []
        for value in _powers(self.low, self.high):
            y = self.y(value)
            found.append(f'<path class="grid" d="M{LEFT} {y}H{WIDTH - RIGHT}"/>')
            found.append(_text(LEFT - 8, y + 4, f"{value:,g}", "end"))
        for value in _powers(self.left, self.right):
            x = self.x(value)
            found.append(f'<path class="grid" d="M{x} {TOP}V{HEIGHT - BOTTOM}"/>')
            found.append(_text(x, HEIGHT - BOTTOM + 18, f"{value:,.0f}", "middle"))
        return found


def _powers(low: float, high: float) -> list[float]:
    first, last = round(math.log10(low)), round(math.log10(high))
    return [10.0**power for power in range(first, last + 1)]


def _lines(frame: _Frame, lines: Mapping[str, Points]) -> list[str]:
    """The lines, and their names beside their ends, one above the other where ends are close."""
    found, taken = [], math.inf
    ordered = sorted(enumerate(lines.items()), key=lambda pair: -frame.y(pair[1][1][-1][1]))
    for colour, (name, points) in ordered:
        path = " ".join(f"{frame.x(x)} {frame.y(y)}" for x, y in points)
        found.append(f'<path class="line c{colour}" d="M{path}"/>')
        found += [f'<circle class="c{colour}" cx="{frame.x(x)}" cy="{frame.y(y)}" r="3.5"/>' for x, y in points]
        taken = min(frame.y(points[-1][1]), taken - 17)
        said = f"{name}, {points[-1][1]:,.3g} s"
        found.append(
            f'<text class="name c{colour}" x="{frame.x(points[-1][0]) + 10}" y="{taken + 4}">{escape(said)}</text>'
        )
    return found
