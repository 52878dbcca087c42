"""Names out of a recording, and the names of files, are text in everything that a command prints."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gkedoctor.cli.error_output import file_excerpt
from gkedoctor.cli.kubectl import completions
from gkedoctor.errors import ManifestError
from tests.tui.hostile import PAYLOADS, hostile_recording, untrusted_bytes

from .conftest import Gkedoctor


def in_lines(path: Path) -> Path:
    """The same file with a line for each value, short enough to be quoted."""
    file = path.with_name("in-lines.json")
    file.write_text(json.dumps(json.loads(path.read_text()), indent=1))
    return file


LINE_ENDS = "\r\n\x08\x7f"  # no zero byte: it cannot be in an argument
COMMANDS: list[Callable[[Path], list[Any]]] = [
    lambda path: ["report", "--from", path],
    lambda path: ["report", "--from", path, "-o", "md", "--show-suppressed"],
    lambda path: ["report", "--from", path, "--color", "always"],
    lambda path: ["report", "--from", path, f"Service/shop{PAYLOADS[1]}"],
    lambda path: ["report", "--from", path, "-l", f"a={PAYLOADS[0]}"],
    lambda path: ["diff", path, path],
    lambda path: ["fleet", path, "-j", "1"],
    lambda path: ["fleet", path.parent, "-j", "1", "-o", "md"],
    lambda path: ["path", "--from", path, f"shop{PAYLOADS[0]}.example.com"],
    lambda path: ["path", "--from", path, "Service/two-problems/beta"],
    lambda path: ["teardown", "--from", path],
    lambda path: ["leftovers", "--from", path],
    lambda path: ["lint", path],
    lambda path: ["lint", in_lines(path)],
    lambda path: ["import", path, "-o", path.parent / f"x{PAYLOADS[4]}.gkesnap"],
    lambda path: ["import", path, "-o", path.parent / f"no{LINE_ENDS}folder" / "x.gkesnap"],
    lambda path: ["explain", f"a message {PAYLOADS[0]}{PAYLOADS[5]}"],
    lambda path: ["playbooks", "show", PAYLOADS[2]],
    lambda path: ["playbooks", "lint", f"{path}{PAYLOADS[3]}"],
    lambda path: ["report", "--from", f"{path}{LINE_ENDS}"],
    lambda path: ["report", "--config", f"{path}{PAYLOADS[6]}", "--from", path],
    lambda path: [f"reprot{PAYLOADS[1]}"],
    lambda path: ["report", f"--{PAYLOADS[1]}"],
]


@pytest.mark.parametrize("recording", ["ing-missing-secret", "two-problems"])
def test_nothing_a_command_prints_controls_the_terminal(gkedoctor: Gkedoctor, tmp_path: Path, recording: str) -> None:
    path = hostile_recording(recording, tmp_path)
    for command in COMMANDS:
        arguments = command(path)
        done = gkedoctor(*arguments)
        assert done.code != 5, (arguments, done.err)
        written = done.out + done.err.replace(" --> ", "")
        assert untrusted_bytes(written.encode()) == b"", arguments
        if "always" not in arguments:
            assert "\x1b" not in written


def test_a_line_of_a_file_is_shown_as_text_with_the_caret_below_its_column() -> None:
    line = f"name: a{PAYLOADS[4]}b"
    shown = file_excerpt(ManifestError("bad", path="a\x1bc.yaml", line=3, column=line.index("b") + 1, source_line=line))
    *_, source, pointer = shown.splitlines()
    assert untrusted_bytes(shown.encode()) == b""
    assert source.index("b", source.index("2J")) == pointer.index("^")


def test_words_for_shells_are_one_word_a_line() -> None:
    for line in completions(["explain", "gke-cfg"]):
        assert line.isprintable() or line.replace("\t", "", 1).isprintable()
