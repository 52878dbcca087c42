"""A recorded cluster that is served and collected live is diagnosed in the same bytes, but for clock and source."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gkedoctor.collect.collector import CollectRequest, collect
from gkedoctor.collect.deadline import Deadline
from gkedoctor.collect.google_location import GoogleOptions
from gkedoctor.collect.kubeconfig import Login
from gkedoctor.diagnose.engine import diagnose
from gkedoctor.live.collection import LiveCollection
from gkedoctor.live.log_selection import select_logs
from gkedoctor.report.answer import Answer
from gkedoctor.report.formats import Page, renderer
from gkedoctor.serve.api import Api
from gkedoctor.serve.kubeconfig import kubeconfig, write_kubeconfig
from gkedoctor.serve.server import Server
from gkedoctor.snapshot.kinds import COLLECTIONS, LOGS
from gkedoctor.snapshot.model import Collection, CollectionState, Snapshot, Status
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
    held = snapshot.collections
    kinds = [kind for name, kind in COLLECTIONS.items() if not kind.cloud or name in held]
    with served(snapshot, tmp_path / "config") as config, ComputeApi.of(snapshot) as compute:
        wish = GoogleOptions(
            snapshot.manifest.project,
            snapshot.manifest.location,
            compute_endpoint=compute.url,
            file_endpoint=compute.url,
            container_endpoint=compute.url,
        )
        asked = CollectRequest(
            Login(config),
            kinds,
            Deadline(request=20, overall=60),
            select_logs=select_logs if held.get(LOGS) else None,
            cloud=wish if any(kind.cloud for kind in kinds) else None,
        )
        recorded = LiveCollection(asked).whole(lambda _said: None)
        assert all(a.method == "GET" or a.path.endswith(("/getHealth", "/listNetworkEndpoints")) for a in compute.asked)
    return recorded.snapshot


def report(snapshot: Snapshot) -> str:
    return renderer("json").render(Answer(diagnose(snapshot, shipped_playbooks())), Page(80, False))


def with_the_source_of(snapshot: Snapshot, text: str) -> str:
    """The report with the `source` of another snapshot in place of its own, and nothing else changed."""
    line = f'"source": {json.dumps(snapshot.manifest.source)},'
    made, count = re.subn(r'(?<="snapshot": \{\n    )"source": ".*",', lambda _: line, text)
    assert count == 1
    return made


@pytest.mark.parametrize("name", NAMES)
def test_the_report_is_the_same_byte_for_byte(name: str, tmp_path: Path) -> None:
    """Not even the clock differs: a served recording says when it was made."""
    snapshot = recorded(name)
    assert with_the_source_of(snapshot, report(live(snapshot, tmp_path))) == report(snapshot)


PARTS = {
    "pods": CollectionState(Status.PARTIAL, reason="stopped after 1 objects: 500", malformed={"shop/odd": "no spec"}),
    "services": CollectionState(Status.PARTIAL, needs="list services", unread={"hidden": "services is forbidden"}),
    "secrets": CollectionState(Status.DENIED, reason='secrets is forbidden: User "jane"', needs="list secrets"),
    "deployments": CollectionState(Status.COMPLETE, namespaces=("db-host",)),
    "configmaps": CollectionState(Status.FAILED, reason="etcdserver: leader changed"),
    "events": CollectionState(Status.NOT_ASKED, reason="not in this recording", needs="list events"),
    "backendconfigs": CollectionState(Status.NOT_ASKED, reason="not in this recording"),
    "frontendconfigs": CollectionState(Status.DISABLED, reason="the CRD is not installed"),
}


def in_parts(snapshot: Snapshot) -> Snapshot:
    """The recording as one that was made with few permissions and a bad network."""
    kept = (Status.COMPLETE, Status.PARTIAL)
    changed = [
        Collection(name, state, snapshot.collection(name).objects if state.status in kept else ())
        for name, state in PARTS.items()
    ]
    rest = [c for c in snapshot.collections.values() if c.name not in PARTS]
    return Snapshot(snapshot.manifest, [*rest, *changed])


def test_what_a_recording_holds_in_part_stays_a_part(tmp_path: Path) -> None:
    snapshot = in_parts(recorded("db-host"))
    again = live(snapshot, tmp_path)
    assert {name: again.collection(name).state for name in PARTS} == PARTS
    assert with_the_source_of(snapshot, report(again)) == report(snapshot)


def test_a_namespace_of_a_recording_in_parts_is_no_more_complete_than_that(tmp_path: Path) -> None:
    snapshot = in_parts(recorded("db-host"))
    with served(snapshot, tmp_path / "config") as config:
        kinds = [COLLECTIONS[name] for name in ("pods", "services", "deployments")]
        asked = CollectRequest(Login(config), kinds, Deadline(request=20, overall=60), only=("db-host", "hidden"))
        states = collect(asked, lambda _said: None).gathered.states
    assert states["pods"].status is Status.PARTIAL and states["pods"].malformed == {"shop/odd": "no spec"}
    assert set(states["services"].unread) == {"hidden"}
    assert set(states["deployments"].unread) == {"hidden"}
