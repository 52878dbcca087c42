"""The command as a whole: help, failures, what it loads, and pipes that close."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from gkedoctor import __version__, shipped
from gkedoctor.cli.app import app
from gkedoctor.cli.error_output import file_excerpt, print_failure
from gkedoctor.errors import ExitCode, PlaybookError, UsageError

from .conftest import Gkedoctor

COMMANDS = [
    [], ["report"], ["import"], ["schema"], ["playbooks"],
    ["playbooks", "list"], ["playbooks", "show"], ["playbooks", "lint"], ["playbooks", "test"],
]  # fmt: skip
FAULTY = shipped.recorded_clusters() / "two-problems"


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: " ".join(c) or "gkedoctor")
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_every_command_has_help_with_a_verb_and_two_examples(command: list[str], flag: str) -> None:
    result = CliRunner().invoke(app, [*command, flag], prog_name="gkedoctor")
    assert result.exit_code == 0
    paragraphs = re.split(r"Options:|Which cluster:", result.output)[0].strip().split("\n\n")
    verbs = {"Find", "Report", "Convert", "Print", "List,", "List", "Explain", "Run", "Show", "Check"}
    assert paragraphs[1].strip().split()[0] in verbs
    examples = [line for line in paragraphs[-1].splitlines() if line.startswith("    gkedoctor ")]
    assert len(examples) >= 2
    assert all(len(line) <= 80 for line in result.output.splitlines())


def test_version(gkedoctor: Gkedoctor) -> None:
    assert gkedoctor("--version").out == f"gkedoctor {__version__}\n"


def test_no_command_says_where_to_start(gkedoctor: Gkedoctor) -> None:
    result = gkedoctor()
    assert (result.code, result.err) == (ExitCode.OK, "")
    assert [line.split()[1] for line in result.out.splitlines() if line.startswith("  ")] == [
        "diagnose", "report", "demo", "help",
    ]  # fmt: skip


def test_help_and_version_are_commands_too(gkedoctor: Gkedoctor) -> None:
    assert gkedoctor("version") == gkedoctor("--version")
    assert gkedoctor("help", "report") == gkedoctor("report", "--help")
    assert "Commands:" in gkedoctor("help").out


def test_the_help_of_report_is_grouped_and_fits_a_screen() -> None:
    output = CliRunner().invoke(app, ["report", "--help"], prog_name="gkedoctor", terminal_width=80).output
    assert len(output.splitlines()) < 66
    groups = [line for line in output.splitlines() if re.fullmatch(r"[A-Z][a-z ]+:", line)]
    assert groups == ["Which cluster:", "What to report:", "How to print:"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["reprot"], "unknown command `reprot`; did you mean `report`?"),
        (["playbooks", "lits"], "unknown command `lits`; did you mean `list`?"),
        (["report", "--form", "x"], "unknown option `--form`; did you mean `--from`?"),
        (["report", "--fail-on", "hgih"], "`hgih` is not valid; did you mean `high`?"),
        (["schema", "reprot"], "`reprot` is not valid; did you mean `report`?"),
    ],
)
def test_a_typing_error_names_what_was_meant(gkedoctor: Gkedoctor, arguments: list[str], message: str) -> None:
    result = gkedoctor(*arguments)
    assert result.code == ExitCode.USAGE
    assert message in result.err
    assert result.out == ""


def test_a_fault_of_our_own_exits_5_with_one_line_and_the_place_of_the_trace(
    capsys: pytest.CaptureFixture[str],
) -> None:
    try:
        raise ZeroDivisionError("division\nby zero")
    except ZeroDivisionError as error:
        assert print_failure(error) == ExitCode.BUG
    message, hint = capsys.readouterr().err.splitlines()
    assert message == "gkedoctor: error: internal error of gkedoctor: ZeroDivisionError: division"
    trace = Path(hint.removeprefix("hint: the trace is in "))
    assert "ZeroDivisionError" in trace.read_text(encoding="utf-8")
    trace.unlink()


def test_an_interruption_exits_130_and_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert print_failure(KeyboardInterrupt()) == ExitCode.INTERRUPTED
    assert print_failure(click.Abort()) == ExitCode.INTERRUPTED
    assert capsys.readouterr() == ("", "")


def test_a_failure_tells_its_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert print_failure(UsageError("no", hint="do")) == ExitCode.USAGE
    assert capsys.readouterr().err == "gkedoctor: error: no\nhint: do\n"


def test_a_playbook_error_without_a_line_still_names_the_file() -> None:
    assert file_excerpt(PlaybookError("bad", path="a.yaml", hint="fix it")) == (
        "error[playbook]: bad\n  --> a.yaml\nhint: fix it"
    )


def test_help_loads_nothing_heavy() -> None:
    code = "import sys; from gkedoctor.cli.app import run; run(['--help']); print('LOADED', *sys.modules)"
    loaded = set(python(code).stdout.split("LOADED ")[1].split())
    assert not {"msgspec", "yaml", "jmespath", "cryptography", "gkedoctor.diagnose.engine"} & loaded


def test_a_report_loads_no_client_library_and_no_user_interface() -> None:
    code = (
        "import sys; from gkedoctor.cli.app import run\n"
        f"run(['report', '--from', {str(FAULTY)!r}]); print('LOADED', *sys.modules)"
    )
    loaded = {name.split(".")[0] for name in python(code).stdout.split("LOADED ")[1].split()}
    assert not {"kubernetes", "google", "textual", "requests", "urllib3", "jsonschema"} & loaded


@pytest.mark.parametrize("arguments", [["report", "--from", str(FAULTY)], ["playbooks", "list"], ["--help"]])
def test_a_reader_that_goes_away_is_no_fault(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "gkedoctor", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode in (ExitCode.OK, ExitCode.FOUND)


def test_output_is_utf_8_whatever_the_locale() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "gkedoctor", "playbooks", "list"],
        capture_output=True, check=True, env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert result.stdout.decode("utf-8").startswith("GKE-")
