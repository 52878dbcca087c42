"""A snapshot whose checksums are right and whose objects make no sense is named as the fault, not gkedoctor."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import pytest

from gkedoctor.cli.app import run
from gkedoctor.errors import ExitCode
from gkedoctor.snapshot.model import Collection, Snapshot
from gkedoctor.snapshot.sources import load
from gkedoctor.snapshot.store import write
from tests.snapshot.clusters import recording


def damaged(tmp_path: Path) -> Path:
    """A snapshot whose first Pod has a list in the place of its spec, under the right checksums."""
    sound = load(recording(tmp_path / "recording"))
    pods = sound.collection("pods")
    objects = [copy.deepcopy(dict(item)) for item in pods.objects]
    objects[0]["spec"] = ["x"]
    rest = [c for c in sound.collections.values() if c.name != "pods"]
    write(Snapshot(sound.manifest, [*rest, Collection("pods", pods.state, objects)]), tmp_path / "bad.gkesnap")
    return tmp_path / "bad.gkesnap"


@pytest.mark.parametrize(
    "command",
    [
        lambda path: ["report", "--from", path],
        lambda path: ["report", f"--from={path}"],
        lambda path: ["diff", path, path],
        lambda path: ["fleet", path],
    ],
)
def test_wrong_types_under_right_checksums_are_told_as_damage(
    command: Callable[[str], list[str]], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(command(str(damaged(tmp_path)))) == ExitCode.SOURCE
    said = "".join(capfd.readouterr())
    assert "damaged: pods, object 1:" in " ".join(said.split())
    assert "fault of gkedoctor" not in said


def test_the_hint_leaves_out_what_is_damaged(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    checked = tmp_path / "checked.gkesnap"
    assert run(["import", str(damaged(tmp_path)), "-o", str(checked)]) == ExitCode.OK
    assert run(["report", "--details", "--from", str(checked)]) in (ExitCode.OK, ExitCode.FOUND, ExitCode.INCOMPLETE)
    assert "some objects have an unknown form" in " ".join(capfd.readouterr().out.split())


def test_an_edited_directory_is_taken_in_by_import(tmp_path: Path) -> None:
    write(load(recording(tmp_path / "recording")), tmp_path / "out")
    pods = tmp_path / "out/kubernetes/pods.json"
    pods.write_text(pods.read_text().replace("web-1", "web-2"))
    assert run(["import", str(tmp_path / "out"), "-o", str(tmp_path / "edited")]) == ExitCode.OK
    assert load(tmp_path / "edited").collection("pods").objects[0]["metadata"]["name"] == "web-2"
