"""Lines that hold no secret and that a diagnosis needs: over-masking is measured by them."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import NamedTuple

from benchmarks.leaks.values import filled

_FILE = Path(__file__).parent / "harmless.txt"


class Harmless(NamedTuple):
    """One line and where it stands: log, event, env (`NAME=value`), annotation (`key: value`) or args."""

    place: str
    text: str

    @property
    def shown(self) -> tuple[str, ...]:
        """What must stand whole in an output."""
        if self.place == "env":
            return (self.text.partition("=")[2],)
        if self.place == "annotation":
            return (self.text.partition(": ")[2],)
        return tuple(self.text.split(" ")) if self.place == "args" else (self.text,)


def lines(seed: str, file: Path = _FILE) -> list[Harmless]:
    """The lines of the file, their digests and ids drawn from the seed."""
    random = Random(f"harmless {seed}")
    found, place = [], ""
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.endswith("]") and " " not in line and line[1:-1].isalpha():
            place = line[1:-1]
        elif line and not (line.startswith("# ") and not place):
            found.append(Harmless(place, filled(line, random)))
    return found
