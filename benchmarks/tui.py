"""How long `gkedoctor diagnose` takes to its first finding, to all of a large cluster, and a key press meanwhile.

    python -m benchmarks.tui [PODS]      (default 100,000)

A key press takes as long as the UI's loop is held up: every 10 ms somebody asks to be called; the longest delay counts.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.clusters import cluster
from gkedoctor.cli.screen_sources import ScreenQuery, recording_source
from gkedoctor.tui.app import GkedoctorApp
from gkedoctor.tui.run import make_keys_prompt
from gkedoctor.tui.screens.objects import Objects
from gkedoctor.tui.widgets.lines import Lines

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "recorded_clusters" / "ing-missing-secret"


class Pulse:
    """Asks the UI's loop every 10 ms to be called, and notes the longest delay."""

    def __init__(self) -> None:
        self.longest = 0.0
        self.delays: list[float] = []

    async def beat(self) -> None:
        """For ever."""
        while True:
            wanted = time.perf_counter() + 0.01
            await asyncio.sleep(0.01)
            delay = time.perf_counter() - wanted
            self.delays.append(delay)
            self.longest = max(self.longest, delay)

    def told(self) -> str:
        """The longest delay since the last time, and how many there were above 100 ms."""
        above = sum(delay > 0.1 for delay in self.delays)
        text = f"longest key press {self.longest * 1000:6.0f} ms ({above} of {len(self.delays)} above 100 ms)"
        self.longest, self.delays = 0.0, []
        return text


async def measured(path: Path, *, walk: bool) -> None:
    """Opens a source and tells when what was there."""
    app = GkedoctorApp(recording_source(path, ScreenQuery()))
    pulse = Pulse()
    began = time.perf_counter()
    async with app.run_test(size=(100, 30)) as pilot:
        print(f"  {time.perf_counter() - began:7.2f} s  screen is there")
        beating = asyncio.create_task(pulse.beat())
        while app.scene is None:
            await pilot.pause(0.01)
        print(f"  {time.perf_counter() - began:7.2f} s  objects are there      {pulse.told()}")
        while not app.scene.diagnosed or app.doing:
            await pilot.press("j")
        found = app.screen.query_one("#findings", Lines)
        print(f"  {time.perf_counter() - began:7.2f} s  {len(app.scene.found):4} findings          {pulse.told()}")
        assert found.lines
        if walk:
            await walked(app, pilot, pulse)
        beating.cancel()


async def walked(app: GkedoctorApp, pilot: Any, pulse: Pulse) -> None:
    """Through the list of Pods."""
    began = time.perf_counter()

    async def rest() -> None:
        await pilot.pause()
        while app.background.busy:
            await pilot.pause(0.01)

    await pilot.press("right_square_bracket")
    await rest()
    print(f"  {time.perf_counter() - began:7.2f} s  kinds                  {pulse.told()}")
    began = time.perf_counter()
    assert isinstance(app.screen, Objects)
    app.screen.go(("Pod",))
    await rest()
    print(f"  {time.perf_counter() - began:7.2f} s  Pods in groups         {pulse.told()}")
    began = time.perf_counter()
    await pilot.press("slash", *"api-007")
    await rest()
    print(f"  {time.perf_counter() - began:7.2f} s  filtered while typing  {pulse.told()}")
    await pilot.press("enter", "j", "j", "G", "g")
    print(f"           walked                 {pulse.told()}")


def main() -> None:
    """Prints the table."""
    pods = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    make_keys_prompt()
    print(EXAMPLE.name)
    asyncio.run(measured(EXAMPLE, walk=False))
    path, _ = cluster(pods)
    print(f"{pods:,} Pods, {path.stat().st_size / 1e6:.0f} MB")
    asyncio.run(measured(path, walk=True))


if __name__ == "__main__":
    main()
