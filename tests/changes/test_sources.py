"""What each source records of changes, and the traps in it: each test is a thing that a real API server writes."""

from __future__ import annotations

from typing import Any

from gkedoctor.changes.history import changes_of
from gkedoctor.changes.model import RecordedChange
from gkedoctor.graph import Graph
from tests.changes.clusters import (
    CREATED,
    IMAGE,
    Json,
    container,
    controller,
    deployment,
    entry,
    event,
    replica_set,
    secret,
    service,
    snapshot,
    template,
    thing,
)

PATH = "spec.template.spec.containers[0].image"


def changes(*items: Json, kind: str = "Deployment") -> list[RecordedChange]:
    graph = Graph(snapshot(*items))
    [item] = graph.all(kind)
    found = changes_of(graph, item)
    return sorted((one for one in found if one.path), key=lambda one: (str(one.at), one.path))


def told(found: list[RecordedChange]) -> list[tuple[Any, ...]]:
    return [(one.path, f"{one.at:%H:%M:%S}" if one.at else None, one.by, one.before, one.after) for one in found]


def rolled_out(*entries: Json, events: tuple[Json, ...] = ()) -> tuple[Json, ...]:
    now = template(container(image="registry.example/shop:8"))
    return (
        deployment(*entries, templ=now, revision=8),
        replica_set(7, template(), CREATED, 1, number=0),
        replica_set(8, now, "2026-11-29T12:30:00Z", 1, number=1),
        *events,
    )


def test_an_image_is_a_difference_of_two_revisions_by_the_owner_of_the_field() -> None:
    found = changes(*rolled_out(entry("kubectl-set", "2026-11-29T12:30:00Z", IMAGE)))
    assert told(found) == [
        (PATH, "12:30:00", "kubectl-set", "registry.example/shop:7", "registry.example/shop:8"),
    ]


def test_a_later_call_of_the_same_manager_does_not_move_the_time_of_a_revision() -> None:
    merged = entry("kubectl-set", "2026-11-29T12:39:00Z", IMAGE, "spec/minReadySeconds")
    [image] = [one for one in changes(*rolled_out(merged)) if one.path == PATH]
    assert (f"{image.at:%H:%M}", image.by) == ("12:30", "kubectl-set")


def test_a_removed_variable_is_seen_between_revisions_and_has_no_author() -> None:
    bare = template(container(env=[]))
    found = changes(
        deployment(entry("kubectl-annotate", "2026-11-29T12:20:00Z", "metadata/annotations/a"), templ=bare, revision=2),
        replica_set(1, template(), CREATED, number=0),
        replica_set(2, bare, "2026-11-29T12:30:00Z", 2, number=1),
    )
    [lost] = [one for one in found if "env" in one.path]
    assert (lost.path, lost.by, lost.is_removed) == ("spec.template.spec.containers[0].env[0]", None, True)


def test_a_rollback_takes_up_an_older_revision() -> None:
    """The ReplicaSet keeps its creation time and gets the newest number; the Event has the moment."""
    older, bad = template(), template(container(image="registry.example/shop:8"))
    now = deployment(templ=older, revision=9)
    scaled = "Scaled up replica set shop-5d9c from 0 to 1"
    found = changes(
        now,
        replica_set(9, older, CREATED, 2, number=0),
        replica_set(8, bad, "2026-11-29T12:30:00Z", number=1),
        event(now, "ScalingReplicaSet", scaled, "2026-11-29T12:35:00Z"),
    )
    image = [one for one in found if one.path == PATH][-1]
    assert (f"{image.at:%H:%M}", image.before, image.after) == (
        "12:35", "registry.example/shop:8", "registry.example/shop:7",
    )  # fmt: skip


def test_the_revisions_before_a_rollback_keep_their_own_moments() -> None:
    """1 → 2 → 3 → back to 2, which is number 4 then; it still had a Pod."""
    first, second = template(), template(container(image="registry.example/shop:8"))
    third = template(container(image="registry.example/shop:9"))
    now = deployment(templ=second, revision=4)
    back = "(combined from similar events): Scaled up replica set shop-7f1a from 1 to 2"
    found = changes(
        now,
        replica_set(1, first, CREATED, 0, number=0),
        replica_set(4, second, "2026-11-29T12:10:00Z", 2, number=1),
        replica_set(3, third, "2026-11-29T12:20:00Z", 0, number=2),
        event(now, "ScalingReplicaSet", back, "2026-11-29T12:30:00Z", 3),
    )
    assert [(f"{one.at:%H:%M}", one.after) for one in found if one.path == PATH] == [
        ("12:10", "registry.example/shop:8"), ("12:20", "registry.example/shop:9"),
        ("12:30", "registry.example/shop:8"),
    ]  # fmt: skip


def test_scaling_to_zero_within_a_rollout_is_one_change() -> None:
    now = deployment(templ=template(container(image="registry.example/shop:8")), replicas=0, revision=8)
    steps = ["Scaled down replica set shop-5d9c from 3 to 2", "Scaled down replica set shop-5d9c from 2 to 0"]
    found = changes(
        now, *rolled_out()[1:],
        *(event(now, "ScalingReplicaSet", step, "2026-11-29T12:35:00Z") | {"metadata": {
            "name": f"e{i}", "namespace": "shop"}} for i, step in enumerate(steps)),
    )  # fmt: skip
    assert [(one.before, one.after) for one in found if one.path == "spec.replicas"] == [(3, 0)]


