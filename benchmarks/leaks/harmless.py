"""Lines that hold no secret and that a diagnosis needs: over-masking is measured by them."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import NamedTuple

from benchmarks.leaks.values import filled
from gkedoctor.messages.table import shipped_messages

_FILE = Path(__file__).parent / "harmless.txt"


class Harmless(NamedTuple):
    """One line and where it stands: log, message, event, env (`NAME=value`), annotation (`key: value`) or args.

    A message is a line of a log, of those that gkedoctor itself looks for.
    """

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


def messages() -> list[Harmless]:
    """The examples of the sentences by which gkedoctor tells causes: none of them may change."""
    found = {text: None for message in shipped_messages() for text in message.entry.examples}
    return [Harmless("message", text) for text in found if "\n" not in text]
