"""A letter on each pane: the next key goes there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Offset
from textual.screen import ModalScreen
from textual.widget import Widget

from gkedoctor.tui.plain_text import PlainStatic

LETTERS = "asdfghjklqwertyuiop"
"""The letters of panes, those under the fingers first."""


class Jump(ModalScreen[Widget]):
    """Gives the widget whose letter is pressed. Any other key leaves it."""

    DEFAULT_CSS = """
    Jump { background: $background 30%; layers: labels; }
    Jump PlainStatic {
        layer: labels; position: absolute; width: auto; height: 1; padding: 0 1;
        background: $primary; color: $text; text-style: bold;
    }
    Jump:nocolor PlainStatic { text-style: bold reverse; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back", id="jump.back")]

    def __init__(self, panes: Sequence[tuple[Widget, str, Offset]]) -> None:
        super().__init__()
        self._panes = dict(zip(LETTERS, panes, strict=False))

    def compose(self) -> ComposeResult:
        """The letters, where the panes begin."""
        for letter, (_, name, place) in self._panes.items():
            label = PlainStatic(f"{letter} {name}")
            label.styles.offset = place
            yield label

    def on_key(self, event: events.Key) -> None:
        """The letter of a pane goes there."""
        event.stop()
        found = self._panes.get(event.key)
        self.dismiss(found[0] if found is not None else None)

    def action_leave(self) -> None:
        """Stays where the focus was."""
        self.dismiss(None)
