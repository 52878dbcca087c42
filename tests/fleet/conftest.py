"""Small fleets: copies of shipped recordings, and what they are diagnosed with."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gkedoctor.fleet.diagnose_recording import DiagnosisInputs
from tests.cli.conftest import Gkedoctor, gkedoctor
from tests.conftest import RECORDINGS, shipped_playbooks

__all__ = ["Copies", "Gkedoctor", "gkedoctor"]

Copies = Callable[..., Path]


@pytest.fixture(autouse=True)
def _no_configuration_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "/nonexistent")


@pytest.fixture
def copies(tmp_path: Path) -> Copies:
    """A folder with a shipped recording under each of some names."""

    def make(**recordings: str) -> Path:
        folder = tmp_path / "fleet"
        for name, original in recordings.items():
            shutil.copytree(RECORDINGS / original, folder / name, copy_function=os.link)
        return folder

    return make


@pytest.fixture(scope="session")
def kit() -> DiagnosisInputs:
    return DiagnosisInputs(shipped_playbooks())
