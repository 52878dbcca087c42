"""GatewayClasses of GKE: installed once the Gateway API of the cluster is on."""

from __future__ import annotations

from gkedoctor.graph.core.conditions import condition, conditions
from gkedoctor.graph.gateways.gateway_class import CONTROLLER
from gkedoctor.manifests.builtins import builtins
from gkedoctor.snapshot.model import Object
from gkedoctor.whatif.simulate.registry import rule
from gkedoctor.whatif.simulate.world import World


def _take_up(world: World) -> None:
    """Gateways of these classes that no controller has reported on get their first status."""
    names = {str(item["metadata"]["name"]) for item in builtins(()) if item["kind"] == "GatewayClass"}
    for gateway in world.graph.all("Gateway"):
        if (gateway.get("spec") or {}).get("gatewayClassName") in names and _waits(gateway):
            _program(world, gateway)


def _waits(gateway: Object) -> bool:
    """Whether no controller has reported on the Gateway."""
    return all(state.get("status") == "Unknown" for state in conditions(gateway))


def _program(world: World, gateway: Object) -> None:
    states = [
        {"type": kind, "status": "True", "reason": kind, "lastTransitionTime": world.now}
        for kind in ("Accepted", "Programmed")
    ]
    address = {"type": "IPAddress", "value": "198.51.100.1"}
    status = {**(gateway.get("status") or {}), "conditions": states, "addresses": [address]}
    world.put({**gateway, "status": status})


@rule(
    "gateway-taken-up",
    says="GKE reports on a Gateway for the first time after its class was changed to a GatewayClass of GKE that exists "
    "and is not rejected.",
    source="https://cloud.google.com/kubernetes-engine/docs/concepts/gateway-api#gateway_controller",
    order=72,
)
def taken_up(world: World) -> None:
    """Gateways without a report whose class was written."""
    for gateway in world.graph.all("Gateway"):
        named = str((gateway.get("spec") or {}).get("gatewayClassName"))
        earlier = world.recorded(gateway)
        if not world.was_touched(gateway) or not _waits(gateway) or earlier is None:
            continue
        found = world.graph.find("GatewayClass", None, named)
        is_other = (earlier.get("spec") or {}).get("gatewayClassName") != named
        if is_other and isinstance(found, dict) and _is_served(found):
            _program(world, gateway)


def _is_served(item: Object) -> bool:
    is_rejected = (condition(item, "Accepted") or {}).get("status") == "False"
    return (item.get("spec") or {}).get("controllerName") == CONTROLLER and not is_rejected


@rule(
    "gateway-classes",
    says="GKE installs its GatewayClasses after the Gateway API of the cluster was enabled, and serves their Gateways.",
    source="https://cloud.google.com/kubernetes-engine/docs/how-to/deploying-gateways#enable-gateway",
    order=6,
)
def gateway_classes(world: World) -> None:
    """Clusters whose Gateway API was enabled by the change."""
    for cluster in world.graph.all("Cluster"):
        config = (cluster.get("networkConfig") or {}).get("gatewayApiConfig") or {}
        if not world.was_touched(cluster) or config.get("channel") != "CHANNEL_STANDARD":
            continue
        _take_up(world)
        for item in builtins(()):
            name = str(item["metadata"]["name"])
            if item["kind"] == "GatewayClass" and world.graph.find("GatewayClass", None, name) is None:
                accepted = {"type": "Accepted", "status": "True", "reason": "Accepted", "lastTransitionTime": world.now}
                spec = {"controllerName": CONTROLLER}
                world.create({**item, "spec": spec, "status": {"conditions": [accepted]}})
