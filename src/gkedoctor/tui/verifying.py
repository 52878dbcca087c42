"""Verifying a finding beside the screen: reads what it is based on again, until it is fixed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

from textual.message import Message

from gkedoctor.diagnose.model import Diagnosis
from gkedoctor.diagnose.verification import Claim, Reading, State, claim_of
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.report.verification import state_lines, verdict
from gkedoctor.service.verify import Timer, VerifyOptions, verify
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.tui.background import Done
from gkedoctor.tui.model.session import Found
from gkedoctor.tui.model.state import ViewState
from gkedoctor.tui.source import Source

OnReading = Callable[[Reading], None]


def start_verifying(
    app: VerifyingApp,
    claim: Claim,
    playbooks: Sequence[CompiledPlaybook],
    read: Callable[[], Snapshot],
    told: OnReading,
    options: VerifyOptions | None = None,
) -> threading.Event:
    """Begins in a thread of its own; `told` is called on the UI's thread. The event that is returned ends it."""
    stopped = threading.Event()

    def work() -> None:
        timer = Timer(time.monotonic, lambda seconds: _wait(stopped, seconds))
        for reading in verify(claim, playbooks, read, timer, options):
            if stopped.is_set():
                return
            app.post_message(Done(partial(told, reading)))

    threading.Thread(target=work, name="gkedoctor-verify", daemon=True).start()
    return stopped


def _wait(stopped: threading.Event, seconds: float) -> None:
    stopped.wait(seconds)


def mark_of(reading: Reading, now: datetime) -> str:
    """What the screen says of a finding that is verified: `fixed 12:31 UTC`, or what is waited for."""
    if reading.check is not None and reading.check.state is State.GONE:
        return f"fixed {now.astimezone(UTC):%H:%M} UTC"
    return f"verifying: {' '.join(' '.join(state_lines(reading)).split())}"


class VerifyingApp(Protocol):
    """What of the app is needed to show how a verification goes."""

    source: Source
    scene: ViewState | None
    doing: str

    def post_message(self, message: Message) -> bool:
        """Hands something to the UI's thread."""

    def now_doing(self, text: str) -> None:
        """Draws what there is."""

    def notify(self, message: str, *, timeout: float | None = None) -> None:
        """Shows a message for some seconds."""


class Verifications:
    """The findings that are being verified, by fingerprint."""

    def __init__(self, app: VerifyingApp) -> None:
        self._app = app
        self._running: dict[str, threading.Event] = {}

    def toggle(self, found: Found) -> None:
        """Begins to verify a finding, or ends it."""
        app, stopped = self._app, self._running.pop(found.fingerprint, None)
        if stopped is not None:
            stopped.set()
            self._mark(found.fingerprint, "")
        elif not isinstance(found, Diagnosis) or app.scene is None:
            app.notify("Only a finding with a cause can be verified.", timeout=4)
        elif app.source.reader is None:
            app.notify("A recording does not change: verify needs a live cluster.", timeout=4)
        else:
            claim, playbooks = claim_of(found), app.scene.playbooks
            read = app.source.reader(claim, playbooks)
            told = partial(self._told, claim)
            self._running[claim.fingerprint] = start_verifying(app, claim, playbooks, read, told)
            self._mark(claim.fingerprint, "verifying: reading")

    def _told(self, claim: Claim, reading: Reading) -> None:
        if claim.fingerprint not in self._running:
            return
        self._mark(claim.fingerprint, mark_of(reading, datetime.now(UTC)))
        if reading.is_last:
            del self._running[claim.fingerprint]
            self._app.notify(verdict(claim, reading), timeout=8)

    def _mark(self, fingerprint: str, text: str) -> None:
        app = self._app
        if app.scene is not None:
            others = {key: value for key, value in app.scene.verified.items() if key != fingerprint}
            app.scene = replace(app.scene, verified=others | ({fingerprint: text} if text else {}))
            app.now_doing(app.doing)
