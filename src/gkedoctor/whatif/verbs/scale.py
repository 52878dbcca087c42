"""`kubectl scale`, `kubectl autoscale`, `kubectl expose`."""

from __future__ import annotations

from typing import Any

from gkedoctor.errors import ChangeError
from gkedoctor.graph import name_of, namespace_of
from gkedoctor.whatif.change import Change, Invocation, Result
from gkedoctor.whatif.flags import Arguments, Syntax, parse_flags
from gkedoctor.whatif.registry import verb
from gkedoctor.whatif.selection import SELECTION_SHORT, SELECTION_SWITCHES, SELECTION_VALUES, Selection
from gkedoctor.whatif.state import ClusterState
from gkedoctor.whatif.verbs.edits import edit_objects, value_at, with_value

_SYNTAX = Syntax(
    (
        *SELECTION_VALUES, "replicas", "current-replicas", "timeout", "resource-version", "min", "max", "cpu-percent",
        "name", "cpu", "memory", "port", "target-port", "protocol", "type", "cluster-ip", "external-ip", "labels",
        "load-balancer-ip", "session-affinity",
    ),
    SELECTION_SWITCHES,
    SELECTION_SHORT,
)  # fmt: skip
_SCALABLE = ("Deployment", "ReplicaSet", "ReplicationController", "StatefulSet")


@verb("scale")
def scale(invocation: Invocation, words: list[str]) -> Result:
    """Another number of replicas."""
    arguments = parse_flags(words, _SYNTAX)
    count = arguments.whole_number("replicas")

    def edit(item: dict[str, Any]) -> dict[str, Any]:
        if item.get("kind") not in _SCALABLE and value_at(item, ("spec", "replicas")) is None:
            raise ChangeError(f"{item.get('kind')} cannot be scaled")
        if arguments.has("current-replicas") and (
            value_at(item, ("spec", "replicas")) != arguments.whole_number("current-replicas")
        ):
            raise ChangeError(f"expected {arguments.one('current-replicas')} replicas")
        return with_value(item, ("spec", "replicas"), count)

    return edit_objects(invocation, arguments, arguments.positional, edit)


def _one(state: ClusterState, invocation: Invocation, arguments: Arguments) -> dict[str, Any]:
    found = [item for _, item in Selection(invocation, arguments, arguments.positional).objects(state)]
    if len(found) != 1:
        raise ChangeError(f"{len(found)} objects are named, 1 is needed")
    return found[0]


def creation(state: ClusterState, item: dict[str, Any]) -> None:
    """Creates an object; ChangeError where there is one of that name."""
    resource = state.resource_of(item)
    space = namespace_of(item) if resource.namespaced else None
    if state.get(resource.collection, space, name_of(item)) is not None:
        raise ChangeError(f"{resource.kind} {name_of(item)} already exists")
    state.write(item)


@verb("autoscale")
def autoscale(invocation: Invocation, words: list[str]) -> Result:
    """A HorizontalPodAutoscaler for a workload."""
    arguments = parse_flags(words, _SYNTAX)

    def run(state: ClusterState) -> None:
        target = _one(state, invocation, arguments)
        name = arguments.one("name", name_of(target))
        spec: dict[str, Any] = {
            "scaleTargetRef": {
                "apiVersion": target.get("apiVersion"), "kind": target["kind"], "name": name_of(target),
            },
            "minReplicas": arguments.whole_number("min") if arguments.has("min") else 1,
            "maxReplicas": arguments.whole_number("max"),
        }  # fmt: skip
        percent = arguments.one("cpu-percent") or arguments.one("cpu").rstrip("%")
        if percent.isdecimal():
            use = {"type": "Utilization", "averageUtilization": int(percent)}
            spec["metrics"] = [{"type": "Resource", "resource": {"name": "cpu", "target": use}}]
        metadata = {"name": name, "namespace": namespace_of(target)}
        creation(state, {
            "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": metadata, "spec": spec,
        })  # fmt: skip

    return Result(() if arguments.is_dry_run else (Change(invocation.text, run),))


@verb("expose")
def expose(invocation: Invocation, words: list[str]) -> Result:
    """A Service for the Pods of a workload."""
    arguments = parse_flags(words, _SYNTAX)

    def run(state: ClusterState) -> None:
        target = _one(state, invocation, arguments)
        spec = target.get("spec") or {}
        selector = spec.get("selector") or {}
        if target["kind"] not in ("Service", "ReplicationController"):
            selector = selector.get("matchLabels") or target["metadata"].get("labels") or {}
        if arguments.has("selector"):
            selector = dict(pair.split("=", 1) for pair in arguments.one("selector").split(",") if "=" in pair)
        if not selector:
            raise ChangeError(f"{target['kind']} {name_of(target)} has no labels to select")
        service: dict[str, Any] = {"selector": selector, "ports": _ports(target, arguments)}
        if arguments.has("type"):
            service["type"] = arguments.one("type")
        if arguments.has("cluster-ip"):
            service["clusterIP"] = arguments.one("cluster-ip")
        metadata = {"name": arguments.one("name", name_of(target)), "namespace": namespace_of(target)}
        creation(state, {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": service})

    return Result(() if arguments.is_dry_run else (Change(invocation.text, run),))


def _ports(target: dict[str, Any], arguments: Arguments) -> list[dict[str, Any]]:
    protocol = {"protocol": arguments.one("protocol", "TCP")}
    number = _number_or_name(arguments.one("target-port"))
    if arguments.has("port"):
        port = int(arguments.one("port")) if arguments.one("port").isdecimal() else 0
        return [{"port": port, "targetPort": number or port, **protocol}]
    containers = value_at(target, ("spec", "template", "spec", "containers")) or value_at(
        target, ("spec", "containers")
    )
    found = [p["containerPort"] for c in containers or [] for p in c.get("ports") or [] if p.get("containerPort")]
    if not found:
        raise ChangeError("no port is declared", hint="add --port")
    named = [{"name": f"port-{i}"} if len(found) > 1 else {} for i in range(1, len(found) + 1)]
    return [{**name, "port": p, "targetPort": number or p, **protocol} for name, p in zip(named, found, strict=True)]


def _number_or_name(text: str) -> int | str:
    return int(text) if text.isdecimal() else text
