"""What controllers do next: each rule clears a symptom only where the new state meets what the symptom is based on."""

from __future__ import annotations

from typing import Any

import pytest

from gkedoctor.diagnose.engine import diagnose
from gkedoctor.graph import Graph
from gkedoctor.graph.workloads.pods import step
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.whatif.commands import changes_of_text
from gkedoctor.whatif.overlay import lay_over
from gkedoctor.whatif.simulate import Settled, all_rules, settle, settled
from tests.conftest import RECORDINGS, recorded, shipped_playbooks
from tests.whatif.test_commands import item, one, snapshot_of

NAMES = sorted(path.name for path in RECORDINGS.iterdir() if path.is_dir())


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_that_was_not_changed_stays_as_it_is(name: str) -> None:
    snapshot = recorded(name)
    assert settled(snapshot, snapshot) == Settled(snapshot, {})


def after(snapshot: Snapshot, command: str) -> Settled:
    return settled(lay_over(snapshot, changes_of_text(command)), snapshot)


def causes(snapshot: Snapshot) -> list[str]:
    return sorted(found.cause for found in diagnose(snapshot, shipped_playbooks()).diagnoses)


CURES = [
    ("worker-crash-env", "set env deployment/worker QUEUE_URL=x", {"deployment-rollout", "workload-status"}),
    ("worker-crash-env", "scale deployment worker --replicas=0", {"deployment-rollout", "replicas", "workload-status"}),
    ("teratail-missing-secret", "create secret generic teratail-secret --from-literal=DB_HOST=a "
     "--from-literal=DB_PASSWORD=bbbbbbbb", {"kubelet-retries", "workload-status", "endpoints"}),
    ("billing-configmap-envfrom", "create configmap billing-config --from-literal=MODE=live",
     {"kubelet-retries", "workload-status"}),
    ("orders-secret-key", 'patch secret orders-db --type=merge -p \'{"stringData":{"password":"abcdefgh"}}\'',
     {"kubelet-retries", "workload-status"}),
    ("front-rollout", "rollout undo deployment front", {"deployment-rollout", "workload-status"}),
    ("catalog-image-tag", "set image deployment/catalog *=asia.gcr.io/teratail-prod/catalog:v1",
     {"deployment-rollout", "workload-status"}),
    ("report-oom", "set resources deployment report --limits=memory=512Mi", {"deployment-rollout", "workload-status"}),
    ("teratail-selector-typo", "set selector service nginx app=nginx", {"endpoints"}),
    ("ci-serviceaccount", "create serviceaccount runner", {"replicas", "workload-status"}),
    ("cordoned", "uncordon gke-teratail-mem-pool-31aa99ef-w2w2", {"cordon-taint", "kubelet-retries"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "command", "rules"), CURES)
def test_a_fix_of_a_recording_cures_by_these_rules(name: str, command: str, rules: set[str]) -> None:
    verb = command if command.startswith("uncordon") else f"-n {name} {command}"
    found = after(recorded(name), f"kubectl {verb}")
    assert causes(recorded(name))
    assert causes(found.snapshot) == []
    assert set(found.rules) >= rules


STAYS = [
    ("worker-crash-env", "set resources deployment worker --limits=memory=1Gi"),
    ("worker-crash-env", "annotate deployment worker a=b"),
    ("worker-crash-env", "rollout restart deployment worker"),
    ("teratail-missing-secret", "create secret generic teratail-secrets --from-literal=DB_HOST=a"),
    ("orders-secret-key", 'patch secret orders-db --type=merge -p \'{"stringData":{"passwort":"abcdefgh"}}\''),
    ("report-oom", "set resources deployment report --limits=memory=32Mi"),
    ("catalog-image-tag", "set env deployment/catalog A=b"),
    ("team-quota", 'patch resourcequota team --type=merge -p \'{"metadata":{"labels":{"a":"b"}}}\''),
    ("ing-static-ip", "annotate ingress api gkedoctor.dev/reconcile=again"),
]


@pytest.mark.parametrize(("name", "command"), STAYS)
def test_a_change_that_does_not_reach_the_fault_leaves_it(name: str, command: str) -> None:
    found = after(recorded(name), f"kubectl -n {name} {command}")
    assert set(causes(recorded(name))) <= set(causes(found.snapshot))


def pods_of(snapshot: Snapshot) -> dict[str, str]:
    return {pod["metadata"]["name"]: step(snapshot.clock, pod) for pod in snapshot.collection("pods").objects}


def test_a_new_pod_fails_as_the_one_before_it_and_says_the_same() -> None:
    found = after(recorded("worker-crash-env"), "kubectl -n worker-crash-env set resources deployment worker "
                                                "--limits=memory=1Gi").snapshot  # fmt: skip
    (name,) = [name for name, where in pods_of(found).items() if where == "crash"]
    assert any(log["pod"] == name for log in found.collection("logs").objects)
    graph = Graph(found)
    pod = graph.find("Pod", "worker-crash-env", name)
    assert isinstance(pod, dict)
    assert graph.follow("events", pod)


CONTAINER = {"name": "c", "image": "i:1", "ports": [{"containerPort": 80}]}


def template(**spec: Any) -> dict[str, Any]:
    return {"metadata": {"labels": {"app": "db"}}, "spec": {"containers": [CONTAINER], **spec}}


def set_of(kind: str, *, owner_of: list[str], state: dict[str, Any], **spec: Any) -> list[dict[str, Any]]:
    """A workload with its Pods, each with one container in the given state."""
    ready = "running" in state
    controller = {"kind": kind, "name": "db", "uid": "w", "controller": True, "apiVersion": "apps/v1"}
    pods = [
        item("Pod", name, spec={"nodeName": "n1", "containers": [CONTAINER]},
             metadata={"labels": {"app": "db"}, "ownerReferences": [controller], "uid": name},
             status={"phase": "Running", "podIP": "10.0.0.1",
                     "conditions": [{"type": "Ready", "status": str(ready)}],
                     "containerStatuses": [{"name": "c", "ready": ready, "restartCount": 0, "state": state}]})
        for name in owner_of
    ]  # fmt: skip
    workload = item(kind, "db", metadata={"uid": "w"}, spec={"template": template(), **spec})
    return [workload, *pods]


WAITING = {"waiting": {"reason": "ImagePullBackOff"}}
RUNNING = {"running": {"startedAt": "2026-01-01T11:00:00Z"}}


def test_a_statefulset_replaces_a_broken_pod_only_after_it_is_deleted() -> None:
    state = snapshot_of(*set_of("StatefulSet", owner_of=["db-0"], state=WAITING, replicas=2))
    changed = after(state, "kubectl -n shop set image statefulset/db c=i:2").snapshot
    assert pods_of(changed) == {"db-0": "image"}
    fixed = settle(lay_over(changed, changes_of_text("kubectl -n shop delete pod db-0")), changed)
    assert pods_of(fixed) == {"db-0": "fine", "db-1": "fine"}


def test_a_parallel_statefulset_is_rolled_out_at_once() -> None:
    objects = set_of("StatefulSet", owner_of=["db-0"], state=WAITING, replicas=1, podManagementPolicy="Parallel")
    assert pods_of(after(snapshot_of(*objects), "kubectl -n shop set image statefulset/db c=i:2").snapshot) == {
        "db-0": "fine"
    }


def test_a_daemonset_keeps_its_pods_with_ondelete() -> None:
    for strategy, expected in (("OnDelete", "image"), ("RollingUpdate", "fine")):
        objects = set_of("DaemonSet", owner_of=["db-x"], state=WAITING, updateStrategy={"type": strategy})
        found = after(snapshot_of(*objects), "kubectl -n shop set image daemonset/db c=i:2").snapshot
        assert list(pods_of(found).values()) == [expected]


def test_a_job_that_is_created_again_runs() -> None:
    job = item("Job", "once", spec={"template": template(restartPolicy="Never")})
    found = after(snapshot_of(item("CronJob", "often", spec={"jobTemplate": {"spec": job["spec"]}})),
                  "kubectl -n shop create job once --from=cronjob/often").snapshot  # fmt: skip
    assert list(pods_of(found).values()) == ["fine"]
    assert (one(found, "Job", "once") or {})["status"]["active"] == 1


def test_a_claim_is_bound_by_a_default_class_and_its_pod_starts() -> None:
    volume = {"name": "v", "persistentVolumeClaim": {"claimName": "data"}}
    pod = item("Pod", "p", spec={"containers": [CONTAINER], "volumes": [volume]}, status={"phase": "Pending"})
    claim = item("PersistentVolumeClaim", "data", status={"phase": "Pending"},
                 spec={"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}})  # fmt: skip
    kind = item("StorageClass", "standard", None, provisioner="pd.csi.storage.gke.io")
    state = snapshot_of(pod, claim, kind)
    assert settled(state, state).rules == {}
    found = after(state, "kubectl annotate storageclass standard storageclass.kubernetes.io/is-default-class=true")
    assert (one(found.snapshot, "PersistentVolumeClaim", "data") or {})["status"]["phase"] == "Bound"
    assert pods_of(found.snapshot) == {"p": "fine"}
    assert set(found.rules) == {"claim-bound", "kubelet-retries"}


def test_a_released_volume_is_bound_again_once_its_reference_is_removed() -> None:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}, "storageClassName": ""}
    claim = item("PersistentVolumeClaim", "data", status={"phase": "Pending"}, spec=spec)
    reference = {"namespace": "shop", "name": "old", "uid": "gone"}
    volume = item("PersistentVolume", "pv", None, status={"phase": "Released"}, spec={
        "capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "storageClassName": "", "claimRef": reference,
    })  # fmt: skip
    found = after(snapshot_of(claim, volume), 'kubectl patch pv pv --type=merge -p \'{"spec":{"claimRef":null}}\'')
    assert (one(found.snapshot, "PersistentVolumeClaim", "data") or {})["spec"]["volumeName"] == "pv"
    assert "volume-released" in found.rules


def test_an_autoscaler_works_once_its_target_exists() -> None:
    metric = {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "AverageValue", "averageValue": "1"}}}
    states = [
        {"type": "AbleToScale", "status": "False", "reason": "FailedGetScale", "message": 'deployments "db" not found'}
    ]
    scaler = item("HorizontalPodAutoscaler", "h", status={"conditions": states}, spec={
        "scaleTargetRef": {"kind": "Deployment", "name": "db", "apiVersion": "apps/v1"}, "maxReplicas": 3,
        "metrics": [metric],
    })  # fmt: skip
    found = after(snapshot_of(scaler), "kubectl -n shop create deployment db --image=i:1")
    status = (one(found.snapshot, "HorizontalPodAutoscaler", "h") or {})["status"]
    assert status["conditions"][0]["status"] == "True"
    assert list(pods_of(found.snapshot).values()) == ["fine"]


