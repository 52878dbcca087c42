"""The revision that a rollback goes back to."""

from __future__ import annotations

from typing import Any

from gkedoctor.graph.workloads.rollbacks import rollback_of
from tests.graph.test_owners import find, graph_of, owned


def _with(item: Any, image: str) -> Any:
    item["spec"] = {"template": {"spec": {"containers": [{"name": "web", "image": image}]}}}
    return item


def _revision(number: int, image: str, ready: int = 0) -> Any:
    item = _with(owned("ReplicaSet", f"web-{number}", ("Deployment", "web")), image)
    item["metadata"]["annotations"] = {"deployment.kubernetes.io/revision": str(number)}
    return {**item, "status": {"readyReplicas": ready}}


def _found(*revisions: Any) -> Any:
    graph = graph_of(_with(owned("Deployment", "web"), "nginx:3"), *revisions)
    return rollback_of(graph, find(graph, "Deployment", "web"))


def test_the_revision_before_the_last() -> None:
    (record,) = _found(_revision(1, "nginx:1"), _revision(3, "nginx:3"), _revision(2, "nginx:2", ready=2))
    assert record["revision"] == 2
    assert record["image"] == "nginx:2"
    assert record["serves"]
    assert record["changed"] == ["containers[web].image"]
    assert record["command"].endswith(" rollout undo deployment/web --to-revision=2")


def test_nothing_to_go_back_to() -> None:
    assert _found(_revision(1, "nginx:3")) == []
    assert _found(_revision(1, "nginx:3"), _revision(2, "nginx:3")) == []


def test_only_deployments_have_recorded_revisions() -> None:
    graph = graph_of(owned("StatefulSet", "db"))
    assert rollback_of(graph, find(graph, "StatefulSet", "db")) == []
