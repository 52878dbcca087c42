"""Drives the app on recordings without a terminal, and reads its screen as text."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from gkedoctor.diagnose.model import Outcome
from gkedoctor.report.answer import Answer
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.tui.app import GkedoctorApp
from gkedoctor.tui.model.state import Sift
from gkedoctor.tui.source import Source, Taken
from tests.conftest import recorded, shipped_playbooks

Drive = Callable[[GkedoctorApp, Pilot[Any]], Awaitable[None]]
SECONDS = 20.0


def whole(outcome: Outcome, _: Snapshot) -> Answer:
    """Nothing is left out."""
    return Answer(outcome)


def doctor(source: str | Snapshot, sift: Sift = whole) -> GkedoctorApp:
    """The app on a recording that ships with the project, or on a snapshot."""
    if isinstance(source, str):
        return GkedoctorApp(Source(source, lambda *_: Taken(recorded(source)), shipped_playbooks, sift))
    return GkedoctorApp(Source("made", lambda *_: Taken(source), shipped_playbooks, sift))


async def until(pilot: Pilot[Any], holds: Callable[[], object], seconds: float = SECONDS) -> None:
    """Waits for what comes by itself."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        await pilot.pause(0.05)


async def settled(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
    """Waits until nothing is being done and all of it is drawn."""
    loop = asyncio.get_running_loop()
    end = loop.time() + SECONDS
    while loop.time() < end:
        await pilot.pause()
        if app.scene is not None and app.scene.diagnosed and not app.doing and not app.background.busy:
            await pilot.pause()
            if not app.background.busy:
                return
    raise AssertionError("the app did not come to rest")


async def press(app: GkedoctorApp, pilot: Pilot[Any], *keys: str) -> None:
    """Presses keys as a person does: looking in between, but not while typing a filter."""
    typed: list[str] = []
    for key in keys:
        typed.append(key)
        if typed[0] != "slash" or key in ("enter", "escape"):
            await pilot.press(*typed)
            await settled(app, pilot)
            typed = []
    await pilot.press(*typed)
    await settled(app, pilot)


def drive(app: GkedoctorApp, what: Drive, size: tuple[int, int] = (100, 30)) -> GkedoctorApp:
    """Runs the app, waits for its first picture, and does something with it."""

    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            await settled(app, pilot)
            await what(app, pilot)

    asyncio.run(run())
    return app


def looked(app: GkedoctorApp, keys: Sequence[str] = (), size: tuple[int, int] = (100, 30)) -> str:
    """What the screen says after some keys."""
    seen: list[str] = []

    async def look(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        await press(app, pilot, *keys)
        seen.append(text(app))

    drive(app, look, size)
    return seen[0]


def text(app: GkedoctorApp) -> str:
    """The screen as lines of text, without the spaces at their ends."""
    strips = app.screen._compositor.render_strips()
    return "".join("".join(segment.text for segment in strip).rstrip() + "\n" for strip in strips)


def cursor_line(seen: str) -> str:
    """The first line of the screen that a cursor is on: of the overview, the finding that is selected."""
    return next((row for row in seen.splitlines() if row.startswith("│>")), "")


def told(app: GkedoctorApp) -> str:
    """The notices that were given, in one text."""
    return "\n".join(notice.message for notice in app._notifications)


def golden(name: str, size: tuple[int, int]) -> Path:
    """The file of a screen."""
    return Path(__file__).parent / "screens" / f"{name}-{size[0]}x{size[1]}.txt"


def awaited(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Lets pytest run a test that awaits."""

    @wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        asyncio.run(test(*args, **kwargs))  # type: ignore[arg-type]

    return run
