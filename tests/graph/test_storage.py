"""Claims, volumes, classes, mounts, evictions: what leads where, what comes near, and that odd data harms nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gkedoctor.graph import EDGES, Graph, Unknown
from gkedoctor.snapshot.intake import Gathered, build_snapshot
from gkedoctor.snapshot.kinds import COLLECTIONS, KINDS
from gkedoctor.snapshot.model import CollectionState, Status

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
Item = dict[str, Any]


def graph_of(*items: Item, denied: tuple[str, ...] = ()) -> Graph:
    gathered = Gathered(source="test")
    for name in COLLECTIONS:
        gathered.mark(name, CollectionState(Status.COMPLETE))
        gathered.objects[name] = []
    for item in items:
        if KINDS[item["kind"]].namespaced:
            item["metadata"].setdefault("namespace", "shop")
        gathered.objects[KINDS[item["kind"]].collection].append(item)
    for kind in denied:
        gathered.objects.pop(KINDS[kind].collection)
        gathered.states[KINDS[kind].collection] = CollectionState(Status.DENIED, reason="forbidden")
    return Graph(build_snapshot(gathered, recorded_at=NOW))


def follow(graph: Graph, edge: str, kind: str, name: str) -> list[Any]:
    found = graph.follow(edge, next(o for o in graph.all(kind) if o["metadata"]["name"] == name))
    assert isinstance(found, list)
    return found


def claim(name: str = "data", *, phase: str = "Pending", annotations: Item | None = None, **spec: Any) -> Item:
    asked = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}, **spec}
    metadata = {"name": name, "uid": f"uid-{name}", "annotations": annotations or {}}
    return {"kind": "PersistentVolumeClaim", "metadata": metadata, "spec": asked, "status": {"phase": phase}}


def volume(name: str, *, phase: str = "Available", labels: Item | None = None, **spec: Any) -> Item:
    offered = {"accessModes": ["ReadWriteOnce"], "capacity": {"storage": "10Gi"}, **spec}
    metadata = {"name": name, "labels": labels or {}}
    return {"kind": "PersistentVolume", "metadata": metadata, "spec": offered, "status": {"phase": phase}}


def storage_class(name: str, **fields: Any) -> Item:
    return {"kind": "StorageClass", "metadata": {"name": name}, "provisioner": "pd.csi.storage.gke.io", **fields}


def pod(name: str = "p", *, owner: tuple[str, str] | None = None, **fields: Any) -> Item:
    references = [{"kind": owner[0], "name": owner[1], "controller": True}] if owner else []
    metadata = {"name": name, "uid": f"uid-{name}", "ownerReferences": references}
    return {"kind": "Pod", "metadata": metadata, "spec": {}, "status": {"phase": "Pending"}, **fields}


def using(claim_name: str, node: str = "n1") -> Item:
    volumes = [{"name": "d", "persistentVolumeClaim": {"claimName": claim_name}}]
    return {"nodeName": node, "volumes": volumes}


def event(name: str, about: str, reason: str, message: str, *, uid: str | None = None, at: str = "11:59") -> Item:
    involved = {"kind": "Pod", "namespace": "shop", "name": about, "uid": uid or f"uid-{about}"}
    return {
        "kind": "Event",
        "metadata": {"name": name},
        "type": "Warning",
        "reason": reason,
        "message": message,
        "lastTimestamp": f"2026-01-01T{at}:00Z",
        "involvedObject": involved,
    }


def test_a_pod_names_claims_that_are_there_and_claims_that_are_not() -> None:
    graph = graph_of(pod(spec=using("dta")), claim("data"))
    [record] = follow(graph, "claims", "Pod", "p")
    assert (record["name"], record["found"], record["nearest"]) == ("dta", False, "data")


def test_where_claims_may_not_be_listed_nothing_is_missing() -> None:
    [record] = follow(graph_of(pod(spec=using("data")), denied=("PersistentVolumeClaim",)), "claims", "Pod", "p")
    assert isinstance(record["found"], Unknown)


def test_a_statefulset_has_a_claim_for_every_ordinal_of_every_template() -> None:
    sts: Item = {
        "kind": "StatefulSet",
        "metadata": {"name": "db"},
        "spec": {"replicas": 2, "ordinals": {"start": 3}, "volumeClaimTemplates": [{"metadata": {"name": "data"}}]},
    }
    graph = graph_of(sts, claim("data-db-4"), claim("data-db-3", phase="Bound"))
    records = follow(graph, "claims", "StatefulSet", "db")
    assert [(r["name"], r["found"]) for r in records] == [("data-db-3", True), ("data-db-4", True)]
    [unbound] = follow(graph, "unbound_siblings", "PersistentVolumeClaim", "data-db-4")
    assert unbound["metadata"]["name"] == "data-db-4"


def test_a_claim_of_its_own_has_no_siblings() -> None:
    [only] = follow(graph_of(claim("data-db-0")), "unbound_siblings", "PersistentVolumeClaim", "data-db-0")
    assert only["metadata"]["name"] == "data-db-0"


def test_consumers_are_the_pods_that_have_not_ended() -> None:
    done = pod("done", spec=using("data"), status={"phase": "Succeeded"})
    graph = graph_of(pod(spec=using("data")), done, claim())
    assert [p["metadata"]["name"] for p in follow(graph, "consumers", "PersistentVolumeClaim", "data")] == ["p"]


def test_the_class_is_the_one_named_or_the_newest_default() -> None:
    default = {"storageclass.kubernetes.io/is-default-class": "true"}
    old, new = storage_class("old"), storage_class("new", volumeBindingMode="WaitForFirstConsumer")
    old["metadata"] |= {"annotations": default, "creationTimestamp": "2025-01-01T00:00:00Z"}
    new["metadata"] |= {"annotations": default, "creationTimestamp": "2025-06-01T00:00:00Z"}
    graph = graph_of(claim("a"), claim("b", storageClassName="old"), claim("c", storageClassName=""), old, new)
    [by_default] = follow(graph, "class", "PersistentVolumeClaim", "a")
    [named] = follow(graph, "class", "PersistentVolumeClaim", "b")
    assert (by_default["name"], by_default["named"], by_default["delayed"]) == ("new", False, True)
    assert (named["name"], named["named"], named["found"]) == ("old", True, True)
    assert follow(graph, "class", "PersistentVolumeClaim", "c") == []


def test_only_volumes_made_by_hand_stand_in_for_a_class_that_does_not_exist() -> None:
    made = volume("pvc-1", storageClassName="manual")
    made["metadata"]["annotations"] = {"pv.kubernetes.io/provisioned-by": "pd.csi.storage.gke.io"}
    graph = graph_of(claim(storageClassName="manual"), made)
    [record] = follow(graph, "class", "PersistentVolumeClaim", "data")
    assert (record["found"], record["volumes"]) == (False, 0)
    graph = graph_of(claim(storageClassName="manual"), volume("nfs", storageClassName="manual"))
    assert follow(graph, "class", "PersistentVolumeClaim", "data")[0]["volumes"] == 1


@pytest.mark.parametrize(
    ("wanted", "offered", "words"),
    [
        ({}, {"capacity": {"storage": "5Gi"}}, "requests 10Gi, the volume has 5Gi"),
        ({"accessModes": ["ReadWriteMany"]}, {}, "ReadWriteMany, the volume supports ReadWriteOnce"),
        ({"storageClassName": "manual", "volumeName": "pv"}, {}, "class manual, the volume has class (none)"),
        ({"volumeMode": "Block"}, {}, "volumeMode Block, the volume has Filesystem"),
        ({"selector": {"matchLabels": {"disk": "fast"}}}, {}, "do not match the claim's selector"),
        (
            {},
            {"claimRef": {"namespace": "shop", "name": "data", "uid": "old"}},
            "reserved for an earlier claim shop/data",
        ),
    ],
)
def test_what_a_volume_lacks_is_said(wanted: Item, offered: Item, words: str) -> None:
    graph = graph_of(claim(**wanted), volume("pv", **offered))
    [record] = follow(graph, "near_volumes", "PersistentVolumeClaim", "data")
    assert len(record["differs"]) == 1
    assert words in record["differs"][0]


def test_the_nearest_volume_stands_first_and_volumes_of_others_not_at_all() -> None:
    graph = graph_of(
        claim(),
        volume("far", capacity={"storage": "1Gi"}, accessModes=["ReadOnlyMany"]),
        volume("other-class", storageClassName="x"),
        volume("near", capacity={"storage": "9Gi"}),
        volume("theirs", phase="Bound", claimRef={"namespace": "other", "name": "data"}),
    )
    assert [r["name"] for r in follow(graph, "near_volumes", "PersistentVolumeClaim", "data")] == ["near", "far"]


def test_a_released_volume_that_fits_is_told_apart() -> None:
    kept = volume("kept", phase="Released", claimRef={"namespace": "shop", "name": "gone", "uid": "1"})
    [record] = follow(graph_of(claim(), kept), "near_volumes", "PersistentVolumeClaim", "data")
    assert record["released"]


def test_a_volume_reaches_the_nodes_of_its_zone_however_the_key_is_spelt() -> None:
    term = {"matchExpressions": [{"key": "topology.gke.io/zone", "operator": "In", "values": ["z-a"]}]}
    disk = volume("pv", nodeAffinity={"required": {"nodeSelectorTerms": [term]}})
    nodes: list[Item] = [
        {"kind": "Node", "metadata": {"name": f"n-{z}", "labels": {"topology.kubernetes.io/zone": z}}}
        for z in ("z-a", "z-b")
    ]
    graph = graph_of(disk, *nodes)
    assert [n["metadata"]["name"] for n in follow(graph, "reach", "PersistentVolume", "pv")] == ["n-z-a"]
    [place] = follow(graph, "places", "PersistentVolume", "pv")
    assert place["wanted"] == "topology.gke.io/zone in z-a"
    assert place["have"] == ["topology.gke.io/zone=z-a", "topology.gke.io/zone=z-b"]


def test_a_volume_without_affinity_reaches_every_node() -> None:
    graph = graph_of(volume("pv"), {"kind": "Node", "metadata": {"name": "n"}})
    assert len(follow(graph, "reach", "PersistentVolume", "pv")) == 1


def test_events_stand_with_the_volume_that_they_name() -> None:
    graph = graph_of(
        pod(spec={**using("data"), "volumes": [*using("data")["volumes"], {"name": "tmp", "emptyDir": {}}]}),
        claim(phase="Bound", volumeName="pvc-1"),
        volume("pvc-1"),
        pod("other", spec=using("data", "n2")),
        event(
            "e1",
            "p",
            "FailedAttachVolume",
            'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) other',
        ),
        event(
            "e2",
            "p",
            "FailedMount",
            "Unable to attach or mount volumes: unmounted volumes=[tmp], unattached volumes=[]",
        ),
    )
    data, tmp = follow(graph, "volumes", "Pod", "p")
    assert [e["metadata"]["name"] for e in data["events"]] == ["e1"]
    assert [e["metadata"]["name"] for e in tmp["events"]] == ["e2"]
    assert [h["metadata"]["name"] for h in data["holders"]] == ["other"]
    assert (data["claimName"], tmp["claimName"], tmp["source"]) == ("data", None, "emptyDir")


FULL = 'Usage of EmptyDir volume "s" exceeds the limit "20Mi". '


def evicted(name: str, message: str = FULL, reason: str = "Evicted", at: str = "11:50") -> Item:
    ended = {"type": "Ready", "status": "False", "lastTransitionTime": f"2026-01-01T{at}:00Z"}
    status = {"phase": "Failed", "reason": reason, "message": message, "conditions": [ended]}
    return pod(name, owner=("ReplicaSet", "web-1"), status=status)


def running(name: str) -> Item:
    ready = {"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T11:51:00Z"}
    spec = {"nodeName": "n1"}
    return pod(name, owner=("ReplicaSet", "web-1"), spec=spec, status={"phase": "Running", "conditions": [ready]})


REPLICA_SET: Item = {"kind": "ReplicaSet", "metadata": {"name": "web-1"}, "spec": {"replicas": 1}}


@pytest.mark.parametrize(
    ("message", "reason", "kind"),
    [
        (FULL, "Evicted", "storage"),
        ('Container web exceeded its local ephemeral storage limit "50Mi". ', "Evicted", "storage"),
        ("Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. ", "Evicted", "storage"),
        ("The node was low on resource: memory.", "Evicted", "pressure"),
        ("Preempted in order to admit critical pod", "Preempting", "preempted"),
        ("Pod was terminated in response to imminent node shutdown.", "Terminated", "shutdown"),
        ("Pod was rejected as the node is shutting down.", "NodeShutdown", "shutdown"),
    ],
)
def test_how_a_pod_lost_its_place_is_told_by_reason_and_words(message: str, reason: str, kind: str) -> None:
    waiting = pod("web-1-b", owner=("ReplicaSet", "web-1"))
    graph = graph_of(REPLICA_SET, evicted("web-1-a", message, reason), waiting)
    [record] = follow(graph, "evictions", "Pod", "web-1-b")
    assert (record["kind"], record["pod"]) == (kind, "web-1-a")


def test_evictions_are_news_until_the_replacement_has_lived_long() -> None:
    graph = graph_of(REPLICA_SET, evicted("web-1-a", at="11:50"), running("web-1-b"))
    assert len(follow(graph, "evictions", "Pod", "web-1-b")) == 1
    graph = graph_of(REPLICA_SET, evicted("web-1-a", at="11:30"), running("web-1-b"))
    assert follow(graph, "evictions", "Pod", "web-1-b") == []


def test_a_pod_that_is_gone_is_known_by_its_event() -> None:
    told = event("e", "web-1-a", "Preempted", "Preempted by pod 7f on node n1", uid="gone")
    told["related"] = {"kind": "Pod", "name": "big-0"}
    graph = graph_of(REPLICA_SET, pod("web-1-b", owner=("ReplicaSet", "web-1")), told)
    [record] = follow(graph, "evictions", "Pod", "web-1-b")
    assert (record["kind"], record["by"]) == ("preempted", "big-0")


def test_the_pod_that_took_the_place_is_found_by_its_uid() -> None:
    told = event("e", "web-1-a", "Preempted", "Preempted by pod uid-big-0 on node n1", uid="gone")
    graph = graph_of(REPLICA_SET, pod("web-1-b", owner=("ReplicaSet", "web-1")), pod("big-0"), told)
    [record] = follow(graph, "evictions", "Pod", "web-1-b")
    assert record["by"] == "big-0"


def test_an_old_replicaset_and_a_finished_job_are_history() -> None:
    old: Item = {"kind": "ReplicaSet", "metadata": {"name": "web-1"}, "spec": {"replicas": 0}}
    old["metadata"]["ownerReferences"] = [{"kind": "Deployment", "name": "web", "controller": True}]
    graph = graph_of(old, evicted("web-1-a"))
    assert follow(graph, "evictions", "Pod", "web-1-a") == []


OURS: tuple[str, ...] = (
    "claims",
    "consumers",
    "volume",
    "attachments",
    "class",
    "unbound_siblings",
    "near_volumes",
    "reach",
    "places",
)
OURS += ("volumes", "evictions", "sandbox_failures")
JUNK = st.recursive(
    st.none() | st.text(max_size=3) | st.booleans(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=6,
)


@given(st.data())
def test_odd_data_never_raises(data: st.DataObject) -> None:
    items = [pod(spec=using("data")), claim(volumeName="pv"), volume("pv"), storage_class("x"), evicted("web-1-a")]
    chosen = data.draw(st.sampled_from(items))
    part = data.draw(st.sampled_from(sorted(set(chosen) - {"kind", "metadata"})))
    chosen[part] = data.draw(JUNK)
    graph = graph_of(*items, {"kind": "Node", "metadata": {"name": "n1"}})
    for kind, name in EDGES:
        if name in OURS:
            for item in graph.all(kind):
                graph.follow(name, item)
