"""The commands of gkedoctor as data: what help says of each, for the reference and the man page."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass

import click

from gkedoctor.cli.app import app


@dataclass(frozen=True)
class Command:
    """One command: its words, its paragraphs, its options and examples."""

    name: str
    usage: str
    about: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    examples: tuple[str, ...]
    group: bool

    @property
    def summary(self) -> str:
        """The first sentence."""
        return self.about[0]


def commands() -> list[Command]:
    """All commands, `gkedoctor` itself first, each group before its commands."""
    return list(_below(app, "gkedoctor", None))


def _below(command: click.Command, name: str, parent: click.Context | None) -> Iterator[Command]:
    context = click.Context(
        command, info_name=name, parent=parent, terminal_width=80, help_option_names=["-h", "--help"]
    )
    yield _described(command, context)
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            assert found is not None
            yield from _below(found, child, context)


def _described(command: click.Command, context: click.Context) -> Command:
    text, _, examples = inspect.cleandoc(command.help or "").partition("\b\nExamples:\n")
    paragraphs = [" ".join(part.split()) for part in text.replace("\f", "").split("\n\n")]
    records = [
        param.get_help_record(context) for param in command.get_params(context) if isinstance(param, click.Option)
    ]
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    return Command(
        name=context.command_path,
        usage=usage,
        about=tuple(part for part in paragraphs if part),
        options=tuple(record for record in records if record is not None),
        examples=tuple(line.strip() for line in examples.splitlines() if line.strip()),
        group=isinstance(command, click.Group),
    )
