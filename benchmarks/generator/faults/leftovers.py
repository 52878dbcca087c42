"""What is left on Google Cloud of things that are gone."""

from __future__ import annotations

from benchmarks.generator.application import Application
from benchmarks.generator.faults.fault import Faults
from benchmarks.generator.values import CLUSTER_UID, KUBE_UID, cloud
from gkedoctor.graph.cloud.names import backend, frontend

LEFTOVERS = Faults()
_LOAD_BALANCER = frozenset(
    f"compute.{kind}"
    for kind in (
        "addresses",
        "forwardingRules",
        "targetHttpProxies",
        "targetHttpsProxies",
        "urlMaps",
        "sslCertificates",
        "backendServices",
        "backendServicesHealth",
        "healthChecks",
        "networkEndpointGroups",
        "networkEndpoints",
    )
)


@LEFTOVERS.plants("orphaned-load-balancer", "exposed")
def load_balancer_without_ingress(app: Application) -> str:
    app.left = _LOAD_BALANCER
    return f"ForwardingRule/{frontend('fr', KUBE_UID, app.namespace, app.name)}"


@LEFTOVERS.plants("orphaned-neg", "exposed")
def groups_without_service(app: Application) -> str:
    app.left = frozenset({"compute.networkEndpointGroups"})
    return f"NetworkEndpointGroup/{backend(CLUSTER_UID, app.namespace, app.name, 80)}"


@LEFTOVERS.plants("unused-address", "deployment")
def reserved_for_nobody(app: Application) -> str:
    name = f"{app.namespace}-{app.name}-ip"
    address = cloud(
        app.random, "address", "addresses", name, address=f"35.1.{len(name)}.{app.random.randrange(250)}",
        addressType="EXTERNAL", ipVersion="IPV4", networkTier="PREMIUM", status="RESERVED", description="",
    )  # fmt: skip
    app.others.append(("compute.addresses", address))
    return f"Address/{name}"
