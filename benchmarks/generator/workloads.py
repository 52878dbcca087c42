"""Workloads with their Pods: what the controllers write into status, and which Events they leave."""

from __future__ import annotations

from typing import Any

from benchmarks.generator.application import Application
from benchmarks.generator.controllers import bare, pods_of, selector
from benchmarks.generator.events import event
from benchmarks.generator.fares import Fare, Said, waiting
from benchmarks.generator.jobs import cron_job, single_job
from benchmarks.generator.placement import Placement
from benchmarks.generator.pods import is_ready
from benchmarks.generator.values import DAY, HOUR, Json, Made, ago, owned_by, suffix

_JUST_STARTING = Fare(
    "Pending",
    sandbox=False,
    ready=False,
    started=False,
    state=waiting("ContainerCreating"),
    beginning=("Scheduled",),
    age=4,
)


def workload(app: Application, placement: Placement) -> tuple[list[tuple[str, Json]], list[Json]]:
    """The workload with all that it owns as (collection, object), and its Pods among them."""
    made = list(_KINDS[app.kind](app, placement))
    return made, [item for collection, item in made if collection == "pods"]


def _deployment(app: Application, placement: Placement) -> Made:
    owner = bare(app)
    owner["spec"] = {
        "replicas": app.replicas,
        "selector": {"matchLabels": selector(app)},
        "template": app.template,
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
        "revisionHistoryLimit": 10,
        "progressDeadlineSeconds": 600,
    }
    owner["metadata"]["annotations"] = {"deployment.kubernetes.io/revision": "1"}
    if app.paused:
        owner["spec"]["paused"] = True
    batches = [(app.replicas, app.fare, app.age)]
    if app.rolling:
        batches = [(app.replicas, app.fare, app.age), (1, _JUST_STARTING, 5)]
    elif app.serving:
        batches = [(app.replicas, Fare(), app.age + DAY), (1, app.fare, app.age)]
    pods: list[Json] = []
    for revision, (replicas, fare, age) in enumerate(batches, 1):
        for collection, item in _replica_set(app, owner, replicas, fare, age, revision, placement):
            yield collection, item
            pods += [item] if collection == "pods" else []
    ready = sum(map(is_ready, pods))
    owner["status"] = _deployment_status(app, pods, ready)
    yield "deployments", owner


def _replica_set(
    app: Application, owner: Json, replicas: int, fare: Fare, age: int, revision: int, placement: Placement
) -> Made:
    hash_label = {"pod-template-hash": suffix(app.random, 10)}
    known = app.made(
        f"{app.name}-{hash_label['pod-template-hash']}",
        age,
        labels=app.labels | hash_label,
        ownerReferences=owned_by(owner),
        annotations={
            "deployment.kubernetes.io/desired-replicas": str(app.replicas),
            "deployment.kubernetes.io/max-replicas": str(app.replicas + -(-app.replicas // 4)),
            "deployment.kubernetes.io/revision": str(revision),
        },
    )
    labelled = {"labels": app.labels | hash_label}
    item: Json = {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": known | {"generation": 1},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": selector(app) | hash_label},
            "template": {"metadata": app.template["metadata"] | labelled, "spec": app.spec},
        },
    }
    names = [f"{known['name']}-{suffix(app.random)}" for _ in range(replicas)]
    pods = []
    for made in pods_of(app, fare, item, names, hash_label, age, placement):
        yield made
        pods += [made[1]] if made[0] == "pods" else []
    item["status"] = _replica_status(pods, sum(map(is_ready, pods)))
    if app.refusal and replicas:
        item["status"]["conditions"] = [
            {
                "type": "ReplicaFailure",
                "status": "True",
                "reason": "FailedCreate",
                "message": app.refusal,
                "lastTransitionTime": ago(age),
            }
        ]
        said = Said(
            "Warning",
            "FailedCreate",
            f"Error creating: {app.refusal}",
            14,
            300,
            min(age, 3000),
            "replicaset-controller",
        )
        yield "events", event(app.random, item, said)
    if age < HOUR and replicas:
        scaled = f"Scaled up replica set {known['name']} from 0 to {replicas}"
        yield (
            "events",
            event(app.random, owner, Said("Normal", "ScalingReplicaSet", scaled, 1, age, age, "deployment-controller")),
        )
    yield "replicasets", item


