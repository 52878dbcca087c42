"""A recording that kills the worker that is given it, so many times."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from gkedoctor.fleet.model import Recording


class Deadly(Recording):
    """`tokens`: a folder; each file in it is good for one death of a process that is not `safe`."""

    tokens: Path

    def __reduce__(self) -> Any:
        return arrive, (self.name, self.at, self.tokens, os.getpid())


def deadly(name: str, at: Path, deaths: int, folder: Path) -> Deadly:
    """A recording that kills the first `deaths` processes that unpack it."""
    folder.mkdir()
    for number in range(deaths):
        (folder / str(number)).touch()
    made = Deadly(name, str(at))
    object.__setattr__(made, "tokens", folder)
    return made


def arrive(name: str, at: str, tokens: Path, safe: int) -> Recording:
    """Runs where it is unpacked."""
    token = next(tokens.iterdir(), None)
    if token is not None and os.getpid() != safe:
        token.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    return Recording(name, at)
