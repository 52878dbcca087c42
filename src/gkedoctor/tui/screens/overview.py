"""The overview: findings, the one under the cursor in full, and the path of the request."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widget import Widget

from gkedoctor.tui.model.detail import detail_lines, summary_lines
from gkedoctor.tui.model.finding_list import GROUPS, Choices, list_lines
from gkedoctor.tui.model.findings import SORTS, empty_lines, legend, shown
from gkedoctor.tui.model.layout import LOW, WIDE, Heights, fix_end, opened, side_by_side, stacked, tightened
from gkedoctor.tui.model.lines import Line, Open
from gkedoctor.tui.model.path import Way, ways
from gkedoctor.tui.model.progress import progress_lines
from gkedoctor.tui.model.session import Found
from gkedoctor.tui.model.state import ViewState
from gkedoctor.tui.plain_text import set_subtitle, set_title, set_title_parts
from gkedoctor.tui.screens.view import View
from gkedoctor.tui.widgets.filter_bar import FilterBar
from gkedoctor.tui.widgets.lines import Lines
from gkedoctor.tui.widgets.path_strip import PathStrip

_AROUND = 3
"""Rows of the header and of the keys."""


class Overview(View):
    """What is wrong, why, and where the request stops."""

    view = "overview"
    DEFAULT_CSS = """
    Overview #middle { height: 1fr; layout: vertical; }
    Overview #findings { width: 100%; border-title-align: left; }
    Overview #detail { width: 100%; }
    Overview.-wide #middle { layout: horizontal; }
    Overview.-wide #findings, Overview.-wide #detail { width: 1fr; height: 100%; }
    Overview.-zoomed #findings { display: none; }
    Overview #progress { height: auto; max-height: 10; display: none; }
    Overview.-collecting #progress { display: block; }
    Overview.-collecting.-empty #path { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark", id="overview.mark"),
        Binding("right,plus", "unfold(True)", "Unfold", show=False, id="overview.unfold"),
        Binding("left,minus", "unfold(False)", "Fold", show=False, id="overview.fold"),
        Binding("s", "sort(1)", "Sort", show=False, id="overview.sort"),
        Binding("S", "reverse", "Reverse the order", show=False, id="overview.reverse"),
        Binding("b", "group", "Group by", id="overview.group"),
        Binding("v", "verify", "Verify the fix", id="overview.verify"),
        Binding("a", "acknowledge", "Acknowledge new, changed and fixed", show=False, id="overview.acknowledge"),
        Binding("z", "zoom", "Full page", show=False, id="overview.zoom"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.sort, self.reversed, self.group = 0, False, 0
        self.unfolded: frozenset[str] = frozenset()
        self.marks: frozenset[str] = frozenset()
        self._rows: dict[str, Found] = {}
        self._room = 0
        """Columns of the list, also while it is hidden."""

    def panes(self) -> ComposeResult:
        """List and detail, one below the other or side by side; the path below."""
        with Container(id="middle"):
            yield Lines(id="findings")
            yield Lines(id="detail")
        yield Lines(id="progress")
        yield PathStrip(id="path")

    def on_mount(self) -> None:
        """The list has the keys."""
        set_title(self.query_one("#detail"), "Finding")
        set_title(self.query_one("#path"), "Request path")
        super().on_mount()
        self.set_focus(self.query_one("#findings"))

    def main_pane(self) -> Widget:
        """The list."""
        return self.query_one("#findings")

    def progress_changed(self) -> None:
        """The collectors' lines, during the first reading; later only the header changes, and nothing moves."""
        super().progress_changed()
        if not self.is_mounted or not self.is_attached:
            return
        watch, pane = self.navigator.reading, self.query_one("#progress", Lines)
        first = self.scene is None or bool(self.scene.partial)
        self.set_class(self.navigator.collecting and first, "-collecting")
        if watch is not None and self.has_class("-collecting"):
            set_title(pane, f"Collecting {self.navigator.source.name}  {watch.seconds:.0f} s")
            lines = progress_lines(watch.steps(), pane.room)
            pane.show(lines)
            pane.styles.height = min(len(lines), 8) + 2

    def draw(self) -> None:
        """List, detail and path."""
        self.progress_changed()
        scene, pane = self.scene, self.query_one("#findings", Lines)
        found: Sequence[Found] = []
        if scene is not None and scene.diagnosed:
            found = shown(scene, self.terms, SORTS[self.sort], reverse=self.reversed, faults=self.faults_only)
        gone = scene.session.gone if scene is not None else ()
        self._rows = {one.fingerprint: one for one in (*(c.found for c in gone), *found)}
        self.set_class(not found, "-empty")
        self._room = pane.room if pane.size.width else self._room
        if self._room:
            self._draw_list(found, scene, pane)
        self._draw_found(top=False)

    def _draw_list(self, found: Sequence[Found], scene: ViewState | None, pane: Lines) -> None:
        hidden = len(scene.found) - len(found) if scene is not None else 0
        choices = Choices(self.marks, self.unfolded, GROUPS[self.group])
        lines = list_lines(found, scene, self._room, choices, self.terms) if scene is not None else []
        if not found:
            lines = [*empty_lines(scene, self._room, hidden, self.terms), *lines]
        pane.show(lines)
        ready = scene is not None and scene.diagnosed  # before that, 0 would be a claim
        head = f"Findings {len(found)}{f' of {len(found) + hidden}' if hidden else ''}" if ready else "Findings"
        filtered = self.query_one(FilterBar).value
        digits = legend(scene, filtered, self._room - len(head) - 4)
        set_title_parts(pane, [(head + " " * bool(digits), ""), *digits])
        set_subtitle(pane, "  ".join(part for part in self._told(scene) if part))

    def _told(self, scene: ViewState | None) -> Iterator[str]:
        """What the list's lower border says: order, groups, marks, and what changed."""
        if scene is not None:
            yield f"{scene.scope} only: A reads the whole cluster" if scene.scope else ""
            news = scene.session.news
            yield f"{news}: a acknowledges" if news else ""
        yield "only faults" if self.faults_only else ""
        yield f"{len(self.marks)} marked" if self.marks else ""
        order = f"by {SORTS[self.sort]}{', reversed' if self.reversed else ''}"
        yield order if self.sort or self.reversed else ""
        yield f"grouped by {GROUPS[self.group]} (b)" if self.group else ""

    def _draw_found(self, *, top: bool) -> None:
        scene, found = self.scene, self.found_here()
        detail, path = self.query_one("#detail", Lines), self.query_one("#path", PathStrip)
        lines: list[Line] = []
        if scene is not None and found is not None:
            lines = detail_lines(found, scene, detail.room, brief=self.faults_only)
            lines = tightened(lines) if self.app.size.height < LOW else lines
        elif scene is not None and scene.diagnosed:
            lines = summary_lines(scene, detail.room)
        self._arrange(fix_end(lines), path.show_ways(self._ways(found)))
        if detail.size.width or not detail.display:
            detail.show(lines, top=top)

    def _ways(self, found: Found | None) -> tuple[Way, ...]:
        """The request paths to show: none of a finding that is gone, and none where a filter hides all findings."""
        scene = self.scene
        if scene is None or not scene.diagnosed:
            return ()
        if found is None:
            return ways(None, scene) if not scene.found else ()
        return ways(found, scene) if found.fingerprint in scene.fingerprints else ()

    def _arrange(self, fix: int, path: int) -> None:
        """Gives each pane its rows."""
        panes = [self.query_one(name, Lines) for name in ("#findings", "#detail", "#path")]
        collecting = self.query_one("#progress").outer_size.height if self.has_class("-collecting") else 0
        height = self.app.size.height - _AROUND - self.query_one(FilterBar).has_class("-open") - collecting
        if self.has_class("-zoomed"):
            heights = opened(height, path)
        elif self.app.size.width >= WIDE:
            rows = side_by_side(height, path)
            heights = Heights(height - rows, height - rows, rows)
        else:
            heights = stacked(height, len(panes[0].lines), fix, path)
        for pane, rows in zip(panes, heights, strict=True):
            pane.styles.height = max(1, rows)
        panes[2].display = heights.path > 0

    def on_resize(self) -> None:
        """Other rows: they are shared out again."""
        if self.is_mounted:
            self._draw_found(top=False)

    @on(Lines.Moved, "#findings")
    def _moved(self) -> None:
        self._draw_found(top=True)

    def found_here(self) -> Found | None:
        """The finding under the list's cursor."""
        return self._rows.get(_fingerprint(self.query_one("#findings", Lines).entry))

    def marked(self) -> Sequence[Found]:
        """The marked ones, else the one here."""
        scene = self.scene
        chosen = [f for f in scene.found if f.fingerprint in self.marks] if scene is not None else []
        return chosen or super().marked()

    def enter(self, message: Lines.Entered) -> None:
        """From the list into the detail; from a line of the detail to what it names."""
        if message.lines.id == "findings" and not isinstance(message.act, Open):
            self._zoom(self.app.size.width < WIDE)
            self.set_focus(self.query_one("#detail"))
        else:
            self.do(message.act)

    def action_back(self) -> None:
        """From the detail to the list, then the filter away."""
        if self.focused is not self.query_one("#findings") and not isinstance(self.focused, FilterBar):
            self._zoom(False)
            self.set_focus(self.query_one("#findings"))
        else:
            super().action_back()

    def action_zoom(self) -> None:
        """The detail over the full width, on and off."""
        self._zoom(not self.has_class("-zoomed"))
        self.set_focus(self.query_one("#detail" if self.has_class("-zoomed") else "#findings"))

    def _zoom(self, on_: bool) -> None:
        self.set_class(on_, "-zoomed")
        self._draw_found(top=True)

    def action_mark(self) -> None:
        """Marks the finding for one ticket, and steps on."""
        found = self.found_here()
        if found is not None:
            self.marks = self.marks ^ {found.fingerprint}
            self.draw()
            self.query_one("#findings", Lines).action_step(1)

    def action_unfold(self, on_: bool) -> None:
        """Shows or hides what suffers from the finding."""
        found = self.found_here()
        if found is not None:
            self.unfolded = self.unfolded | {found.fingerprint} if on_ else self.unfolded - {found.fingerprint}
            pane = self.query_one("#findings", Lines)
            if not on_:
                pane.go(found.fingerprint)
            self.draw()

    def action_group(self) -> None:
        """By namespace, by cause, or not in groups."""
        self.group = (self.group + 1) % len(GROUPS)
        self.draw()

    def action_acknowledge(self) -> None:
        """Takes the marks away; the history keeps them."""
        self.navigator.acknowledge()

    def action_verify(self) -> None:
        """Reads again what the finding is based on, until it is fixed."""
        found = self.found_here()
        if found is not None:
            self.navigator.verify(found)

    def action_sort(self, step: int) -> None:
        """By the next column."""
        self.sort = (self.sort + step) % len(SORTS)
        self.draw()

    def action_reverse(self) -> None:
        """The other way round."""
        self.reversed = not self.reversed
        self.draw()


def _fingerprint(entry: Hashable) -> str:
    """A finding's own, also from an object folded under it."""
    return str(entry[0]) if isinstance(entry, tuple) else str(entry)
