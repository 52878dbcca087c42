"""`playbooks new` writes files that lint and test as they are, and overwrites nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from gkedoctor.errors import ExitCode
from gkedoctor.playbook.check import AREAS

from .conftest import Gkedoctor

OWN = "acme/no-rollback-history"


def new(gkedoctor: Gkedoctor, folder: Path, *words: str) -> list[str]:
    result = gkedoctor("playbooks", "new", *words, "--dir", folder)
    assert (result.code, result.err) == (ExitCode.OK, "")
    return [line.removeprefix("wrote ") for line in result.out.splitlines() if line.startswith("wrote ")]


def test_what_is_written_is_green_at_once(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    folder = tmp_path / "ops"
    written = new(gkedoctor, folder, "GKE-ROL-901", "--cause", OWN)
    assert [Path(path).name for path in written] == [
        "no-rollback-history.yaml", "no-rollback-history.test.yaml", "causes.yaml",
    ]  # fmt: skip
    new(gkedoctor, folder, "gke-rol-902", "--cause", "acme/another")
    new(gkedoctor, folder, "GKE-CFG-903", "--cause", "missing-secret", "--name", "db-secret-missing")
    new(gkedoctor, folder, "GKE-SVC-904")
    assert gkedoctor("playbooks", "lint", folder) == (ExitCode.OK, "nothing is wrong in 4 playbooks\n", "")
    assert gkedoctor("playbooks", "test", folder) == (ExitCode.OK, "12 cases: 12 hold, 0 fail, 0 to do\n", "")
    assert gkedoctor("playbooks", "test", folder / "db-secret-missing.yaml").out.startswith("3 cases: 3 hold")
    listed = gkedoctor("explain", "acme/another", "--playbooks", folder).out
    assert "GKE-ROL-902" in listed


def test_it_says_how_to_go_on(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    out = gkedoctor("playbooks", "new", "GKE-ROL-901", "--cause", OWN, "--dir", tmp_path).out
    assert out.endswith(
        f"gkedoctor playbooks lint {tmp_path}/no-rollback-history.yaml\n"
        f"gkedoctor playbooks test {tmp_path}/no-rollback-history.yaml\n"
    )


@pytest.mark.parametrize(
    ("words", "says", "hint"),
    [
        (["ROL-901"], "`ROL-901` is no id", "GKE-AREA-NNN"),
        (["GKE-XYZ-901"], "`GKE-XYZ-901` has an unknown area `XYZ`", "AREA one of CFG, IMG"),
        (["GKE-CFG-001"], "playbook GKE-CFG-001 is in", "another number"),
        (
            ["GKE-ROL-901", "--cause", "missing-secert"],
            "unknown cause `missing-secert`",
            "did you mean `missing-secret`?",
        ),
        (["GKE-ROL-901", "--cause", "Acme/X"], "unknown cause `Acme/X`", "acme/no-rollback-history"),
        (["GKE-ROL-901", "--name", "../up"], "`../up` is not a valid playbook name", "rollback-history-missing"),
    ],
)
def test_what_cannot_be_is_refused(
    gkedoctor: Gkedoctor, tmp_path: Path, words: list[str], says: str, hint: str
) -> None:
    result = gkedoctor("playbooks", "new", *words, "--dir", tmp_path)
    assert (result.code, result.out) == (ExitCode.USAGE, "")
    assert says in result.err
    assert hint in result.err
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    new(gkedoctor, tmp_path, "GKE-ROL-901", "--cause", OWN)
    again = gkedoctor("playbooks", "new", "GKE-ROL-902", "--cause", OWN, "--dir", tmp_path)
    assert again.code == ExitCode.USAGE
    assert "no-rollback-history.yaml exists already" in again.err
    assert "--name" in again.err


def test_a_file_of_causes_that_cannot_be_added_to_stays_as_it_is(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    text = "causes: {acme/x: {root: workload, means: nothing}}\n"
    (tmp_path / "causes.yaml").write_text(text)
    result = gkedoctor("playbooks", "new", "GKE-ROL-901", "--cause", OWN, "--dir", tmp_path)
    assert result.code == ExitCode.USAGE
    assert "cannot be added to" in result.err
    assert (tmp_path / "causes.yaml").read_text() == text


def test_the_help_names_every_area(gkedoctor: Gkedoctor) -> None:
    words = " ".join(gkedoctor("playbooks", "new", "--help").out.split())
    assert f"AREA is one of {', '.join(AREAS)}." in words
