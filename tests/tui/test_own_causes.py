"""The screen shows a cause of one's own, and takes out what an annotation names by it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gkedoctor.cli.screen_sources import ScreenQuery, recording_source
from gkedoctor.tui.app import GkedoctorApp
from tests.conftest import ROOT

from .driving import looked

OWN = ROOT / "examples" / "playbook-package" / "src" / "acme_playbooks"


@pytest.mark.parametrize("ignored", [False, True])
def test_a_cause_of_ones_own_is_shown_unless_it_is_ignored(tmp_path: Path, ignored: bool) -> None:
    metadata = {"name": "cart", "namespace": "shop"}
    ignore = {"annotations": {"gkedoctor.dev/ignore": "acme/no-rollback-history; reason=spare"}} if ignored else {}
    spec = {"replicas": 0, "revisionHistoryLimit": 0}
    item = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata | ignore, "spec": spec}
    item["status"] = {"observedGeneration": 1}
    path = tmp_path / "cluster.json"
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": [item]}))
    shown = looked(GkedoctorApp(recording_source(path, ScreenQuery(folders=[OWN]))))
    assert ("acme/no-rollback-history" in shown) is not ignored
