"""What leaves the screen: copies to the clipboard, files that are saved, links that are opened."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from textual.screen import Screen

from gkedoctor.report.phrases import counted
from gkedoctor.tui import clipboard
from gkedoctor.tui.background import Background
from gkedoctor.tui.model import clipboard_text as copies
from gkedoctor.tui.model.clipboard_text import FileToSave
from gkedoctor.tui.model.session import Found
from gkedoctor.tui.model.state import ViewState
from gkedoctor.tui.screens.copy import Copy
from gkedoctor.tui.screens.save import Save
from gkedoctor.tui.screens.text import Text


class SharingApp(Protocol):
    """What of the app is needed to copy, save and open."""

    background: Background

    def push_screen(self, screen: Screen[Any], callback: Callable[[Any], None] | None = None) -> Any:
        """Shows another screen; `callback` gets what it gives."""

    def copy_to_clipboard(self, text: str) -> None:
        """Copies through the terminal (OSC 52)."""

    def open_url(self, url: str) -> None:
        """Opens a page in the browser."""

    def notify(self, message: str, *, timeout: float | None = None) -> None:
        """Shows a message for some seconds."""

    def failed(self, error: Exception) -> None:
        """Reports an error."""


class Sharing:
    """Copies, saves and opens links for the app."""

    def __init__(self, app: SharingApp) -> None:
        self._app = app

    def ask_copy(self, scene: ViewState, found: Sequence[Found], here: str) -> None:
        """Asks what to copy of some findings."""
        app = self._app
        many = f" of {len(found)} findings" if len(found) > 1 else ""
        choices = [
            ("f", f"the fix{many}", copies.fix(found)),
            ("v", f"the verify commands{many}", copies.verify(found)),
            ("m", f"a ticket in Markdown{many}", copies.ticket(scene, found) if found else ""),
            ("c", "what the cursor is on", here),
        ]
        texts = {key: (what, text) for key, what, text in choices}

        def take(answer: tuple[str, bool] | None) -> None:
            key, plain = answer or ("", False)
            what, text = texts.get(key, ("", ""))
            if key and not text:
                app.notify(f"Nothing to copy: {what}.", timeout=3)
            elif plain:
                app.push_screen(Text(what, text))
            elif key:
                self.copy(what, text)

        app.push_screen(Copy(choices), take)

    def copy(self, what: str, text: str, note: str = "") -> None:
        """Copies by OSC 52 and by the tools that are installed, and reports where the text went. `note`: why."""
        app = self._app
        fits = len(text.encode()) <= clipboard.LONGEST
        if fits:
            app.copy_to_clipboard(text)
        places = ["the terminal's clipboard (OSC 52)"] if fits else []

        def told(more: list[str]) -> None:
            where = " and ".join([*places, *more])
            if where:
                app.notify(f"{note}copied {what} ({counted(len(text), 'character')}) to {where}", timeout=4)
            else:
                app.push_screen(Text(f"{what}: too long for this terminal's clipboard", text))

        app.background.run("copy", lambda: clipboard.hand_over(text, os.environ, sys.platform), told, app.failed)

    def save(self, file: FileToSave) -> None:
        """Asks for a name and writes the file; where that fails, the name stays to be corrected."""
        app = self._app

        def done(told: str | None) -> None:
            if told:
                app.notify(told, timeout=5)

        app.push_screen(Save(file, app.background), done)

    def open_docs(self, url: str) -> None:
        """In the browser where there is one beside the terminal; else as a link to paste."""
        if clipboard.browser_here(os.environ, sys.platform):
            self._app.open_url(url)
            self._app.notify(f"opened in the browser: {url}", timeout=4)
        else:
            self.copy(f"the link {url}", url, "no browser in this terminal: ")
