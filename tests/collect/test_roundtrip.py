"""A recorded cluster that is served and collected live is diagnosed in the same bytes, but for clock and source."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gkedoctor.cli.live import unwell
from gkedoctor.collect.patience import Patience
from gkedoctor.collect.place import CloudWish
from gkedoctor.collect.run import Asked, collect
from gkedoctor.collect.wire import Login
from gkedoctor.diagnose.engine import diagnose
from gkedoctor.report.answer import Answer
from gkedoctor.report.formats import Page, renderer
from gkedoctor.serve.api import Api
from gkedoctor.serve.kubeconfig import kubeconfig, write_kubeconfig
from gkedoctor.serve.server import Server
from gkedoctor.snapshot.intake import taken_in
from gkedoctor.snapshot.kinds import COLLECTIONS, LOGS
from gkedoctor.snapshot.model import Snapshot, Status
from gkedoctor.snapshot.redact import redact
from tests.collect.compute_api import ComputeApi
from tests.conftest import RECORDINGS, recorded, shipped_playbooks

NAMES = sorted(path.name for path in RECORDINGS.iterdir() if path.is_dir())


@contextmanager
def served(snapshot: Snapshot, file: Path) -> Iterator[str]:
    """`gkedoctor serve` in front of a recording; the kubeconfig that leads to it."""
    server = Server(Api(snapshot))
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    known = server.api.recorded
    write_kubeconfig(kubeconfig(f"{server.url}/{known.identity}", known.name, known.moment), file)
    try:
        yield str(file)
    finally:
        server.shutdown()
        server.end()


def live(snapshot: Snapshot, tmp_path: Path) -> Snapshot:
    """The recording, replayed by `serve` and an emulated Compute API, and collected as `report` does it."""
    kinds = [
        kind for name, kind in COLLECTIONS.items() if snapshot.collection(name).state.status is not Status.NOT_ASKED
    ]
    with served(snapshot, tmp_path / "config") as config, ComputeApi.of(snapshot) as compute:
        wish = CloudWish(
            snapshot.manifest.project,
            snapshot.manifest.location,
            compute_endpoint=compute.url,
            container_endpoint=compute.url,
        )
        asked = Asked(
            Login(config),
            kinds,
            Patience(request=20, overall=60),
            unwell=unwell if snapshot.collection(LOGS).objects else None,
            cloud=wish if any(kind.cloud for kind in kinds) else None,
        )
        gathered = collect(asked, lambda _said: None).gathered
        assert all(a.method == "GET" or a.path.endswith(("/getHealth", "/listNetworkEndpoints")) for a in compute.asked)
    redact(gathered)
    return taken_in(gathered, recorded_at=snapshot.clock)


def report(snapshot: Snapshot) -> dict[str, Any]:
    found = diagnose(snapshot, shipped_playbooks())
    text = renderer("json").render(Answer(msgspec.structs.replace(found, source="here")), Page(80, False))
    return dict(json.loads(text))


@pytest.mark.parametrize("name", NAMES)
def test_the_same_is_found_live(name: str, tmp_path: Path) -> None:
    snapshot = recorded(name)
    again = live(snapshot, tmp_path)
    assert {n: c.state.status for n, c in again.collections.items()} == {
        n: c.state.status for n, c in snapshot.collections.items() if n in again.collections
    }
    assert report(again) == report(snapshot)
