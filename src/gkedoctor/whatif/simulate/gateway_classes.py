"""GatewayClasses of GKE: installed once the Gateway API of the cluster is on."""

from __future__ import annotations

from gkedoctor.manifests.builtins import builtins
from gkedoctor.whatif.simulate.registry import rule
from gkedoctor.whatif.simulate.world import World


def _take_up(world: World) -> None:
    """Gateways of these classes that no controller has reported on get their first status."""
    names = {str(item["metadata"]["name"]) for item in builtins(()) if item["kind"] == "GatewayClass"}
    for gateway in world.graph.all("Gateway"):
        status = gateway.get("status") or {}
        waits = all(state.get("status") == "Unknown" for state in status.get("conditions") or [])
        if (gateway.get("spec") or {}).get("gatewayClassName") in names and waits:
            conditions = [
                {"type": kind, "status": "True", "reason": kind, "lastTransitionTime": world.now}
                for kind in ("Accepted", "Programmed")
            ]
            address = {"type": "IPAddress", "value": "198.51.100.1"}
            world.put({**gateway, "status": {**status, "conditions": conditions, "addresses": [address]}})


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
                spec = {"controllerName": "networking.gke.io/gateway"}
                world.create({**item, "spec": spec, "status": {"conditions": [accepted]}})
