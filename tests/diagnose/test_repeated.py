"""Diagnosing again what changed comes to what diagnosing all of it comes to."""

from __future__ import annotations

import gc
import random
import weakref

import pytest

from gkedoctor.diagnose.engine import diagnose
from gkedoctor.diagnose.repeated import RepeatedDiagnosis
from gkedoctor.graph import Graph
from gkedoctor.graph.core.successive import SuccessiveGraph
from gkedoctor.graph.workloads.pods import is_fine_alone, step_of
from gkedoctor.snapshot.kinds import LOGS
from gkedoctor.snapshot.model import Collection, CollectionState, Object, Snapshot, Status
from tests.conftest import recorded, shipped_playbooks

DENIED = CollectionState(Status.DENIED, reason="forbidden")


def changed(whole: Snapshot, now: Snapshot, choose: random.Random) -> Snapshot:
    """Another moment: one collection has half of its objects, or all that it had, or is denied."""
    name = choose.choice([n for n, c in whole.collections.items() if len(c.objects)])
    items = list(whole.collection(name).objects)
    if choose.random() < 0.5:
        items = choose.sample(items, len(items) // 2)
    state = DENIED if choose.random() < 0.2 else whole.collection(name).state
    other = Collection(name, state, [] if state is DENIED else items)
    return Snapshot(now.manifest, [other if c.name == name else c for c in now.collections.values()])


@pytest.mark.parametrize("name", ["cordoned", "two-problems"])
def test_diagnosing_changes_is_diagnosing_all(name: str) -> None:
    choose, whole, playbooks = random.Random(name), recorded(name), shipped_playbooks()
    now, repeated = whole, RepeatedDiagnosis(playbooks)
    for _ in range(10):
        assert repeated.diagnose(now).outcome == diagnose(now, playbooks)
        now = changed(whole, now, choose)


@pytest.mark.parametrize("name", ["worker-crash-env", "db-host"])
def test_logs_that_come_and_go_are_diagnosed_as_all_of_it_is(name: str) -> None:
    whole, playbooks = recorded(name), shipped_playbooks()
    repeated, logs = RepeatedDiagnosis(playbooks), whole.collection(LOGS)
    for items in ([], list(logs.objects), []):
        now = Snapshot(whole.manifest, {**whole.collections, LOGS: Collection(LOGS, logs.state, items)}.values())
        assert repeated.diagnose(now).outcome == diagnose(now, playbooks)


def test_a_pod_that_is_fine_alone_stands_on_that_step() -> None:
    graphs = [Graph(recorded(name)) for name in ("ing-healthy", "l4-healthy", "node-not-ready", "recovered")]
    fine = [(graph, pod) for graph in graphs for pod, is_fine in graph.each("Pod", is_fine_alone) if is_fine]
    assert fine and {step_of(graph, pod) for graph, pod in fine} == {"fine"}


def test_what_an_object_is_alone_is_asked_once() -> None:
    snapshot, asked = recorded("two-problems"), []

    def name(item: Object) -> str:
        asked.append(item["metadata"]["name"])
        return asked[-1]

    first = SuccessiveGraph(snapshot)
    names = [found for _, found in first.each("Pod", name)]
    pods = snapshot.collection("pods")
    other = [*pods.objects[1:], dict(pods.objects[0])]
    others = {**snapshot.collections, "pods": Collection("pods", pods.state, other)}
    second = SuccessiveGraph(Snapshot(snapshot.manifest, others.values()), first)
    assert list(second.each("Pod", name)) == [(item, item["metadata"]["name"]) for item in other]
    assert asked == [*names, names[0]]


def test_the_graph_of_an_earlier_moment_is_freed_without_the_garbage_collector() -> None:
    """A screen freezes what it has, so that a ring of references would never be freed."""
    now, repeated = recorded("two-problems"), RepeatedDiagnosis(shipped_playbooks())
    gc.disable()
    try:
        graphs = []
        for _ in range(3):
            graphs.append(weakref.ref(repeated.diagnose(now).graph))
            pods = now.collection("pods")
            others = {**now.collections, "pods": Collection("pods", pods.state, list(pods.objects))}
            now = Snapshot(now.manifest, others.values())
        assert [graph() is not None for graph in graphs] == [False, False, True]
    finally:
        gc.enable()


def test_indexes_of_what_did_not_change_are_kept() -> None:
    snapshot, made = recorded("two-problems"), []

    def names(graph: Graph) -> list[str]:
        made.append(1)
        return [item["metadata"]["name"] for item in graph.all("Service")]

    first = SuccessiveGraph(snapshot)
    first.index(names)
    pods = snapshot.collection("pods")
    other = {**snapshot.collections, "pods": Collection("pods", pods.state, pods.objects)}
    second = SuccessiveGraph(Snapshot(snapshot.manifest, other.values()), first)
    assert second.index(names) is first.index(names) and len(made) == 1
    services = snapshot.collection("services")
    other["services"] = Collection("services", services.state, services.objects)
    SuccessiveGraph(Snapshot(snapshot.manifest, other.values()), second).index(names)
    assert len(made) == 2
