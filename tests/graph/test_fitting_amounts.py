"""The amounts that fixes set: requests that fit the nodes, limits within a LimitRange."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from gkedoctor.graph import Graph, Unknown
from gkedoctor.graph.admission.limit_ranges import _options
from gkedoctor.snapshot.intake import Gathered, build_snapshot
from gkedoctor.snapshot.kinds import COLLECTIONS
from gkedoctor.snapshot.model import CollectionState, Status

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def node(name: str, cpu: str = "4", memory: str = "8Gi") -> dict[str, Any]:
    return {
        "kind": "Node",
        "metadata": {"name": name},
        "status": {"allocatable": {"cpu": cpu, "memory": memory, "pods": "110"}},
    }


def pod(name: str, cpu: str, on: str | None = None, **requests: str) -> dict[str, Any]:
    container = {"name": "a", "image": "a", "resources": {"requests": {"cpu": cpu, **requests}}}
    unscheduled = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "Insufficient cpu"}
    return {
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"containers": [container], **({"nodeName": on} if on else {})},
        "status": {"phase": "Running"} if on else {"phase": "Pending", "conditions": [unscheduled]},
    }


def fitting(waiting: dict[str, Any], *others: dict[str, Any], listed: bool = True) -> Any:
    gathered = Gathered(source="test")
    for name in COLLECTIONS:
        gathered.mark(name, CollectionState(Status.COMPLETE))
        gathered.objects[name] = []
    gathered.objects["pods"] = [waiting, *(o for o in others if o["kind"] == "Pod")]
    gathered.objects["nodes"] = [o for o in others if o["kind"] == "Node"]
    if not listed:
        gathered.states["pods"] = CollectionState(Status.DENIED, reason="forbidden")
    graph = Graph(build_snapshot(gathered, recorded_at=NOW))
    return graph.follow("fitting_request", waiting)


def test_a_request_is_lowered_to_what_the_emptiest_node_has_left() -> None:
    found = fitting(pod("p", "8"), node("n1"), node("n2"), pod("busy", "2500m", on="n1"), pod("other", "1", on="n2"))
    assert found == [{"container": "a", "requests": "cpu=3", "text": "3 cpu"}]


def test_several_resources_are_lowered_at_once() -> None:
    (found,) = fitting(pod("p", "8", memory="16Gi"), node("n1"))
    assert found["requests"] == "cpu=4,memory=8192Mi"


def test_what_fits_needs_no_change() -> None:
    assert fitting(pod("p", "1"), node("n1")) == []


def test_a_full_node_has_nothing_to_offer() -> None:
    assert fitting(pod("p", "1"), node("n1"), pod("busy", "4", on="n1")) == []


def test_unseen_pods_leave_it_open() -> None:
    assert isinstance(fitting(pod("p", "8"), node("n1"), listed=False), Unknown)


@pytest.mark.parametrize(
    ("resources", "bound", "options"),
    [
        ({"limits": {"memory": "1Gi"}}, {"max": {"memory": "512Mi"}}, "--limits=memory=512Mi"),
        ({"requests": {"cpu": "10m"}}, {"min": {"cpu": "50m"}}, "--requests=cpu=50m"),
        ({"requests": {"cpu": "1"}}, {"default": {"cpu": "500m"}}, "--limits=cpu=1"),
        (
            {"requests": {"cpu": "2"}, "limits": {"cpu": "2"}},
            {"max": {"cpu": "1"}},
            "--limits=cpu=1 --requests=cpu=1",
        ),
        (
            {"limits": {"cpu": "20m"}, "requests": {"cpu": "20m"}},
            {"min": {"cpu": "50m"}},
            "--limits=cpu=50m --requests=cpu=50m",
        ),
        ({"limits": {"cpu": "1"}}, {"max": {"cpu": "1"}}, ""),
    ],
)
def test_amounts_are_moved_within_the_bounds(resources: dict[str, Any], bound: dict[str, Any], options: str) -> None:
    assert _options({"name": "a", "resources": resources}, [bound]) == options
