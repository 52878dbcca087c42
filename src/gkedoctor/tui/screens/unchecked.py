"""What was not checked."""

from __future__ import annotations

from textual.app import ComposeResult

from gkedoctor.tui.model.not_checked import unchecked_lines
from gkedoctor.tui.plain_text import set_title
from gkedoctor.tui.screens.view import View
from gkedoctor.tui.widgets.lines import Lines


class Unchecked(View):
    """Holes, permissions, and what they cost."""

    view = "unchecked"

    def panes(self) -> ComposeResult:
        """One page."""
        yield Lines(id="unchecked")

    def on_mount(self) -> None:
        """The page has the keys."""
        super().on_mount()
        self.set_focus(self.query_one("#unchecked"))

    def draw(self) -> None:
        """All holes."""
        scene, pane = self.scene, self.query_one("#unchecked", Lines)
        if scene is None or not scene.diagnosed or not pane.size.width:
            return
        set_title(pane, f"Not checked  {len(scene.outcome.not_checked)}")
        pane.show(unchecked_lines(scene, self.terms, pane.room))
