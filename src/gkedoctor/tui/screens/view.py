"""What all views share: header, keys, a filter, and what can be done with what the cursor is on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Offset
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from gkedoctor.graph import Ref
from gkedoctor.tui.model.filters import Term, parsed
from gkedoctor.tui.model.lines import Act, Link, Open, Take
from gkedoctor.tui.model.session import Found
from gkedoctor.tui.model.state import ViewState
from gkedoctor.tui.navigation import Navigator
from gkedoctor.tui.screens.jump import Jump
from gkedoctor.tui.widgets.filter_bar import FilterBar
from gkedoctor.tui.widgets.header import Header
from gkedoctor.tui.widgets.keys import Keys
from gkedoctor.tui.widgets.lines import Lines


class View(Screen[None]):
    """One of the views. A view redraws itself from the scene whenever there is another one."""

    view: ClassVar[str] = ""
    DEFAULT_CSS = """
    View Lines { border: round $foreground 35%; border-title-color: $foreground; }
    View Lines:focus { border: round $primary; border-title-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", priority=True, id="view.filter"),
        Binding("c", "copy", "Copy", priority=True, id="view.copy"),
        Binding("y", "object('yaml')", "YAML", show=False, id="view.yaml"),
        Binding("d", "object('describe')", "Describe", show=False, id="view.describe"),
        Binding("l", "object('logs')", "Logs", show=False, id="view.logs"),
        Binding("p", "object('previous')", "Previous logs", show=False, id="view.previous"),
        Binding("e", "object('events')", "Events", show=False, id="view.events"),
        Binding("J", "owner", "Jump to the owner", show=False, id="view.owner"),
        Binding("u", "object('used')", "Who uses it", show=False, id="view.used"),
        Binding("ctrl+z", "faults", "Only faults", show=False, id="view.faults"),
        Binding("o", "docs", "Open documentation", show=False, id="view.docs"),
        Binding("escape", "back", "Back", show=False, id="view.back"),
        Binding("tab", "app.focus_next", "Next pane", show=False, id="view.next_pane"),
        Binding("ctrl+o", "jump", "Jump to a pane by its letter", show=False, id="view.jump"),
        Binding("shift+tab", "app.focus_previous", "Pane before", show=False, id="view.pane_before"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.faults_only = False

    @property
    def navigator(self) -> Navigator:
        """The app, as far as screens know it."""
        return cast("Navigator", self.app)

    @property
    def scene(self) -> ViewState | None:
        """The moment that is shown."""
        return self.navigator.scene

    def compose(self) -> ComposeResult:
        """Header, the view's own panes, filter, keys."""
        yield Header(self.view or self.app.current_mode)
        yield from self.panes()
        yield FilterBar()
        yield Keys()

    def panes(self) -> ComposeResult:
        """The view's own."""
        yield from ()

    def draw(self) -> None:
        """Shows the present scene. Called when it changed, when a width did, and when a filter was typed."""

    def scene_changed(self) -> None:
        """There is another scene, or something else is being done."""
        if self.is_mounted and self.is_attached:
            self.query_one(Header).show(self.scene, self.navigator.doing)
            self.draw()

    def progress_changed(self) -> None:
        """Collectors came further."""
        if self.is_mounted and self.is_attached:
            self.query_one(Header).show(self.scene, self.navigator.doing)

    def on_mount(self) -> None:
        """The first picture."""
        self.scene_changed()

    def on_screen_resume(self) -> None:
        """What happened meanwhile."""
        self.scene_changed()
        self.query_one(Keys)._draw()

    @on(Lines.Resized)
    def _resized(self) -> None:
        self.draw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a filter is typed, letters are letters.

        `/` and `c` come before the panes' own keys, so that of `/shop` or `cf` arriving at once, as over a slow line,
        the second key already meets what the first one opened.
        """
        return not (action in ("filter", "copy") and isinstance(self.focused, Input))

    # what the cursor is on

    def found_here(self) -> Found | None:
        """The finding that keys act on."""
        return None

    def marked(self) -> Sequence[Found]:
        """The findings that are marked, else the one here."""
        found = self.found_here()
        return [found] if found is not None else []

    def ref_here(self) -> Ref | None:
        """The object that keys act on."""
        lines = self.focused
        if isinstance(lines, Lines) and isinstance(lines.act, Open):
            return lines.act.ref
        found = self.found_here()
        return found.place if found is not None else None

    def text_here(self) -> str:
        """What `c c` copies."""
        lines = self.focused
        if not isinstance(lines, Lines) or lines.entry is None:
            return ""
        if isinstance(lines.act, Take):
            return lines.act.text
        if isinstance(lines.act, Open) and not lines.act.path:
            return str(lines.act.ref)
        if isinstance(lines.act, Link):
            return lines.act.url
        here = (one.text.strip() for one in lines.lines if one.entry == lines.entry)
        return " ".join(here)

    # keys

    @property
    def terms(self) -> tuple[Term, ...]:
        """The filter."""
        return parsed(self.query_one(FilterBar).value)

    def main_pane(self) -> Widget:
        """Where the focus goes after the filter."""
        return self.query(Lines).first()

    def action_filter(self) -> None:
        """Filters while one types."""
        self.set_focus(self.query_one(FilterBar).opened())

    def action_jump(self) -> None:
        """Shows a letter on each pane; the next key goes there."""
        panes = [pane for pane in self.query(Lines) if pane.display and pane.size.width]
        places = [(pane, (pane.id or "").capitalize(), pane.region.offset + Offset(2, 0)) for pane in panes]

        def go(pane: Widget | None) -> None:
            if pane is not None:
                self.set_focus(pane)

        self.app.push_screen(Jump(places), go)

    def set_filter(self, text: str) -> None:
        """A filter from elsewhere: the palette, the number keys."""
        bar = self.query_one(FilterBar)
        bar.value = text
        bar.set_class(bool(text), "-open")

    @on(Input.Changed, "#filter")
    def _changed(self) -> None:
        self.filter_changed()

    def filter_changed(self) -> None:
        """Other words were typed."""
        self.draw()

    @on(FilterBar.Left)
    def _filter_left(self) -> None:
        self.set_focus(self.main_pane())

    def action_back(self) -> None:
        """Takes the filter away, else leads one step back."""
        if self.query_one(FilterBar).value:
            self.set_filter("")
        else:
            self.navigator.back()

    def action_faults(self) -> None:
        """Only faults, on and off."""
        self.faults_only = not self.faults_only
        self.notify("only faults" if self.faults_only else "everything", timeout=2)
        self.draw()

    def action_object(self, page: str) -> None:
        """The object under the cursor."""
        ref = self.ref_here()
        if ref is not None:
            self.navigator.open_object(ref, page=page)

    def action_owner(self) -> None:
        """The object's owner."""
        ref = self.ref_here()
        if ref is not None:
            self.navigator.open_owner(ref)

    def action_copy(self) -> None:
        """Asks what to copy."""
        self.navigator.ask_copy(self.marked(), self.text_here())

    def action_docs(self) -> None:
        """The documentation of the finding."""
        found = self.found_here()
        docs = getattr(found, "docs", ())
        if docs:
            self.navigator.open_docs(docs[0])
        else:
            self.notify("no documentation for this", timeout=3)

    @on(Lines.Entered)
    def _entered(self, message: Lines.Entered) -> None:
        self.enter(message)

    def enter(self, message: Lines.Entered) -> None:
        """Enter on an entry."""
        self.do(message.act)

    def do(self, act: Act | None) -> None:
        """What a line leads to."""
        match act:
            case Open(ref, path, value):
                self.navigator.open_object(ref, path, value=value)
            case Link(url):
                self.navigator.open_docs(url)
            case Take(what, text):
                self.navigator.copy(what, text)
