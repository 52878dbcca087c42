"""One object: describe, YAML, events, logs. Enter walks on along the graph, escape walks back."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from gkedoctor.graph import Ref
from gkedoctor.tui.model.findings import name
from gkedoctor.tui.model.lines import Line
from gkedoctor.tui.model.object_page import PAGES, page_lines, subject
from gkedoctor.tui.model.state import Found
from gkedoctor.tui.plain_text import set_subtitle_parts, set_title
from gkedoctor.tui.screens.view import View
from gkedoctor.tui.widgets.filter_bar import FilterBar
from gkedoctor.tui.widgets.lines import Lines


class ObjectScreen(View):
    """The pages of one object."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "page('describe')", "Describe", id="object.describe"),
        Binding("y", "page('yaml')", "YAML", id="object.yaml"),
        Binding("e", "page('events')", "Events", id="object.events"),
        Binding("l", "page('logs')", "Logs", id="object.logs"),
        Binding("p", "page('previous')", "Previous logs", show=False, id="object.previous"),
        Binding("u", "page('used')", "Who uses it", show=False, id="object.used"),
    ]

    def __init__(self, ref: Ref, *, path: str = "", page: str = "describe") -> None:
        super().__init__()
        self.ref, self.path, self.page = ref, path, page
        self._shown: tuple[str, str] | None = None

    def panes(self) -> ComposeResult:
        """One page at a time."""
        yield Lines(id="page")

    def on_mount(self) -> None:
        """The page has the keys."""
        super().on_mount()
        self.set_focus(self.query_one("#page"))

    def draw(self) -> None:
        """The page, made off the UI's thread: the YAML of a large object takes its time."""
        scene, pane = self.scene, self.query_one("#page", Lines)
        if scene is None or not pane.size.width:
            return
        page, path, width, ref = self.page, self.path, pane.room, self.ref
        words = self.query_one(FilterBar).value.lower()

        def show(made: tuple[list[Line], object]) -> None:
            lines, at = made
            kept = [one for one in lines if words in one.text.lower()] if words else lines
            fresh = (page, path) != self._shown
            self._shown = (page, path)
            pane.show(kept, entry=at if fresh else None, top=fresh and at is None)

        set_title(pane, self._crumbs())
        here = page.replace("used", "describe")
        tabs = [(f" {title} ", "bold reverse" if key == here else "") for key, title in PAGES.items()]
        set_subtitle_parts(pane, tabs)
        self.navigator.background.run(
            f"page {id(self)}",
            lambda: page_lines(scene, subject(scene, ref), page, path, width),
            show,
            self.navigator.failed,
        )

    def _crumbs(self) -> str:
        walked = [name(s.ref) for s in self.app.screen_stack if isinstance(s, ObjectScreen)]
        trail = " > ".join(walked[-3:]) if self in self.app.screen_stack else name(self.ref)
        return f"{'… > ' if len(walked) > 3 else ''}{trail}"

    def action_page(self, page: str) -> None:
        """Another page of the same object."""
        self.page = page
        self.path = self.path if page == "yaml" else ""
        self.draw()

    def ref_here(self) -> Ref | None:
        """This object, or the one that the cursor is on."""
        return self.ref

    def found_here(self) -> Found | None:
        """The finding about this object."""
        return self.scene.finding_of(self.ref) if self.scene is not None else None
