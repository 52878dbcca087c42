"""Objects that were exported without status: nothing is known of how they do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gkedoctor.diagnose.engine import diagnose
from gkedoctor.diagnose.model import Outcome
from gkedoctor.snapshot.sources import load
from tests.conftest import shipped_playbooks

MADE = "2026-01-01T00:00:00Z"
VERSIONS = {
    "Deployment": "apps/v1",
    "StatefulSet": "apps/v1",
    "Ingress": "networking.k8s.io/v1",
    "CronJob": "batch/v1",
    "EndpointSlice": "discovery.k8s.io/v1",
}
LATER = {
    "kind": "Event",
    "metadata": {"name": "e", "namespace": "shop"},
    "lastTimestamp": "2026-01-01T11:00:00Z",
    "involvedObject": {"kind": "ConfigMap", "name": "x", "namespace": "shop"},
}


def outcome(folder: Path, *objects: Any) -> Outcome:
    items = [{"apiVersion": VERSIONS.get(o["kind"], "v1"), **o} for o in objects]
    path = folder / "all.json"
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}), encoding="utf-8")
    return diagnose(load(path), shipped_playbooks().playbooks)


def exported(kind: str, **spec: Any) -> dict[str, Any]:
    return {"kind": kind, "metadata": {"name": "web", "namespace": "shop", "creationTimestamp": MADE}, "spec": spec}


TEMPLATE = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": "web"}]}}
OBJECTS = (
    exported("Deployment", replicas=1, selector={"matchLabels": {"app": "web"}}, template=TEMPLATE),
    exported("StatefulSet", replicas=1, selector={"matchLabels": {"app": "web"}}, template=TEMPLATE),
    exported("Ingress", defaultBackend={"service": {"name": "web", "port": {"number": 80}}}),
    exported("PersistentVolumeClaim", accessModes=["ReadWriteOnce"]),
    exported("Service", type="LoadBalancer", selector={"app": "web"}, ports=[{"port": 80}]),
    {
        "kind": "EndpointSlice",
        "metadata": {"name": "web-x", "namespace": "shop", "labels": {"kubernetes.io/service-name": "web"}},
        "endpoints": [{"addresses": ["10.8.0.4"]}],
    },
    exported("CronJob", schedule="* * * * *", jobTemplate={"spec": {"template": TEMPLATE}}),
    exported("Pod", containers=[{"name": "web", "image": "web"}]),
)


def test_nothing_is_said_of_them_and_that_is_said(tmp_path: Path) -> None:
    found = outcome(tmp_path, *OBJECTS, LATER)
    assert [*found.unexplained, *(d for d in found.diagnoses if d.severity != "advisory")] == []
    why = {n.collection: n.detail for n in found.not_checked}
    assert "without status" in why["deployments"]
    assert not found.complete


@pytest.mark.parametrize("status", [{"observedGeneration": 1}, {"replicas": 1}])
def test_one_status_shows_that_it_is_no_export(tmp_path: Path, status: Any) -> None:
    found = outcome(tmp_path, {**OBJECTS[0], "status": status}, *OBJECTS[1:], LATER)
    assert found.unexplained


def test_what_a_dry_run_writes_is_none(tmp_path: Path) -> None:
    found = outcome(tmp_path, *({**o, "status": {}} for o in OBJECTS), LATER)
    assert not found.unexplained
