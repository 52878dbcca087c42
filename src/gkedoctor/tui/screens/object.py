"""One object: describe, YAML, events, logs. Enter walks on along the graph, escape walks back."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from gkedoctor.graph import Ref
from gkedoctor.tui.model.findings import name
from gkedoctor.tui.model.lines import Line
from gkedoctor.tui.model.logs import LogKey, LogPage, LogQuery, has_pods, log_page
from gkedoctor.tui.model.object_page import PAGES, absent_lines, crumbs, page_lines, subject
from gkedoctor.tui.model.session import Found
from gkedoctor.tui.model.state import ViewState
from gkedoctor.tui.model.yaml_page import Evidence
from gkedoctor.tui.plain_text import set_placeholder, set_subtitle_parts, set_title
from gkedoctor.tui.screens.view import View
from gkedoctor.tui.widgets.filter_bar import FilterBar
from gkedoctor.tui.widgets.lines import Lines
from gkedoctor.tui.widgets.text_page import TextPage

SEARCH = "search: enter keeps, then n next, N previous; & shows only matching lines"
FILTER = "show only lines with these words; / searches instead"


class ObjectScreen(View):
    """The pages of one object."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "page('describe')", "Describe", id="object.describe"),
        Binding("y", "page('yaml')", "YAML", id="object.yaml"),
        Binding("e", "page('events')", "Events", id="object.events"),
        Binding("l", "page('logs')", "Logs", id="object.logs"),
        Binding("p", "page('previous')", "Previous logs", show=False, id="object.previous"),
        Binding("u", "page('used')", "Who uses it", show=False, id="object.used"),
        Binding("slash", "filter", "Search", priority=True, id="object.search"),
        Binding("ampersand", "only", "Only matching lines", show=False, id="object.only"),
        Binding("n", "match(1)", "Next match", show=False, id="object.next_match"),
        Binding("N", "match(-1)", "Previous match", show=False, id="object.previous_match"),
        Binding("right", "run(1)", "Next container's log", show=False, id="object.next_log"),
        Binding("left", "run(-1)", "Previous container's log", show=False, id="object.log_before"),
    ]

    def __init__(self, ref: Ref, sought: Evidence = Evidence(), page: str = "describe") -> None:  # noqa: B008  # frozen
        super().__init__()
        self.ref, self.page = ref, page
        self.sought = sought
        self._filtering = False
        self._log = LogQuery(page == "previous", value=sought.value if sought.path == "log" else None)
        self._logs: LogPage | None = None
        self._shown: tuple[object, ...] | None = None

    def panes(self) -> ComposeResult:
        """One page at a time."""
        yield TextPage(id="page")

    def on_mount(self) -> None:
        """The page has the keys."""
        super().on_mount()
        self.set_focus(self.query_one("#page"))

    @property
    def _pane(self) -> TextPage:
        return self.query_one("#page", TextPage)

    def draw(self) -> None:
        """The page, made off the UI's thread: the YAML of a large object takes its time."""
        scene, pane = self.scene, self._pane
        if scene is None or not pane.size.width:
            return
        self._draw_borders()
        work = partial(self._made, scene, self.page, pane.room)
        self.navigator.background.run(f"page {id(self)}", work, self._show, self.navigator.failed)

    def _made(self, scene: ViewState, page: str, width: int) -> LogPage:
        one = subject(scene, self.ref)
        if page in ("logs", "previous") and not one.there and has_pods(self.ref.kind):
            return LogPage(absent_lines(scene, one, Evidence(), width), previous=page == "previous")
        if page in ("logs", "previous"):
            return log_page(scene, one.item, self.ref, self._log, width)
        sought = self.sought if page == "yaml" else Evidence()
        return LogPage(*page_lines(scene, one, page, sought, width))

    def _show(self, made: LogPage) -> None:
        """What was made; the cursor stays, unless it is another page."""
        if self.page in ("logs", "previous"):
            self._logs = made
            self._log = replace(self._log, run=made.run, previous=made.previous)  # the next reading stays here
            self.page = "previous" if made.previous else "logs"
        shown = (self.page, self.sought, made.run, made.title)
        fresh = shown != self._shown
        self._shown = shown
        self._pane.show(self._kept(made.lines), entry=made.at if fresh else None, top=fresh and made.at is None)
        self._search()

    def _kept(self, lines: list[Line]) -> list[Line]:
        words = self.query_one(FilterBar).value.lower() if self._filtering else ""
        return [one for one in lines if words in one.text.lower()] if words else lines

    def _draw_borders(self) -> None:
        logs = self._logs if self.page in ("logs", "previous") else None
        set_title(self._pane, " > ".join(part for part in (self._crumbs(), logs.title if logs else "") if part))
        here = self.page.replace("used", "describe")
        at = f"log {logs.runs.index(logs.run) + 1}/{len(logs.runs)}" if logs and logs.run and len(logs.runs) > 1 else ""
        found = self._pane.counted
        before = [f"{text}   " for text in (f"found {found}" if found else "", at) if text]
        tabs = [(f" {title} ", "bold reverse" if key == here else "") for key, title in PAGES.items()]
        set_subtitle_parts(self._pane, [*((text, "") for text in before), *tabs])

    def _crumbs(self) -> str:
        """The objects that led here, as many as fit; this one is always named."""
        walked = [name(s.ref) for s in self.app.screen_stack if isinstance(s, ObjectScreen)]
        return crumbs(walked if self in self.app.screen_stack else [name(self.ref)], self._pane.size.width - 4)

    # pages and logs

    def action_page(self, page: str) -> None:
        """Another page of the same object. `l` on the log of one of several containers lists all of them."""
        logs = self._logs
        if page in ("logs", "previous"):
            again = self.page == page and logs is not None and logs.run is not None and len(logs.runs) > 1
            run = logs.run if logs is not None else None
            self._log = LogQuery(page == "previous", listed=True) if again else LogQuery(page == "previous", run)
        self.page = page
        self.sought = self.sought if page == "yaml" else Evidence()
        self.draw()

    def action_run(self, step: int) -> None:
        """The log of the next container, or of the one before."""
        logs = self._logs
        if logs is not None and self.page in ("logs", "previous") and logs.runs:
            at = logs.runs.index(logs.run) + step if logs.run is not None else 0
            self._open_log(logs.runs[at % len(logs.runs)])

    def _open_log(self, run: LogKey) -> None:
        self._log = LogQuery(self.page == "previous", run)
        self.draw()

    def enter(self, message: Lines.Entered) -> None:
        """From the list of logs into one; else to what a line names."""
        if isinstance(message.entry, LogKey):
            self._open_log(message.entry)
        else:
            super().enter(message)

    # search

    def action_filter(self) -> None:
        """Searches while one types: matches are highlighted, and all lines stay."""
        self._ask(SEARCH, filtering=False)

    def action_only(self) -> None:
        """Shows only the lines that match."""
        self._ask(FILTER, filtering=True)

    def _ask(self, about: str, *, filtering: bool) -> None:
        self._filtering = filtering
        bar = self.query_one(FilterBar).opened()
        set_placeholder(bar, about)
        self.set_focus(bar)
        self.draw()

    def filter_changed(self) -> None:
        """Other words."""
        if self._filtering or not self.query_one(FilterBar).value:
            self.draw()
        self._search()

    def _search(self) -> None:
        self._pane.search("" if self._filtering else self.query_one(FilterBar).value)
        self._draw_borders()

    def action_match(self, step: int) -> None:
        """The next place of the words, or the one before."""
        self._pane.step_match(step)
        self._draw_borders()

    # what the cursor is on

    def ref_here(self) -> Ref | None:
        """This object, or the one that the cursor is on."""
        return self.ref

    def found_here(self) -> Found | None:
        """The finding about this object."""
        return self.scene.finding_of(self.ref) if self.scene is not None else None
