"""What makes Pods: Deployments, ReplicaSets, StatefulSets, DaemonSets, Jobs, CronJobs, autoscalers, budgets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gkedoctor.graph.core.times import human_duration
from gkedoctor.serve.tables.column import (
    AGE,
    NAME,
    NONE,
    Column,
    Value,
    at,
    entries,
    joined,
    number,
    pairs,
    selector,
    shown,
    since,
)
from gkedoctor.snapshot.model import Object
from gkedoctor.snapshot.timestamps import parse_timestamp

_FINAL = ("Complete", "Failed")
_PASSING = ("Suspended", "FailureTarget", "SuccessCriteriaMet")


def _template(item: Object) -> Any:
    spec = at(item, "spec", "jobTemplate", "spec") or at(item, "spec")
    return at(spec, "template", "spec")


def _containers(item: Object, now: datetime) -> str:
    return joined(c.get("name") for c in entries(_template(item), "containers"))


def _images(item: Object, now: datetime) -> str:
    return joined(c.get("image") for c in entries(_template(item), "containers"))


def _selector(item: Object, now: datetime) -> str:
    return selector(at(item, "spec", "selector"))


def _ready_of(*desired: str) -> Value:
    return lambda item, now: f"{at(item, 'status', 'readyReplicas') or 0}/{at(item, *desired) or 0}"


def _job_status(job: Object, now: datetime) -> str:
    true = {c.get("type") for c in entries(job, "status", "conditions") if c.get("status") == "True"}
    final = next((word for word in _FINAL if word in true), None)
    if final is not None:
        return final
    if at(job, "metadata", "deletionTimestamp"):
        return "Terminating"
    return next((word for word in _PASSING if word in true), "Running")


def _completions(job: Object, now: datetime) -> str:
    done, wanted = at(job, "status", "succeeded") or 0, at(job, "spec", "completions")
    if wanted is not None:
        return f"{done}/{wanted}"
    parallel = at(job, "spec", "parallelism") or 0
    return f"{done}/1 of {parallel}" if parallel > 1 else f"{done}/1"


def _duration(job: Object, now: datetime) -> str:
    start = parse_timestamp(str(at(job, "status", "startTime") or ""))
    end = parse_timestamp(str(at(job, "status", "completionTime") or "")) or now
    return human_duration((end - start).total_seconds()) if start is not None else ""


def _flag(*path: str) -> Value:
    return lambda item, now: "True" if at(item, *path) else "False"


def _reference(hpa: Object, now: datetime) -> str:
    return f"{at(hpa, 'spec', 'scaleTargetRef', 'kind')}/{at(hpa, 'spec', 'scaleTargetRef', 'name')}"


def _targets(hpa: Object, now: datetime) -> str:
    current = entries(hpa, "status", "currentMetrics")
    metrics = entries(hpa, "spec", "metrics")
    if not metrics and (percent := at(hpa, "spec", "targetCPUUtilizationPercentage")):
        now_used = at(hpa, "status", "currentCPUUtilizationPercentage")
        return f"cpu: {'<unknown>' if now_used is None else f'{now_used}%'}/{percent}%"
    shown_metrics = [_metric(m, current[i] if i < len(current) else {}) for i, m in enumerate(metrics)]
    more = f" + {len(shown_metrics) - 2} more..." if len(shown_metrics) > 2 else ""
    return (", ".join(shown_metrics[:2]) + more) if shown_metrics else NONE


def _metric(metric: Mapping[str, Any], current: Mapping[str, Any]) -> str:
    """`cpu: 12%/80%`; `<unknown>` where there is no measure."""
    kind = str(metric.get("type") or "")
    source = kind[:1].lower() + kind[1:]
    name = at(metric, source, "name")
    target, measured = at(metric, source, "target"), at(current, source, "current")
    percent = at(target, "averageUtilization")
    if percent is not None:
        used = at(measured, "averageUtilization")
        text = f"{'<unknown>' if used is None else f'{used}%'}/{percent}%"
    else:
        average = at(target, "averageValue")
        field, mark = ("averageValue", " (avg)") if average is not None else ("value", "")
        used = at(measured, field)
        text = f"{'<unknown>' if used is None else used}/{at(target, field)}{mark if kind != 'Resource' else ''}"
    return f"{name}: {text}" if kind in ("Resource", "ContainerResource") else text


_TEMPLATE = (Column("Containers", _containers, wide=True), Column("Images", _images, wide=True))
_WIDE = (*_TEMPLATE, Column("Selector", _selector, wide=True))
_REPLICAS = (
    NAME,
    Column("Desired", number("spec", "replicas"), type="integer"),
    Column("Current", number("status", "replicas"), type="integer"),
    Column("Ready", number("status", "readyReplicas"), type="integer"),
    AGE,
    *_TEMPLATE,
)

COLUMNS: dict[str, tuple[Column, ...]] = {
    "deployments": (
        NAME,
        Column("Ready", _ready_of("spec", "replicas")),
        Column("Up-to-date", number("status", "updatedReplicas"), type="integer"),
        Column("Available", number("status", "availableReplicas"), type="integer"),
        AGE,
        *_WIDE,
    ),
    "replicasets": (*_REPLICAS, Column("Selector", _selector, wide=True)),
    "replicationcontrollers": (
        *_REPLICAS,
        Column("Selector", lambda item, now: pairs(at(item, "spec", "selector")), wide=True),
    ),
    "statefulsets": (NAME, Column("Ready", _ready_of("spec", "replicas")), AGE, *_TEMPLATE),
    "daemonsets": (
        NAME,
        Column("Desired", number("status", "desiredNumberScheduled"), type="integer"),
        Column("Current", number("status", "currentNumberScheduled"), type="integer"),
        Column("Ready", number("status", "numberReady"), type="integer"),
        Column("Up-to-date", number("status", "updatedNumberScheduled"), type="integer"),
        Column("Available", number("status", "numberAvailable"), type="integer"),
        Column("Node Selector", lambda item, now: pairs(at(_template(item), "nodeSelector"))),
        AGE,
        *_WIDE,
    ),
    "jobs": (
        NAME,
        Column("Status", _job_status),
        Column("Completions", _completions),
        Column("Duration", _duration),
        AGE,
        *_WIDE,
    ),
    "cronjobs": (
        NAME,
        Column("Schedule", shown("spec", "schedule")),
        Column("Timezone", shown("spec", "timeZone", empty=NONE)),
        Column("Suspend", _flag("spec", "suspend")),
        Column("Active", lambda item, now: len(entries(item, "status", "active")), type="integer"),
        Column("Last Schedule", since("status", "lastScheduleTime", empty=NONE)),
        AGE,
        *_TEMPLATE,
    ),
    "horizontalpodautoscalers": (
        NAME,
        Column("Reference", _reference),
        Column("Targets", _targets),
        Column("MinPods", shown("spec", "minReplicas", empty="<unset>")),
        Column("MaxPods", number("spec", "maxReplicas"), type="integer"),
        Column("Replicas", number("status", "currentReplicas"), type="integer"),
        AGE,
    ),
    "poddisruptionbudgets": (
        NAME,
        Column("Min Available", shown("spec", "minAvailable", empty="N/A")),
        Column("Max Unavailable", shown("spec", "maxUnavailable", empty="N/A")),
        Column("Allowed Disruptions", number("status", "disruptionsAllowed"), type="integer"),
        AGE,
    ),
}
