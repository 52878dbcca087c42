"""Events, in the form that client-go's recorder writes."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from benchmarks.generator.fares import Fare, Said
from benchmarks.generator.values import Json, ago, metadata

_SECONDS = {"Scheduled": 0, "Pulling": 1, "Pulled": 2, "Created": 2, "Started": 3}


def event(random: Random, about: Json, said: Said, *, container: str = "", host: str = "") -> Json:
    """One Event about an object."""
    known = about["metadata"]
    namespace = known.get("namespace")
    told = {
        "apiVersion": about["apiVersion"],
        "kind": about["kind"],
        "name": known["name"],
        "uid": known["uid"],
        "resourceVersion": known["resourceVersion"],
    }
    if namespace:
        told["namespace"] = namespace
    if container:
        told["fieldPath"] = f"spec.containers{{{container}}}"
    first = said.first if said.first is not None else said.last
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": metadata(random, f"{known['name']}.{random.getrandbits(60):x}", namespace or "default", first),
        "involvedObject": told,
        "type": said.type,
        "reason": said.reason,
        "message": said.message,
        "count": said.count,
        "firstTimestamp": ago(first),
        "lastTimestamp": ago(said.last),
        "eventTime": None,
        "source": {"component": said.component} | ({"host": host} if host else {}),
        "reportingComponent": said.component,
        "reportingInstance": host,
    }


def of_pod(random: Random, pod: Json, fare: Fare, age: int) -> Iterator[Json]:
    """What is said of a Pod: its beginning where it is not an hour old, and what went wrong."""
    known, container = pod["metadata"], pod["spec"]["containers"][0]
    host = pod["spec"].get("nodeName", "")
    if fare.initial is not None:
        container = pod["spec"]["initContainers"][0]
    for reason in fare.beginning if age < 3600 else ():
        message = _BEGUN[reason].format(
            namespace=known["namespace"],
            name=known["name"],
            node=host,
            image=container["image"],
            container=container["name"],
        )
        component = "default-scheduler" if reason == "Scheduled" else "kubelet"
        last = max(age - _SECONDS[reason], 0)
        said = Said("Normal", reason, message, 1, last, last, component)
        is_kubelets = component == "kubelet"
        yield event(
            random, pod, said, container=container["name"] if is_kubelets else "", host=host if is_kubelets else ""
        )
    for said in fare.said:
        message = filled(said.message, pod, container["name"])
        first = min(said.first, age) if said.first is not None else None
        spoken = Said(said.type, said.reason, message, said.count, min(said.last, age), first, said.component)
        yield event(random, pod, spoken, container=container["name"] if host else "", host=host)


def filled(text: str, pod: Json, container: str) -> str:
    """The text with the Pod's own names in it."""
    if "{" not in text:
        return text
    known = pod["metadata"]
    for key, value in (
        ("pod", known["name"]),
        ("namespace", known["namespace"]),
        ("uid", known["uid"]),
        ("container", container),
        ("ip", pod["status"].get("podIP", "")),
    ):
        text = text.replace(f"{{{key}}}", value)
    return text


_BEGUN = {
    "Scheduled": "Successfully assigned {namespace}/{name} to {node}",
    "Pulled": 'Container image "{image}" already present on machine and can be accessed by the pod',
    "Created": "Container created",
    "Started": "Container started",
}
