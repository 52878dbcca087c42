"""A group of commands that imports a command when it is called, not to list it: `--help` stays quick."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple, cast

import click


class Entry(NamedTuple):
    """Where a command is (`package.module:attribute`), and the line that lists it."""

    place: str
    summary: str


class LazyGroup(click.Group):
    """A group whose commands are known by a table."""

    def __init__(
        self, *args: Any, entries: Mapping[str, Entry], aliases: Mapping[str, str] | None = None, **kwargs: Any
    ) -> None:
        """`aliases`: words that stand for an option, as `help` does for `--help`."""
        super().__init__(*args, **kwargs)
        self._entries, self._aliases = entries, aliases or {}

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The arguments; `help report` is `report --help`, and `version` is `--version`."""
        if args and args[0] in self._aliases:
            args = [*args[1:], self._aliases[args[0]]]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table."""
        return list(self._entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name not in self._entries:
            return None
        module, attribute = self._entries[cmd_name].place.split(":")
        return cast(click.Command, getattr(importlib.import_module(module), attribute))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, out of the table alone."""
        if not self._entries:
            return
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in self._entries.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command; for an unknown one, the name that was probably meant."""
        if args and not args[0].startswith("-") and args[0] not in self._entries:
            near = get_close_matches(args[0], self._entries, 1)
            meant = f"; did you mean `{near[0]}`?" if near else ""
            raise click.UsageError(f"unknown command `{args[0]}`{meant}", ctx)
        return super().resolve_command(ctx, args)
