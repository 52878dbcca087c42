"""Where reports go: several formats at once, whole files or none."""

from __future__ import annotations

import json
import os
import resource
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gkedoctor import shipped
from gkedoctor.errors import ExitCode

from .conftest import Gkedoctor

FAULTY = shipped.recorded_clusters() / "two-problems"


def test_several_formats_at_once(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    ticket, page = tmp_path / "ticket.md", tmp_path / "report.html"
    result = gkedoctor("report", "--from", FAULTY, "-o", "name", "-o", f"md={ticket}", "-o", f"html={page}")
    assert (result.code, result.err) == (ExitCode.FOUND, "")
    assert result.out.splitlines()[0] == "critical missing-secret Secret/two-problems/alpha-keys"
    assert ticket.read_text(encoding="utf-8").startswith("**Found 2 critical**")
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(("told", "width"), [("40", 40), ("100", 100), ("", 80), ("wide", 80)])
def test_columns_of_the_environment_are_obeyed_without_a_terminal(
    gkedoctor: Gkedoctor, monkeypatch: pytest.MonkeyPatch, told: str, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", told)
    lines = gkedoctor("report", "--from", FAULTY).out.splitlines()
    long = [line for line in lines if len(line) > width]
    assert all(len(line.split()) == 1 for line in long), "names and links are not cut"
    assert max(map(len, lines)) > width - 12


def test_what_goes_to_files_alone_leaves_standard_output_empty(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    result = gkedoctor("report", "--from", FAULTY, "-o", f"json={tmp_path / 'r.json'}")
    assert result.out == ""
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["schema"] == "gkedoctor/report/v1"


def test_output_file_is_for_the_format_without_a_file(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    one, two = tmp_path / "one.yaml", tmp_path / "two.json"
    result = gkedoctor("report", "--from", FAULTY, "-o", "yaml", "-o", f"json={two}", "--output-file", one)
    assert result.out == ""
    assert one.read_text(encoding="utf-8").startswith("schema: ")
    assert two.exists()


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["-o", "json", "-o", "md"], "json, md cannot all go to standard output"),
        (["--json", "-o", "text"], "text, json cannot all go to standard output"),
        (["-o", "json", "-o", "md", "--output-file", "x"], "json, md cannot all go to x"),
        (["-o", "json=x", "-o", "md=x"], "json, md cannot all go to x"),
        (["-o", "hmtl"], "did you mean `html`?"),
        (["-o", "json="], "`json=` has no file name"),
        (["-o", "json=no/such/r.json"], "there is no folder no/such"),
        (["-o", "json=."], "it is a folder"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_read(gkedoctor: Gkedoctor, flags: list[str], told: str) -> None:
    result = gkedoctor("report", "--from", "no/such/recording", *flags)
    assert (result.code, result.out) == (ExitCode.USAGE, "")
    assert told in result.err


def test_json_twice_is_json_once(gkedoctor: Gkedoctor) -> None:
    assert gkedoctor("report", "--from", FAULTY, "--json", "-o", "json").code == ExitCode.FOUND


def test_a_file_is_replaced_as_a_whole(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_text("before", encoding="utf-8")
    with largest_file(100):
        result = gkedoctor("report", "--from", FAULTY, "-o", f"json={file}")
    assert (result.code, result.out) == (ExitCode.USAGE, "")
    assert "File too large" in result.err
    assert file.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [file]


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """A disk on which no file may grow beyond so many bytes."""
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("mask", [0o022, 0o000])
def test_a_report_is_for_its_owner_alone(gkedoctor: Gkedoctor, tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        gkedoctor("report", "--from", FAULTY, "-o", f"json={tmp_path}/r.json", "-o", f"html={tmp_path}/r.html")
        gkedoctor("diff", FAULTY, FAULTY, "--output-file", tmp_path / "diff.txt")
        gkedoctor("import", FAULTY, "-o", tmp_path / "folder")
        gkedoctor("import", FAULTY, "-o", tmp_path / "file.gkesnap")
        gkedoctor("import", FAULTY, "-o", tmp_path / "folder")  # once more, over the first
    finally:
        os.umask(before)
    made = [*tmp_path.rglob("*")]
    assert len(made) > 8
    for path in made:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_links_and_devices_stay_what_they_are(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    target, link = tmp_path / "target.json", tmp_path / "link.json"
    link.symlink_to(target)
    gkedoctor("report", "--from", FAULTY, "-o", f"json={link}", "-o", f"md={os.devnull}")
    assert link.is_symlink()
    assert target.is_file()
    assert not Path(os.devnull).is_file()
