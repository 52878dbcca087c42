"""Asks for a file name."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from gkedoctor.tui.model.clipboard_text import FORMATS, SNAPSHOT
from gkedoctor.tui.plain_text import PlainStatic, set_subtitle, set_title


class Save(ModalScreen[Path | None]):
    """Gives the file to write. A file that is there is replaced only when enter is pressed once more."""

    DEFAULT_CSS = """
    Save { align: center middle; }
    Save Vertical { width: 70; max-width: 100%; height: auto; padding: 0 1; }
    Save Vertical { border: round $primary; background: $surface; }
    Save Input { border: none; height: 1; padding: 0; background: $boost; }
    Save Input:focus { border: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back", id="save.back")]

    def __init__(self, suggestion: str) -> None:
        super().__init__()
        self._suggestion = suggestion
        self._asked: str | None = None

    def compose(self) -> ComposeResult:
        """What, where, and what the endings mean."""
        with Vertical() as box:
            set_title(box, "Save the report")
            set_subtitle(box, "enter saves, esc leaves")
            yield Input(self._suggestion, select_on_focus=False)
            yield PlainStatic(f"The ending says what: {' '.join(FORMATS)}, or {SNAPSHOT} for the snapshot.")
            yield PlainStatic(id="note")

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        name = message.value.strip()
        file = Path(name).expanduser()
        if not name:
            return
        if file.exists() and self._asked != name:
            self._asked = name
            self.query_one("#note", PlainStatic).show_text(f"{file.name} is there already: enter replaces it")
        else:
            self.dismiss(file)

    def action_leave(self) -> None:
        """Saves nothing."""
        self.dismiss(None)
