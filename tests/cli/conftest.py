"""A command line that runs in the test's own process, and small clusters on disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gkedoctor.cli.app import run
from gkedoctor.diagnose.cases import Given, given_snapshot
from gkedoctor.snapshot import store
from gkedoctor.snapshot.model import Snapshot


class Result(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str


Gkedoctor = Callable[..., Result]
Cluster = Callable[..., Path]


@pytest.fixture(autouse=True)
def _no_configuration_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "/nonexistent")


@pytest.fixture
def gkedoctor(capsys: pytest.CaptureFixture[str]) -> Gkedoctor:
    """Runs one command line."""

    def call(*arguments: object) -> Result:
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return call


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    """Writes a complete snapshot of some objects; of denied kinds nothing is known."""

    def write(*objects: Any, deny: tuple[str, ...] = ()) -> Path:
        path = tmp_path / "cluster.gkesnap"
        store.write_file(given_snapshot(Given(objects=objects, deny=deny), _no_recordings), path)
        return path

    return write


def _no_recordings(name: str) -> Snapshot:
    raise AssertionError(name)


CONFIG_ERROR = {
    "kind": "Pod",
    "metadata": {"name": "cart-1", "namespace": "shop", "uid": "1"},
    "spec": {
        "nodeName": "gke-1",
        "containers": [
            {"name": "cart", "image": "cart:1", "env": [
                {"name": "P", "valueFrom": {"secretKeyRef": {"name": "shop-db", "key": "p"}}},
            ]},
        ],
    },
    "status": {
        "phase": "Pending",
        "conditions": [{"type": "PodScheduled", "status": "True"}, {"type": "Ready", "status": "False"}],
        "containerStatuses": [
            {"name": "cart", "ready": False, "restartCount": 0, "image": "cart:1", "state": {
                "waiting": {"reason": "CreateContainerConfigError", "message": 'secret "shop-db" not found'},
            }},
        ],
    },
}  # fmt: skip
"""A Pod that waits for a Secret which does not exist."""