def test_a_namespace_goes_once_its_last_finalizer_is_removed() -> None:
    gone = {"deletionTimestamp": "2026-01-01T11:00:00Z"}
    space = item("Namespace", "shop", None, metadata=gone, spec={"finalizers": ["kubernetes"]},
                 status={"phase": "Terminating"})  # fmt: skip
    held = item("ConfigMap", "held", metadata={**gone, "finalizers": ["example.com/hold"]}, data={"a": "b"})
    state = snapshot_of(space, held, item("ConfigMap", "other", data={}))
    assert settled(state, state).rules == {}
    command = 'kubectl -n shop patch configmap held --type=merge -p \'{"metadata":{"finalizers":null}}\''
    found = after(state, command)
    assert one(found.snapshot, "Namespace", "shop") is None
    assert one(found.snapshot, "ConfigMap", "other") is None


def test_a_disruption_budget_counts_again() -> None:
    status = {"disruptionsAllowed": 0, "expectedPods": 1, "currentHealthy": 1, "desiredHealthy": 1}
    spec = {"minAvailable": 1, "selector": {"matchLabels": {"app": "db"}}}
    budget = item("PodDisruptionBudget", "b", spec=spec, status=status)
    state = snapshot_of(budget, *set_of("DaemonSet", owner_of=["db-x"], state=RUNNING))
    patch = '{"spec":{"minAvailable":null,"maxUnavailable":1}}'
    found = after(state, f"kubectl -n shop patch pdb b --type=merge -p '{patch}'").snapshot
    assert (one(found, "PodDisruptionBudget", "b") or {})["status"]["disruptionsAllowed"] == 1


