"""Jobs and the CronJobs that make them."""

from __future__ import annotations

from benchmarks.generator.application import Application
from benchmarks.generator.controllers import bare, pods_of
from benchmarks.generator.events import event
from benchmarks.generator.fares import Said
from benchmarks.generator.placement import Placement
from benchmarks.generator.values import HOUR, Json, Made, ago, owned_by, suffix


def cron_job(app: Application, placement: Placement) -> Made:
    """A CronJob with the Jobs that its history keeps, of which the last may have failed."""
    owner = bare(app)
    owner["spec"] = {
        "schedule": "30 * * * *",
        "concurrencyPolicy": "Forbid",
        "suspend": app.paused,
        "successfulJobsHistoryLimit": 3,
        "failedJobsHistoryLimit": 1,
        "jobTemplate": {"spec": {"backoffLimit": 2, "template": app.template}},
    }
    latest = 1800 + (6 * HOUR if app.paused else 0)
    for index in range(app.replicas):
        yield from _job(app, placement, owner, index * HOUR + latest, index)
    owner["status"] = {"lastScheduleTime": ago(latest), "lastSuccessfulTime": ago(latest - 40)}
    yield "cronjobs", owner


def single_job(app: Application, placement: Placement) -> Made:
    """A Job that somebody made."""
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
    yield from pods_of(app, app.fare, item, names, label, age, placement)
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
