"""What screens and the palette may ask of the app. They know this protocol and not the app, which knows all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from gkedoctor.graph import Ref
from gkedoctor.tui.background import Background
from gkedoctor.tui.model.clipboard_text import FileToSave
from gkedoctor.tui.model.freshness import Freshness
from gkedoctor.tui.model.session import Found
from gkedoctor.tui.model.state import ViewState
from gkedoctor.tui.source import Source, Watch


class Navigator(Protocol):
    """The app, as its screens see it."""

    source: Source
    scene: ViewState | None
    doing: str
    reading: Watch | None
    background: Background
    freshness: Freshness

    @property
    def collecting(self) -> bool:
        """Whether a live cluster is being read."""

    @property
    def chosen(self) -> Found | None:
        """The finding that the overview's cursor is on."""

    def back(self) -> None:
        """One screen back."""

    def open_object(self, ref: Ref, path: str = "", page: str = "", value: object = None) -> None:
        """A page of an object. `value`: what evidence shows of the field at `path`."""

    def open_owner(self, ref: Ref) -> None:
        """The page of what controls an object."""

    def open_kind(self, kind: str, words: str = "") -> None:
        """The objects of a kind."""

    def open_docs(self, url: str) -> None:
        """A page of documentation, in the browser or as a link."""

    def filter_by(self, text: str) -> None:
        """A filter on the view that is shown."""

    def explain(self, playbook: str) -> None:
        """The page of a playbook."""

    def verify(self, found: Found) -> None:
        """Waits in the background until a finding is fixed."""

    def acknowledge(self) -> None:
        """Takes the marks of new, changed and fixed findings away."""

    def save(self, file: FileToSave) -> None:
        """Asks for a name and writes the file."""

    def ask_copy(self, found: Sequence[Found], here: str) -> None:
        """Asks what to copy of some findings."""

    def copy(self, what: str, text: str) -> None:
        """Copies a text."""

    def failed(self, error: Exception) -> None:
        """Reports an error."""

    def search_themes(self) -> None:
        """The list of themes."""

    def action_view(self, name: str) -> None:
        """Another view."""

    def action_save(self) -> None:
        """Saves the report or the snapshot."""

    def action_again(self) -> None:
        """Reads the source again."""

    def action_whole(self) -> None:
        """Reads the whole cluster in place of a part."""

    def action_history(self) -> None:
        """What came, changed and went since the screen was opened."""

    def action_help(self) -> None:
        """The keys of this moment."""

    def exit(self, result: int | None = None) -> None:
        """Leaves."""
