"""Keeps the screen up to date: follows the source, or reads it again later, and says how new what is shown is."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from textual.message import Message
from textual.timer import Timer

from gkedoctor.tui.following import Following
from gkedoctor.tui.model.freshness import NOT_FOLLOWED, Freshness
from gkedoctor.tui.model.state import ViewState, carried
from gkedoctor.tui.screens.view import View
from gkedoctor.tui.source import Source, Watch
from gkedoctor.tui.widgets.header import Header


class RefreshingApp(Protocol):
    """What of the app is needed."""

    source: Source
    scene: ViewState | None
    doing: str
    reading: Watch | None

    def post_message(self, message: Message) -> bool:
        """Hands something to the UI's thread."""

    def set_timer(self, delay: float, callback: Callable[[], None]) -> Timer:
        """Calls back later."""

    def notify(self, message: str, *, timeout: float | None = None) -> None:
        """Shows a message for some seconds."""

    def now_doing(self, text: str) -> None:
        """Draws what there is."""

    def views(self) -> list[View]:
        """The views that are open."""

    def failed(self, error: Exception) -> None:
        """Reports an error."""

    def action_again(self) -> None:
        """Reads the source again."""


class LiveRefresh:
    """What happens between a reading and the next. For the UI's thread."""

    def __init__(self, app: RefreshingApp) -> None:
        self._app = app
        self.freshness = NOT_FOLLOWED
        self._following: Following | None = None
        self._again: Timer | None = None

    def begin(self, scene: ViewState) -> None:
        """After a reading that succeeded: follows the source, or reads it again after its interval."""
        source = self._app.source
        once = source.follow is None and source.interval is None
        reading = self._app.reading
        read = time.monotonic() - (reading.seconds if reading is not None and once else 0.0)
        known = source.live or not once
        self.freshness = Freshness(read, interval=source.interval or 0.0, once=once) if known else NOT_FOLLOWED
        if source.follow is not None:
            self._following = Following(self._app, scene, self._show, self._app.failed)
        elif source.interval is not None:
            self._read_later(source.interval)
        self.draw()

    def stop(self) -> None:
        """Before a reading: nothing else goes on."""
        if self._following is not None:
            self._following.stop()
            self._following = None
            self._app.source.leave()
        if self._again is not None:
            self._again.stop()
            self._again = None

    def failed(self, reason: str) -> None:
        """After a reading that failed: says so, and tries again where it is watched."""
        self.stop()
        wait, now = self._app.source.interval, time.monotonic()
        newest = self.freshness.newest if self.freshness.newest is not None else now
        retry_at = now + wait if wait is not None else None
        self.freshness = Freshness(newest, self.freshness.failed_at or now, reason, retry_at)
        if wait is not None:
            self._read_later(wait)
        self.draw()

    def tick(self) -> None:
        """Each second: the ages in the header grow. A moment that was read once has none, and writes nothing."""
        if self.freshness.newest is not None:
            self.draw()

    def draw(self) -> None:
        """The header's words on how new it is; what is out of date looks so."""
        for view in self._app.views():
            view.set_class(self.freshness.stale, "-stale")
            for header in view.query(Header):
                header.redraw()

    def _read_later(self, seconds: float) -> None:
        self._again = self._app.set_timer(seconds, self._app.action_again)

    def _show(self, scene: ViewState | None, fresh: Freshness, notices: Sequence[str]) -> None:
        """Another moment of a cluster that is followed, or only how new the one here is."""
        self.freshness = fresh
        if scene is not None:
            self._app.scene = carried(scene, self._app.scene)
            self._app.now_doing(self._app.doing)
        for notice in notices:
            self._app.notify(notice, timeout=6)
        self.draw()
