"""The same input gives the same bytes, whatever the order in which Python keeps its sets."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import RECORDINGS


def report(name: str, seed: str, form: str) -> bytes:
    command = [sys.executable, "-m", "gkedoctor", "report", "-o", form, "--from", str(RECORDINGS / name)]
    environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo" if seed == "2" else "UTC"}
    return subprocess.run(command, capture_output=True, env=environment, check=False).stdout


@pytest.mark.parametrize("name", ["two-problems", "ing-missing-secret", "orphans-cluster-deleted", "node-not-ready"])
@pytest.mark.parametrize("form", ["json", "text"])
def test_two_runs_give_the_same_bytes(name: str, form: str) -> None:
    assert report(name, "1", form) == report(name, "2", form)
