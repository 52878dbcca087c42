"""Asks what to copy: one more key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from gkedoctor.report.phrases import counted
from gkedoctor.tui.model.lines import Page
from gkedoctor.tui.plain_text import set_title
from gkedoctor.tui.widgets.lines import Lines


class Copy(ModalScreen[tuple[str, bool]]):
    """Gives the letter of what is wanted, and whether it is to be shown as plain text instead."""

    DEFAULT_CSS = """
    Copy { align: center bottom; }
    Copy Lines { width: 64; max-width: 100%; height: auto; max-height: 12; margin-bottom: 1; }
    Copy Lines { border: round $primary; background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "take('f')", "The fix", id="copy.fix"),
        Binding("v", "take('v')", "The verify commands", id="copy.verify"),
        Binding("m", "take('m')", "A ticket in Markdown", id="copy.ticket"),
        Binding("c", "take('c')", "What the cursor is on", id="copy.here"),
        Binding("s", "plain", "Show as text instead", id="copy.show"),
        Binding("escape,q", "leave", "Back", id="copy.back"),
    ]

    def __init__(self, choices: Sequence[tuple[str, str, str]]) -> None:
        super().__init__()
        self._choices = choices
        self._plain = False

    def compose(self) -> ComposeResult:
        """The choices."""
        pane = Lines()
        set_title(pane, "Copy")
        yield pane

    def on_lines_resized(self, message: Lines.Resized) -> None:
        """In the width that there is."""
        self._draw()

    def _draw(self) -> None:
        pane = self.query_one(Lines)
        page = Page(pane.room)
        for key, what, text in self._choices:
            size = f"{counted(len(text), 'character')}" if text else "none here"
            page.add((key, "title"), f"  {what}  ", (size, "dim"), entry=key if text else None)
        shown = "on: the next key shows it" if self._plain else "show it, to select by mouse"
        page.add(("s", "title"), f"  {shown}", entry="s")
        pane.show(page.lines)
        pane.styles.height = len(page.lines) + 2

    def on_lines_entered(self, message: Lines.Entered) -> None:
        """Enter does as the letter."""
        if message.entry == "s":
            self.action_plain()
        else:
            self.action_take(str(message.entry))

    def action_take(self, key: str) -> None:
        """Copies this."""
        self.dismiss((key, self._plain))

    def action_plain(self) -> None:
        """Shows instead of copying."""
        self._plain = not self._plain
        self._draw()

    def action_leave(self) -> None:
        """Copies nothing."""
        self.dismiss(("", False))
