"""All objects: kinds, then the objects of a kind, in groups where there are many."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from gkedoctor.graph import Ref
from gkedoctor.tui.model.lines import Open
from gkedoctor.tui.model.objects import SORTS, Listing, Place, listing
from gkedoctor.tui.model.session import Found
from gkedoctor.tui.plain_text import set_subtitle, set_title
from gkedoctor.tui.screens.view import View
from gkedoctor.tui.widgets.lines import Lines


class Objects(View):
    """Enter goes in, escape comes back to where one was."""

    view = "objects"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "sort", "Sort", id="objects.sort"),
        Binding("S", "reverse", "Reverse the order", show=False, id="objects.reverse"),
        Binding("ctrl+z", "faults", "Only faults", id="objects.faults"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.place: Place = ()
        self.sort, self.reversed = 0, False
        self._came_from: list[object] = []

    def panes(self) -> ComposeResult:
        """One list."""
        yield Lines(id="list")

    def on_mount(self) -> None:
        """The list has the keys."""
        super().on_mount()
        self.set_focus(self.query_one("#list"))

    def draw(self) -> None:
        """The list at this place, made off the UI's thread."""
        self._draw(None)

    def _draw(self, entry: object, *, top: bool = False) -> None:
        scene, pane = self.scene, self.query_one("#list", Lines)
        if scene is None or not pane.size.width:
            return
        place, terms, width, sort = self.place, self.terms, pane.room, SORTS[self.sort]
        reverse, faults = self.reversed, self.faults_only

        def show(made: Listing) -> None:
            set_title(pane, made.title)
            only = f"{scene.scope} only  " if scene.scope else ""
            set_subtitle(pane, f"{only}by {sort}{', reversed' if reverse else ''}{'  only faults' if faults else ''}")
            pane.show(made.lines, entry=entry, top=top)

        if top or not pane.lines:
            set_subtitle(pane, "reading …")
        self.navigator.background.run(
            "objects",
            lambda: listing(scene, place, terms, sort, width, reverse=reverse, faults=faults),
            show,
            self.navigator.failed,
        )

    def go(self, place: Place) -> None:
        """To a kind, as with `:pod`."""
        self.place, self._came_from = place, [None] * len(place)
        self._draw(None, top=True)

    def enter(self, message: Lines.Entered) -> None:
        """Into a kind or a group; to an object."""
        if isinstance(message.act, Open):
            self.do(message.act)
            return
        self._came_from.append(message.entry)
        self.place = (*self.place, str(message.entry))
        self.set_filter("")
        self._draw(None, top=True)

    def action_back(self) -> None:
        """Out of the group or the kind."""
        if self.place and not self.terms:
            entry = self._came_from.pop() if self._came_from else None
            self.place = self.place[:-1]
            self._draw(entry)
        else:
            super().action_back()

    def action_sort(self) -> None:
        """By the next column."""
        self.sort = (self.sort + 1) % len(SORTS)
        self.draw()

    def action_reverse(self) -> None:
        """The other way round."""
        self.reversed = not self.reversed
        self.draw()

    def found_here(self) -> Found | None:
        """The finding about the object under the cursor."""
        entry = self.query_one("#list", Lines).entry
        return self.scene.finding_of(entry) if self.scene is not None and isinstance(entry, Ref) else None
