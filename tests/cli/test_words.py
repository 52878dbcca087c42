"""Plain words in what the command line prints: help, errors, hints, notes, and the tables that `explain` reads."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from gkedoctor.cli.app import app
from gkedoctor.explain.known_messages import FILE as KNOWN
from gkedoctor.messages import shipped_messages
from gkedoctor.playbook.loader import shipped_causes
from tests.conftest import ROOT

SRC = ROOT / "src" / "gkedoctor"
MINE = ("cli", "service", "explain", "messages", "config", "serve", "errors.py", "limits.py")
"""The packages whose sentences are held to the words here."""

FORBIDDEN = re.compile(
    r"\b(?:mend(?:s|ed)?|anew|by now|knocks?|graver?|ails?|dear|in the way|gets? on with|hands? out|comes? near|"
    r"asks? for|asked for|wants|is wanted|looked at|looks? at|told|tells|met as|way of the request|rivals|who says it|"
    r"worth knowing|nobody|is made|are made|nothing uses|exclude each other|(?<!there )is no (?!longer)[a-z]+|"
    r"names no [a-z]+)\b",
    re.IGNORECASE,
)
"""The words that `design/wording.md` drops, and constructions that stand for them."""

CALLS = re.compile(r"(?:Error|print_note|print_message|BadParameter|fail|secho|echo)$")
"""What prints its first arguments, or is raised to be printed."""


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """All commands with their path."""
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        yield " ".join((*path, name)), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


COMMANDS = dict(commands(app))


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_plain(name: str) -> None:
    command = COMMANDS[name]
    texts = [command.help or "", *(getattr(param, "help", "") or "" for param in command.params)]
    assert [found[0] for text in texts for found in FORBIDDEN.finditer(text)] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_no_line_of_help_is_longer_than_a_terminal(name: str) -> None:
    context = click.Context(COMMANDS[name], info_name=f"gkedoctor {name}", terminal_width=80)
    assert [line for line in COMMANDS[name].get_help(context).splitlines() if len(line) > 80] == []


def said(path: Path) -> Iterator[str]:
    """The texts that a module prints or raises, what is filled in as `…`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and CALLS.search(ast.unparse(node.func).rpartition(".")[2]):
            for value in (*node.args, *(k.value for k in node.keywords if k.arg == "hint")):
                yield from _texts(value)


def _texts(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(str(text)):
            yield text
        case ast.JoinedStr(values):
            yield "".join(str(v.value) if isinstance(v, ast.Constant) else "…" for v in values)
        case ast.BinOp(left, _, right):
            yield from _texts(left)
            yield from _texts(right)
        case ast.IfExp(_, body, other):
            yield from _texts(body)
            yield from _texts(other)


def test_errors_hints_and_notes_are_plain() -> None:
    files = [p for name in MINE for p in ([SRC / name] if name.endswith(".py") else sorted((SRC / name).rglob("*.py")))]
    found = [f"{p.relative_to(SRC)}: {text}" for p in files for text in said(p) if FORBIDDEN.search(text)]
    assert found == []


def test_messages_and_causes_are_plain() -> None:
    texts = [text for m in shipped_messages() for text in (m.entry.meaning, m.entry.fix or "")]
    texts += [text for cause in shipped_causes().values() for text in (cause.means, cause.check, cause.root)]
    assert [text for text in texts if FORBIDDEN.search(text)] == []


def test_the_known_messages_are_data_and_not_held_to_it() -> None:
    """They are what programs print, word for word."""
    assert KNOWN.is_file()
