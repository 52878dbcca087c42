"""The path of the request at the bottom: left and right choose a hop, enter opens it."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from gkedoctor.tui.model.lines import Act, Line
from gkedoctor.tui.model.path import Way, open_hop, way_lines
from gkedoctor.tui.widgets.lines import Lines


class PathStrip(Lines):
    """The ways that a finding bars, one below the other."""

    DEFAULT_CSS = """
    PathStrip { height: auto; display: none; }
    PathStrip > .lines--cursor, PathStrip > .lines--cursor-focus { background: $background; text-style: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "hop(-1)", "Hop before", id="path.before"),
        Binding("right", "hop(1)", "Next hop", id="path.next"),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.ways: tuple[Way, ...] = ()
        self._chosen: list[int] = []

    @property
    def room(self) -> int:
        """Columns for text: of the whole terminal, also while the strip is hidden and has no size."""
        return max(8, self.app.size.width - 4)

    def show_ways(self, ways: tuple[Way, ...]) -> int:
        """Other ways; the hop that fails is chosen. Gives the rows that they take, with the border."""
        if ways != self.ways:
            self.ways = ways
            self._chosen = [way.worst for way in ways]
        self.redraw()
        return len(self.lines) + 2 if ways else 0

    def redraw(self) -> None:
        """The same ways in the present width."""
        lines: list[Line] = []
        rows = 1 if self.app.size.height < 30 else 2
        for number, way in enumerate(self.ways):
            made = way_lines(way, self._chosen[number], self.room, rows)
            lines += [Line(one.parts, number, open_hop(way, self._chosen[number])) for one in made]
        self.show(lines)

    def action_hop(self, step: int) -> None:
        """The hop before or after."""
        number = self.entry
        if isinstance(number, int) and number < len(self.ways):
            last = len(self.ways[number].hops) - 1
            self._chosen[number] = max(0, min(last, self._chosen[number] + step))
            self.redraw()

    @property
    def act(self) -> Act | None:
        """Enter opens the chosen hop."""
        number = self.entry
        return open_hop(self.ways[number], self._chosen[number]) if isinstance(number, int) and self.ways else None
