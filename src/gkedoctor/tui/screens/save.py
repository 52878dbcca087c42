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

from gkedoctor.errors import GkedoctorError
from gkedoctor.tui.background import Background
from gkedoctor.tui.model.clipboard_text import FileToSave
from gkedoctor.tui.plain_text import PlainStatic, set_subtitle, set_title


class Save(ModalScreen[str]):
    """Writes the file that is named, and gives the sentence about it. An existing file is replaced on a second enter.

    Where it cannot be written, the dialog stays with the name and the reason.
    """

    DEFAULT_CSS = """
    Save { align: center middle; }
    Save Vertical { width: 70; max-width: 100%; height: auto; padding: 0 1; }
    Save Vertical { border: round $primary; background: $surface; }
    Save Input { border: none; height: 1; padding: 0; background: $boost; }
    Save Input:focus { border: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back", id="save.back")]

    def __init__(self, file: FileToSave, background: Background) -> None:
        super().__init__()
        self._file, self._background = file, background
        self._asked: str | None = None

    def compose(self) -> ComposeResult:
        """What, where, and which file extensions there are."""
        with Vertical() as box:
            set_title(box, self._file.title)
            set_subtitle(box, "enter saves, esc leaves")
            yield Input(self._file.suggestion, select_on_focus=False)
            yield PlainStatic(f"The file extension sets the format: {self._file.endings}.")
            yield PlainStatic(id="note")

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        name = message.value.strip()
        file = Path(name).expanduser()
        if not name:
            return
        if file.exists() and self._asked != name:
            self._asked = name
            self._note(f"{file.name} exists: enter replaces it")
        else:
            self._background.run("save", lambda: self._file.write(file), self._saved, self._failed)

    def _note(self, text: str) -> None:
        if self.is_attached:
            self.query_one("#note", PlainStatic).show_text(text)

    def _saved(self, told: str) -> None:
        if self.is_attached:
            self.dismiss(told)

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, GkedoctorError):
            raise error
        self._note(f"{error.message}{f': {error.hint}' if error.hint else ''}")

    def action_leave(self) -> None:
        """Saves nothing."""
        self.dismiss("")
