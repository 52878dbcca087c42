"""Managed certificates, Gateways and routes: what they name, and what their controllers say in conditions."""

from __future__ import annotations

from typing import Any

from gkedoctor.graph.core.accessors import annotations_of, name_of, namespace_of
from gkedoctor.graph.core.conditions import is_bad
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.reference import Reference, resolve_reference
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.frontends.routes import is_service, parent_refs
from gkedoctor.snapshot.model import Object

MANAGED = "networking.gke.io/managed-certificates"


@edge("managed_certificates", "Ingress", reads=("ManagedCertificate",), record="ManagedCertificateRecord")
def managed_certificates(graph: Graph, ingress: Object) -> Facts:
    """The ManagedCertificates that the annotation names: records {name, found, target, nearest}."""
    text = annotations_of(ingress).get(MANAGED) or ""
    names = [name.strip() for name in text.split(",") if name.strip()]
    return [resolve_reference(graph, "ManagedCertificate", namespace_of(ingress), name) for name in names]


@edge("ingresses", "ManagedCertificate", reads=("Ingress",), record="KubernetesObject")
def ingresses_of(graph: Graph, certificate: Object) -> Facts:
    """The Ingresses that the certificate is attached to."""
    listing = graph.listing("Ingress", namespace_of(certificate))
    if isinstance(listing, Unknown):
        return listing
    return [i for i in listing if name_of(certificate) in _attached(i)]


def _attached(ingress: Object) -> list[str]:
    text = annotations_of(ingress).get(MANAGED) or ""
    return [name.strip() for name in text.split(",")]


@edge("bad_conditions", "Gateway", "HTTPRoute", record="BadConditionRecord")
def bad_conditions(graph: Graph, item: Object) -> Facts:
    """Conditions that say no, of the object, its listeners and its parents: {type, reason, message, at, condition}."""
    status = item.get("status") or {}
    places: list[tuple[Any, Any]] = [(None, status.get("conditions"))]
    places += [(listener.get("name"), listener.get("conditions")) for listener in status.get("listeners") or []]
    places += [((p.get("parentRef") or {}).get("name"), p.get("conditions")) for p in status.get("parents") or []]
    return [
        {"type": c.get("type"), "reason": c.get("reason"), "message": c.get("message"), "at": at, "condition": c}
        for at, conditions in places
        for c in conditions or []
        if is_bad(str(item.get("kind")), c)
    ]


@edge("route_backends", "HTTPRoute", reads=("Service",), record="RouteBackendRecord")
def route_backends(graph: Graph, route: Object) -> Facts:
    """The Services that the route names: records {name, namespace, port, found, portFound, target, nearest, at}."""
    records = []
    for rule in (route.get("spec") or {}).get("rules") or []:
        for ref in rule.get("backendRefs") or []:
            if is_service(ref) and ref.get("name"):
                namespace = ref.get("namespace") or namespace_of(route)
                record = resolve_reference(graph, "Service", namespace, str(ref["name"]))
                seen = namespace == namespace_of(route) or bool(graph.in_namespace("Service", namespace))
                if record["found"] is False and not seen:
                    record["found"] = Unknown("services", f"nothing of namespace {namespace} is in this recording")
                records.append(
                    {**record, "namespace": namespace, "port": ref.get("port"), "at": ref, **_port(record, ref)}
                )
    return records


def _port(record: Reference, ref: Object) -> Record:
    target = record["target"]
    if not isinstance(target, dict) or ref.get("port") is None:
        return {"portFound": None}
    return {"portFound": any(p.get("port") == ref["port"] for p in (target.get("spec") or {}).get("ports") or [])}


@edge("services", "HTTPRoute", reads=("Service",), record="KubernetesObject")
def services_of_route(graph: Graph, route: Object) -> Facts:
    """The Services behind the route."""
    records = route_backends(graph, route)
    return [] if isinstance(records, Unknown) else [r["target"] for r in records if isinstance(r["target"], dict)]


@edge("parents", "HTTPRoute", reads=("Gateway",), record="ParentRecord")
def parents_of(graph: Graph, route: Object) -> Facts:
    """The Gateways that the route wants to attach to: records {name, namespace, found, target, nearest, at}."""
    records = []
    for ref in parent_refs(route):
        if ref.get("name"):
            namespace = ref.get("namespace") or namespace_of(route)
            record = resolve_reference(graph, "Gateway", namespace, str(ref["name"]))
            if (
                record["found"] is False
                and namespace != namespace_of(route)
                and not graph.in_namespace("Gateway", namespace)
            ):
                record["found"] = Unknown("gateways", f"nothing of namespace {namespace} is in this recording")
            records.append({**record, "namespace": namespace, "at": ref})
    return records


@edge("gateway_class", "Gateway", reads=("GatewayClass",), record="GatewayClassRecord")
def gateway_class_of(graph: Graph, gateway: Object) -> Facts:
    """The GatewayClass that the Gateway names: one record {name, found, target, nearest}."""
    name = (gateway.get("spec") or {}).get("gatewayClassName")
    return [resolve_reference(graph, "GatewayClass", "", str(name))] if name else []