def _deployment_status(app: Application, pods: list[Json], ready: int) -> Json:
    minimum = app.replicas - app.replicas // 4
    enough = ready >= minimum
    status: Json = {
        "observedGeneration": 1,
        "updatedReplicas": 1 if app.rolling or app.serving else len(pods),
        "replicas": len(pods),
        "readyReplicas": ready,
        "availableReplicas": ready,
    }
    if app.paused:
        status["updatedReplicas"] = 0
    if ready < len(pods) or ready < app.replicas:
        status["unavailableReplicas"] = max(len(pods), app.replicas) - ready
    is_stuck = (ready < app.replicas or app.serving) and app.age > 600 and not app.paused
    has = "has" if enough else "does not have"
    conditions = [
        _condition(
            "Available",
            str(enough),
            f"MinimumReplicas{'A' if enough else 'Una'}vailable",
            f"Deployment {has} minimum availability.",
            app.age,
        ),
        _condition(
            "Progressing",
            str(not is_stuck),
            "ProgressDeadlineExceeded" if is_stuck else "NewReplicaSetAvailable",
            f'ReplicaSet "{app.name}" has {"timed out progressing" if is_stuck else "successfully progressed"}.',
            max(app.age - 600, 5),
        ),
    ]
    if app.paused:
        conditions[1] = _condition("Progressing", "Unknown", "DeploymentPaused", "Deployment is paused", app.age)
    if app.refusal:
        conditions.append(_condition("ReplicaFailure", "True", "FailedCreate", app.refusal, app.age))
    return {key: value for key, value in status.items() if value} | {"conditions": conditions}


def _condition(kind: str, status: str, reason: str, message: str, since: int) -> Json:
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": message,
        "lastTransitionTime": ago(since),
        "lastUpdateTime": ago(since),
    }


def _replica_status(pods: list[Json], ready: int) -> Json:
    status = {
        "observedGeneration": 1,
        "fullyLabeledReplicas": len(pods),
        "readyReplicas": ready,
        "availableReplicas": ready,
    }
    return {"replicas": len(pods)} | {key: value for key, value in status.items() if value}


def _stateful_set(app: Application, placement: Placement) -> Made:
    owner = bare(app)
    assert app.claim is not None
    owner["spec"] = {
        "replicas": app.replicas,
        "serviceName": app.name,
        "selector": {"matchLabels": selector(app)},
        "template": app.template,
        "podManagementPolicy": "OrderedReady",
        "revisionHistoryLimit": 10,
        "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}},
        "volumeClaimTemplates": [app.claim],
    }
    revision = f"{app.name}-{suffix(app.random, 10)}"
    names = [f"{app.name}-{index}" for index in range(app.replicas if app.fare.ready else min(app.replicas, 1))]
    pods = []
    for made in pods_of(app, app.fare, owner, names, {"controller-revision-hash": revision}, app.age, placement):
        if made[0] == "pods":
            pods.append(made[1])
            index = made[1]["metadata"]["name"].rpartition("-")[2]
            made[1]["metadata"]["labels"] |= {
                "statefulset.kubernetes.io/pod-name": made[1]["metadata"]["name"],
                "apps.kubernetes.io/pod-index": index,
            }
        yield made
    ready = sum(map(is_ready, pods))
    owner["status"] = {
        "replicas": len(pods),
        "readyReplicas": ready,
        "availableReplicas": ready,
        "currentReplicas": len(pods),
        "updatedReplicas": len(pods),
        "observedGeneration": 1,
        "collisionCount": 0,
        "currentRevision": revision,
        "updateRevision": revision,
    }
    yield "statefulsets", owner


def _daemon_set(app: Application, placement: Placement) -> Made:
    owner = bare(app)
    owner["spec"] = {
        "selector": {"matchLabels": selector(app)},
        "template": app.template,
        "revisionHistoryLimit": 10,
        "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}},
    }
    names = [f"{app.name}-{suffix(app.random)}" for _ in range(app.replicas)]
    pods = []
    label = {"controller-revision-hash": suffix(app.random, 10), "pod-template-generation": "1"}
    for made in pods_of(app, app.fare, owner, names, label, app.age, placement):
        if made[0] == "pods":
            pods.append(made[1])
        yield made
    ready = sum(map(is_ready, pods))
    owner["status"] = {
        "currentNumberScheduled": len(pods),
        "desiredNumberScheduled": app.replicas,
        "numberReady": ready,
        "numberAvailable": ready,
        "updatedNumberScheduled": len(pods),
        "numberMisscheduled": 0,
        "observedGeneration": 1,
    } | ({"numberUnavailable": app.replicas - ready} if ready < app.replicas else {})
    yield "daemonsets", owner


_KINDS: dict[str, Any] = {
    "Deployment": _deployment,
    "StatefulSet": _stateful_set,
    "DaemonSet": _daemon_set,
    "CronJob": cron_job,
    "Job": single_job,
}
