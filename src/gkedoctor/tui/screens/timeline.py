"""The timeline: what happened just before."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from gkedoctor.tui.model.session import Found
from gkedoctor.tui.model.state import ViewState
from gkedoctor.tui.model.timeline import TimelineEvent, entry_before, happenings, shown, timeline_lines
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
        self._begun: ViewState | None = None

    def panes(self) -> ComposeResult:
        """One list."""
        yield Lines(id="timeline")

    def on_mount(self) -> None:
        """The list has the keys."""
        super().on_mount()
        self.set_focus(self.query_one("#timeline"))

    def draw(self) -> None:
        """All that happened, made off the UI's thread."""
        scene, pane = self.scene, self.query_one("#timeline", Lines)
        if scene is None or not pane.size.width:
            return
        terms, faults, width = self.terms, self.faults_only, pane.room

        def make() -> list[TimelineEvent]:
            return shown(happenings(scene), terms, faults=faults)

        def show(found: list[TimelineEvent]) -> None:
            self._shown = found
            first = self._begun is not scene and scene.diagnosed
            self._begun = scene if first else self._begun
            set_title(pane, f"Timeline  {len(found)}")
            only = f"{scene.scope} only  " if scene.scope else ""
            set_subtitle(pane, only + ("only faults" if faults else "the latest last"))
            at = entry_before(found, self.navigator.chosen) if first else None
            pane.show(timeline_lines(found, scene, width), entry=at)

        self.navigator.background.run("timeline", make, show, self.navigator.failed)

    def action_fault(self, way: int) -> None:
        """To the next beginning of a fault."""
        pane = self.query_one("#timeline", Lines)
        here = pane.entry if isinstance(pane.entry, int) else 0
        places = [i for i, h in enumerate(self._shown) if h.found is not None]
        places = [i for i in places if (i > here if way > 0 else i < here)]
        if places:
            pane.go(places[0] if way > 0 else places[-1])
        else:
            self.notify("no further fault with a known beginning", timeout=3)

    def found_here(self) -> Found | None:
        """The fault under the cursor."""
        entry = self.query_one("#timeline", Lines).entry
        if isinstance(entry, int) and entry < len(self._shown) and self.scene is not None:
            one = self._shown[entry]
            return one.found or self.scene.finding_of(one.ref)
        return None
