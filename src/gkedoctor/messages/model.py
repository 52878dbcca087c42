"""The format of a file of messages: closed structs, so that a misspelled key is an error with a line.

The JSON Schema for editors is generated from these structs.
"""

from __future__ import annotations

from typing import Literal

import msgspec


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One sentence that a program prints, and what it means.

    `match`: regular expressions, tried in this order; case is ignored, `.` matches line ends, `%{NAME}` inserts a
    fragment of the file. `program`, `read_from` and `source` default to those of the file. `source`: the code or page
    that the wording follows. `page`: the id of the playbook that explains it, where the cause does not lead there.
    `in_context`: the words mean this only where `read_from` says, so nobody can tell by them alone. `beside`: entries
    that also match the examples and may come first there.
    `explain_only`: a status, a code or words that people paste; `gkedoctor explain` alone reads it. `causes`: what it
    most often comes from, the most common first, where the message alone does not show it.
    """

    match: str | tuple[str, ...]
    meaning: str
    cause: str | None = None
    fix: str | None = None
    docs: str | None = None
    page: str | None = None
    program: str | None = None
    read_from: tuple[str, ...] | None = None
    source: str | None = None
    in_context: bool = False
    explain_only: bool = False
    causes: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    examples: tuple[str, ...]

    @property
    def patterns(self) -> tuple[str, ...]:
        """`match` as a tuple."""
        return (self.match,) if isinstance(self.match, str) else self.match


class MessageFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """The messages of one program, the specific ones before the general ones: the first that matches counts.

    `read_from`: where the messages appear (the reason of an Event, a condition, the state of a container, a log).
    """

    messages: Literal[1]
    program: str
    read_from: tuple[str, ...]
    source: str
    fragments: dict[str, str] = {}
    entries: dict[str, Entry]
