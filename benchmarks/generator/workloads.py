"""Workloads with their Pods: what the controllers write into status, and which Events they leave."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.generator.application import API_VERSIONS, Application
from benchmarks.generator.events import event, filled, of_pod
from benchmarks.generator.fares import Fare, Said, waiting
from benchmarks.generator.placement import Placement
from benchmarks.generator.pods import is_ready, pod
from benchmarks.generator.values import DAY, HOUR, Json, ago, owned_by, suffix

Made = Iterator[tuple[str, Json]]
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
    owner = _bare(app)
    owner["spec"] = {
        "replicas": app.replicas,
        "selector": {"matchLabels": _selector(app)},
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
            "selector": {"matchLabels": _selector(app) | hash_label},
            "template": {"metadata": app.template["metadata"] | labelled, "spec": app.spec},
        },
    }
    names = [f"{known['name']}-{suffix(app.random)}" for _ in range(replicas)]
    pods = []
    for made in _pods(app, fare, item, names, hash_label, age, placement):
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


def _pods(
    app: Application, fare: Fare, owner: Json, names: list[str], hash_label: Json, age: int, placement: Placement
) -> Made:
    """The Pods of one controller, with their Events, logs and those of the controller."""
    reference = owned_by(owner)
    for index, name in enumerate(names if fare.made else ()):
        machine, host = placement.next(app.machines[index] if app.machines else None)
        own_age = _pod_age(app, fare, age)
        item = pod(app, fare, reference, name, hash_label, machine, host, own_age)
        _fill(item)
        yield "pods", item
        for said in of_pod(app.random, item, fare, own_age):
            yield "events", said
        if own_age < HOUR and owner["kind"] == "ReplicaSet":
            told = Said(
                "Normal", "SuccessfulCreate", f"Created pod: {name}", 1, own_age, own_age, "replicaset-controller"
            )
            yield "events", event(app.random, owner, told)
        if fare.log:
            yield "logs", _log(app, fare, item)


def _pod_age(app: Application, fare: Fare, age: int) -> int:
    """Half of all Pods are younger than an hour: autoscaling, spot nodes and rollouts see to that."""
    if fare.age is not None:
        return min(fare.age, age)
    if age < HOUR or not fare.ready:
        return age
    return (
        app.random.randrange(120, HOUR) if app.random.random() < 0.45 else app.random.randrange(HOUR, min(age, 9 * DAY))
    )


def _fill(item: Json) -> None:
    """Names of the Pod in what its containers wait for."""
    for key in ("containerStatuses", "initContainerStatuses"):
        for status in item["status"].get(key, ()):
            state = status["state"].get("waiting")
            if state is not None and "{" in state.get("message", ""):
                status["state"] = {"waiting": state | {"message": filled(state["message"], item, status["name"])}}


def _log(app: Application, fare: Fare, item: Json) -> Json:
    containers = app.spec["initContainers"] if fare.initial is not None else app.spec["containers"]
    return {
        "namespace": app.namespace,
        "pod": item["metadata"]["name"],
        "container": containers[0]["name"],
        "previous": True,
        "lines": list(fare.log),
    }


def _deployment_status(app: Application, pods: list[Json], ready: int) -> Json:
    minimum = app.replicas - app.replicas // 4
    enough = ready >= minimum
    status: Json = {
        "observedGeneration": 1,
        "updatedReplicas": 1 if app.rolling else len(pods),
        "replicas": len(pods),
        "readyReplicas": ready,
        "availableReplicas": ready,
    }
    if app.paused:
        status["updatedReplicas"] = 0
    if ready < app.replicas:
        status["unavailableReplicas"] = app.replicas - ready
    is_stuck = ready < app.replicas and app.age > 600 and not app.paused
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
    owner = _bare(app)
    assert app.claim is not None
    owner["spec"] = {
        "replicas": app.replicas,
        "serviceName": app.name,
        "selector": {"matchLabels": _selector(app)},
        "template": app.template,
        "podManagementPolicy": "OrderedReady",
        "revisionHistoryLimit": 10,
        "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}},
        "volumeClaimTemplates": [app.claim],
    }
    revision = f"{app.name}-{suffix(app.random, 10)}"
    names = [f"{app.name}-{index}" for index in range(app.replicas if app.fare.ready else min(app.replicas, 1))]
    pods = []
    for made in _pods(app, app.fare, owner, names, {"controller-revision-hash": revision}, app.age, placement):
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
    owner = _bare(app)
    owner["spec"] = {
        "selector": {"matchLabels": _selector(app)},
        "template": app.template,
        "revisionHistoryLimit": 10,
        "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}},
    }
    names = [f"{app.name}-{suffix(app.random)}" for _ in range(app.replicas)]
    pods = []
    label = {"controller-revision-hash": suffix(app.random, 10), "pod-template-generation": "1"}
    for made in _pods(app, app.fare, owner, names, label, app.age, placement):
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


def _cron_job(app: Application, placement: Placement) -> Made:
    """A CronJob with the Jobs that its history keeps, of which the last may have failed."""
    owner = _bare(app)
    owner["spec"] = {
        "schedule": "0 * * * *",
        "concurrencyPolicy": "Forbid",
        "suspend": False,
        "successfulJobsHistoryLimit": 3,
        "failedJobsHistoryLimit": 1,
        "jobTemplate": {"spec": {"backoffLimit": 2, "template": app.template}},
    }
    owner["status"] = {"lastScheduleTime": ago(0), "lastSuccessfulTime": ago(HOUR - 40)}
    for index in range(app.replicas):
        yield from _job(app, placement, owner, index * HOUR + 1800, index)
    owner["status"] = {"lastScheduleTime": ago(1800), "lastSuccessfulTime": ago(1760)}
    owner["spec"]["schedule"] = "30 * * * *"
    yield "cronjobs", owner


def _single_job(app: Application, placement: Placement) -> Made:
    yield from _job(app, placement, None, app.age, 0)


def _job(app: Application, placement: Placement, owner: Json | None, age: int, index: int) -> Made:
    name = app.name if owner is None else f"{app.name}-{29700000 - index * 60}"
    failed = app.fare.finished == "PodFailed"
    item: Json = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": app.made(name, age, labels=dict(app.labels), ownerReferences=owned_by(owner) if owner else []),
    }
    label = {
        "batch.kubernetes.io/job-name": name,
        "job-name": name,
        "batch.kubernetes.io/controller-uid": item["metadata"]["uid"],
        "controller-uid": item["metadata"]["uid"],
    }
    selector = {"batch.kubernetes.io/controller-uid": item["metadata"]["uid"]}
    item["spec"] = {
        "backoffLimit": 1,
        "completions": 1,
        "parallelism": 1,
        "completionMode": "NonIndexed",
        "suspend": False,
        "selector": {"matchLabels": selector},
        "template": {"metadata": {"labels": app.labels | label}, "spec": app.spec},
    }
    names = [f"{name}-{suffix(app.random)}" for _ in range(2 if failed else 1)]
    yield from _pods(app, app.fare, item, names, label, age, placement)
    item["status"] = _job_status(app, failed, age)
    if failed:
        said = Said(
            "Warning",
            "BackoffLimitExceeded",
            "Job has reached the specified backoff limit",
            1,
            age - 30,
            age - 30,
            "job-controller",
        )
        yield "events", event(app.random, item, said)
    yield "jobs", item


def _job_status(app: Application, failed: bool, age: int) -> Json:
    ended = ago(max(age - 30, 0))
    if failed:
        message = "Job has reached the specified backoff limit"
        kinds = (("FailureTarget", "BackoffLimitExceeded", message), ("Failed", "BackoffLimitExceeded", message))
        return {
            "failed": 2,
            "startTime": ago(age),
            "ready": 0,
            "conditions": [_job_condition(*kind, ended) for kind in kinds],
        }
    message = "Reached expected number of succeeded pods"
    kinds = (("SuccessCriteriaMet", "CompletionsReached", message), ("Complete", "CompletionsReached", message))
    return {
        "succeeded": 1,
        "startTime": ago(age),
        "completionTime": ended,
        "ready": 0,
        "conditions": [_job_condition(*kind, ended) for kind in kinds],
    }


def _job_condition(kind: str, reason: str, message: str, at: str) -> Json:
    return {
        "type": kind,
        "status": "True",
        "reason": reason,
        "message": message,
        "lastProbeTime": at,
        "lastTransitionTime": at,
    }


def _bare(app: Application) -> Json:
    known: Json = app.made(app.name, labels=dict(app.labels))
    return {"apiVersion": API_VERSIONS[app.kind], "kind": app.kind, "metadata": known | {"generation": 1}}


def _selector(app: Application) -> dict[str, str]:
    return {"app": app.labels["app"]}


_KINDS: dict[str, Any] = {
    "Deployment": _deployment,
    "StatefulSet": _stateful_set,
    "DaemonSet": _daemon_set,
    "CronJob": _cron_job,
    "Job": _single_job,
}