@pytest.mark.parametrize(
    ("message", "patch", "is_over"),
    [
        ('subnet "defalt" not found', '{"metadata":{"annotations":{"networking.gke.io/x":"default"}}}', True),
        ('subnet "defalt" not found', '{"metadata":{"annotations":{"example.com/x":"y"}}}', False),
        ("port 80 is taken", '{"metadata":{"annotations":{"networking.gke.io/x":"other"}}}', True),
        ("something is wrong", '{"metadata":{"annotations":{"gkedoctor.dev/reconcile":"again"}}}', False),
        ('class "keep" is unknown', '{"metadata":{"annotations":{"networking.gke.io/x":"other"}}}', False),
    ],
)
def test_an_error_of_a_controller_is_over_where_the_change_reached_what_it_names(
    message: str, patch: str, is_over: bool
) -> None:
    notes = {"networking.gke.io/x": "defalt", "networking.gke.io/y": "keep"}
    service = item("Service", "s", spec={"type": "LoadBalancer"}, metadata={"annotations": notes, "uid": "s"})
    about = {"kind": "Service", "namespace": "shop", "name": "s", "uid": "s"}
    event = item("Event", "s.1", type="Warning", reason="SyncLoadBalancerFailed", message=message, involvedObject=about,
                 lastTimestamp="2026-01-01T11:59:00Z")  # fmt: skip
    found = after(snapshot_of(service, event), f"kubectl -n shop patch service s --type=merge -p '{patch}'").snapshot
    assert (one(found, "Event", "s.1") is None) is is_over


