"""Load balancers of Services and Gateways: forwarding rules, firewall, finalizers and service attachments."""

from __future__ import annotations

from typing import Any

from gkedoctor.graph import Unknown, name_of, namespace_of
from gkedoctor.graph.cloud.links import last
from gkedoctor.graph.core.accessors import annotations_of, json_map
from gkedoctor.graph.passthrough.balancers import is_internal
from gkedoctor.snapshot.model import Object
from gkedoctor.whatif.simulate.registry import rule
from gkedoctor.whatif.simulate.world import World

_L4 = "https://github.com/kubernetes/ingress-gce/blob/master/pkg/l4lb"
_FINALIZERS = {True: "gke.networking.io/l4-ilb-v2", False: "gke.networking.io/l4-netlb-v2"}
"""By whether the load balancer is internal (ingress-gce, pkg/utils/common/finalizer.go)."""
_PARTS = {
    "tcp-forwarding-rule": "ForwardingRule", "udp-forwarding-rule": "ForwardingRule",
    "backend-service": "BackendService", "firewall-rule": "Firewall",
}  # fmt: skip
"""What the annotations `service.kubernetes.io/…` of a Service name (ingress-gce, pkg/l4/annotations/service.go)."""
_COMPUTE = "https://www.googleapis.com/compute/v1"


@rule(
    "forwarding-rule-created",
    says="The load balancer controller of a Service or Gateway that was changed creates a forwarding rule that is "
    "missing again. The address is taken to stay the same.",
    source=f"{_L4}/l4controller.go",
    order=76,
)
def forwarding_rules(world: World) -> None:
    """Services and Gateways that were written and lack a forwarding rule."""
    for kind in ("Service", "Gateway"):
        for item in world.graph.all(kind):
            if not world.was_touched(item) or item["metadata"].get("deletionTimestamp"):
                continue
            for record in world.follow("missing_forwarding_rules", item):
                if record.get("name"):
                    world.put(_forwarding_rule(item, record), kind="ForwardingRule")


def _forwarding_rule(item: Object, record: Any) -> dict[str, Any]:
    region, project, name = record.get("region"), record.get("project") or "PROJECT", record["name"]
    place = f"{_COMPUTE}/projects/{project}/{f'regions/{region}' if region else 'global'}"
    owner = f"{namespace_of(item)}/{name_of(item)}"
    found = {
        "name": name,
        "IPAddress": record["address"],
        "IPProtocol": "TCP",
        "loadBalancingScheme": "INTERNAL" if record.get("internal") else "EXTERNAL",
        "description": f'{{"networking.gke.io/service-name":"{owner}"}}' if item["kind"] == "Service" else "",
        "selfLink": f"{place}/forwardingRules/{name}",
    }
    return found | ({"region": f"{_COMPUTE}/projects/{project}/regions/{region}"} if region else {})


@rule(
    "finalizer-added",
    says="The load balancer controller of a Service that was changed adds its finalizer, if somebody removed it.",
    source=f"{_L4}/l4netlbcontroller.go",
    order=74,
)
def finalizers(world: World) -> None:
    """Services of type LoadBalancer that were written and lost their finalizer, as an Event reports."""
    for service in world.graph.all("Service"):
        metadata = service["metadata"]
        is_balanced = (service.get("spec") or {}).get("type") == "LoadBalancer"
        if not world.was_touched(service) or not is_balanced or metadata.get("deletionTimestamp"):
            continue
        reasons = {event.get("reason") for event in world.follow("all_events", service)}
        name = _FINALIZERS[is_internal(service)]
        held = list(metadata.get("finalizers") or ())
        if "UnexpectedlyRemovedFinalizer" in reasons and name not in held:
            world.put({**service, "metadata": {**metadata, "finalizers": [*held, name]}})


@rule(
    "service-deleted",
    says="A Service that is being deleted is gone after the last ServiceAttachment that uses its load balancer was "
    "deleted.",
    source=f"{_L4}/l4controller.go",
    order=77,
)
def deletions(world: World) -> None:
    """Services under deletion whose ServiceAttachments the change deleted."""
    for service in world.graph.all("Service"):
        earlier = world.recorded(service)
        if not service["metadata"].get("deletionTimestamp") or earlier is None or world.before is None:
            continue
        used = world.before.follow("attachments", earlier)
        now = world.graph.follow("attachments", service)
        if isinstance(used, Unknown) or isinstance(now, Unknown) or not used or now:
            continue
        if all(world.was_touched(attachment) for attachment in used):
            _delete_parts(world, service)
            world.remove(service)


def _delete_parts(world: World, service: Object) -> None:
    """Deletes what the controller created for a Service in Google Cloud. Health checks may be shared: they stay."""
    notes = annotations_of(service)
    groups = json_map(notes.get("cloud.google.com/neg-status")) or {}
    named = [(_PARTS[key.rpartition("/")[2]], name) for key, name in notes.items() if key.rpartition("/")[2] in _PARTS]
    named += [("NetworkEndpointGroup", name) for name in (groups.get("network_endpoint_groups") or {}).values()]
    for kind, name in named:
        found = world.graph.find(kind, None, name)
        if isinstance(found, dict):
            world.remove(found, kind=kind)


@rule(
    "service-firewall",
    says="The load balancer controller copies changed loadBalancerSourceRanges of a Service into its firewall rule.",
    source="https://cloud.google.com/kubernetes-engine/docs/concepts/firewall-rules#service-fws",
    order=76,
)
def firewalls(world: World) -> None:
    """Services whose loadBalancerSourceRanges were changed, in clusters where GKE manages the firewall rules."""
    if any((c.get("networkConfig") or {}).get("disableL4LbFirewallReconciliation") for c in world.graph.all("Cluster")):
        return
    for service in world.graph.all("Service"):
        earlier = world.recorded(service)
        if earlier is None or not world.was_touched(service) or _ranges(earlier) == _ranges(service):
            continue
        own = world.graph.find(
            "Firewall", None, str(annotations_of(service).get("service.kubernetes.io/firewall-rule"))
        )
        if isinstance(own, dict):
            world.put({**own, "sourceRanges": _ranges(service)}, kind="Firewall")


def _ranges(service: Object) -> list[str]:
    return list((service.get("spec") or {}).get("loadBalancerSourceRanges") or ["0.0.0.0/0"])


@rule(
    "service-attachment-created",
    says="The controller of a ServiceAttachment that was changed creates the service attachment in Google Cloud again, "
    "if the Service has an internal load balancer and the subnets exist.",
    source="https://github.com/kubernetes/ingress-gce/blob/master/pkg/psc/controller.go",
    order=78,
)
def attachments(world: World) -> None:
    """ServiceAttachments that were written and whose service attachment is missing."""
    for attachment in world.graph.all("ServiceAttachment"):
        link = (attachment.get("status") or {}).get("serviceAttachmentURL")
        if not link or not world.was_touched(attachment) or attachment["metadata"].get("deletionTimestamp"):
            continue
        if world.graph.find("ComputeServiceAttachment", None, last(link)) is None and _can_publish(world, attachment):
            world.put({"name": last(link), "selfLink": link, "connectedEndpoints": []}, kind="ComputeServiceAttachment")


def _can_publish(world: World, attachment: Object) -> bool:
    published = world.follow("published", attachment)
    subnets = world.follow("nat_subnets", attachment)
    is_fit = all(p["found"] is True and p["kindFits"] and p["balanced"] and p["internal"] is True for p in published)
    return bool(published and subnets) and is_fit and all(s["found"] is True and s["fits"] is True for s in subnets)
