"""Messages as people paste them, with the page of each: what `explain` compares a message with that it does not know.

`known_messages.txt` has one a line, `GKE-CFG-001/missing-secret => message`; the cause is left out where a message
does not show it, and of several pages the first is the best. `tests/explain/` holds each to its page, with and without
its own line.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("known_messages.txt")


class KnownMessage(NamedTuple):
    """A message, the ids of the pages that explain it, and the cause where it shows one."""

    text: str
    pages: tuple[str, ...]
    cause: str | None = None


def read_known(text: str) -> list[KnownMessage]:
    """The messages of a file, in its order."""
    found = []
    for line in text.splitlines():
        if line and not line.startswith("#"):
            pages, _, message = line.partition(" => ")
            listed = [page.partition("/") for page in pages.split("|")]
            found.append(KnownMessage(message, tuple(page for page, _, _ in listed), listed[0][2] or None))
    return found


@cache
def known_messages() -> Mapping[str, tuple[tuple[str, str | None], ...]]:
    """By the id of the first page: the messages, each with its cause."""
    by_page: dict[str, list[tuple[str, str | None]]] = {}
    for known in read_known(FILE.read_text(encoding="utf-8")):
        by_page.setdefault(known.pages[0], []).append((known.text, known.cause))
    return {page: tuple(messages) for page, messages in by_page.items()}
