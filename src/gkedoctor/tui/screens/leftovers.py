"""Ghosts of deleted clusters."""

from __future__ import annotations

from textual.app import ComposeResult

from gkedoctor.tui.model.leftovers import leftover_lines, leftovers
from gkedoctor.tui.model.session import Found
from gkedoctor.tui.plain_text import set_title
from gkedoctor.tui.screens.view import View
from gkedoctor.tui.widgets.lines import Lines


class Leftovers(View):
    """What is left, and how to delete it by hand."""

    view = "leftovers"

    def panes(self) -> ComposeResult:
        """One page."""
        yield Lines(id="leftovers")

    def on_mount(self) -> None:
        """The page has the keys."""
        super().on_mount()
        self.set_focus(self.query_one("#leftovers"))

    def draw(self) -> None:
        """All groups."""
        scene, pane = self.scene, self.query_one("#leftovers", Lines)
        if scene is None or not scene.diagnosed or not pane.size.width:
            return
        found = leftovers(scene, self.terms)
        set_title(pane, f"Leftovers  {len(found)}")
        pane.show(leftover_lines(found, scene, pane.room))

    def found_here(self) -> Found | None:
        """The group that the cursor is in."""
        entry = self.query_one("#leftovers", Lines).entry
        key = str(entry[0] if isinstance(entry, tuple) else entry).partition(" ")[0]
        return next((f for f in self.scene.found if f.fingerprint == key), None) if self.scene is not None else None
