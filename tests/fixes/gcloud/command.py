"""The words of a gcloud command, checked against what its reference page allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tests.fixes.api_server.store import Store

_EVERYWHERE = frozenset({"account", "billing-project", "filter", "flatten", "format", "impersonate-service-account",
                         "limit", "page-size", "project", "sort-by", "verbosity", "flags-file"})  # fmt: skip
_SWITCHES_EVERYWHERE = frozenset({"quiet", "help", "async", "uri"})
_SHORT = {"-q": "--quiet"}


class GcloudError(Exception):
    """What gcloud prints on standard error before it exits with a status other than 0."""


class Command(NamedTuple):
    """One command. `flags` take a value, `switches` none; `needs`: of each group, one flag has to be there.

    `unseen`: it changes something of which recordings hold nothing.
    """

    run: Callable[[Store, Call], str]
    names: tuple[int, int] = (1, 1)
    flags: frozenset[str] = frozenset()
    switches: frozenset[str] = frozenset()
    needs: tuple[tuple[str, ...], ...] = ()
    writes: bool = True
    unseen: bool = False


@dataclass(frozen=True)
class Call:
    """A command with its arguments."""

    command: Command
    group: tuple[str, ...]
    names: tuple[str, ...]
    flags: Mapping[str, str]
    folder: str

    @property
    def name(self) -> str:
        """The first argument."""
        return self.names[0]

    @property
    def project(self) -> str:
        """The project that the command names."""
        return self.flags.get("project", "")


def parsed(words: Sequence[str], table: Mapping[str, Command], folder: str) -> Call:
    """The call. GcloudError for a command, flag or number of names that gcloud does not take."""
    group, rest = _command(words, table)
    command = table[" ".join(group)]
    flags: dict[str, str] = {}
    names: list[str] = []
    waiting: str | None = None
    for word in rest:
        word = _SHORT.get(word, word)
        if waiting is not None:
            flags[waiting], waiting = word, None
        elif word.startswith("--"):
            waiting = _flag(command, word[2:], flags)
        else:
            names.append(word)
    if waiting is not None:
        raise GcloudError(f"argument --{waiting}: expected one argument")
    least, most = command.names
    if not least <= len(names) <= most:
        raise GcloudError(f"{' '.join(group)}: takes {least} to {most} names, not {len(names)}: {' '.join(names)}")
    for choice in command.needs:
        if not any(name in flags for name in choice):
            raise GcloudError(f"{' '.join(group)}: one of --{' --'.join(choice)} must be specified")
    return Call(command, group, tuple(names), flags, folder)


def _command(words: Sequence[str], table: Mapping[str, Command]) -> tuple[tuple[str, ...], list[str]]:
    """The longest command that the words without flags begin with; `health-checks update http` is one of four words."""
    for length in range(min(6, len(words)), 0, -1):
        if " ".join(words[:length]) in table:
            return tuple(words[:length]), list(words[length:])
    raise GcloudError(f"Invalid choice: {' '.join(words[:5])}: not a command that the stand-in knows")


def _flag(command: Command, text: str, flags: dict[str, str]) -> str | None:
    """Notes a flag; its name where the value is the next word."""
    name, equals, value = text.partition("=")
    if name in command.switches or name in _SWITCHES_EVERYWHERE:
        if equals:
            raise GcloudError(f"argument --{name}: ignored explicit argument '{value}'")
        flags[name] = "true"
        return None
    if name not in command.flags and name not in _EVERYWHERE:
        raise GcloudError(f"unrecognized arguments: --{name}")
    if equals:
        flags[name] = value
        return None
    return name
