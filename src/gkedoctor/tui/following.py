"""Follows a live cluster beside the screen: each change is diagnosed in a thread, and shown when it is done."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from textual.message import Message

from gkedoctor.diagnose.repeated import Diagnosed, RepeatedDiagnosis
from gkedoctor.errors import UsageError
from gkedoctor.graph import Graph
from gkedoctor.snapshot.garbage import GarbageCollectorPause
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.tui.background import Done
from gkedoctor.tui.model.freshness import Freshness
from gkedoctor.tui.model.session import Session
from gkedoctor.tui.model.state import News, ViewState, answered, compared
from gkedoctor.tui.source import Moment, Source

OnMoment = Callable[[ViewState | None, Freshness, Sequence[str]], None]
"""Called on the UI's thread with another moment (None: nothing changed), how new it is, and what happened."""


class FollowingApp(Protocol):
    """What of the app is needed."""

    source: Source

    def post_message(self, message: Message) -> bool:
        """Hands something to the UI's thread."""


class Following:
    """One thread that follows a source until `stop`."""

    def __init__(
        self, app: FollowingApp, first: ViewState, show: OnMoment, failed: Callable[[Exception], None]
    ) -> None:
        self._app, self._last, self._show, self._failed = app, first, show, failed
        self._stopped = threading.Event()
        self._retired: Graph | None = None
        self._diagnosis = RepeatedDiagnosis(first.playbooks)
        self._paused_garbage_collector = GarbageCollectorPause(freeze=True)
        threading.Thread(target=self._run, name="gkedoctor-follow", daemon=True).start()

    def stop(self) -> None:
        """Ends it; what it finds from now on is not shown."""
        self._stopped.set()

    def _run(self) -> None:
        source = self._app.source
        assert source.follow is not None
        try:
            for update in source.follow():
                if self._stopped.is_set():
                    return
                scene, fresh = None, update.freshness
                if update.snapshot is not None:
                    self._forget()
                    with self._paused_garbage_collector():
                        scene, fresh = self._scene(update, update.snapshot)
                self._tell(partial(self._show, scene, fresh, update.notices))
        except Exception as error:  # noqa: BLE001  # handed over whole: the app reports it or ends with it
            self._tell(partial(self._failed, error))

    def _forget(self) -> None:
        """Lets go of the graph before the last, which is not shown any more: two are held, not three.

        Here and not where the UI's thread drops it, which would be held up.
        """
        if self._retired is not None:
            self._retired.forget()
            self._retired = None

    def _tell(self, call: Callable[[], None]) -> None:
        def told() -> None:
            if not self._stopped.is_set():
                call()

        self._app.post_message(Done(told))

    def _scene(self, update: Moment, snapshot: Snapshot) -> tuple[ViewState | None, Freshness]:
        """Another moment with all that was found; none where what was asked for is not there any more."""
        fresh, known, begun_again = update.freshness, update.outcome, update.begun_again
        if begun_again:
            self._diagnosis = RepeatedDiagnosis(self._last.playbooks)
        try:
            found = self._diagnosis.diagnose(snapshot) if known is None else Diagnosed(Graph(snapshot), known)
            later = replace(self._last, graph=found.graph, partial="")  # not built a second time
            after = answered(later, found.outcome, self._app.source.sift)
        except UsageError as error:
            return None, fresh._replace(failed_at=time.monotonic(), reason=error.message)
        self._retired = self._last.graph
        self._last = replace(after, session=Session(), news=News()) if begun_again else compared(after, self._last)
        return self._last, fresh
