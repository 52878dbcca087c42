"""A list or a page of lines with a cursor. Only the lines in view are drawn, so length costs nothing."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import ClassVar, NamedTuple

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from gkedoctor.report.wrap import columns
from gkedoctor.tui.model.lines import STYLES, Act, Line, Part
from gkedoctor.tui.plain_text import segment


class _Anchor(NamedTuple):
    """A line that keeps its row on the screen."""

    place: int
    entry: Hashable


class Lines(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows lines. The cursor rests on entries: neighbouring lines that belong to one thing."""

    DEFAULT_CSS = """
    Lines {
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        & > .lines--critical, & > .lines--fail { color: $text-error; text-style: bold; }
        & > .lines--high { color: $text-warning; text-style: bold; }
        & > .lines--medium { color: $text-warning; }
        & > .lines--low, & > .lines--advisory { color: $text-secondary; }
        & > .lines--unknown { color: $text-accent; }
        & > .lines--ok { color: $text-success; }
        & > .lines--title { text-style: bold; }
        & > .lines--head { color: $text-primary; text-style: bold; }
        & > .lines--dim { text-style: dim; }
        & > .lines--key { color: $text-secondary; }
        & > .lines--command { color: $text-success; }
        & > .lines--mark { text-style: bold reverse; }
        & > .lines--new { color: $text-accent; text-style: bold; }
        & > .lines--gone { text-style: dim strike; }
        & > .lines--object { text-style: bold; }
        & > .lines--link { text-style: underline; }
        & > .lines--cursor { background: $panel; }
        & > .lines--cursor-focus { background: $primary-muted; }
    }
    Lines:nocolor > .lines--critical, Lines:nocolor > .lines--fail { color: $foreground; text-style: bold reverse; }
    Lines:nocolor > .lines--high { color: $foreground; text-style: bold underline; }
    Lines:nocolor > .lines--medium, Lines:nocolor > .lines--unknown { color: $foreground; text-style: bold; }
    Lines:nocolor > .lines--head { color: $foreground; text-style: bold; }
    Lines:nocolor > .lines--low, Lines:nocolor > .lines--ok, Lines:nocolor > .lines--command { color: $foreground; }
    Lines:nocolor > .lines--cursor-focus { text-style: reverse; }
    Lines:ansi > .lines--cursor-focus { text-style: reverse; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"lines--{name}" for name in STYLES), "lines--cursor", "lines--cursor-focus"
    }  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "step(-1)", "Up", show=False, id="lines.up"),
        Binding("down,j", "step(1)", "Down", show=False, id="lines.down"),
        Binding("pageup,ctrl+u,ctrl+b", "page(-1)", "Page up", show=False, id="lines.page_up"),
        Binding("pagedown,ctrl+d,ctrl+f", "page(1)", "Page down", show=False, id="lines.page_down"),
        Binding("g,home", "end(-1)", "First", show=False, id="lines.first"),
        Binding("G,end", "end(1)", "Last", show=False, id="lines.last"),
        Binding("enter", "enter", "Open", id="lines.open"),
    ]

    class Moved(Message):
        """The cursor came to another entry."""

        def __init__(self, lines: Lines, entry: Hashable) -> None:
            super().__init__()
            self.lines, self.entry = lines, entry

        @property
        def control(self) -> Lines:
            """The list."""
            return self.lines

        def can_replace(self, message: Message) -> bool:
            """Of a burst of moves, only the last counts."""
            return isinstance(message, Lines.Moved) and message.lines is self.lines

    class Entered(Message):
        """Enter, or a click on the entry of the cursor."""

        def __init__(self, lines: Lines, entry: Hashable, act: Act | None) -> None:
            super().__init__()
            self.lines, self.entry, self.act = lines, entry, act

        @property
        def control(self) -> Lines:
            """The list."""
            return self.lines

    class Resized(Message):
        """The width changed: lines have to be folded again."""

        def __init__(self, lines: Lines) -> None:
            super().__init__()
            self.lines = lines

        @property
        def control(self) -> Lines:
            """The list."""
            return self.lines

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.lines: Sequence[Line] = ()
        self.at = 0
        self._wide = 0
        self._styles: dict[str, Style] = {}

    @property
    def room(self) -> int:
        """Columns for text: beside the cursor's sign and the scroll bar."""
        return max(8, self.size.width - 2)

    @property
    def entry(self) -> Hashable:
        """What the cursor is on; None where there is nothing to be on."""
        return self.lines[self.at].entry if self.at < len(self.lines) else None

    @property
    def act(self) -> Act | None:
        """What enter does here."""
        return self.lines[self.at].act if self.at < len(self.lines) else None

    def show(self, lines: Sequence[Line], *, entry: Hashable = None, top: bool = False) -> None:
        """Other lines. The cursor stays on its entry (or on `entry`) if it is still there, else near its place.

        What is in view stays in view: above it lines may come and go, and a page may be scrolled away from the cursor.
        """
        wanted = entry if entry is not None else (None if top else self.entry)
        before, at, anchor = self.entry, self.at, self._anchor()
        self.lines = lines
        self.virtual_size = Size(self.room, len(lines))
        place = 0 if top else min(self.at, max(0, len(lines) - 1))
        found = self._line_of(wanted, place) if wanted is not None else None
        self.at = found if found is not None else self._settle(place)
        if top:
            self.scroll_to(y=0, animate=False, force=True)
        if entry is not None:
            self.scroll_to(y=max(0, self.at - self.size.height // 3), animate=False, force=True, immediate=True)
        if top or entry is not None or anchor is None or self.entry != before:
            self._reveal()
        elif anchor.place == at:
            self._scroll_by(self.at - at)
            self._reveal()
        else:
            moved = self._line_of(anchor.entry, anchor.place) if anchor.entry is not None else None
            self._scroll_by(moved - anchor.place if moved is not None else 0)
        self.refresh()
        if self.entry != before:
            self.post_message(self.Moved(self, self.entry))

    def _anchor(self) -> _Anchor | None:
        """What keeps its row on the screen when lines above it come or go; None at the top, where new lines are seen.

        The cursor's own line where that is in view, else the first line in view.
        """
        top = int(self.scroll_offset.y)
        in_view = top <= self.at < top + self.size.height
        if not self.size.height or (top == 0 and in_view) or self.at >= len(self.lines):
            return None
        place = self.at if in_view else min(self._first_of(self._settle(top)), len(self.lines) - 1)
        return _Anchor(place, self.lines[place].entry)

    def _scroll_by(self, rows: int) -> None:
        if rows:
            y = max(0, int(self.scroll_offset.y) + rows)
            self.scroll_to(y=y, animate=False, force=True, immediate=True)

    def go(self, entry: Hashable) -> None:
        """Puts the cursor on an entry."""
        found = self._line_of(entry, self.at)
        if found is not None:
            self._move(found)

    def go_line(self, place: int) -> None:
        """Brings a line into view, with some around it, and the cursor to its entry if it has one."""
        height = self.size.height
        top = int(self.scroll_offset.y)
        if not top <= place < top + height:
            self.scroll_to(y=max(0, place - height // 3), animate=False, force=True, immediate=True)
        if self.lines[place].entry is not None:
            self.at = self._first_of(place)
        self.refresh()

    def _line_of(self, entry: Hashable, near: int) -> int | None:
        """The first line of an entry; long lists are looked through from where the cursor was."""
        count = len(self.lines)
        if near < count and self.lines[near].entry == entry:
            return self._first_of(near)
        return next((i for i in range(min(count, 20_000)) if self.lines[i].entry == entry), None)

    def _settle(self, place: int) -> int:
        """The nearest line at or after a place that the cursor may rest on, else before."""
        count = len(self.lines)
        for i in (*range(place, min(count, place + 400)), *range(min(place, count) - 1, max(-1, place - 400), -1)):
            if self.lines[i].entry is not None:
                return self._first_of(i)
        return place

    def _first_of(self, place: int) -> int:
        while place > 0 and self.lines[place - 1].entry == self.lines[place].entry:
            place -= 1
        return place

    def _last_of(self, place: int) -> int:
        while place + 1 < len(self.lines) and self.lines[place + 1].entry == self.lines[place].entry:
            place += 1
        return place

    def _next(self, place: int, way: int) -> int | None:
        """The first line of the next entry that way."""
        entry = self.lines[place].entry
        place += way
        while 0 <= place < len(self.lines):
            here = self.lines[place].entry
            if here is not None and here != entry:
                return self._first_of(place)
            place += way
        return None

    def _move(self, place: int) -> None:
        if place != self.at:
            self.at = place
            self.refresh()
            self.post_message(self.Moved(self, self.entry))
        self._reveal()

    def _reveal(self) -> None:
        """Scrolls so that the entry is in view, its last lines too if they fit; its heading with the first one."""
        if not self.lines or not self.size.height:
            return
        last = self._last_of(self.at)
        height = min(last - self.at + 1, self.size.height)
        top = 0 if self._next(self.at, -1) is None and self.at + height <= self.size.height else self.at
        self.scroll_to_region(
            Region(0, top, 1, self.at + height - top), animate=False, force=True, x_axis=False, immediate=True
        )

    def action_step(self, way: int) -> None:
        """One entry on; at the end of the entries the page still scrolls."""
        if not self.lines:
            return
        found = self._next(self.at, way)
        if found is None or self.entry is None:
            self.scroll_relative(y=way, animate=False, force=True)
        elif self._far(found):
            self.scroll_relative(y=way * max(1, self.size.height // 2), animate=False, force=True)
            if not self._far(found):
                self._move(found)
        else:
            self._move(found)

    def _far(self, place: int) -> bool:
        """Whether a line is so far off that going there would pass over text unread."""
        top = int(self.scroll_offset.y)
        return place < top - self.size.height // 2 or place >= top + self.size.height + self.size.height // 2

    def action_page(self, way: int) -> None:
        """A screenful on."""
        if not self.lines:
            return
        self.scroll_relative(y=way * max(1, self.size.height - 2), animate=False, force=True)
        place = max(0, min(len(self.lines) - 1, self.at + way * max(1, self.size.height - 2)))
        self._move_quietly(self._settle(place))

    def _move_quietly(self, place: int) -> None:
        if place != self.at and self.lines[place].entry is not None:
            self._move(place)

    def action_end(self, way: int) -> None:
        """The first or the last entry."""
        if self.lines:
            self.scroll_to(y=0 if way < 0 else len(self.lines), animate=False, force=True)
            self._move_quietly(self._settle(0 if way < 0 else len(self.lines) - 1))

    def action_enter(self) -> None:
        """Opens what the cursor is on."""
        if self.entry is not None:
            self.post_message(self.Entered(self, self.entry, self.act))

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor there; one where it is already, or a double click, enters."""
        offset = event.get_content_offset(self)  # within the border
        place = int(offset.y + self.scroll_offset.y) if offset is not None else -1
        if not 0 <= place < len(self.lines) or self.lines[place].entry is None:
            return
        first = self._first_of(place)
        if first == self.at or event.chain > 1:
            self._move(first)
            self.action_enter()
        else:
            self._move(first)

    def on_resize(self) -> None:
        """Asks for lines of the new width."""
        if self.size.width != self._wide:
            self._wide = self.size.width
            self.post_message(self.Resized(self))
        self._reveal()

    def on_focus(self) -> None:
        """The cursor looks otherwise."""
        self.refresh()

    def on_blur(self) -> None:
        """The cursor looks otherwise."""
        self.refresh()

    def notify_style_update(self) -> None:
        """Another theme."""
        self._styles.clear()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        """One line in view."""
        place = y + int(self.scroll_offset.y)
        width, base = self.size.width, self.rich_style
        if place >= len(self.lines):
            return Strip.blank(width, base)
        found = self.lines[place]
        here = found.entry is not None and found.entry == self.entry
        sign = ">" if here and place == self.at else " "
        style = base + self._style("cursor-focus" if self.has_focus else "cursor") if here else base
        segments = [segment(sign, style + Style(bold=True) if here else style)]
        for text, name in self.line_parts(place):
            segments.append(segment(text, style + self._style(name) if name else style))
        used = 1 + sum(columns(text) for text, _ in found.parts)
        strip = Strip(segments).adjust_cell_length(max(width, used), style)
        return strip.crop(0, width)

    def line_parts(self, place: int) -> Sequence[Part]:
        """The pieces of a line, each with its style."""
        return self.lines[place].parts

    def _style(self, name: str) -> Style:
        found = self._styles.get(name)
        if found is None:
            found = self._styles[name] = self.get_component_rich_style(f"lines--{name}", partial=True)
        return found
