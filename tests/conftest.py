"""What all tests share: the shipped playbooks and recordings, read once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.loader import load_playbooks
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.snapshot.sources import load

ROOT = Path(__file__).parent.parent
PLAYBOOKS = ROOT / "playbooks"
RECORDINGS = ROOT / "recorded_clusters"


@cache
def shipped_playbooks() -> list[CompiledPlaybook]:
    return load_playbooks([PLAYBOOKS])


@cache
def recorded(name: str) -> Snapshot:
    return load(RECORDINGS / name)


@pytest.fixture(scope="session")
def playbooks() -> list[CompiledPlaybook]:
    return shipped_playbooks()


@pytest.fixture(scope="session")
def recording() -> Callable[[str], Snapshot]:
    return recorded
