"""`kubectl create` of a namespace, quota, PriorityClass, Service, Deployment, Job or PodDisruptionBudget."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from gkedoctor.errors import ChangeError
from gkedoctor.whatif.change import Invocation
from gkedoctor.whatif.flags import Arguments
from gkedoctor.whatif.verbs.create_data import Generator, metadata


def _pairs(text: str) -> dict[str, str]:
    return {key: value for key, _, value in (part.partition("=") for part in text.split(",")) if key}


def _namespace(invocation: Invocation, arguments: Arguments, name: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": {"name": name, "labels": {"kubernetes.io/metadata.name": name}},
        "spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"},
    }  # fmt: skip


def _quota(invocation: Invocation, arguments: Arguments, name: str) -> dict[str, Any]:
    spec: dict[str, Any] = {"hard": _pairs(arguments.one("hard"))}
    if arguments.has("scopes"):
        spec["scopes"] = arguments.one("scopes").split(",")
    return {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata(arguments, name), "spec": spec}


def _priority_class(invocation: Invocation, arguments: Arguments, name: str) -> dict[str, Any]:
    value = arguments.required("value")
    if not value.removeprefix("-").isdecimal():
        raise ChangeError(f"--value={value} is not a whole number")
    return {
        "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": name},
        "value": int(value), "globalDefault": arguments.on("global-default"),
        "description": arguments.one("description"),
        "preemptionPolicy": arguments.one("preemption-policy", "PreemptLowerPriority"),
    }  # fmt: skip


def _service(kind: str) -> Generator:
    def generate(invocation: Invocation, arguments: Arguments, name: str) -> dict[str, Any]:
        spec: dict[str, Any] = {"type": kind, "selector": {"app": name}}
        ports = []
        for text in (part for value in arguments.many("tcp") for part in value.split(",")):
            port, _, target = text.partition(":")
            if not port.isdecimal():
                raise ChangeError(f"--tcp={text} is not PORT or PORT:TARGETPORT")
            target = target or port
            ports.append({
                "name": text.replace(":", "-"), "port": int(port), "protocol": "TCP",
                "targetPort": int(target) if target.isdecimal() else target,
            })  # fmt: skip
        if ports:
            spec["ports"] = ports
        if arguments.has("clusterip"):
            spec["clusterIP"] = arguments.one("clusterip")
        if kind == "ExternalName":
            spec = {"type": kind, "externalName": arguments.required("external-name")}
        elif not ports and arguments.one("clusterip") != "None":
            raise ChangeError("--tcp=PORT:TARGETPORT is missing")
        return {"apiVersion": "v1", "kind": "Service", "metadata": metadata(arguments, name), "spec": spec}

    return generate


def _deployment(invocation: Invocation, arguments: Arguments, name: str) -> dict[str, Any]:
    containers = []
    for image in arguments.many("image"):
        short = image.rpartition("/")[2].partition("@")[0].partition(":")[0]
        containers.append({"name": short, "image": image})
    if not containers:
        raise ChangeError("--image is missing")
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata(arguments, name) | {"labels": labels},
        "spec": {
            "replicas": arguments.whole_number("replicas") if arguments.has("replicas") else 1,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
        },
    }  # fmt: skip


def _job(invocation: Invocation, arguments: Arguments, name: str) -> dict[str, Any]:
    item = {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata(arguments, name)}
    if arguments.has("from"):
        kind, _, source = arguments.one("from").partition("/")
        if kind.lower() not in ("cronjob", "cronjobs", "cj", "cronjob.batch"):
            raise ChangeError("--from has to be cronjob/NAME")
        return {**item, "spec": {"from": source}}
    container = {"name": name, "image": arguments.required("image")}
    if arguments.after_dashes:
        container["command"] = list(arguments.after_dashes)  # type: ignore[assignment]
    return {**item, "spec": {"template": {"spec": {"containers": [container], "restartPolicy": "Never"}}}}


def _budget(invocation: Invocation, arguments: Arguments, name: str) -> dict[str, Any]:
    flags = [flag for flag in ("min-available", "max-unavailable") if arguments.has(flag)]
    if len(flags) != 1:
        raise ChangeError("a PodDisruptionBudget needs either --min-available or --max-unavailable")
    value = arguments.one(flags[0])
    field = "minAvailable" if flags == ["min-available"] else "maxUnavailable"
    spec = {
        "selector": {"matchLabels": _pairs(arguments.required("selector"))},
        field: int(value) if value.isdecimal() else value,
    }
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": metadata(arguments, name),
        "spec": spec,
    }


OTHERS: Mapping[str, Generator] = MappingProxyType(
    {
        "namespace": _namespace, "ns": _namespace, "quota": _quota, "resourcequota": _quota,
        "priorityclass": _priority_class, "pc": _priority_class, "service clusterip": _service("ClusterIP"),
        "service nodeport": _service("NodePort"), "service loadbalancer": _service("LoadBalancer"),
        "service externalname": _service("ExternalName"), "svc clusterip": _service("ClusterIP"),
        "deployment": _deployment, "job": _job, "poddisruptionbudget": _budget, "pdb": _budget,
    }
)  # fmt: skip
