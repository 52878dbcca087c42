"""Every command has help with examples that parse, and every slip of the pen names what was meant."""

from __future__ import annotations

import re
import shlex

import click
import pytest
from docs.tool.commands import Command, commands

from gkedoctor.cli.app import app
from gkedoctor.errors import ExitCode
from tests.cli.conftest import Gkedoctor
from tests.conftest import ROOT

COMMANDS = commands()
EXAMPLES = [example for command in COMMANDS for example in command.examples]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.name)
def test_every_command_says_what_it_does_and_shows_two_examples(command: Command) -> None:
    assert command.summary.endswith(".")
    assert len(command.examples) >= 2
    assert command.group or command.name in "".join(command.examples)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_parses(example: str) -> None:
    """click takes the words and options; nothing is run."""
    words = shlex.split(re.split(r" [>|] ", example)[0].removeprefix("source <(").removesuffix(")"))
    assert words[0] == "gkedoctor"
    context, command = click.Context(app, info_name="gkedoctor"), app
    rest = words[1:]
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        _, command, rest = command.resolve_command(context, rest)
        assert command is not None
    command.make_context(command.name, rest, parent=context)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.name)
def test_an_unknown_option_suggests_the_nearest(gkedoctor: Gkedoctor, command: Command) -> None:
    wrong = next((name for record in command.options for name in record[0].split(" ") if name.startswith("--")), None)
    assert wrong is not None
    result = gkedoctor(*command.name.split()[1:], wrong.rstrip(",") + "x")
    assert result.code == ExitCode.USAGE
    assert "did you mean" in result.err or "no option" in result.err


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["explian"], "`explain`"),
        (["explain", "missing-secert"], "`missing-secret`"),
        (["playbooks", "show", "GKE-CGF-001"], "`GKE-CFG-001`"),
        (["playbooks", "edges", "Pdo"], "`Pod`"),
        (["report", "deplyo/cart", "--from", "recorded_clusters/two-problems"], "`deploy` (Deployment)"),
        (["report", "--from", "recorded_clusters/two-problem"], "`recorded_clusters/two-problems`"),
        (["report", "--from", "recorded_clusters/two-problems", "-o", "sarfi"], "`sarif`"),
        (["completion", "fsh"], "`fish`"),
        (["schema", "playbok"], "`playbook`"),
    ],
    ids=lambda w: " ".join(w) if isinstance(w, list) else w,
)
def test_a_slip_names_what_was_meant(
    gkedoctor: Gkedoctor,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    meant: str,
) -> None:
    monkeypatch.chdir(ROOT)
    result = gkedoctor(*words)
    assert result.code in (ExitCode.USAGE, ExitCode.SOURCE)
    assert f"did you mean {meant}?" in result.err