def test_scale_entries_have_no_time_and_events_have() -> None:
    now = deployment(entry("kubectl", None, "spec/replicas", subresource="scale"), replicas=5)
    found = changes(
        now,
        replica_set(1, template(), CREATED, 5, number=0),
        event(now, "ScalingReplicaSet", "Scaled up replica set shop-5d9c from 2 to 5", "2026-11-29T12:10:00Z"),
    )
    assert told(found) == [("spec.replicas", "12:10:00", "kubectl", 2, 5)]


def test_scaling_to_zero_leaves_no_owner() -> None:
    now = deployment(replicas=0)
    found = changes(
        now,
        replica_set(1, template(), CREATED, 0, number=0),
        event(now, "ScalingReplicaSet", "Scaled down replica set shop-5d9c from 2 to 0", "2026-11-29T12:10:00Z"),
    )
    assert told(found) == [("spec.replicas", "12:10:00", None, 2, 0)]


def test_an_autoscaler_and_kubectl_scale_in_turn() -> None:
    now = deployment(entry("kubectl", None, "spec/replicas", subresource="scale"), replicas=2)
    hpa = thing(
        "HorizontalPodAutoscaler", "shop", version="autoscaling/v2",
        spec={"scaleTargetRef": {"kind": "Deployment", "name": "shop"}, "maxReplicas": 9},
    )  # fmt: skip
    found = changes(
        now, hpa, replica_set(1, template(), CREATED, 2, number=0),
        event(now, "ScalingReplicaSet", "Scaled up replica set shop-5d9c from 2 to 6", "2026-11-29T12:10:00Z"),
        event(now, "ScalingReplicaSet", "Scaled down replica set shop-5d9c from 6 to 2", "2026-11-29T12:20:00Z"),
        event(hpa, "SuccessfulRescale", "New size: 6; reason: cpu above target", "2026-11-29T12:10:00Z"),
    )  # fmt: skip
    assert [(one.before, one.after, one.by) for one in found] == [
        (2, 6, "HorizontalPodAutoscaler shop"), (6, 2, "kubectl"),
    ]  # fmt: skip


def test_the_steps_of_a_rollout_are_no_scaling() -> None:
    events = [
        ("Scaled up replica set shop-7f1a from 0 to 1", "2026-11-29T12:30:00Z"),
        ("Scaled down replica set shop-5d9c from 2 to 1", "2026-11-29T12:30:05Z"),
        ("Scaled up replica set shop-7f1a from 1 to 2", "2026-11-29T12:30:05Z"),
    ]
    items = rolled_out()
    scaling = tuple(event(items[0], "ScalingReplicaSet", text, at) for text, at in events)
    assert [one.path for one in changes(*items, *scaling)] == [PATH]


def test_fields_that_are_unchanged_since_the_creation_are_no_change() -> None:
    assert changes(service(), kind="Service") == []


def test_status_and_what_the_same_call_created_are_left_out() -> None:
    status = entry("kube-controller-manager", "2026-11-29T12:30:00Z", "status/loadBalancer", subresource="status")
    assert changes(service(status), kind="Service") == []


def test_an_atomic_field_is_one_change() -> None:
    found = changes(service(entry("helm", "2026-11-29T12:29:51Z", "spec/selector")), kind="Service")
    assert told(found) == [("spec.selector", "12:29:51", "helm", None, {"app": "shop"})]


def test_a_key_that_was_applied_once_is_lost_without_a_moment() -> None:
    applied = '{"data":{"token":"czNjcjN0LXZhbHVl","gone":"czNjcjN0LXZhbHVl"}}'
    item = secret(token="czNjcjN0LXZhbHVl")
    item["metadata"]["annotations"] = {"kubectl.kubernetes.io/last-applied-configuration": applied}
    [lost] = changes(item, kind="Secret")
    assert (lost.path, lost.at, lost.by, lost.before, lost.source) == ("data.gone", None, None, None, "lastApplied")


def test_a_stateful_set_has_controller_revisions() -> None:
    owner = controller("StatefulSet", "shop")
    now = template(container(image="registry.example/shop:8"))
    revisions = [
        thing("ControllerRevision", "shop-a", version="apps/v1", ownerReferences=[owner], revision=1,
              data={"spec": {"template": template() | {"$patch": "replace"}}}),
        thing("ControllerRevision", "shop-b", version="apps/v1", ownerReferences=[owner], revision=2,
              created="2026-11-29T12:30:00Z", data={"spec": {"template": now | {"$patch": "replace"}}}),
    ]  # fmt: skip
    whole = thing("StatefulSet", "shop", version="apps/v1", spec={"template": now, "replicas": 1})
    [image] = changes(whole, *revisions, kind="StatefulSet")
    assert (image.path, f"{image.at:%H:%M}", image.before) == (PATH, "12:30", "registry.example/shop:7")


def test_a_change_cause_is_that_of_its_own_revision() -> None:
    """A rollout copies the annotation of the Deployment, also one that is about an earlier rollout."""

    def notes(older: str, newer: str) -> set[str]:
        items = rolled_out(entry("kubectl-set", "2026-11-29T12:30:00Z", IMAGE))
        for item, cause in zip(items[1:], (older, newer), strict=True):
            item["metadata"]["annotations"]["kubernetes.io/change-cause"] = cause
        return {one.note for one in changes(*items)}

    assert notes("release 7", "release 8") == {"change-cause: release 8"}
    assert notes("release 7", "release 7") == {""}
