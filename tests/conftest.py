"""What all tests share: the shipped playbooks and recordings, read once."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from functools import cache
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from gkedoctor.diagnose.engine import diagnose
from gkedoctor.diagnose.model import Outcome
from gkedoctor.playbook.library import Library, shipped_names
from gkedoctor.playbook.loader import load_playbooks
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.snapshot.sources import load
from tests.reading import only_reads

ROOT = Path(__file__).parent.parent
PLAYBOOKS = ROOT / "playbooks"
RECORDINGS = ROOT / "recorded_clusters"
REBUILT = frozenset(
    path.parent.name for path in RECORDINGS.glob("*/truth.json") if json.loads(path.read_text()).get("rebuilt")
)
"""Recordings that were put together from published dumps, as their `source` says: no controller wrote all of them."""

# A slow machine is no failure: no test is timed. The same commit always gives the same result; `make fuzz` looks
# for more.
settings.register_profile("untimed", deadline=None, derandomize=True)
settings.register_profile("fuzz", deadline=None)
settings.load_profile("fuzz" if "GKEDOCTOR_FUZZ" in os.environ else "untimed")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """For `-n auto`: more processes than cores, as tests spend a third of their time waiting for kubectl and timers."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return cores + max(1, cores // 2)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that take long come first, so that no core waits for one of them at the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@cache
def shipped_playbooks() -> Library:
    return Library(load_playbooks([PLAYBOOKS], check=False), shipped_names)


@cache
def recorded(name: str) -> Snapshot:
    return load(RECORDINGS / name)


@cache
def diagnosed(name: str) -> Outcome:
    """What the shipped playbooks find in a shipped recording; dozens of tests start from it."""
    return diagnose(recorded(name), shipped_playbooks())


@pytest.fixture(autouse=True, scope="session")
def no_state_is_kept_at_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What the last report found is kept in a folder of the tests, also by processes of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(autouse=True)
def nothing_but_reading_leaves(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every request of every test, at the connection below all client libraries; but for those that test a server."""
    if request.path.is_relative_to(ROOT / "tests" / "serve"):
        yield
        return
    sent: list[tuple[str, str]] = []
    putrequest = HTTPConnection.putrequest

    def noted(self: HTTPConnection, method: str, url: str, *args: Any, **kwargs: Any) -> None:
        sent.append((method, url))
        putrequest(self, method, url, *args, **kwargs)

    monkeypatch.setattr(HTTPConnection, "putrequest", noted)
    yield
    assert [one for one in sent if not only_reads(*one)] == []


@pytest.fixture(scope="session")
def playbooks() -> Library:
    return shipped_playbooks()


@pytest.fixture(scope="session")
def recording() -> Callable[[str], Snapshot]:
    return recorded
