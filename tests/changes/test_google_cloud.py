"""Operations of Google Cloud and audit logs as changes: which stand first, which do not count, what is kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from gkedoctor.changes.model import RecordedChange
from gkedoctor.changes.whole_cluster import recorded_changes
from gkedoctor.diagnose.cases import Given, ObjectPatch, given_snapshot
from gkedoctor.diagnose.engine import diagnose, matters
from gkedoctor.diagnose.model import Diagnosis
from gkedoctor.graph import Graph
from gkedoctor.snapshot.change_records import audit_record
from gkedoctor.snapshot.intake import Gathered, build_snapshot
from gkedoctor.snapshot.kinds import AUDIT_LOGS, COMPUTE_OPERATIONS, GKE_OPERATIONS
from gkedoctor.snapshot.model import CollectionState, Snapshot, Status
from tests.changes.clusters import (
    CREATED,
    IMAGE,
    Json,
    container,
    deployment,
    entry,
    pod,
    replica_set,
    secret,
    snapshot,
    template,
)
from tests.conftest import recorded, shipped_playbooks

PROJECT = "https://www.googleapis.com/compute/v1/projects/teratail-prod"
RULE = "k8s-fw-l7--a92bb14e2dee1667"
ALICE, ROBOT = "alice@example.com", "service-123@container-engine-robot.iam.gserviceaccount.com"


def operation(kind: str, target: str, at: str, user: str = ALICE, **fields: Any) -> Json:
    """As `gcloud compute operations list --format=json` prints one."""
    name = f"operation-{kind}-{at}-{target.rpartition('/')[2]}"
    return {
        "kind": "compute#operation", "id": "8213", "name": name, "operationType": kind, "progress": 100,
        "targetLink": f"{PROJECT}/{target}", "targetId": "77", "user": user, "clientOperationId": "x", "status": "DONE",
        "insertTime": at, "startTime": at, "endTime": at, "selfLink": f"{PROJECT}/global/operations/{name}",
    } | fields  # fmt: skip


def audit(method: str, resource: str, at: str, request: Any = None, service: str = "k8s.io", user: str = ALICE) -> Json:
    """As `gcloud logging read` prints an entry of the activity log."""
    return {
        "insertId": f"i-{method}-{at}", "logName": "projects/p/logs/cloudaudit.googleapis.com%2Factivity",
        "timestamp": at, "resource": {"type": "k8s_cluster", "labels": {"cluster_name": "c", "location": "z-a"}},
        "protoPayload": {
            "@type": "type.googleapis.com/google.cloud.audit.AuditLog", "serviceName": service, "methodName": method,
            "resourceName": resource, "authenticationInfo": {"principalEmail": user},
            "requestMetadata": {"callerIp": "203.0.113.7"}, "request": request, "response": request,
        },
    }  # fmt: skip


def with_records(base: Snapshot, **records: Sequence[Json]) -> Snapshot:
    names = {"compute": COMPUTE_OPERATIONS, "gke": GKE_OPERATIONS, "audit": AUDIT_LOGS}
    gathered = Gathered("test")
    gathered.add_snapshot(base)
    for key, items in records.items():
        gathered.add(names[key], [audit_record(item) for item in items] if key == "audit" else items)
    return build_snapshot(gathered, recorded_at=base.clock, manifest=base.manifest)


def firewall_deleted() -> Snapshot:
    patches = (
        ObjectPatch(ref=f"Firewall/{RULE}", remove=True),
        ObjectPatch(ref="ConfigMap/kube-system/ingress-uid", set={"data": {"uid": "a92bb14e2dee1667"}}),
    )
    return given_snapshot(Given(recording="ing-basic-auth", patch=patches), recorded)


def the(cause: str, found: Snapshot) -> Diagnosis:
    outcome = diagnose(found, shipped_playbooks())
    return next(one for one in outcome.diagnoses if one.cause == cause)


DISTRACTORS = (
    operation("insert", "zones/asia-northeast1-a/disks/pvc-1", "2026-11-22T11:55:00Z"),
    operation("patch", "global/backendServices/other", "2026-11-22T11:56:00Z"),
    operation("delete", "regions/asia-northeast1/addresses/spare", "2026-11-22T11:57:00Z"),
    operation("update", "global/urlMaps/other", "2026-11-22T11:58:00Z"),
    operation("delete", f"global/firewalls/{RULE}", "2026-11-22T11:59:00Z", "bob@example.com",
              error={"errors": [{"code": "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE", "message": "in use"}]}),
)  # fmt: skip


def test_the_deleted_firewall_rule_stands_first_among_distractors() -> None:
    deleted = operation("delete", f"global/firewalls/{RULE}", "2026-11-22T11:49:00Z")
    changes = the(
        "firewall-blocks-health-check", with_records(firewall_deleted(), compute=[*DISTRACTORS, deleted])
    ).changes
    assert changes is not None and len(changes) == 1
    assert (changes[0].ref.name, changes[0].by, changes[0].after) == (RULE, ALICE, "deleted")
    assert str(changes[0].source) == "operation"


@pytest.mark.parametrize("extra", [(), (operation("delete", "global/firewalls/unrelated", "2026-11-22T11:49:00Z"),)])
def test_no_operation_is_listed_that_does_not_concern_the_cause(extra: tuple[Json, ...]) -> None:
    networks = [{"name": name, "selfLink": f"{PROJECT}/global/networks/{name}"} for name in ("default", "other")]
    base = firewall_deleted()
    gathered = Gathered("test")
    gathered.add_snapshot(base)
    gathered.objects["compute.networks"] = networks
    several = build_snapshot(gathered, recorded_at=base.clock, manifest=base.manifest)
    found = with_records(several, compute=[*DISTRACTORS, *extra])
    assert not the("firewall-blocks-health-check", found).changes


def drained(*operations: Json) -> Snapshot:
    at = "2026-01-01T08:00:00Z"
    running = {"phase": "Running", "startTime": at, "conditions": [{"type": "Ready", "status": "True"}],
               "containerStatuses": [{"name": "a", "ready": True, "restartCount": 0,
                                      "state": {"running": {"startedAt": at}}}]}  # fmt: skip
    objects: list[Json] = [
        {"kind": "PodDisruptionBudget", "metadata": {"name": "web", "namespace": "shop", "creationTimestamp": at},
         "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}},
         "status": {"currentHealthy": 1, "desiredHealthy": 1, "expectedPods": 1, "disruptionsAllowed": 0,
                    "conditions": [{"type": "DisruptionAllowed", "status": "False", "lastTransitionTime": at}]}},
        {"kind": "Pod",
         "metadata": {"name": "web-1", "namespace": "shop", "labels": {"app": "web"}, "creationTimestamp": at},
         "spec": {"nodeName": "gke-c-pool-1-abc", "containers": [{"name": "a", "image": "a"}]}, "status": running},
        {"kind": "Node",
         "metadata": {"name": "gke-c-pool-1-abc", "labels": {"cloud.google.com/gke-nodepool": "pool-1"}},
         "spec": {"unschedulable": True, "taints": [{"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule",
                                                     "timeAdded": "2026-01-01T11:30:20Z"}]},
         "status": {"conditions": [{"type": "Ready", "status": "True"}]}},
    ]  # fmt: skip
    base = given_snapshot(Given(objects=tuple(objects), now="2026-01-01T12:00:00Z"), recorded)
    return with_records(base, gke=operations)


def gke(kind: str, target: str, at: str, **fields: Any) -> Json:
    link = "https://container.googleapis.com/v1/projects/4711/zones/asia-northeast1-a/clusters/c"
    return {
        "name": f"operation-{kind}-{at}", "operationType": kind, "status": "RUNNING", "startTime": at,
        "zone": "asia-northeast1-a", "targetLink": f"{link}{target}", "selfLink": f"{link}/operations/x",
    } | fields  # fmt: skip


def test_the_upgrade_that_began_before_the_drain_is_stuck() -> None:
    upgrade = gke("UPGRADE_NODES", "/nodePools/pool-1", "2026-01-01T11:30:00Z", detail="0 of 3 nodes")
    other = gke("SET_NODE_POOL_SIZE", "/nodePools/pool-2", "2026-01-01T11:30:10Z")
    later = gke("UPDATE_CLUSTER", "/nodePools/pool-1", "2026-01-01T11:50:00Z")
    changes = the("pdb-blocks-drain", drained(upgrade, other, later)).changes
    assert changes is not None and [one.after for one in changes] == ["UPGRADE_NODES (RUNNING: 0 of 3 nodes)"]
    assert (changes[0].ref.kind, changes[0].ref.name) == ("NodePool", "pool-1")


def waiting(*operations: Json, pool: str | None = None) -> Sequence[RecordedChange]:
    """The changes of Pods that wait for a node since 12:30."""
    one = replica_set(1, template(), CREATED, 2, number=0)
    pending = pod(one, {}, AT)
    pending["spec"] = {key: value for key, value in pending["spec"].items() if key != "nodeName"}
    if pool is not None:
        pending["spec"]["nodeSelector"] = {"cloud.google.com/gke-nodepool": pool}
    message = "0/1 nodes are available: 1 Insufficient cpu."
    scheduled = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
    pending["status"] = {"phase": "Pending", "conditions": [scheduled | {"lastTransitionTime": AT}]}
    node = {"kind": "Node", "apiVersion": "v1", "metadata": {
        "name": "n1", "creationTimestamp": CREATED, "labels": {"cloud.google.com/gke-nodepool": pool or "pool-1"}},
        "spec": {}, "status": {"conditions": [{"type": "Ready", "status": "True"}],
                               "allocatable": {"cpu": "1", "memory": "4Gi", "pods": "110"}}}  # fmt: skip
    base = snapshot(deployment(ready=0), one, pending, node)
    return the("insufficient-resources", with_records(base, gke=operations)).changes or ()


@pytest.mark.parametrize(
    ("kind", "begin", "end", "pool", "is_named"),
    [
        ("SET_NODE_POOL_SIZE", "12:25", "12:29", None, True),
        ("UPGRADE_NODES", "12:10", None, None, True),
        ("UPGRADE_NODES", "12:10", None, "pool-1", True),
        ("UPGRADE_NODES", "12:10", None, "pool-2", False),
        ("SET_NODE_POOL_SIZE", "11:10", "11:15", None, False),
        ("CREATE_NODE_POOL", "12:25", "12:29", None, False),
        ("UPGRADE_NODES", "12:35", None, None, False),
    ],
)
def test_an_operation_that_takes_nodes_as_pods_begin_to_wait(
    kind: str, begin: str, end: str | None, pool: str | None, is_named: bool
) -> None:
    ended = {"endTime": f"2026-11-29T{end}:00Z", "status": "DONE"} if end else {}
    found = waiting(gke(kind, "/nodePools/pool-1", f"2026-11-29T{begin}:00Z", **ended), pool=pool)
    assert [str(one.after).partition(" ")[0] for one in found] == ([kind] if is_named else [])


PATCH = {"@type": "k8s.io/Patch", "spec": {"template": {"spec": {"containers": [
    {"name": "shop", "image": "registry.example/shop:8"}]}}}}  # fmt: skip
AT = "2026-11-29T12:30:00Z"
SECRET = "core/v1/namespaces/shop/secrets/shop-db"
RESOURCE = "apps/v1/namespaces/shop/deployments/shop"


def rolled_out(*entries: Json) -> Snapshot:
    after = template(container(image="registry.example/shop:8"))
    text = 'failed to pull and unpack image "x": registry.example/shop:8: not found'
    state = {"waiting": {"reason": "ErrImagePull", "message": f"rpc error: code = NotFound desc = {text}"}}
    older, newer = replica_set(7, template(), CREATED, 1, number=0), replica_set(8, after, AT, 1, number=1)
    writer = entry("kubectl-set", AT, IMAGE)
    items = [deployment(writer, templ=after, revision=8, ready=1), older, newer, pod(newer, state, AT)]
    return with_records(snapshot(*items), audit=entries)


def test_the_user_stands_beside_the_manager() -> None:
    write = audit("io.k8s.apps.v1.deployments.patch", RESOURCE, "2026-11-29T12:30:00.412Z", PATCH)
    changes = the("image-not-found", rolled_out(write)).changes
    assert changes is not None and changes[0].by == "alice@example.com (kubectl-set)"
    assert changes[0].after == "registry.example/shop:8" and str(changes[0].source) == "revision"
    listed = recorded_changes(Graph(rolled_out(write)), Graph(rolled_out()).clock.replace(hour=0))
    assert not [one for one in listed if str(one.source) == "auditLog"]


def test_two_users_in_one_second_are_not_told_apart() -> None:
    writes = [audit("io.k8s.apps.v1.deployments.patch", RESOURCE, f"2026-11-29T12:30:00.{n}Z", PATCH, user=user)
              for n, user in ((1, ALICE), (2, "bob@example.com"))]  # fmt: skip
    changes = the("image-not-found", rolled_out(*writes)).changes
    assert changes is not None and changes[0].by == "kubectl-set"


def test_a_deleted_secret_is_named_with_the_user() -> None:
    after = container()
    waiting = {"waiting": {"reason": "CreateContainerConfigError", "message": 'secret "shop-db" not found'}}
    older = replica_set(7, template(after), CREATED, 1, number=0)
    base = snapshot(deployment(templ=template(after), revision=7, ready=0), older, pod(older, waiting, AT))
    gone = audit("io.k8s.core.v1.secrets.delete", SECRET, "2026-11-29T12:29:00Z")
    other = audit("io.k8s.core.v1.secrets.delete", "core/v1/namespaces/shop/secrets/other", "2026-11-29T12:29:30Z")
    changes = the("missing-secret", with_records(base, audit=[gone, other])).changes
    assert changes is not None and (changes[0].ref.name, changes[0].after, changes[0].by) == (
        "shop-db",
        "deleted",
        ALICE,
    )
    assert all(one.ref.name != "other" for one in changes)


def test_requests_and_responses_are_not_kept() -> None:
    body = {"kind": "Secret", "data": {"token": "aHVudGVyMg=="}, "stringData": {"password": "hunter2"}}
    patch = PATCH | {"metadata": {"annotations": {"acme.example/password": "hunter2"}}}
    entries = [
        audit(f"io.k8s.core.v1.secrets.{verb}", SECRET, f"2026-11-29T12:0{n}:00Z", body)
        for n, verb in enumerate(("create", "patch", "update"))
    ]
    entries.append(audit("io.k8s.apps.v1.deployments.patch", RESOURCE, AT, patch))
    kept = with_records(snapshot(secret(token="aHVudGVyMg==")), audit=entries).collection(AUDIT_LOGS)
    text = json.dumps([dict(one) for one in kept.objects])
    assert len(kept) == 4 and "hunter2" not in text and "aHVudGVyMg" not in text and "203.0.113.7" not in text
    assert not any("fields" in one["protoPayload"] for one in kept.objects if "secrets" in one["name"])
    fields = next(one["protoPayload"]["fields"] for one in kept.objects if "deployments" in one["name"])
    assert ["spec", "template", "spec", "containers", "[shop]", "image"] in [list(one) for one in fields]
    assert with_records(with_records(snapshot(), audit=entries)).collection(AUDIT_LOGS).objects[0] == kept.objects[0]


def test_what_gke_does_itself_follows_from_other_changes() -> None:
    found = with_records(
        firewall_deleted(),
        compute=[operation("patch", "global/backendServices/b", "2026-11-22T11:49:00Z", ROBOT), *DISTRACTORS],
    )
    graph = Graph(found)
    listed = [one for one in recorded_changes(graph, graph.clock.replace(hour=11)) if str(one.source) == "operation"]
    assert [one.ref.name for one in listed] == ["pvc-1", "other", "spare", "other", RULE]
    assert listed[-1].after == "deleted failed: RESOURCE_IN_USE_BY_ANOTHER_RESOURCE"


def test_refused_operations_leave_a_report_complete() -> None:
    base = firewall_deleted()
    gathered = Gathered("test")
    gathered.add_snapshot(base)
    denied = CollectionState(Status.DENIED, reason="no", needs="compute.globalOperations.list")
    gathered.mark(COMPUTE_OPERATIONS, denied)
    outcome = diagnose(build_snapshot(gathered, recorded_at=base.clock, manifest=base.manifest), shipped_playbooks())
    holes = [one for one in outcome.not_checked if one.collection == COMPUTE_OPERATIONS]
    assert [one.needs for one in holes] == ["compute.globalOperations.list"] and not any(map(matters, holes))
