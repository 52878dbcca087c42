"""A recorded cluster that is served and collected live is diagnosed in the same bytes, but for clock and source."""

from __future__ import annotations

import json
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
from gkedoctor.snapshot.intake import taken_in
from gkedoctor.snapshot.kinds import COLLECTIONS, LOGS
from gkedoctor.snapshot.model import Snapshot, Status
from gkedoctor.snapshot.redact import redact
from tests.collect.compute_api import ComputeApi
from tests.collect.kube_api import KubeApi
from tests.conftest import RECORDINGS, recorded, shipped_playbooks

NAMES = sorted(path.name for path in RECORDINGS.iterdir() if path.is_dir())


def live(snapshot: Snapshot, tmp_path: Path) -> Snapshot:
    """The recording, served by both emulations and collected as `report` does it, with all masks on."""
    kinds = [
        kind for name, kind in COLLECTIONS.items() if snapshot.collection(name).state.status is not Status.NOT_ASKED
    ]
    with KubeApi.of(snapshot) as kube, ComputeApi.of(snapshot) as compute:
        wish = CloudWish(
            snapshot.manifest.project,
            snapshot.manifest.location,
            compute_endpoint=compute.url,
            container_endpoint=compute.url,
        )
        asked = Asked(
            Login(kube.kubeconfig(tmp_path)),
            kinds,
            Patience(request=20, overall=60),
            unwell=unwell if snapshot.collection(LOGS).objects else None,
            cloud=wish if any(kind.cloud for kind in kinds) else None,
        )
        gathered = collect(asked, lambda _said: None).gathered
        assert all(a.method == "GET" for a in kube.asked)
        assert all(a.method == "GET" or a.path.endswith(("/getHealth", "/listNetworkEndpoints")) for a in compute.asked)
    redact(gathered)
    return taken_in(gathered)


def report(snapshot: Snapshot) -> dict[str, Any]:
    found = diagnose(snapshot, shipped_playbooks())
    text = renderer("json").render(Answer(msgspec.structs.replace(found, source="here")), Page(80, False))
    return dict(json.loads(text))


@pytest.mark.parametrize("name", NAMES)
def test_the_same_is_found_live(name: str, tmp_path: Path) -> None:
    snapshot = recorded(name)
    served = live(snapshot, tmp_path)
    assert {n: c.state.status for n, c in served.collections.items()} == {
        n: c.state.status for n, c in snapshot.collections.items() if n in served.collections
    }
    assert report(served) == report(snapshot)
