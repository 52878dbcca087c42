"""Copies by every way that may work here, and says which were taken: no program can know what a terminal did."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping

LONGEST = 74_000
"""Bytes that terminals take by OSC 52 (xterm and hterm, which Cloud Shell uses, cut at about 100,000 in base64)."""

_TOOLS = (
    ("TMUX", ("tmux", "load-buffer", "-w", "-"), "tmux's buffer"),
    ("WAYLAND_DISPLAY", ("wl-copy",), "the desktop's clipboard"),
    ("DISPLAY", ("xclip", "-selection", "clipboard"), "the desktop's clipboard"),
)


def tools(environment: Mapping[str, str], platform: str) -> list[tuple[tuple[str, ...], str]]:
    """The programs that can take a text here: (command, where it goes)."""
    found = [(command, where) for variable, command, where in _TOOLS if environment.get(variable)]
    if platform == "darwin" and not environment.get("SSH_CONNECTION"):
        found.append((("pbcopy",), "the desktop's clipboard"))
    return [(command, where) for command, where in found if shutil.which(command[0])]


def hand_over(text: str, environment: Mapping[str, str], platform: str) -> list[str]:
    """Gives the text to each of them; where it went. A tool that fails is passed over."""
    places = []
    for command, where in tools(environment, platform):
        try:
            done = subprocess.run(
                command, input=text.encode(), timeout=2, check=False,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired):
            continue
        if done.returncode == 0:
            places.append(where)
    return places


def browser_here(environment: Mapping[str, str], platform: str) -> bool:
    """Whether a browser can open beside the terminal: one in the terminal would write over the screen."""
    if environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"):
        return False
    return platform in ("darwin", "win32") or bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))
