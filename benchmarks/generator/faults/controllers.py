"""Workloads that are held back: by a quota, a pause, a limit, an autoscaler without a target."""

from __future__ import annotations

from benchmarks.generator import policies
from benchmarks.generator.application import Application
from benchmarks.generator.fares import Fare, refused, terminated
from benchmarks.generator.faults.fault import Faults
from benchmarks.generator.values import ago

CONTROLLERS = Faults()


@CONTROLLERS.plants("quota-exceeded")
def used_up_quota(app: Application) -> str:
    hard = {"requests.cpu": "100m"}
    app.container["resources"] = {"requests": {"cpu": "200m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}}
    name = f"{app.name}-quota"
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": app.made(name),
        "spec": {"hard": hard},
        "status": {"hard": hard, "used": {"requests.cpu": "0"}},
    }
    app.others.append(("resourcequotas", quota))
    app.refusal = (
        f'pods "{app.name}-abcde" is forbidden: exceeded quota: {name}, requested: requests.cpu=200m, '
        "used: requests.cpu=0, limited: requests.cpu=100m"
    )
    app.fare = refused()
    return f"ResourceQuota/{app.namespace}/{name}"


@CONTROLLERS.plants("rollout-paused", "deployment", "served")
def paused(app: Application) -> str:
    app.paused = True
    return app.ref


@CONTROLLERS.plants("cronjob-not-running", "schedule")
def suspended(app: Application) -> str:
    app.age = 900_000
    app.paused = True
    return app.ref


@CONTROLLERS.plants("job-backoff-limit", "deployment")
def failed_job(app: Application) -> str:
    app.kind, app.services, app.ingress, app.claim = "Job", [], None, None
    app.others = [(kind, item) for kind, item in app.others if kind in ("secrets", "configmaps", "serviceaccounts")]
    app.spec["restartPolicy"] = "Never"
    state = terminated(4, "Error", 600)
    app.fare = Fare(
        "Failed", ready=False, started=False, state=state, finished="PodFailed", log=("no rows to process",)
    )
    return app.ref


@CONTROLLERS.plants("hpa-target-missing", "deployment", "served")
def autoscaler_of_nothing(app: Application) -> str:
    scaler = policies.autoscaler(app)
    name = f"{app.name}-old"
    scaler["metadata"]["name"] = name
    scaler["spec"]["scaleTargetRef"]["name"] = name
    message = (
        f'the HPA controller was unable to get the target\'s current scale: deployments/scale.apps "{name}" not found'
    )
    scaler["status"] = {
        "currentReplicas": 0,
        "desiredReplicas": 0,
        "conditions": [
            {
                "type": "AbleToScale",
                "status": "False",
                "reason": "FailedGetScale",
                "message": message,
                "lastTransitionTime": ago(3000),
            }
        ],
    }
    app.without("horizontalpodautoscalers")
    app.others.append(("horizontalpodautoscalers", scaler))
    return f"HorizontalPodAutoscaler/{app.namespace}/{name}"


@CONTROLLERS.plants("hpa-missing-requests", "deployment", "served")
def autoscaler_without_requests(app: Application) -> str:
    app.container["resources"] = {}
    scaler = policies.autoscaler(app)
    scaler["status"]["conditions"][1:] = [
        {
            "type": "ScalingActive",
            "status": "False",
            "reason": "FailedGetResourceMetric",
            "message": "the HPA was unable to compute the replica count: failed to get cpu utilization: "
            f"missing request for cpu in container app of Pod {app.name}-abcde",
            "lastTransitionTime": ago(3000),
        }
    ]
    scaler["status"]["currentMetrics"] = None
    app.without("horizontalpodautoscalers")
    app.others.append(("horizontalpodautoscalers", scaler))
    return app.ref


@CONTROLLERS.plants("pdb-blocks-drain", "deployment", "served")
def budget_that_allows_nothing(app: Application) -> str:
    budget = policies.disruption_budget(app)
    budget["spec"]["maxUnavailable"] = 0
    budget["status"] |= {"desiredHealthy": app.replicas, "disruptionsAllowed": 0}
    budget["status"]["conditions"][0] |= {"status": "False", "reason": "InsufficientPods"}
    app.without("poddisruptionbudgets")
    app.others.append(("poddisruptionbudgets", budget))
    return f"PodDisruptionBudget/{app.namespace}/{app.name}"
