"""Endpoints of Services: the ready Pods that a selector matches."""

from __future__ import annotations

from typing import Any

from gkedoctor.graph import Unknown, name_of, namespace_of, ref_of
from gkedoctor.graph.services.ports import target_port
from gkedoctor.graph.services.selection import selected_pods, selector_of, slices_of
from gkedoctor.graph.workloads.pods import step
from gkedoctor.graph.workloads.readiness_probes import port_number
from gkedoctor.snapshot.model import Object
from gkedoctor.whatif.simulate.registry import rule
from gkedoctor.whatif.simulate.world import World
from gkedoctor.whatif.state import uid_of

_SERVICE_NAME = "kubernetes.io/service-name"


@rule(
    "endpoints",
    says="The endpoint controllers list the Pods that a Service selects, with their readiness, at the target ports.",
    source="https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/",
    order=70,
)
def endpoints(world: World) -> None:
    """Services that were written, or of whose Pods one came, went or changed."""
    for service in world.graph.all("Service"):
        if not selector_of(service) or (service.get("spec") or {}).get("type") == "ExternalName":
            continue
        pods = selected_pods(world.graph, service)
        if not isinstance(pods, Unknown) and _is_stale(world, service, pods):
            _write_slices(world, service, pods)
            _write_endpoints(world, service, pods)


def _is_stale(world: World, service: Object, pods: Any) -> bool:
    if world.was_touched(service):
        return True
    changed = {ref for refs in world.used.values() for ref in refs if ref.kind == "Pod"}
    if not changed and not world.touched:
        return False
    names = {
        ref.name for ref in changed | world.touched if ref.kind == "Pod" and ref.namespace == namespace_of(service)
    }
    if any(name_of(pod) in names for pod in pods):
        return True
    found = slices_of(world.graph, service)
    if isinstance(found, Unknown):
        return False
    listed = {str((e.get("targetRef") or {}).get("name")) for s in found for e in s.get("endpoints") or []}
    return bool(listed & names)


def _write_slices(world: World, service: Object, pods: Any) -> None:
    found = slices_of(world.graph, service)
    if isinstance(found, Unknown):
        return
    ports = _ports(service, pods)
    entries = [_endpoint(world, pod) for pod in pods if _address(pod)]
    kept = found[0] if found else None
    metadata: dict[str, Any] = dict(kept["metadata"]) if kept is not None else {
        "name": f"{name_of(service)}-whatif", "namespace": namespace_of(service),
        "labels": {_SERVICE_NAME: name_of(service)},
        "ownerReferences": [{"apiVersion": "v1", "kind": "Service", "name": name_of(service), "controller": True,
                             "uid": service["metadata"].get("uid") or uid_of(ref_of(service))}],
    }  # fmt: skip
    written = {
        **(kept or {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4"}),
        "metadata": metadata, "endpoints": entries if ports else [], "ports": ports,
    }  # fmt: skip
    (world.put if kept is not None else world.create)(written)
    for other in found[1:]:
        world.remove(other)


def _write_endpoints(world: World, service: Object, pods: Any) -> None:
    """The old API, where the recording has such an object."""
    legacy = world.graph.find("Endpoints", namespace_of(service), name_of(service))
    if not isinstance(legacy, dict):
        return
    ports = _ports(service, pods)
    ready = [_legacy(pod) for pod in pods if _address(pod) and step(world.graph.clock, pod) == "fine"]
    others = [_legacy(pod) for pod in pods if _address(pod) and step(world.graph.clock, pod) != "fine"]
    subset = {"addresses": ready, "notReadyAddresses": others, "ports": ports}
    world.put({**legacy, "subsets": [{k: v for k, v in subset.items() if v}] if (ready or others) and ports else []})


def _legacy(pod: Object) -> dict[str, Any]:
    return {
        "ip": _address(pod), "nodeName": pod["spec"].get("nodeName"),
        "targetRef": {"kind": "Pod", "name": name_of(pod), "namespace": namespace_of(pod)},
    }  # fmt: skip


def _address(pod: Object) -> str:
    return str((pod.get("status") or {}).get("podIP") or "")


def _endpoint(world: World, pod: Object) -> dict[str, Any]:
    ready = step(world.graph.clock, pod) == "fine"
    return {
        "addresses": [_address(pod)],
        "conditions": {"ready": ready, "serving": ready, "terminating": False},
        "nodeName": pod["spec"].get("nodeName"),
        "targetRef": {
            "kind": "Pod", "name": name_of(pod), "namespace": namespace_of(pod), "uid": pod["metadata"].get("uid"),
        },
    }  # fmt: skip


def _ports(service: Object, pods: Any) -> list[dict[str, Any]]:
    """Each port of the Service with its number at the Pods; a name that no container has is left out (FindPort)."""
    found = []
    for port in (service.get("spec") or {}).get("ports") or []:
        target, protocol = target_port(port), port.get("protocol") or "TCP"
        numbers = [target] if isinstance(target, int) else _numbers(str(target), pods)
        if numbers:
            found.append({"name": port.get("name") or "", "port": numbers[0], "protocol": protocol})
    return found


def _numbers(name: str, pods: Any) -> list[int]:
    containers = [c for pod in pods for c in pod["spec"].get("containers") or []]
    found = (port_number({"ports": c.get("ports")}, name) for c in containers)
    return [number for number in found if number is not None]
