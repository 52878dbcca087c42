"""The app: holds the scene, does the work off the UI's thread, and leads from screen to screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.timer import Timer

from gkedoctor.errors import ExitCode, GkedoctorError
from gkedoctor.graph import Ref
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.report.playbook_page import playbook_page
from gkedoctor.tui.background import Background, Done
from gkedoctor.tui.commands import Commands
from gkedoctor.tui.live_refresh import LiveRefresh
from gkedoctor.tui.model.clipboard_text import FileToSave, report_file
from gkedoctor.tui.model.findings import namespaces
from gkedoctor.tui.model.freshness import Freshness
from gkedoctor.tui.model.header import VIEWS
from gkedoctor.tui.model.logs import holder_of
from gkedoctor.tui.model.object_page import owner_ref, page_of
from gkedoctor.tui.model.progress import short_line
from gkedoctor.tui.model.session import Found
from gkedoctor.tui.model.state import ViewState, carried, compared, diagnosed, opened, surely
from gkedoctor.tui.model.yaml_page import Evidence
from gkedoctor.tui.plain_text import PlainApp
from gkedoctor.tui.screens.help import Help
from gkedoctor.tui.screens.history import HistoryScreen
from gkedoctor.tui.screens.leftovers import Leftovers
from gkedoctor.tui.screens.object import ObjectScreen
from gkedoctor.tui.screens.objects import Objects
from gkedoctor.tui.screens.overview import Overview
from gkedoctor.tui.screens.text import Text
from gkedoctor.tui.screens.timeline import Timeline
from gkedoctor.tui.screens.unchecked import Unchecked
from gkedoctor.tui.screens.view import View
from gkedoctor.tui.sharing import Sharing
from gkedoctor.tui.source import Source, Taken, Watch
from gkedoctor.tui.verifying import Verifications


class GkedoctorApp(PlainApp):
    """`gkedoctor diagnose`."""

    TITLE = "gkedoctor"
    CSS = "View.-stale Lines { tint: $background 40%; }"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (70, "-normal"), (120, "-wide")]  # noqa: RUF012  # as Textual declares it
    MODES: ClassVar[dict[str, Callable[[], Screen[Any]]]] = {
        "overview": Overview,
        "objects": Objects,
        "timeline": Timeline,
        "leftovers": Leftovers,
        "unchecked": Unchecked,
    }  # type: ignore[assignment]
    COMMANDS: ClassVar = {Commands}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "Help", id="app.help"),
        Binding("q,ctrl+c", "quit", "Quit", id="app.quit", priority=False),
        Binding("colon,ctrl+p", "command_palette", "Commands", show=False, id="app.commands"),
        Binding("right_square_bracket", "turn(1)", "Next view", id="app.next_view"),
        Binding("left_square_bracket", "turn(-1)", "View before", show=False, id="app.view_before"),
        Binding("ctrl+s", "save", "Save the report", show=False, id="app.save"),
        Binding("H", "history", "History of this session", show=False, id="app.history"),
        Binding("r,ctrl+r", "again", "Read again", show=False, id="app.again"),
        Binding("A", "whole", "Read the whole cluster", show=False, id="app.whole"),
        *(
            Binding(
                str(n),
                f"namespace({n})",
                "All namespaces" if n == 0 else "A namespace by its number",
                show=False,
                id=f"app.ns{n}",
            )
            for n in range(10)
        ),
    ]

    def __init__(self, source: Source, *, theme: str | None = None) -> None:
        super().__init__()
        self.source = source
        self.scene: ViewState | None = None
        self.doing = ""
        self.fault: Exception | None = None
        self.background = Background(self)
        self._theme_wanted = theme
        self.reading: Watch | None = None
        self._ticking: Timer | None = None
        self._looking = False
        self._verifications = Verifications(self)
        self._sharing = Sharing(self)
        self._refresh = LiveRefresh(self)

    # life

    def on_mount(self) -> None:
        """Opens at once; the rest comes in when it is there."""
        if self._theme_wanted and self._theme_wanted in self.available_themes:
            self.theme = self._theme_wanted
        self.switch_mode("overview")
        self.set_interval(1.0, self._refresh.tick)
        self.read()

    def _handle_exception(self, error: Exception) -> None:
        """A fault of our own ends the app; the command line prints it, when the terminal is as it was."""
        self.fault = self.fault or error
        if self.is_headless:
            super()._handle_exception(error)
        else:
            self.exit(ExitCode.BUG)

    @on(Done)
    def _done(self, message: Done) -> None:
        message.tell()

    # the scene

    def read(self) -> None:
        """Reads the source and diagnoses it; a live one is shown while it is collected."""
        self._refresh.stop()
        self.reading = Watch()
        watch, source = self.reading, self.source
        self.now_doing("collecting …" if source.live else f"reading {Path(source.name).name} …")

        def take() -> ViewState:
            playbooks = source.playbooks()
            taken = source.load(playbooks, watch)
            return _scene(taken, playbooks, live=source.live, partial="stopped early" if taken.stopped else "")

        self.background.run("scene", take, self._opened, self.failed)
        if source.live:
            self._ticking = self.set_interval(0.25, self._tick)

    @property
    def freshness(self) -> Freshness:
        """How new what is shown is."""
        return self._refresh.freshness

    @property
    def collecting(self) -> bool:
        """Whether a live cluster is being read."""
        return self._ticking is not None

    def stop(self) -> None:
        """Ends collecting, and keeps what is there."""
        if self.reading is not None and self.collecting:
            self.reading.stopped.set()
            self.now_doing("stopping …")

    def _tick(self) -> None:
        """How far the collectors are; and what they have brought, if nothing is made of it already."""
        if self.reading is None or self.reading.stopped.is_set():
            return
        self.doing = short_line(self.reading.steps())
        for screen in self.views():
            screen.progress_changed()
        first = self.scene is None or bool(self.scene.partial)
        if first and not self._looking:
            self._looking = True
            self.background.run("so far", self._make_so_far, self._show_so_far, self.failed)

    def _make_so_far(self) -> ViewState | None:
        taken = self.source.so_far()
        if taken is None:
            return None
        scene = _scene(taken, self.source.playbooks(), live=True, partial="still collecting")
        return surely(diagnosed(scene, self.source.sift))

    def _show_so_far(self, scene: ViewState | None) -> None:
        self._looking = False
        if scene is not None and self.collecting:
            self.scene = scene
            self.now_doing(self.doing)

    def _opened(self, scene: ViewState) -> None:
        self._stop_ticking()
        before = self.scene
        if before is None:
            self.scene = scene
        self.now_doing("diagnosing …")
        self.background.run("scene", lambda: self._diagnose(scene, before), self._show, self.failed)

    def _stop_ticking(self) -> None:
        if self._ticking is not None:
            self._ticking.stop()
            self._ticking = None
        self.background.drop("so far")
        self._looking = False

    def _diagnose(self, scene: ViewState, before: ViewState | None) -> ViewState:
        after = diagnosed(scene, self.source.sift)
        return compared(after, before) if before is not None and before.diagnosed and not before.partial else after

    def _show(self, scene: ViewState) -> None:
        again = self.scene is not None and self.scene.diagnosed and not self.scene.partial
        self.scene = carried(scene, self.scene)
        self.now_doing("")
        if again:
            news = scene.news
            counts = f"{len(news.new)} new, {len(news.changed)} changed, {len(news.gone)} gone"
            if news or self.source.interval is None:
                self.notify(counts if news else "nothing changed", timeout=4)
        self._refresh.begin(self.scene)

    def failed(self, error: Exception) -> None:
        """Without a picture there is nothing to stay for; else what is there stays, and is read again later."""
        self._stop_ticking()
        if self.scene is None or not self.scene.diagnosed or not isinstance(error, GkedoctorError):
            self.fault = error
            self.exit(ExitCode.BUG)
            return
        self.now_doing("")
        self.notify(error.message + (f"\n{error.hint}" if error.hint else ""), severity="error", timeout=10)
        self._refresh.failed(error.message)

    def now_doing(self, text: str) -> None:
        """Says in the header what is being done, and draws what there is."""
        self.doing = text
        for screen in self.views():
            screen.scene_changed()

    def views(self) -> list[View]:
        """The views that are open, the one in front last."""
        return [s for s in self.screen_stack if isinstance(s, View)] if self._screen_stack_is_there() else []

    def _screen_stack_is_there(self) -> bool:
        return bool(self._screen_stacks.get(self._current_mode))

    # from screen to screen

    def action_view(self, name: str) -> None:
        """Another view."""
        if name in self.MODES and name != self.current_mode:
            self.switch_mode(name)

    def action_turn(self, step: int) -> None:
        """The next view, round and round."""
        names = [name for name in VIEWS if name in self.MODES]
        self.action_view(names[(names.index(self.current_mode) + step) % len(names)])

    def back(self) -> None:
        """One screen back; on a view's own first screen, to the overview."""
        if len(self.screen_stack) > 1:
            self.pop_screen()
        elif self.collecting:
            self.stop()
        elif self.current_mode != "overview":
            self.action_view("overview")

    def open_object(self, ref: Ref, path: str = "", page: str = "", value: object = None) -> None:
        """A page of an object: describe, or its YAML or its log where evidence in it is named."""
        if self.scene is not None:
            page = page or page_of(path)
            self.push_screen(ObjectScreen(holder_of(self.scene, ref, page), Evidence(path, value), page))

    def open_owner(self, ref: Ref) -> None:
        """The page of what controls an object."""
        above = owner_ref(self.scene, ref) if self.scene is not None else None
        if above is not None:
            self.open_object(above)
        else:
            self.notify(f"{ref} has no owner in what was read.", timeout=3)

    def open_kind(self, kind: str, words: str = "") -> None:
        """The objects of a kind."""
        self.action_view("objects")
        screen = self.screen
        if isinstance(screen, Objects):
            screen.call_after_refresh(screen.go, (kind,))
            if words:
                screen.call_after_refresh(screen.set_filter, words)

    def filter_by(self, text: str) -> None:
        """A filter on the view that is shown."""
        if isinstance(self.screen, View):
            self.screen.set_filter(text)

    def explain(self, playbook: str) -> None:
        """The page of a playbook."""
        found = next((p for p in self.scene.playbooks if p.id == playbook), None) if self.scene is not None else None
        if found is None:
            self.notify(f"no playbook {playbook}", severity="warning", timeout=4)
        else:
            self.push_screen(Text(playbook, playbook_page(found.model, 100), folded=True))

    @property
    def chosen(self) -> Found | None:
        """The finding that the overview's cursor is on."""
        overview = next(iter(self._screen_stacks.get("overview") or []), None)
        return overview.found_here() if isinstance(overview, Overview) and overview.is_mounted else None

    def action_help(self) -> None:
        """The keys of this moment."""
        groups: dict[str, list[Binding]] = {}
        for active in self.screen.active_bindings.values():
            node, binding = active.node, active.binding
            if binding.description and not binding.system and not binding.action.startswith("screen."):
                title = "EVERYWHERE" if node is self else "THIS VIEW" if isinstance(node, Screen) else "THIS PANE"
                groups.setdefault(title, []).append(binding)
        order = [t for t in ("THIS PANE", "THIS VIEW", "EVERYWHERE") if t in groups]
        self.push_screen(Help([(title, groups[title]) for title in order]))

    def action_namespace(self, number: int) -> None:
        """Only one namespace, by its number; 0 for all."""
        if not isinstance(self.screen, View):
            return
        names = namespaces(self.scene)
        if number == 0:
            self.screen.set_filter("")
            if self.scene is not None and self.scene.scope:
                self.notify(f"Only {self.scene.scope} was read. A reads the whole cluster.", timeout=4)
        elif number <= len(names):
            self.screen.set_filter(f"ns:{names[number - 1]}")
        else:
            there = ", ".join(f"{i} {name}" for i, name in enumerate(names[:9], 1))
            self.notify(f"No namespace {number}. Findings are in: {there or 'no namespace'}.", timeout=4)

    def action_again(self) -> None:
        """Reads the source again, and marks what is new."""
        if not self.doing:
            self.read()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where all of the cluster is read already, there is no rest to read."""
        return self.source.whole is not None if action == "whole" else super().check_action(action, parameters)

    def action_whole(self) -> None:
        """Reads the whole cluster in place of a part. What it finds besides is not marked as new."""
        if self.source.whole is None:
            return
        self._refresh.stop()
        if self.reading is not None:
            self.reading.stopped.set()
        self.source = self.source.whole
        if self.scene is not None:
            self.scene = replace(self.scene, partial=self.scene.partial or "the rest is being read")
        self.read()

    def verify(self, found: Found) -> None:
        """Waits in the background until a finding is fixed; a second time ends it."""
        self._verifications.toggle(found)

    def acknowledge(self) -> None:
        """Takes the marks of new, changed and fixed findings away; the history keeps them."""
        if self.scene is not None and self.scene.session.marks:
            self.scene = replace(self.scene, session=self.scene.session.acknowledge())
            self.now_doing(self.doing)
        else:
            self.notify("Nothing has changed since you last acknowledged.", timeout=3)

    # copy, save, documentation

    def ask_copy(self, found: Sequence[Found], here: str) -> None:
        """Asks what to copy of some findings."""
        if self.scene is not None:
            self._sharing.ask_copy(self.scene, found, here)

    def copy(self, what: str, text: str) -> None:
        """Copies a text, and reports where it went."""
        self._sharing.copy(what, text)

    def action_save(self) -> None:
        """Saves the report or the snapshot."""
        scene = self.scene
        if scene is None or self.collecting:
            self.notify("Nothing is complete yet; esc stops collecting.", timeout=3)
        else:
            self.save(report_file(scene))

    def save(self, file: FileToSave) -> None:
        """Asks for a name and writes the file."""
        self._sharing.save(file)

    def action_history(self) -> None:
        """What came, changed and went since the screen was opened."""
        if self.scene is not None and not isinstance(self.screen, HistoryScreen):
            self.push_screen(HistoryScreen())

    def open_docs(self, url: str) -> None:
        """In the browser where there is one beside the terminal; else as a link to copy."""
        self._sharing.open_docs(url)

    async def action_quit(self) -> None:
        """Leaves at once, whatever is being done."""
        self.exit(ExitCode.OK)


def _scene(taken: Taken, playbooks: Sequence[CompiledPlaybook], *, live: bool, partial: str) -> ViewState:
    return opened(taken.snapshot, playbooks, live=live, partial=partial, scope=taken.scope, known=taken.outcome)
