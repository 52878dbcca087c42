"""The Ingress controller of GKE: which Ingresses it serves, and the health that it notes on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gkedoctor.graph import Unknown, ref_of
from gkedoctor.graph.core.accessors import annotations_of, json_map
from gkedoctor.graph.workloads.pods import step
from gkedoctor.messages import message
from gkedoctor.snapshot.model import Object
from gkedoctor.whatif.simulate.registry import rule
from gkedoctor.whatif.simulate.world import World

_STATES = "ingress.kubernetes.io/backends"
_FINALIZER = "networking.gke.io/ingress-finalizer-V2"


@rule(
    "ingress-served",
    says="The Ingress controller of GKE creates the load balancer of an Ingress after the add-on HTTP load "
    "balancing was enabled, if every backend of the Ingress can be used.",
    source="https://cloud.google.com/kubernetes-engine/docs/concepts/ingress",
    order=73,
)
def served(world: World) -> None:
    """Ingresses of GKE without an address, in a cluster whose add-on the change enabled."""
    if not any(_was_enabled(world, cluster) for cluster in world.graph.all("Cluster")):
        return
    for ingress in world.graph.all("Ingress"):
        status, metadata = ingress.get("status") or {}, ingress["metadata"]
        if (status.get("loadBalancer") or {}).get("ingress") or metadata.get("deletionTimestamp"):
            continue
        if _is_usable(world, ingress):
            held = [name for name in metadata.get("finalizers") or () if name != _FINALIZER]
            balancer = {"ingress": [{"ip": "198.51.100.1"}]}
            metadata = {**metadata, "finalizers": [*held, _FINALIZER]}
            world.put({**ingress, "metadata": metadata, "status": {**status, "loadBalancer": balancer}})


def _was_enabled(world: World, cluster: Object) -> bool:
    earlier = world.recorded(cluster)
    return earlier is not None and _is_off(earlier) and not _is_off(cluster)


def _is_off(cluster: Object) -> bool:
    return bool(((cluster.get("addonsConfig") or {}).get("httpLoadBalancing") or {}).get("disabled"))


def _is_usable(world: World, ingress: Object) -> bool:
    """Whether the Ingress is one of GKE, and its backends are Services and ports that exist."""
    classes, backends = world.graph.follow("class", ingress), world.graph.follow("backends", ingress)
    if isinstance(classes, Unknown) or isinstance(backends, Unknown) or not all(c["gke"] for c in classes):
        return False
    return all(b["found"] is True and b["portFound"] is not False and b["typeFits"] is not False for b in backends)


@rule(
    "annotated-health",
    says="The Ingress controller notes a backend as HEALTHY in the annotation of the Ingress after the change gave its "
    "health check another path in a BackendConfig, if the Pods are ready and no log shows that path refused. The "
    "path is taken to return 200.",
    source="https://cloud.google.com/kubernetes-engine/docs/concepts/ingress#health_checks",
    order=87,
)
def annotated(world: World) -> None:
    """Backends of which only the annotation shows the health, and whose BackendConfig or its reference was written."""
    if not world.touched:
        return
    for ingress in world.graph.all("Ingress"):
        cured = [r["name"] for r in world.follow("annotated_backends", ingress) if _is_cured(world, r)]
        states = json_map(annotations_of(ingress).get(_STATES)) or {}
        if cured:
            text = ",".join(f'"{k}":"{"HEALTHY" if k in cured else v}"' for k, v in states.items())
            notes = {**annotations_of(ingress), _STATES: f"{{{text}}}"}
            world.put({**ingress, "metadata": {**ingress["metadata"], "annotations": notes}})


def _is_cured(world: World, record: Any) -> bool:
    pods = record["pods"]
    if record["state"] != "UNHEALTHY" or isinstance(pods, Unknown) or not pods:
        return False
    if any(step(world.graph.clock, pod) != "fine" for pod in pods):
        return False
    paths = list(_new_paths(world, record["service"]))
    return bool(paths) and not any(path == refused for path in paths for refused in _refused(world, pods))


def _new_paths(world: World, service: Object) -> Iterator[str]:
    """The path of each BackendConfig of the Service, where the change wrote it or the reference to it."""
    for record in world.follow("backend_configs", service):
        target = record.get("target")
        if isinstance(target, Mapping) and (world.was_touched(ref_of(target)) or world.was_touched(service)):
            path = ((target.get("spec") or {}).get("healthCheck") or {}).get("requestPath")
            if path:
                yield str(path)


def _refused(world: World, pods: Any) -> Iterator[str]:
    """Paths for which the logs show that a health check got another answer than 200."""
    for pod in pods:
        for container in world.follow("containers", pod):
            lines = container.get("log")
            for line in [] if lines is None or isinstance(lines, Unknown) else lines:
                groups = message("front-end/health-check-refused").groups(str(line))
                if groups and groups.get("path"):
                    yield str(groups["path"])
