"""One fault of many objects is one entry; what is proved without them is found beside it."""

from __future__ import annotations

from typing import Any

import msgspec

from gkedoctor.diagnose.cases import Given, outcome_of
from gkedoctor.diagnose.model import Outcome
from gkedoctor.report.answer import Answer
from gkedoctor.report.formats import Page, renderer
from tests.conftest import recorded, shipped_playbooks

OLD, LOST = "2025-12-01T08:00:00Z", "2026-01-01T11:40:{:02}Z"


def outcome(*objects: dict[str, Any]) -> Outcome:
    """What is found at 2026-01-01T12:00:00Z."""
    return outcome_of(Given(objects=objects), shipped_playbooks().playbooks, recorded)[0]


def node(i: int, status: str = "Unknown", message: str = "Kubelet stopped posting node status.") -> dict[str, Any]:
    ready = {
        "type": "Ready",
        "status": status,
        "reason": "NodeStatusUnknown",
        "message": message,
        "lastTransitionTime": LOST.format(i),
    }
    labels = {"cloud.google.com/gke-nodepool": f"p{i % 2}", "kubernetes.io/hostname": f"n{i}"}
    return {
        "kind": "Node",
        "metadata": {"name": f"n{i}", "creationTimestamp": OLD, "labels": labels},
        "spec": {"taints": [{"key": "node.kubernetes.io/unreachable", "effect": "NoSchedule"}]},
        "status": {"conditions": [ready], "allocatable": {"cpu": "8", "memory": "32Gi", "pods": "110"}},
    }  # fmt: skip


def owned(workload: str, number: int, spec: dict[str, Any], status: dict[str, Any], **labels: str) -> dict[str, Any]:
    owner = {"kind": "StatefulSet", "name": workload, "controller": True}
    metadata = {
        "name": f"{workload}-{number}",
        "namespace": "shop",
        "creationTimestamp": OLD,
        "ownerReferences": [owner],
        "labels": labels,
    }
    return {
        "kind": "Pod",
        "metadata": metadata,
        "spec": {"containers": [{"name": workload, "image": "a"}]} | spec,
        "status": status,
    }


def running(workload: str, number: int, node: int, **labels: str) -> dict[str, Any]:
    """A Pod that ran until the node controller set its condition Ready."""
    containers = [{"name": workload, "ready": True, "restartCount": 0, "state": {"running": {"startedAt": OLD}}}]
    ready = {"type": "Ready", "status": "False", "lastTransitionTime": LOST.format(9)}
    status = {"phase": "Running", "startTime": OLD, "conditions": [ready], "containerStatuses": containers}
    return owned(workload, number, {"nodeName": f"n{node}"}, status, **labels)


def pending(workload: str, number: int, **spec: Any) -> dict[str, Any]:
    message = "0/6 nodes are available: 6 node(s) had untolerated taint(s). preemption: 0/6 nodes are available."
    told = {
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "message": message,
        "lastTransitionTime": OLD,
    }
    return owned(workload, number, spec, {"phase": "Pending", "conditions": [told]})


CLUSTER = [node(i) for i in range(6)]


def test_nodes_that_fail_together_are_one_entry_on_a_node_whatever_their_pools() -> None:
    found = outcome(*CLUSTER, *(running("web", i, i) for i in range(6)))
    (one,) = found.diagnoses
    assert (one.cause, str(one.root)) == ("node-not-ready", "Node/n0")
    assert one.title.startswith("All 6 nodes stopped reporting at the same time") and one.title.endswith("them: 6")
    assert "old statuses: 6 are not checked" in one.fix.say
    assert found.unexplained == ()


def test_nodes_without_a_container_network_are_one_entry_too() -> None:
    message = "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady"
    (one,) = outcome(*(node(i, "False", message) for i in range(4)), node(4, "True", "")).diagnoses
    assert one.title.startswith("4 of 5 nodes became not ready at the same time")


def test_faults_with_a_proof_of_their_own_are_found_beside_it() -> None:
    gap = {"reason": "CreateContainerConfigError", "message": 'secret "keys" not found'}
    container = {"name": "db", "ready": False, "restartCount": 0, "state": {"waiting": gap}}
    status = {"phase": "Pending", "startTime": OLD, "containerStatuses": [container]}
    env = [{"name": "db", "image": "a", "envFrom": [{"secretRef": {"name": "keys"}}]}]
    secret = {"kind": "Secret", "metadata": {"name": "other", "namespace": "shop"}}
    rule = {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "spread"}}}
    apart = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [rule]}}
    found = outcome(
        *CLUSTER,
        secret,
        owned("db", 0, {"nodeName": "n0", "containers": env}, status),
        pending("large", 0, containers=[{"name": "a", "image": "a", "resources": {"requests": {"cpu": "64"}}}]),
        pending("gpu", 0, nodeSelector={"gpu": "yes"}),
        *(running("spread", i, i, app="spread") for i in range(6)),
        pending("spread", 6, affinity=apart),
        pending("plain", 0),
    )
    assert {(d.cause, d.root.name) for d in found.diagnoses} == {
        ("node-not-ready", "n0"), ("missing-secret", "keys"), ("insufficient-resources", "large"),
        ("node-selector-mismatch", "gpu"), ("pod-affinity-conflict", "spread"),
    }  # fmt: skip
    assert "plain" in {c.ref.name for d in found.diagnoses if d.cause == "node-not-ready" for c in d.explains}


def silent(workload: str, number: int) -> dict[str, Any]:
    """A Pod whose kubelet has not begun, on a Node that calls itself ready."""
    told = {"type": "PodScheduled", "status": "True", "lastTransitionTime": OLD}
    return owned(workload, number, {"nodeName": f"n{number}"}, {"phase": "Pending", "conditions": [told]})


def test_symptoms_without_a_cause_are_one_entry_for_many_workloads() -> None:
    found = outcome(*(node(i, "True", "") for i in range(3)), *(silent(f"w{w}", i) for w in range(8) for i in range(3)))
    (one,) = found.open
    assert one.symptom == "bound to n0, whose kubelet has not started it (and 23 more: 8 workloads on 3 nodes)"
    entry = msgspec.json.decode(renderer("json").render(Answer(found), Page()))["unexplained"][0]
    assert (entry["count"], len(entry["alike"]), len(entry["affected"]), len(entry["fingerprints"])) == (24, 23, 8, 24)
    for form in ("text", "md", "html", "sarif", "junit", "github"):
        assert renderer(form).render(Answer(found), Page()).count("bound to n0") in (1, 2, 3), form


def test_a_few_workloads_are_still_listed_one_by_one() -> None:
    found = outcome(*(node(i, "True", "") for i in range(3)), *(silent(f"w{w}", i) for w in range(4) for i in range(3)))
    assert [str(one.ref) for one in found.open] == [f"Pod/shop/w{w}-0" for w in range(4)]
    assert found.open[0].symptom.endswith("(and 2 more of StatefulSet w0)")
