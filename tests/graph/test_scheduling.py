"""Why a Pod has no node: messages of all ages, and what the Nodes make of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gkedoctor.graph import Graph, Unknown
from gkedoctor.graph.scheduling import node_fit as placement
from gkedoctor.graph.scheduling import scheduler_message as verdict
from gkedoctor.graph.scheduling.scheduler_message import reasons as _reasons_of
from gkedoctor.graph.scheduling.short_resources import lacking
from gkedoctor.snapshot.intake import Gathered, build_snapshot
from gkedoctor.snapshot.kinds import COLLECTIONS
from gkedoctor.snapshot.model import CollectionState, Status

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


def node(name: str, *taints: tuple[str, str], size: str = "2", cordoned: bool = False, **labels: str) -> dict[str, Any]:
    return {
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "spec": {
            "taints": [{"key": k, "value": v, "effect": "NoSchedule"} for k, v in taints],
            "unschedulable": cordoned,
        },
        "status": {"allocatable": {"cpu": size, "memory": "8Gi", "pods": "110"}},
    }


def pod(message: str, cpu: str = "1", **spec: Any) -> dict[str, Any]:
    container = {"name": "a", "image": "a", "resources": {"requests": {"cpu": cpu}}}
    told = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
    return {
        "kind": "Pod",
        "metadata": {"name": "p", "namespace": "shop"},
        "spec": {"containers": [container], **spec},
        "status": {"phase": "Pending", "conditions": [told]},
    }


def record(subject: dict[str, Any], *nodes: dict[str, Any], listed: bool = True) -> dict[str, Any]:
    gathered = Gathered(source="test")
    for name in COLLECTIONS:
        gathered.mark(name, CollectionState(Status.COMPLETE))
        gathered.objects[name] = []
    gathered.objects["pods"] = [subject]
    gathered.objects["nodes"] = list(nodes)
    if not listed:
        gathered.objects.pop("nodes")
        gathered.states["nodes"] = CollectionState(Status.DENIED, reason="forbidden")
    graph = Graph(build_snapshot(gathered, recorded_at=NOW))
    found = graph.follow("scheduling", graph.all("Pod")[0])
    assert isinstance(found, list)
    result: dict[str, Any] = found[0]
    return result


@pytest.mark.parametrize(
    ("message", "kinds"),
    [
        ("0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s). no new claims to "
         "deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
         ["resources", "taint"]),
        ("0/3 nodes are available: 1 node(s) had taint {node-role.kubernetes.io/master: }, that the pod didn't "
         "tolerate, 2 node(s) didn't match node selector.", ["taint", "selector"]),
        ("0/4 nodes are available: 1 node(s) had untolerated taint {dedicated: 3 of 4}, 3 Too many pods. preemption: "
         "0/4 nodes are available: 4 No preemption victims found for incoming pod.", ["taint", "resources"]),
        ("0/2 nodes are available: 2 node(s) didn't match pod affinity/anti-affinity, 2 node(s) didn't satisfy "
         "existing pods anti-affinity rules.", ["affinity", "affinity"]),
        ("0/2 nodes are available: 2 node(s) didn't match pod topology spread constraints (missing required label).",
         ["spread"]),
        ("0/3 nodes are available: 1 node(s) didn't have free ports for the requested pod ports, 2 node(s) didn't "
         "satisfy plugin(s) [NodeAffinity].", ["ports", "selector"]),
        ("0/1 nodes are available: 1 node(s) were unschedulable.", ["cordoned"]),
        ("0/1 nodes are available: persistentvolumeclaim \"data\" not found. preemption: 0/1 nodes are available.",
         ["storage"]),
        ("0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found", ["storage"]),
        ("0/2 nodes are available: 1 node(s) didn't match PersistentVolume's node affinity, 1 node(s) exceed max "
         "volume count.", ["storage", "storage"]),
        ("0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }.", ["taint"]),
        ("no nodes available to schedule pods", ["none"]),
        ("0/1 nodes are available: 1 node(s) didn't match the requested node name.", ["name"]),
        ("0/1 nodes are available: 1 Insufficient nvidia.com/gpu.", ["resources"]),
        ("something quite new", ["other"]),
    ],
)  # fmt: skip
def test_wordings(message: str, kinds: list[str]) -> None:
    assert [r["kind"] for r in verdict.reasons(message)] == kinds


def test_a_reason_has_its_count_its_resource_and_its_taint() -> None:
    message = "0/7 nodes are available: 3 Insufficient nvidia.com/gpu, 4 node(s) had untolerated taint {a/b: c}."
    gpu, taint = verdict.reasons(message)
    assert (gpu["count"], gpu["resource"]) == (3, "nvidia.com/gpu")
    assert (taint["count"], taint["key"]) == (4, "a/b")


@given(st.text(max_size=300))
def test_any_message_can_be_taken_apart(message: str) -> None:
    assert all(r["kind"] for r in verdict.reasons(message))


BOTH = "0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) {}."
TAINTED = BOTH.format("had untolerated taint(s)")
CORDONED = BOTH.format("were unschedulable")
SMALL = "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s)."


def test_the_tainted_node_is_the_one_that_is_meant() -> None:
    found = record(pod(TAINTED, nodeSelector={"pool": "b"}), node("a"), node("b", ("dedicated", "x"), pool="b"))
    assert (found["lead"], found["sure"]) == ("taint", True)
    assert [t["key"] for t in found["taints"]] == ["dedicated"]


def test_the_tainted_node_is_not_meant_either() -> None:
    found = record(pod(TAINTED, nodeSelector={"disk": "ssd"}), node("a", disk="hdd"), node("b", ("dedicated", "x")))
    assert (found["lead"], found["sure"]) == ("selector", True)
    assert found["unmet"][0]["text"] == "disk=ssd"
    assert found["unmet"][0]["near"] == "disk=hdd"


@pytest.mark.parametrize(
    ("key", "lead"),
    [("node.kubernetes.io/unreachable", "not-ready"), ("node.kubernetes.io/memory-pressure", "pressure")],
)
def test_a_taint_of_a_node_that_is_not_well_points_to_the_node(key: str, lead: str) -> None:
    found = record(pod(TAINTED, nodeSelector={"pool": "b"}), node("a"), node("b", (key, ""), pool="b"))
    assert found["lead"] == lead
    assert [n["metadata"]["name"] for n in found["broken"]] == ["b"]


def test_a_node_that_is_large_enough_and_tainted_is_a_matter_of_the_taint() -> None:
    assert record(pod(SMALL, cpu="6"), node("a"), node("b", ("dedicated", "x"), size="8"))["lead"] == "taint"
    assert record(pod(SMALL, cpu="9"), node("a"), node("b", ("dedicated", "x"), size="8"))["lead"] == "resources"


def test_a_large_node_that_is_cordoned() -> None:
    message = "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable."
    assert record(pod(message, cpu="6"), node("a"), node("b", size="8", cordoned=True))["lead"] == "cordoned"


@pytest.mark.parametrize("crowd", [0, 1, 40])
def test_more_nodes_than_the_scheduler_saw_change_nothing(crowd: int) -> None:
    others = [node(f"n{i}") for i in range(crowd)]
    mem, batch = node("mem", cordoned=True, pool="mem"), node("batch", ("dedicated", "x"), pool="batch")
    assert record(pod(CORDONED, nodeSelector={"pool": "mem"}), node("a"), mem, batch, *others)["lead"] == "cordoned"
    assert record(pod(SMALL, cpu="64"), node("a"), mem, batch, *others)["lead"] == "resources"
    affinity = "0/2 nodes are available: 1 node(s) didn't match pod anti-affinity rules, 1 node(s) were unschedulable."
    assert record(pod(affinity), node("a"), mem, batch, *others)["lead"] == "affinity"


def test_a_node_that_is_gone_is_still_believed() -> None:
    found = record(pod(CORDONED, nodeSelector={"pool": "mem"}), node("a"))
    assert (found["lead"], found["sure"]) == ("cordoned", False)


def test_nodes_that_would_do_by_now_make_it_less_sure() -> None:
    found = record(pod("0/1 nodes are available: 1 node(s) had untolerated taint(s)."), node("a"))
    assert (found["lead"], found["sure"]) == ("taint", False)


@pytest.mark.parametrize(
    ("message", "lead"),
    [
        (CORDONED, "cordoned"),
        (TAINTED, "taint"),
        (SMALL, "resources"),
        ("0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }.", "not-ready"),
        ("0/1 nodes are available: 1 node(s) didn't match node selector.", "selector"),
        ("", None),
    ],
)
def test_the_message_alone_where_nodes_may_not_be_listed(message: str, lead: str | None) -> None:
    found = record(pod(message), listed=False)
    assert found["lead"] == lead
    assert isinstance(found["sure"], Unknown) or not message


def test_a_pod_of_a_daemonset_is_meant_for_one_node() -> None:
    term = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["b"]}]}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}
    message = "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) didn't satisfy plugin(s) [NodeAffinity]."
    found = record(pod(message, affinity={"nodeAffinity": required}), node("a"), node("b"))
    assert (found["lead"], found["sure"]) == ("resources", True)


@pytest.mark.parametrize(
    ("toleration", "kept_off"),
    [
        ({"operator": "Exists"}, False),
        ({"key": "dedicated", "operator": "Exists"}, False),
        ({"key": "dedicated", "value": "batch"}, False),
        ({"key": "dedicated", "operator": "Equal", "value": "batch", "effect": "NoSchedule"}, False),
        ({"key": "dedicated", "value": "web"}, True),
        ({"key": "dedicated", "operator": "Exists", "effect": "NoExecute"}, True),
        ({"operator": "Equal", "value": "batch"}, True),
        ({"key": "other", "operator": "Exists"}, True),
    ],
)
def test_tolerations(toleration: dict[str, Any], kept_off: bool) -> None:
    subject = {"spec": {"tolerations": [toleration]}}
    assert bool(placement.untolerated(subject, node("n", ("dedicated", "batch")))) is kept_off


def test_preferences_keep_no_pod_off() -> None:
    soft = {"spec": {"taints": [{"key": "a", "effect": "PreferNoSchedule"}]}}
    assert placement.untolerated({}, soft) == []


def test_requests_of_containers_sidecars_and_init_containers() -> None:
    def asking(cpu: str, **more: Any) -> dict[str, Any]:
        return {"name": "c", "resources": {"requests": {"cpu": cpu}}, **more}

    spec = {
        "initContainers": [asking("3"), asking("500m", restartPolicy="Always"), asking("2")],
        "containers": [asking("1"), asking("250m"), {"name": "limited", "resources": {"limits": {"memory": "1Gi"}}}],
        "overhead": {"cpu": "100m"},
    }
    found = placement.requests({"spec": spec})
    assert found["cpu"] == pytest.approx(3.1)
    assert (found["memory"], found["pods"]) == (2**30, 1.0)
    spec["initContainers"] = []
    assert placement.requests({"spec": spec})["cpu"] == pytest.approx(1.35)


@pytest.mark.parametrize(
    ("resource", "number", "text"),
    [
        ("cpu", 64.0, "64 cpu"),
        ("cpu", 0.25, "250m cpu"),
        ("memory", 20 * 2.0**30, "20Gi memory"),
        ("memory", 1.5 * 2**30, "1.5Gi memory"),
        ("memory", 100.0, "100 memory"),
        ("nvidia.com/gpu", 2.0, "2 nvidia.com/gpu"),
    ],
)
def test_amounts_as_people_write_them(resource: str, number: float, text: str) -> None:
    assert placement.format_amount(resource, number) == text


@pytest.mark.parametrize(
    "spec", [None, {}, {"containers": None}, {"affinity": {"nodeAffinity": {}}}, {"resources": "x"}]
)
def test_missing_fields_are_no_trouble(spec: Any) -> None:
    subject = {"kind": "Pod", "metadata": {"name": "p"}, "spec": spec}
    bare: dict[str, Any] = {"kind": "Node", "metadata": {"name": "n"}}
    assert placement.selected(subject, bare)
    assert placement.requests(subject) == {"pods": 1.0}
    assert placement.too_small({"cpu": 5.0}, bare) == []


def test_the_most_frequent_shortage_comes_first() -> None:
    found = lacking(_reasons_of("0/3 nodes are available: 1 Insufficient memory, 3 Insufficient cpu."), [])
    assert found == ["cpu", "memory"]
