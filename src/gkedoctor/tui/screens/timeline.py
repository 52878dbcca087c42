"""The timeline: what happened just before."""

from __future__ import annotations

from collections.abc import Hashable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from gkedoctor.tui.model.session import Found
from gkedoctor.tui.model.timeline import TimelineEvent, entries, entry_before, happenings, shown, timeline_lines
from gkedoctor.tui.plain_text import set_subtitle, set_title
from gkedoctor.tui.screens.view import View
from gkedoctor.tui.widgets.lines import Lines


class Timeline(View):
    """Begins at the moment at which the finding of the overview began."""

    view = "timeline"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+z", "faults", "Only faults", id="timeline.faults"),
        Binding("n", "fault(1)", "Next fault", id="timeline.next"),
        Binding("N", "fault(-1)", "Fault before", show=False, id="timeline.before"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._shown: list[TimelineEvent] = []
        self._places: dict[Hashable, int] = {}
        self._arrived = True
        self._begun: str | None = None
        """The finding to whose beginning the cursor was put when the view was entered."""

    def panes(self) -> ComposeResult:
        """One list."""
        yield Lines(id="timeline")

    def on_mount(self) -> None:
        """The list has the keys."""
        super().on_mount()
        self.set_focus(self.query_one("#timeline"))

    def on_screen_resume(self) -> None:
        """For another finding than before, the cursor goes to its beginning."""
        self._arrived = True
        super().on_screen_resume()

    def draw(self) -> None:
        """All that happened, made off the UI's thread. While one reads it, the cursor stays where it is."""
        scene, pane = self.scene, self.query_one("#timeline", Lines)
        if scene is None or not pane.size.width:
            return
        terms, faults, width = self.terms, self.faults_only, pane.room

        def make() -> list[TimelineEvent]:
            return shown(happenings(scene), terms, faults=faults)

        def show(found: list[TimelineEvent]) -> None:
            self._shown, keys = found, entries(found)
            self._places = {key: i for i, key in enumerate(keys)}
            set_title(pane, f"Timeline  {len(found)}")
            only = f"{scene.scope} only  " if scene.scope else ""
            set_subtitle(pane, only + ("only faults" if faults else "the latest last"))
            at = self._first_place(found) if scene.diagnosed else None
            pane.show(timeline_lines(found, scene, width), entry=keys[at] if at is not None else None)

        self.navigator.background.run("timeline", make, show, self.navigator.failed)

    def _first_place(self, found: list[TimelineEvent]) -> int | None:
        """Where the cursor goes when the view was just entered for another finding; None where it stays."""
        arrived, self._arrived = self._arrived, False
        chosen = self.navigator.chosen
        wanted = chosen.fingerprint if chosen is not None else ""
        if not arrived or wanted == self._begun:
            return None
        self._begun = wanted
        return entry_before(found, chosen)

    def _here(self) -> int | None:
        """The number of what the cursor is on."""
        return self._places.get(self.query_one("#timeline", Lines).entry)

    def action_fault(self, way: int) -> None:
        """To the next beginning of a fault."""
        pane = self.query_one("#timeline", Lines)
        here = self._here() or 0
        places = [i for i, h in enumerate(self._shown) if h.found is not None]
        places = [i for i in places if (i > here if way > 0 else i < here)]
        if places:
            pane.go(entries(self._shown)[places[0] if way > 0 else places[-1]])
        else:
            self.notify("No other fault has a known beginning.", timeout=3)

    def found_here(self) -> Found | None:
        """The fault under the cursor."""
        here = self._here()
        if here is not None and self.scene is not None:
            one = self._shown[here]
            return one.found or self.scene.finding_of(one.ref)
        return None
