"""The only way in which text gets to Textual: nothing of it is markup, and nothing of it controls the terminal.

Text out of a recording may hold escape sequences, direction marks and Textual's own markup (`[@click=…]`). Widgets take
text through the functions and classes of this module; tests/test_architecture.py refuses Textual's own setters anywhere
else. `OnlySeen`, which every line of every widget of a `PlainApp` passes, is the second lock: Textual's own widgets
(the command palette, notices, inputs) draw through it too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.app import App
from textual.color import Color
from textual.content import Content
from textual.filter import LineFilter
from textual.fuzzy import Matcher
from textual.notifications import SeverityLevel
from textual.widget import Widget
from textual.widgets import Input, Static

from gkedoctor.report.escaping import inert, inert_lines, is_seen

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def plain(text: str) -> Content:
    """The text as Textual draws it, without markup; line ends stay, what else does not print is spelt out."""
    return Content(inert_lines(text))


def entry(text: Content, about: str) -> Content:
    """A text with a line about it, for lists that would take that line as markup: Textual cannot escape all of it."""
    return Content.assemble(text, "\n", (inert(about), "dim")) if about else text


def highlighted(text: str, matcher: Matcher) -> Content:
    """A text with the letters marked by which it was found; unmarked where it could be taken for markup."""
    return plain(text) if "[" in text or "\\" in inert(text) else matcher.highlight(text)


def segment(text: str, style: Style) -> Segment:
    """A piece of one line."""
    return Segment(inert(text), style)


def set_title(widget: Widget, text: str) -> None:
    """What stands in a widget's upper border."""
    widget.border_title = plain(inert(text))


def set_title_parts(widget: Widget, parts: Iterable[tuple[str, str]]) -> None:
    """What stands in a widget's upper border, in pieces with a style each."""
    widget.border_title = Content.assemble(*((inert(text), style) for text, style in parts))


def set_subtitle(widget: Widget, text: str) -> None:
    """What stands in a widget's lower border."""
    widget.border_subtitle = plain(inert(text))


def set_subtitle_parts(widget: Widget, parts: Iterable[tuple[str, str]]) -> None:
    """What stands in a widget's lower border, in pieces with a style each."""
    widget.border_subtitle = Content.assemble(*((inert(text), style) for text, style in parts))


def set_placeholder(widget: Input, text: str) -> None:
    """What stands in an empty input."""
    widget.placeholder = inert(text)  # a plain string here, without markup


class PlainText(Text):
    """A text to add pieces to, each in a style."""

    def append(self, text: Text | str, style: str | Style | None = None) -> PlainText:
        """Adds a piece; markup in it is text."""
        super().append(inert_lines(text) if isinstance(text, str) else text, style)
        return self


class PlainStatic(Static):
    """A text that stays until another is shown."""

    def __init__(self, text: str = "", *, id: str | None = None) -> None:
        super().__init__(plain(text), id=id, markup=False)

    def show_text(self, text: str | PlainText) -> None:
        """Another text."""
        self.update(text if isinstance(text, PlainText) else plain(text))


class OnlySeen(LineFilter):
    """Replaces every character that shows nothing, in as many columns as Textual counted for it."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments of one line, safe to be written to a terminal."""
        if all(part.text.isascii() and part.text.isprintable() for part in segments):
            return segments
        return [Segment(_seen(part.text), part.style, part.control) for part in segments]


def _seen(text: str) -> str:
    return "".join(char if is_seen(char) else _REPLACEMENT * cell_len(char) for char in text)


class PlainApp(App[int]):
    """An app that shows what it is given as text, and writes nothing else to the terminal."""

    def __init__(self) -> None:
        super().__init__()
        self._only_seen = OnlySeen()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What every line of every widget passes on its way to the terminal."""
        return [*super().get_line_filters(), self._only_seen]

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """A notice in the corner. What it says is text, never markup."""
        super().notify(inert_lines(message), title=inert_lines(title), severity=severity, timeout=timeout, markup=False)
