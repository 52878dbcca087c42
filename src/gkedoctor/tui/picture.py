"""The overview of a recording as an SVG picture, taken without a terminal."""

from __future__ import annotations

import asyncio
import re

from gkedoctor.tui.app import GkedoctorApp
from gkedoctor.tui.source import Source

SIZE = (100, 30)
_MADE_UP = re.compile(r"terminal-\d+")
"""Textual numbers the classes of a picture by its content's hash and the process."""


def picture(source: Source) -> str:
    """What one sees after the start, the same bytes for the same input."""
    app = GkedoctorApp(source, theme="textual-dark")
    taken: list[str] = []

    async def take() -> None:
        async with app.run_test(size=SIZE) as pilot:
            while app.scene is None or app.doing or app.background.busy:
                await pilot.pause(0.02)
            await pilot.pause(0.1)
            taken.append(app.export_screenshot(title="gkedoctor diagnose"))

    asyncio.run(take())
    return _MADE_UP.sub("terminal", taken[0])
