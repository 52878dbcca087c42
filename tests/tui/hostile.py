"""Recordings whose names try to control the terminal, and a pseudo-terminal that keeps every byte written to it."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import struct
import termios
import time
from pathlib import Path
from typing import Any

from tests.conftest import RECORDINGS

PAYLOADS = (
    "\x1b]0;PWNED\x07",  # OSC: sets the title
    "\x1bc",  # resets the terminal
    "\x1bP$qPWNED\x1b\\",  # DCS
    "\x9d0;PWNED\x9c",  # OSC as a C1 control character
    "\x9b2J",  # CSI as a C1 control character
    "\u202egnp.PWNED\u2066\u200f",  # directions
    "\u200b\u2060\ufeff\u00ad\ufe0f\u3164",  # shows nothing
    "\r\n\x08\x7f\x00",
    "[@click=app.quit]PWNED[/]",
    "[b]PWNED[/b] [link=https://evil.example]x[/link] \\[",
)
_TRUSTED = re.compile(
    rb"\x1b\[[0-9;:?<=>]*[ $]?[A-Za-z~]"  # CSI: colors, cursor, modes
    rb"|\x1b\]52;c;[A-Za-z0-9+/=]*(?:\x07|\x1b\\)"  # OSC 52: what is copied, in base64
    rb"|\x1b\]22;[a-z-]*(?:\x07|\x1b\\)"  # OSC 22: the mouse pointer's shape
    rb"|\x1b[78=>]|\r|\n|\x0f"
)


def hostile_recording(name: str, folder: Path) -> Path:
    """A shipped recording in which every string that is not a word of the API carries a payload."""
    source, target = RECORDINGS / name, folder / f"hostile{PAYLOADS[0]}{PAYLOADS[5]}[b]x[-b].json"
    words: dict[str, str] = {}
    items: list[Any] = []
    for file in sorted((source / "kubernetes").glob("*.json")):
        items += json.loads(file.read_text())
    for item in items:
        for key in ("name", "namespace"):
            word = str(item.get("metadata", {}).get(key, ""))
            words.setdefault(word, word + PAYLOADS[len(words) % len(PAYLOADS)])
    words.pop("", None)
    written = json.dumps({"kind": "List", "apiVersion": "v1", "items": [_renamed(item, words, "") for item in items]})
    target.write_text(written)
    return target


def _renamed(value: Any, words: dict[str, str], key: str) -> Any:
    if isinstance(value, dict):
        return {k: _renamed(v, words, k) for k, v in value.items()}
    if isinstance(value, list):
        return [_renamed(v, words, key) for v in value]
    if not isinstance(value, str):
        return value
    if key in ("message", "app", "image"):
        value += PAYLOADS[len(value) % len(PAYLOADS)]
    return words.get(value, value)


def untrusted_bytes(written: bytes) -> bytes:
    """What is left of a program's output without the sequences that it means, and without what can be seen."""
    rest = _TRUSTED.sub(b"", written).decode("utf-8", "replace")
    seen = "".join(c for c in rest if not c.isprintable() or c in "\ufe0f\u3164")
    return seen.encode()


class Screen:
    """A program on a pseudo-terminal of 120 by 40."""

    def __init__(self, *command: str, environment: dict[str, str] | None = None) -> None:
        self.written = b""
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:  # pragma: no cover  # the child
            os.environ.update({"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "COLORTERM": "truecolor"})
            os.environ.update(environment or {})
            os.execv(command[0], command)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))

    def press(self, keys: str) -> None:
        """Types, and reads until what was written in answer comes to an end."""
        os.write(self._terminal, keys.encode())
        self.settle(first=0.5)

    def settle(self, first: float = 0.2, quiet: float = 0.15, longest: float = 20.0) -> None:
        """Waits for something to be written, and reads until nothing more was written for a while."""
        end, wait = time.monotonic() + longest, first
        while time.monotonic() < end and select.select([self._terminal], [], [], wait)[0]:
            if not self._read():
                return
            wait = quiet

    def seen(self, words: bytes, longest: float = 30.0) -> None:
        """Reads until some words were written."""
        end = time.monotonic() + longest
        while words not in self.written:
            assert time.monotonic() < end, f"{words!r} was not written"
            if select.select([self._terminal], [], [], 0.5)[0] and not self._read():
                break
        assert words in self.written

    def _read(self) -> bool:
        try:
            piece = os.read(self._terminal, 1 << 16)
        except OSError:  # Linux tells the end of the other side so
            return False
        self.written += piece
        return bool(piece)

    def end(self) -> int:
        """Waits for the program, and gives its exit code."""
        end = time.monotonic() + 20
        while time.monotonic() < end:
            while select.select([self._terminal], [], [], 0.1)[0] and self._read():
                pass
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                os.close(self._terminal)
                return os.waitstatus_to_exitcode(status)
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)
        raise AssertionError("the program did not end")
