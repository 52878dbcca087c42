"""Pods that were made alike are looked at together, and what is dear is worked out once."""

from __future__ import annotations

from gkedoctor.graph import EDGES, Graph
from gkedoctor.graph.core.accessors import name_of
from gkedoctor.graph.workloads.pod_templates import pods_by_template
from gkedoctor.snapshot.model import Object
from tests.diagnose.toys import obj, snapshot

ENV: list[Object] = [{"name": "DB", "value": "db:5432"}]


def pod(name: str, namespace: str = "shop", env: list[Object] | None = None) -> Object:
    return obj("Pod", name, namespace, spec={"containers": [{"name": "app", "env": env or ENV}]})


def test_pods_with_one_environment_stand_together_in_their_namespace() -> None:
    other = pod("d", env=[{"name": "DB", "value": "other"}])
    graph = Graph(snapshot(pod("a"), pod("b"), pod("c", namespace="pay"), other))
    assert sorted([name_of(p) for p in pods] for pods in pods_by_template(graph)) == [["a", "b"], ["c"], ["d"]]


def test_a_cached_edge_is_computed_once_for_each_object() -> None:
    ingress = obj("Ingress", "web", spec={})
    graph = Graph(snapshot(ingress))
    assert EDGES["Ingress", "class"].cached
    assert graph.follow("class", ingress) is graph.follow("class", ingress)
