"""A text without a frame, to be read or selected with the mouse."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from gkedoctor.tui.model.lines import Page, broken, fold
from gkedoctor.tui.plain_text import PlainStatic
from gkedoctor.tui.widgets.lines import Lines


class Text(ModalScreen[None]):
    """The text and nothing beside it, so that what is selected is what was meant."""

    DEFAULT_CSS = """
    Text { background: $background; }
    Text Static { dock: top; height: 1; background: $panel; padding: 0 1; }
    Text Lines { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Back", id="text.back"),
    ]

    def __init__(self, title: str, text: str, *, folded: bool = False) -> None:
        super().__init__()
        self._title, self._text, self._folded = title, text, folded

    def compose(self) -> ComposeResult:
        """A line on top, the text below."""
        yield PlainStatic(f"{self._title}  esc closes")
        yield Lines()

    def on_lines_resized(self, message: Lines.Resized) -> None:
        """In the width that there is."""
        page = Page(message.lines.room)
        for text in self._text.rstrip("\n").split("\n"):
            for piece in fold(text, page.width) if self._folded else broken(text, page.width):
                page.add(piece)
        message.lines.show(page.lines)
