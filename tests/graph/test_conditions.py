"""The table of conditions: what is good when False, what is no evidence, and that the places that judge read it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gkedoctor.graph import Graph
from gkedoctor.graph.core.conditions import CONDITIONS, condition, good_status, is_bad, is_good, is_true
from gkedoctor.graph.scheduling.nodes import not_well
from gkedoctor.graph.workloads.rollouts import not_whole
from tests.conftest import RECORDINGS, ROOT, recorded


def test_no_condition_has_two_rows_and_each_names_its_source() -> None:
    assert len({(c.kind, c.type) for c in CONDITIONS}) == len(CONDITIONS)
    assert all(c.source.startswith("https://") and c.good in ("True", "False", None) for c in CONDITIONS)


@pytest.mark.parametrize(
    ("kind", "type_", "status", "bad"),
    [
        ("Gateway", "Programmed", "False", True),
        ("Gateway", "Programmed", "Unknown", False),
        ("Gateway", "Conflicted", "True", True),
        ("Gateway", "Conflicted", "False", False),
        ("Gateway", "Detached", "False", False),
        ("Gateway", "OverlappingTLSConfig", "False", False),
        ("HTTPRoute", "PartiallyInvalid", "False", False),
        ("HTTPRoute", "PartiallyInvalid", "True", True),
        ("Gateway", "InsecureFrontendValidationMode", "False", False),
        ("Gateway", "Ready", "False", False),
        ("Gateway", "Scheduled", "False", False),
        ("Node", "Ready", "False", True),
        ("Node", "MemoryPressure", "True", True),
        ("Node", "MemoryPressure", "False", False),
        ("Node", "TypeOfADetector", "True", True),
        ("Job", "Failed", "True", True),
        ("Job", "Suspended", "True", False),
        ("Widget", "Ready", "False", True),
    ],
)
def test_a_status_is_judged_by_the_type(kind: str, type_: str, status: str, bad: bool) -> None:
    assert is_bad(kind, {"type": type_, "status": status}) is bad
    assert not (bad and is_good(kind, {"type": type_, "status": status}))


def test_a_gateway_that_is_programmed_is_silent_whatever_the_notices_say() -> None:
    notices = [{"type": "Ready", "status": "False"}, {"type": "Scheduled", "status": "False"}]
    good = [{"type": "Detached", "status": "False"}, {"type": "OverlappingTLSConfig", "status": "False"}]
    gateway: dict[str, Any] = {
        "kind": "Gateway",
        "metadata": {"name": "g", "namespace": "n"},
        "status": {
            "conditions": [*notices, {"type": "Programmed", "status": "True"}],
            "listeners": [{"conditions": good}],
        },
    }
    graph = Graph(recorded("ing-healthy"))
    assert graph.follow("gateway_errors", gateway) == []
    failed = {"type": "Programmed", "status": "False", "reason": "Invalid"}
    gateway = {**gateway, "status": {"conditions": [*notices, failed]}}
    assert [c["type"] for c in graph.follow("gateway_errors", gateway)] == ["Programmed"]  # type: ignore[union-attr]


def test_readers_take_objects_without_conditions() -> None:
    assert condition({}, "Ready") is None
    assert not is_true({"status": {"conditions": None}}, "Ready")
    assert good_status("Pod", "Ready") == "True"


@pytest.mark.parametrize("name", sorted(path.name for path in RECORDINGS.iterdir()))
def test_what_is_well_in_a_recording_stays_well(name: str) -> None:
    """The indexes of suspects may name more than the playbooks find, and never a Node or Deployment without a fault."""
    graph = Graph(recorded(name))
    for node in not_well(graph):
        assert not is_true(node, "Ready") or any(is_bad("Node", c) for c in node["status"]["conditions"])
    for deployment in not_whole(graph):
        status = deployment["status"]
        bad = any(not is_good("Deployment", c) for c in status.get("conditions") or [])
        assert status.get("unavailableReplicas") or bad


def test_no_other_module_judges_a_condition_by_its_status() -> None:
    """`c.get("status") == "True"` beside a type is a second opinion on what is good."""
    graph = ROOT / "src" / "gkedoctor" / "graph"
    assert {str(p.relative_to(graph)) for p in graph.rglob("*.py") if any(_judgements(p))} <= JUDGING


JUDGING = {
    "core/conditions.py",
    "admission/denials.py",  # reads the message of one condition
    "admission/failed_creates.py",
    "objects/events.py",  # since when an object is healthy
    "request_path/backend_hops.py",  # why a Pod is not Ready
    "scheduling/nodes.py",
    "scheduling/unschedulable_pods.py",  # reads the message of PodScheduled
    "services/selection.py",  # sorts Pods by when they became Ready
    "workloads/pods.py",  # the steps of a Pod
}
"""Modules that look at the status of one condition that they name, and what for."""


def _judgements(path: Path) -> Iterator[ast.Compare]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Compare) and any(
            isinstance(c, ast.Constant) and c.value in ("True", "False") for c in (node.left, *node.comparators)
        ):
            yield node
