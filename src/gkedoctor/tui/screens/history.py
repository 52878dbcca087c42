"""What came, changed and went since the screen was opened; it can be saved as an incident timeline."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from gkedoctor.tui.model import history
from gkedoctor.tui.model.session import Change, Found
from gkedoctor.tui.plain_text import set_subtitle, set_title
from gkedoctor.tui.screens.view import View
from gkedoctor.tui.widgets.lines import Lines


class HistoryScreen(View):
    """The changes, the latest last."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,s", "save", "Save the timeline", id="history.save"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._shown: list[Change] = []

    def panes(self) -> ComposeResult:
        """One list."""
        yield Lines(id="history")

    def on_mount(self) -> None:
        """The list has the keys."""
        super().on_mount()
        self.set_focus(self.query_one("#history"))

    def draw(self) -> None:
        """All changes. The cursor begins at the latest, and stays where the user puts it."""
        scene, pane = self.scene, self.query_one("#history", Lines)
        if scene is None or not pane.size.width:
            return
        begins = not self._shown
        self._shown = history.shown(scene.session, self.terms)
        set_title(pane, f"History  {len(self._shown)}")
        set_subtitle(pane, "the latest last  s saves")
        last = ("change", len(self._shown) - 1) if self._shown and begins else None
        pane.show(history.history_lines(self._shown, scene, pane.room), entry=last)

    def found_here(self) -> Found | None:
        """The finding that changed, as it was then."""
        entry = self.query_one("#history", Lines).entry
        at = entry[1] if isinstance(entry, tuple) else len(self._shown)
        return self._shown[at].found if at < len(self._shown) else None

    def action_save(self) -> None:
        """Saves the incident timeline."""
        scene = self.scene
        if scene is not None:
            self.navigator.save(history.history_file(scene))
