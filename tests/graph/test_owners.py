"""Owner chains up and down, also where a link was not recorded."""

from __future__ import annotations

from typing import Any

from gkedoctor.diagnose.cases import Given, given_snapshot
from gkedoctor.graph import Graph, Unknown
from gkedoctor.graph.objects.owners import controller_ref, template_of, workload
from tests.conftest import recorded


def owned(kind: str, name: str, above: tuple[str, str] | None = None, **labels: str) -> dict[str, Any]:
    metadata: dict[str, Any] = {"name": name, "namespace": "shop", "labels": labels}
    if above is not None:
        metadata["ownerReferences"] = [{"kind": above[0], "name": above[1], "controller": True}]
    return {"kind": kind, "metadata": metadata, "spec": {}}


def graph_of(*objects: dict[str, Any], deny: tuple[str, ...] = ()) -> Graph:
    return Graph(given_snapshot(Given(objects=objects, deny=deny), recorded))


def find(graph: Graph, kind: str, name: str) -> Any:
    return graph.find(kind, "shop", name)


CHAIN = (
    owned("Deployment", "cart"),
    owned("ReplicaSet", "cart-7d9f", ("Deployment", "cart")),
    owned("Pod", "cart-7d9f-x", ("ReplicaSet", "cart-7d9f"), **{"pod-template-hash": "7d9f"}),
    owned("CronJob", "report"),
    owned("Job", "report-1", ("CronJob", "report")),
    owned("Pod", "report-1-x", ("Job", "report-1")),
)


def test_the_workload_is_the_top_of_the_chain() -> None:
    graph = graph_of(*CHAIN)
    assert workload(graph, find(graph, "Pod", "cart-7d9f-x")) is find(graph, "Deployment", "cart")
    assert workload(graph, find(graph, "Pod", "report-1-x")) is find(graph, "CronJob", "report")
    assert workload(graph, find(graph, "CronJob", "report")) is find(graph, "CronJob", "report")


def test_pods_are_found_through_replicasets_and_jobs() -> None:
    graph = graph_of(*CHAIN)
    assert [p["metadata"]["name"] for p in graph.follow("pods", find(graph, "Deployment", "cart"))] == ["cart-7d9f-x"]
    assert [p["metadata"]["name"] for p in graph.follow("pods", find(graph, "CronJob", "report"))] == ["report-1-x"]
    assert graph.follow("children", find(graph, "CronJob", "report")) == [find(graph, "Job", "report-1")]


def test_a_deployment_is_recognised_without_its_replicasets() -> None:
    graph = graph_of(*CHAIN, deny=("ReplicaSet",))
    top = workload(graph, find(graph, "Pod", "cart-7d9f-x"))
    assert (top["kind"], top["metadata"]["name"]) == ("Deployment", "cart")
    assert [p["metadata"]["name"] for p in graph.follow("pods", find(graph, "Deployment", "cart"))] == ["cart-7d9f-x"]
    assert isinstance(graph.follow("children", find(graph, "Deployment", "cart")), Unknown)


def test_denied_pods_are_unknown_and_not_none() -> None:
    graph = graph_of(*CHAIN, deny=("Pod",))
    assert isinstance(graph.follow("pods", find(graph, "Deployment", "cart")), Unknown)


def test_owners_that_point_at_each_other_end() -> None:
    graph = graph_of(owned("Job", "a", ("Job", "b")), owned("Job", "b", ("Job", "a")))
    assert workload(graph, find(graph, "Job", "a"))["kind"] == "Job"
    assert graph.follow("pods", find(graph, "Job", "a")) == []


def test_a_static_pod_is_its_own_workload() -> None:
    graph = graph_of(owned("Pod", "kube-proxy-n1", ("Node", "n1")))
    pod = find(graph, "Pod", "kube-proxy-n1")
    assert workload(graph, pod) is pod


def test_the_controller_goes_before_other_owners() -> None:
    item = owned("Pod", "x")
    item["metadata"]["ownerReferences"] = [
        {"kind": "Thing", "name": "t"},
        {"kind": "Job", "name": "j", "controller": True},
    ]
    assert (controller_ref(item) or {}).get("name") == "j"
    item["metadata"]["ownerReferences"] = None
    assert controller_ref(item) is None


def test_the_template_of_every_kind() -> None:
    spec: dict[str, Any] = {"containers": []}
    assert (
        template_of({"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": {"spec": spec}}}}})["spec"]
        is spec
    )
    assert template_of({"kind": "Deployment", "spec": {"template": {"spec": spec}}})["spec"] is spec
    assert template_of({"kind": "Pod", "spec": spec})["spec"] is spec
    assert template_of({"kind": "Deployment", "spec": None}) == {}
