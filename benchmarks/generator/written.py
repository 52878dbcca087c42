"""All objects of one application, as every component of the cluster has written them."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.generator import load_balancers, policies, storage
from benchmarks.generator.application import Application
from benchmarks.generator.events import event
from benchmarks.generator.fares import Said
from benchmarks.generator.placement import Placement
from benchmarks.generator.pods import is_ready
from benchmarks.generator.services import endpoint_slice
from benchmarks.generator.values import CLUSTER_UID, Json, Made
from benchmarks.generator.workloads import workload
from gkedoctor.graph.cloud.names import backend


def written(app: Application, placement: Placement, zones: Mapping[str, str], address: str) -> Made:
    """(collection, object) of everything. `zones`: of each node; `address`: for its Ingress."""
    for collection, item in _written(app, placement, zones, address):
        if app.left is None or collection in app.left:
            yield collection, item


def _written(app: Application, placement: Placement, zones: Mapping[str, str], address: str) -> Made:
    made, pods = workload(app, placement)
    yield from made
    policies.settle(app, sum(map(is_ready, pods)))
    for pod in pods if app.claim is not None else ():
        yield from (
            storage.claimed(app, pod, zones[pod["spec"]["nodeName"]]) if app.fare.bound else storage.waiting(app, pod)
        )
    for item in app.services:
        yield "endpointslices", endpoint_slice(app.random, item, pods, dict(zones))
        if _has_neg(item) and app.backed:
            yield from load_balancers.neg(app.random, item, pods, dict(zones), unhealthy=app.unhealthy)
        yield "services", item
    if app.ingress is not None:
        yield from _ingress(app, app.ingress, pods, address)
        yield "ingresses", app.ingress
    yield from app.others


def _ingress(app: Application, item: Json, pods: list[Json], address: str) -> Made:
    if app.complaint is not None:
        yield "events", event(app.random, item, app.complaint)
    if app.reserved:
        known = load_balancers.reserved(app.random, app.reserved, item, address, used=app.fronted)
        yield "compute.addresses", known
    if not app.fronted:
        return
    names, states = [], {load_balancers.DEFAULT_BACKEND: "HEALTHY"}
    for service in filter(_has_neg, app.services):
        name = backend(CLUSTER_UID, app.namespace, service["metadata"]["name"], 80)
        states[name] = load_balancers.backend_state(pods, service, unhealthy=app.unhealthy)
        names.append(name)
    yield from load_balancers.front(app.random, item, names, address, states=states)
    said = Said("Normal", "Sync", "Scheduled for sync", 5, 600, 3000, "loadbalancer-controller")
    yield "events", event(app.random, item, said)


def _has_neg(service: Json) -> bool:
    return "cloud.google.com/neg" in service["metadata"].get("annotations", {})
