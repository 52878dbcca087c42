"""Fingerprints: the same for the same fault under other names, different for different faults."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gkedoctor.diagnose.cases import Given, given_snapshot
from gkedoctor.diagnose.engine import diagnose
from gkedoctor.diagnose.identity import fingerprint, identity
from gkedoctor.graph import Graph, Ref
from gkedoctor.graph.core.ref import namespaced
from gkedoctor.snapshot.model import Snapshot
from tests.conftest import REBUILT, RECORDINGS, recorded, shipped_playbooks

from .renaming import changed_names, renamed

NAMES = sorted(p.name for p in RECORDINGS.iterdir() if (p / "truth.json").is_file())

UNKNOWN_HASHES = {name for name in REBUILT if name.startswith("orphans-")}
"""Leftovers whose names carry a hash that nobody can work out (`gkegw1-…`), so they cannot be made anew."""


def prints(snapshot: Snapshot) -> dict[str, tuple[str, str]]:
    outcome = diagnose(snapshot, shipped_playbooks())
    found = {d.fingerprint: (d.cause, str(d.root)) for d in outcome.diagnoses}
    assert len(found) == len(outcome.diagnoses)
    return found


@cache
def own_prints(name: str) -> dict[str, tuple[str, str]]:
    return prints(recorded(name))


@pytest.mark.parametrize("name", [name for name in NAMES if name not in UNKNOWN_HASHES])
def test_a_fault_is_the_same_in_a_cluster_that_was_made_anew(name: str) -> None:
    other = renamed(recorded(name), "salt")
    assert changed_names(recorded(name), other)
    assert set(prints(other)) == set(own_prints(name))


@settings(max_examples=8, deadline=None)
@given(salt=st.text("abcdef0123456789", min_size=1, max_size=8))
@pytest.mark.parametrize("name", ["orphans-cluster-deleted", "node-not-ready"])
def test_whatever_the_names_are(name: str, salt: str) -> None:
    assert set(prints(renamed(recorded(name), salt))) == set(own_prints(name))


def test_different_faults_have_different_fingerprints() -> None:
    faults = {fault for name in NAMES for fault in own_prints(name).values()}
    known = {one: fault for name in NAMES for one, fault in own_prints(name).items()}
    assert len(known) == len(faults)


def graph(*objects: Any) -> Graph:
    return Graph(given_snapshot(Given(objects=objects), lambda name: None))  # type: ignore[arg-type,return-value]


def pod(name: str, **metadata: Any) -> dict[str, Any]:
    return {"kind": "Pod", "metadata": {"name": name, "namespace": "shop", **metadata}, "spec": {}, "status": {}}


POOL = {"cloud.google.com/gke-nodepool": "pool-1"}
CLAIM = {"claimRef": {"namespace": "shop", "name": "data"}}


def item(kind: str, name: str, spec: Any = None, **metadata: Any) -> dict[str, Any]:
    place = {"namespace": "shop"} if namespaced(kind) else {}
    return {"kind": kind, "metadata": {"name": name, **place, **metadata}, "spec": spec or {}}


def owned_by(kind: str, name: str) -> list[dict[str, Any]]:
    return [{"kind": kind, "name": name, "controller": True, "uid": "1", "apiVersion": "v1"}]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (pod("debug-x7k2p", generateName="debug-"), pod("debug-99abc", generateName="debug-")),
        (pod("proxy-gke-1", ownerReferences=owned_by("Node", "gke-1")),
         pod("proxy-gke-2", ownerReferences=owned_by("Node", "gke-2"))),
        (pod("run-1-aaaaa", ownerReferences=owned_by("Workflow", "run")),
         pod("run-1-bbbbb", ownerReferences=owned_by("Workflow", "run"))),
        (item("Job", "night-28500", ownerReferences=owned_by("CronJob", "night")),
         item("Job", "night-28501", ownerReferences=owned_by("CronJob", "night"))),
        (item("Secret", "db-5f7g2k9m4c"), item("Secret", "db-ttm9b8h2k4")),
        (item("Node", "gke-a-p-0a1b2c3d-x7k2", labels=POOL), item("Node", "gke-b-p-99999999-abcd", labels=POOL)),
        (item("PersistentVolume", "pvc-1", spec=CLAIM), item("PersistentVolume", "pvc-2", spec=CLAIM)),
    ],
    ids=lambda o: o["metadata"]["name"],
)  # fmt: skip
def test_names_that_nobody_chose(one: dict[str, Any], other: dict[str, Any]) -> None:
    def place(one: dict[str, Any]) -> tuple[str, ...]:
        metadata = one["metadata"]
        return identity(graph(one), Ref(one["kind"], metadata["name"], metadata.get("namespace")))

    assert place(one) == place(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Pod/shop/web-0", "Pod/shop/web-1"), ("Secret/shop/db", "Secret/pay/db"), ("Node/a", "Node/b"),
     ("Secret/shop/db-password", "Secret/shop/db-passport")],
)  # fmt: skip
def test_names_that_somebody_chose(one: str, other: str) -> None:
    def place(text: str) -> tuple[str, ...]:
        kind, *namespace, name = text.split("/")
        return identity(graph(), Ref(kind, name, namespace[0] if namespace else None))

    assert fingerprint("oom-killed", place(one)) != fingerprint("oom-killed", place(other))


def test_two_nodes_of_one_pool_are_told_apart() -> None:
    nodes = recorded("node-not-ready").collection("nodes").objects
    node = next(n for n in nodes if "batch" in n["metadata"]["name"])
    twin = copy.deepcopy(dict(node))
    twin["metadata"]["name"] = "gke-teratail-batch-pool-77aa01cd-aaaa"
    for one in twin["status"]["conditions"]:  # an hour before: nodes that fail together are one finding
        one["lastTransitionTime"] = "2026-11-22T10:50:00Z"
    snapshot = given_snapshot(Given(recording="node-not-ready", objects=(twin,)), recorded)
    found = [d.fingerprint for d in diagnose(snapshot, shipped_playbooks()).diagnoses if d.root.kind == "Node"]
    assert sorted(found) == [min(found), f"{min(found)}-2"]
