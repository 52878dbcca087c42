"""What the controllers of all workloads have in common: they make Pods, and own them."""

from __future__ import annotations

from benchmarks.generator.application import API_VERSIONS, Application
from benchmarks.generator.events import event, filled, of_pod
from benchmarks.generator.fares import Fare, Said
from benchmarks.generator.placement import Placement
from benchmarks.generator.pods import pod
from benchmarks.generator.values import DAY, HOUR, Json, Made, owned_by


def pods_of(
    app: Application, fare: Fare, owner: Json, names: list[str], hash_label: Json, age: int, placement: Placement
) -> Made:
    """The Pods of one controller, with their Events, logs and those of the controller."""
    reference = owned_by(owner)
    for index, name in enumerate(names if fare.made else ()):
        machine, host = placement.next(app.machines[index] if app.machines else None, sound=app.planted)
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
        app.random.randrange(120, HOUR) if app.random.random() < 0.37 else app.random.randrange(HOUR, min(age, 9 * DAY))
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


def bare(app: Application) -> Json:
    """The workload's object without spec and status."""
    known: Json = app.made(app.name, labels=dict(app.labels))
    return {"apiVersion": API_VERSIONS[app.kind], "kind": app.kind, "metadata": known | {"generation": 1}}


def selector(app: Application) -> dict[str, str]:
    """The labels that the workload finds its Pods by."""
    return {"app": app.labels["app"]}
