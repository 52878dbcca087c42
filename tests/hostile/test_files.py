"""Every hostile file ends with one line, in little time and memory; measured in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from gkedoctor.errors import GkedoctorError, LimitError
from gkedoctor.limits import DEFAULT
from gkedoctor.snapshot.sources import load
from tests.hostile.inputs import READ, REFUSED, aliases_in_flow

SECONDS = 20
"""Of CPU, on a machine that is busy; most take less than one."""
MEMORY = 1 << 30

RUN = """
import resource, sys
from gkedoctor.cli.app import run
code = run(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_SELF)
peak = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(f"\\n{code} {used.ru_utime + used.ru_stime} {peak}", file=sys.stderr)
"""


class Ended(NamedTuple):
    code: int
    seconds: float
    peak: int
    out: str
    err: str


def ran(*arguments: str | Path) -> Ended:
    """The command line in a process of its own: its exit code, CPU seconds, peak memory in bytes, and what it says."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=110,
        env=os.environ | {"NO_COLOR": "1"},
    )
    *said, last = done.stderr.rstrip("\n").split("\n")
    code, seconds, peak = last.split()
    return Ended(int(code), float(seconds), int(peak), done.stdout, "\n".join(said))


def written(folder: Path, name: str, make: Callable[[], bytes]) -> Path:
    path = folder / name
    path.write_bytes(make())
    assert path.stat().st_size < 11_000_000
    return path


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_hostile_file_is_refused_with_one_line(tmp_path: Path, name: str) -> None:
    make, message = REFUSED[name]
    ended = ran("report", "--from", written(tmp_path, name, make), "--no-config")
    assert ended.code == 3, ended.err
    errors = [line for line in ended.err.splitlines() if line.startswith("gkedoctor: error: ")]
    assert len(errors) == 1 and message in errors[0]
    assert ended.seconds < SECONDS and ended.peak < MEMORY


@pytest.mark.parametrize("name", sorted(READ))
def test_a_file_of_many_parts_takes_time_that_grows_with_it(tmp_path: Path, name: str) -> None:
    ended = ran("report", "--from", written(tmp_path, name, READ[name]), "--no-config", "--fail-on", "never")
    assert ended.code in (0, 3, 4), ended.err
    assert ended.seconds < SECONDS and ended.peak < MEMORY


def test_fleet_names_hostile_files_and_goes_on(tmp_path: Path) -> None:
    for name in ("aliases-flow.yaml", "long-name.tar.xz", "spaces.gkesnap", "bool.yaml"):
        written(tmp_path, name, REFUSED[name][0])
    ended = ran("fleet", tmp_path, "-j", "1", "-o", "json", "--no-config")
    assert ended.code == 3
    failed = json.loads(ended.out)["failed"]
    assert len(failed) == 4
    assert "fault of gkedoctor" not in ended.out


@pytest.mark.parametrize("name", ["aliases-flow.yaml", "aliases-block.yaml", "int.yaml", "time.yaml", "bool.yaml"])
def test_lint_says_the_same_of_manifests(tmp_path: Path, name: str) -> None:
    ended = ran("lint", written(tmp_path, name, REFUSED[name][0]), "--no-config")
    assert ended.code == 3, ended.err
    assert ended.seconds < SECONDS and ended.peak < MEMORY


def test_config_and_kubeconfig_refuse_aliases_too(tmp_path: Path) -> None:
    path = written(tmp_path, "aliases.yaml", aliases_in_flow)
    ended = ran("report", "--from", path, "--config", path)
    assert (ended.code, "aliases" in ended.err) == (2, True)
    ended = ran("report", "--kubeconfig", path, "--no-config")
    assert (ended.code, "aliases" in ended.err) == (3, True)
    assert ended.seconds < SECONDS


def test_one_flag_raises_what_a_limit_refuses(tmp_path: Path) -> None:
    path = written(tmp_path, "ratio.json.gz", REFUSED["ratio.json.gz"][0])
    with pytest.raises(LimitError, match="--max-size"):
        load(path)
    with pytest.raises(GkedoctorError) as caught:
        load(path, limits=DEFAULT.raised(1 << 30))
    assert not isinstance(caught.value, LimitError)
    assert ran("report", "--from", path, "--max-size", "1GiB").code == 3
    assert "--max-size" in ran("report", "--from", path, "--max-size", "lots").err