def test_refusals_hold_until_what_refused_is_changed() -> None:
    quota = item(
        "ResourceQuota", "q", spec={"hard": {"pods": "0"}}, status={"hard": {"pods": "0"}, "used": {"pods": "0"}}
    )
    owner = {"kind": "Deployment", "name": "db", "uid": "d", "controller": True, "apiVersion": "apps/v1"}
    text = 'pods "db-1-x" is forbidden: exceeded quota: q, requested: pods=1, used: pods=0, limited: pods=0'
    replica_set = item("ReplicaSet", "db-1", metadata={"ownerReferences": [owner]}, spec={
        "replicas": 1, "template": template(), "selector": {"matchLabels": {"app": "db"}},
    }, status={"replicas": 0, "conditions": [
        {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": text}]})  # fmt: skip
    state = snapshot_of(quota, replica_set)
    still = after(state, "kubectl -n shop label quota q a=b")
    assert pods_of(still.snapshot) == {}
    found = after(state, 'kubectl -n shop patch quota q --type=merge -p \'{"spec":{"hard":{"pods":"2"}}}\'')
    assert list(pods_of(found.snapshot).values()) == ["fine"]
    assert not (one(found.snapshot, "ReplicaSet", "db-1") or {})["status"]["conditions"]


def test_every_rule_says_what_it_assumes_and_where_that_is_documented() -> None:
    rules = all_rules()
    assert len(rules) >= 20
    for rule in rules.values():
        assert rule.says.endswith(".")
        assert rule.source.startswith("https://")
        assert (rule.run.__doc__ or "").strip()


def test_every_kind_that_rules_write_is_known() -> None:
    found = after(recorded("worker-crash-env"), "kubectl -n worker-crash-env delete deployment worker").snapshot
    assert pods_of(found) == {}
    assert {kind.collection for kind in KINDS.values()} >= {"pods", "replicasets"}
