"""Objects that say how much may be there, how few, and who may speak to whom."""

from __future__ import annotations

from benchmarks.generator.application import API_VERSIONS, Application
from benchmarks.generator.values import Json, ago


def autoscaler(app: Application) -> Json:
    """A HorizontalPodAutoscaler on CPU that does well."""
    metric = {
        "type": "Resource",
        "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}},
    }
    current = {"averageUtilization": 41, "averageValue": "41m"}
    conditions = [
        ("AbleToScale", "True", "ReadyForNewScale", "recommended size matches current size"),
        (
            "ScalingActive",
            "True",
            "ValidMetricFound",
            "the HPA was able to successfully calculate a replica count from cpu resource utilization "
            "(percentage of request)",
        ),
        ("ScalingLimited", "False", "DesiredWithinRange", "the desired count is within the acceptable range"),
    ]
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": app.made(app.name),
        "spec": {
            "minReplicas": 1,
            "maxReplicas": app.replicas * 3 + 2,
            "metrics": [metric],
            "scaleTargetRef": {"apiVersion": API_VERSIONS[app.kind], "kind": app.kind, "name": app.name},
        },
        "status": {
            "currentReplicas": app.replicas,
            "desiredReplicas": app.replicas,
            "currentMetrics": [{"type": "Resource", "resource": {"name": "cpu", "current": current}}],
            "conditions": [
                {"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": ago(7200)}
                for kind, status, reason, message in conditions
            ],
        },
    }


def disruption_budget(app: Application) -> Json:
    """A PodDisruptionBudget that lets one Pod go."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": app.made(app.name),
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": app.labels["app"]}}},
        "status": {
            "currentHealthy": app.replicas,
            "desiredHealthy": app.replicas - 1,
            "disruptionsAllowed": 1,
            "expectedPods": app.replicas,
            "observedGeneration": 1,
            "conditions": [
                {
                    "type": "DisruptionAllowed",
                    "status": "True",
                    "reason": "SufficientPods",
                    "message": "",
                    "lastTransitionTime": ago(7200),
                }
            ],
        },
    }


def network_policy(app: Application) -> Json:
    """A NetworkPolicy that lets in what comes from the cluster and from Google's load balancers."""
    sources = [
        {"namespaceSelector": {}},
        {"ipBlock": {"cidr": "130.211.0.0/22"}},
        {"ipBlock": {"cidr": "35.191.0.0/16"}},
    ]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": app.made(app.name),
        "spec": {
            "podSelector": {"matchLabels": {"app": app.labels["app"]}},
            "policyTypes": ["Ingress"],
            "ingress": [{"from": sources}],
        },
    }


def settle(app: Application, ready: int) -> None:
    """Writes what the controllers say of an autoscaler and a budget whose Pods are not ready."""
    for collection, item in app.others:
        if collection == "horizontalpodautoscalers" and not ready:
            if item["spec"]["scaleTargetRef"]["name"] == app.name:
                _blind(app, item["status"])
        elif collection == "poddisruptionbudgets" and ready < app.replicas:
            status = item["status"]
            status |= {"currentHealthy": ready, "disruptionsAllowed": max(0, ready - status["desiredHealthy"])}
            if not status["disruptionsAllowed"]:
                status["conditions"][0] |= {"status": "False", "reason": "InsufficientPods"}


def _blind(app: Application, status: Json) -> None:
    """An autoscaler without metrics (pkg/controller/podautoscaler: replica_calculator.go, metrics/client.go)."""
    reason, message = "FailedGetResourceMetric", _UNABLE + "unable to get metrics for resource cpu: " + _EMPTY
    if app.replicas == 0:
        reason, message = "ScalingDisabled", "scaling is disabled since the replica count of the target is zero"
    elif app.fare.made and app.fare.phase == "Running":
        message = _UNABLE + "did not receive metrics for targeted pods (pods might be unready)"
    able, active = status["conditions"][:2]
    status["conditions"] = [able, active | {"status": "False", "reason": reason, "message": message}]
    status |= {"currentMetrics": None, "desiredReplicas": status["currentReplicas"]}


_UNABLE = "the HPA was unable to compute the replica count: failed to get cpu utilization: "
_EMPTY = "no metrics returned from resource metrics API"
