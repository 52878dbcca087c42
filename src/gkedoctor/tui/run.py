"""Runs the app on this terminal and gives the code to exit with."""

from __future__ import annotations

import sys

from gkedoctor.tui.app import GkedoctorApp
from gkedoctor.tui.source import Source
from gkedoctor.tui.terminal_watch import TerminalWatch

_SWITCH_SECONDS = 0.001
"""How soon the diagnosis in its thread lets the keys through; Python's own 5 ms add up over the steps of a redraw."""


def make_keys_prompt() -> None:
    """Lets the UI's thread in between the steps of a diagnosis more often than Python does by itself."""
    sys.setswitchinterval(_SWITCH_SECONDS)


def run(source: Source, theme: str | None) -> int:
    """Until it is left. What went wrong is raised when the terminal is as it was before."""
    make_keys_prompt()
    app = GkedoctorApp(source, theme=theme)
    with TerminalWatch(app.exit):
        code = app.run(mouse=True)
    if app.fault is not None:
        raise app.fault
    return code if code is not None else int(app.return_code or 0)
