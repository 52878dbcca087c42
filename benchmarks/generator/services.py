"""Services and the EndpointSlices that the controller makes of them and the Pods."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from benchmarks.generator.pods import is_ready
from benchmarks.generator.values import Json, ago, metadata, owned_by, suffix


def service(random: Random, namespace: str, name: str, selector: Json, address: str, age: int, *, web: bool) -> Json:
    """A Service of the type ClusterIP, or a headless one; `web` asks for NEGs."""
    annotations = {"cloud.google.com/neg": '{"ingress":true}'} if web else {}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(random, name, namespace, age, labels={"app": name}, annotations=annotations),
        "spec": {
            "type": "ClusterIP",
            "clusterIP": address,
            "clusterIPs": [address],
            "selector": selector,
            "ports": [{"name": "http", "port": 80, "protocol": "TCP", "targetPort": "http"}],
            "internalTrafficPolicy": "Cluster",
            "ipFamilies": ["IPv4"],
            "ipFamilyPolicy": "SingleStack",
            "sessionAffinity": "None",
        },
        "status": {"loadBalancer": {}},
    }


def endpoint_slice(random: Random, service: Json, pods: Sequence[Json], zones: dict[str, str]) -> Json:
    """The EndpointSlice of a Service and the Pods of its application; `zones`: of each node."""
    known = service["metadata"]
    chosen = [pod for pod in pods if selected(service, pod) and "podIP" in pod["status"]]
    chosen = [pod for pod in chosen if pod["status"]["phase"] not in ("Succeeded", "Failed")]
    ports = _ports(service, chosen) if chosen else []
    labels = known.get("labels", {}) | {
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
        "kubernetes.io/service-name": known["name"],
    }
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "addressType": "IPv4",
        "metadata": metadata(
            random,
            f"{known['name']}-{suffix(random)}",
            known["namespace"],
            3600,
            labels=labels,
            generateName=f"{known['name']}-",
            ownerReferences=owned_by(service),
            annotations={"endpoints.kubernetes.io/last-change-trigger-time": ago(1800)},
        ),
        "endpoints": [_endpoint(pod, zones) for pod in chosen] or None,
        "ports": ports or None,
    }


def selected(service: Json, pod: Json) -> bool:
    """Whether a Service's selector takes a Pod of its namespace."""
    selector = service["spec"].get("selector") or {}
    return bool(selector) and selector.items() <= pod["metadata"]["labels"].items()


def target(service: Json, pod: Json) -> int | None:
    """The number of the port that the first port of a Service leads to; None for a name that the Pod does not have."""
    wanted = service["spec"]["ports"][0]["targetPort"]
    if isinstance(wanted, int):
        return wanted
    ports = (port for container in pod["spec"]["containers"] for port in container.get("ports", ()))
    found = next((port["containerPort"] for port in ports if port.get("name") == wanted), None)
    return int(found) if found is not None else None


def _ports(service: Json, pods: Sequence[Json]) -> list[Json]:
    port, number = service["spec"]["ports"][0], target(service, pods[0])
    return [{"name": port["name"], "port": number, "protocol": port["protocol"]}] if number is not None else []


def _endpoint(pod: Json, zones: dict[str, str]) -> Json:
    known, ready = pod["metadata"], is_ready(pod)
    return {
        "addresses": [pod["status"]["podIP"]],
        "conditions": {"ready": ready, "serving": ready, "terminating": False},
        "nodeName": pod["spec"]["nodeName"],
        "zone": zones[pod["spec"]["nodeName"]],
        "targetRef": {"kind": "Pod", "namespace": known["namespace"], "name": known["name"], "uid": known["uid"]},
    }
