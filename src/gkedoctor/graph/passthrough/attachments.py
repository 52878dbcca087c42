"""ServiceAttachments, which publish an internal load balancer over Private Service Connect.

Sources: kubernetes/ingress-gce pkg/psc/controller.go, pkg/apis/serviceattachment/v1/types.go;
cloud.google.com/vpc/docs/configure-private-service-connect-producer.
"""

from __future__ import annotations

from collections.abc import Sequence

from gkedoctor.graph.cloud.links import last, path_of, place_of
from gkedoctor.graph.core.accessors import name_of, namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.reference import resolve_reference
from gkedoctor.graph.core.similar_names import nearest
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.frontends.forwarding_rules import addresses_of, rule_names, rules_of_service
from gkedoctor.graph.objects.events import recent
from gkedoctor.graph.passthrough.addresses import region_and_project
from gkedoctor.graph.passthrough.balancers import is_internal
from gkedoctor.snapshot.model import Object

_PURPOSE = "PRIVATE_SERVICE_CONNECT"
_ENDPOINT_WAITS = ("PENDING", "REJECTED", "NEEDS_ATTENTION")


@edge(
    "published",
    "ServiceAttachment",
    reads=("Service", "ForwardingRule", "ComputeServiceAttachment"),
    record="PublishedServiceRecord",
)
def published_of(graph: Graph, attachment: Object) -> Facts:
    """The Service that a ServiceAttachment publishes: one {name, found, target, nearest, kindFits, internal, …}."""
    reference = (attachment.get("spec") or {}).get("resourceRef") or {}
    found = resolve_reference(graph, "Service", namespace_of(attachment), str(reference.get("name") or ""))
    service = found["target"] if isinstance(found["target"], dict) else None
    balanced = service is not None and (service.get("spec") or {}).get("type") == "LoadBalancer"
    fits = str(reference.get("kind") or "").lower() == "service" and not reference.get("apiGroup")
    return [
        {
            **found,
            "kind": reference.get("kind"),
            "kindFits": fits,
            "balanced": balanced if service is not None else found["target"],
            "internal": is_internal(service) if service is not None else found["target"],
            "addresses": addresses_of(service) if service is not None else [],
            "ruleAddresses": _rule_addresses(graph, service),
            "published": _published(graph, attachment),
        }
    ]


def _rule_addresses(graph: Graph, service: Object | None) -> Sequence[str] | Unknown:
    if service is None:
        return []
    rules = rules_of_service(graph, service)
    if isinstance(rules, Unknown):
        return rules
    noted = set(rule_names(service))
    return [str(r["IPAddress"]) for r in rules if r.get("IPAddress") and (not noted or name_of(r) in noted)]


def _published(graph: Graph, attachment: Object) -> Object | Unknown | None:
    link = (attachment.get("status") or {}).get("serviceAttachmentURL")
    return graph.find("ComputeServiceAttachment", None, last(link)) if link else None


@edge("nat_subnets", "ServiceAttachment", reads=("Subnetwork", "Cluster"), record="NatSubnetRecord")
def nat_subnets_of(graph: Graph, attachment: Object) -> Facts:
    """The subnets that a ServiceAttachment names: {name, found, purpose, fits, nearest, region}."""
    region, project = region_and_project(graph, attachment)
    return [_subnet(graph, str(n), region, project) for n in (attachment.get("spec") or {}).get("natSubnets") or []]


def _subnet(graph: Graph, named: str, region: str | None, project: str | None) -> Record:
    here = [s for s in graph.all("Subnetwork") if region is None or place_of(s) == region]
    full = path_of(named)
    item = next((s for s in here if full in ("", path_of(s.get("selfLink"))) and name_of(s) == last(named)), None)
    doubt = None if item is not None else _why_unseen(graph, here, full)
    missing = item is None and doubt is None
    return {
        "name": last(named),
        "found": doubt if doubt is not None else item is not None,
        "item": item,
        "purpose": (item or {}).get("purpose"),
        "fits": (item or {}).get("purpose") == _PURPOSE if item is not None else doubt,
        "nearest": nearest(last(named), [name_of(s) for s in here]) if missing else None,
        "ready": [name_of(s) for s in here if s.get("purpose") == _PURPOSE],
        "region": region,
        "project": project,
    }


def _why_unseen(graph: Graph, here: list[Object], full: str) -> Unknown | None:
    """Why a subnet that is not listed may exist all the same: with a Shared VPC it lies in the host project."""
    doubt = graph.why_incomplete("Subnetwork")
    if doubt is not None:
        return doubt
    listed = {project_of(s.get("selfLink")) for s in here}
    known = project_of(full) in listed if full else bool(here)
    return None if known else Unknown("compute.subnetworks", "the subnets of that project were not listed")


@edge("attachment_errors", "ServiceAttachment", reads=("Event",), record="KubernetesObject")
def attachment_errors_of(graph: Graph, attachment: Object) -> Facts:
    """The last error about a ServiceAttachment, if no success followed."""
    events = graph.follow("all_events", attachment)
    if isinstance(events, Unknown):
        return events
    mine = recent(graph, [e for e in events if e.get("reason") in (*_FAILED, "ServiceAttachmentCreated")])
    return [e for e in mine[-1:] if e.get("reason") in _FAILED]


_FAILED = ("ProcessServiceAttachmentFailed", "ServiceAttachmentGCError")


@edge("waiting_consumers", "ServiceAttachment", reads=("ComputeServiceAttachment",), record="ConsumerRecord")
def waiting_consumers_of(graph: Graph, attachment: Object) -> Facts:
    """Consumers whose connection is not accepted: {endpoint, status, project}, by Google Cloud or the status."""
    published = _published(graph, attachment)
    rules = (attachment.get("status") or {}).get("consumerForwardingRules") or []
    told = [(r.get("forwardingRuleURL"), r.get("status")) for r in rules]
    if isinstance(published, dict):
        ends = published.get("connectedEndpoints") or []
        told = [(e.get("endpoint"), e.get("status")) for e in ends]
    return [
        {"endpoint": last(link), "status": status, "project": project_of(link)}
        for link, status in told
        if status in _ENDPOINT_WAITS
    ]


def project_of(link: object) -> str | None:
    """The project in a link."""
    parts = path_of(link).split("/")
    return parts[1] if len(parts) > 1 else None


@edge("attachments", "Service", reads=("ServiceAttachment",), record="KubernetesObject")
def attachments_of(graph: Graph, service: Object) -> Facts:
    """The ServiceAttachments that publish a Service: its load balancer cannot be deleted before them."""
    doubt = graph.why_incomplete("ServiceAttachment", namespace_of(service))
    found = [
        a
        for a in graph.in_namespace("ServiceAttachment", namespace_of(service))
        if ((a.get("spec") or {}).get("resourceRef") or {}).get("name") == name_of(service)
    ]
    return found or (doubt if doubt is not None else [])
