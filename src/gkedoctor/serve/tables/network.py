"""How requests reach Pods: Services, Endpoints, EndpointSlices, Ingresses, policies, Gateways, certificates."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gkedoctor.serve.tables.column import AGE, NAME, NONE, UNSET, Column, at, entries, joined, pairs, selector, shown
from gkedoctor.snapshot.model import Object

_SHOWN_ENDPOINTS = 3


def _external_ip(service: Object, now: datetime) -> str:
    spec = at(service, "spec") or {}
    own = [str(ip) for ip in spec.get("externalIPs") or ()]
    if spec.get("type") == "ExternalName":
        return str(spec.get("externalName") or NONE)
    if spec.get("type") == "LoadBalancer":
        return joined([*_addresses(service), *own], "<pending>")
    return joined(own)


def _addresses(item: Object) -> list[str]:
    """The addresses a load balancer has."""
    found = entries(item, "status", "loadBalancer", "ingress")
    return [
        str(entry.get("ip") or entry.get("hostname")) for entry in found if entry.get("ip") or entry.get("hostname")
    ]


def _service_port(port: Any) -> str:
    node = f":{port['nodePort']}" if port.get("nodePort") else ""
    return f"{port.get('port')}{node}/{port.get('protocol') or 'TCP'}"


def _service_ports(service: Object, now: datetime) -> str:
    return joined(_service_port(port) for port in entries(service, "spec", "ports"))


def _endpoints(item: Object, now: datetime) -> str:
    found = [
        f"{address.get('ip')}:{port.get('port')}" if port else str(address.get("ip"))
        for subset in entries(item, "subsets")
        for address in entries(subset, "addresses")
        for port in entries(subset, "ports") or [{}]
    ]
    return _shortened(found, NONE)


def _slice_ports(item: Object, now: datetime) -> str:
    return _shortened([str(port.get("port") or "*") for port in entries(item, "ports")], UNSET)


def _slice_endpoints(item: Object, now: datetime) -> str:
    return _shortened([str(a) for e in entries(item, "endpoints") for a in e.get("addresses") or ()], UNSET)


def _shortened(texts: list[str], empty: str) -> str:
    more = f" + {len(texts) - _SHOWN_ENDPOINTS} more..." if len(texts) > _SHOWN_ENDPOINTS else ""
    return joined(texts[:_SHOWN_ENDPOINTS], empty) + more


def _class(ingress: Object, now: datetime) -> str:
    old = (at(ingress, "metadata", "annotations") or {}).get("kubernetes.io/ingress.class")
    return str(at(ingress, "spec", "ingressClassName") or old or NONE)


def _hosts(ingress: Object, now: datetime) -> str:
    hosts = [str(rule["host"]) for rule in entries(ingress, "spec", "rules") if rule.get("host")]
    return _shortened(hosts, "*")


def _ingress_ports(ingress: Object, now: datetime) -> str:
    return "80, 443" if entries(ingress, "spec", "tls") else "80"


def _parameters(item: Object, now: datetime) -> str:
    found = at(item, "spec", "parameters")
    if not found:
        return NONE
    group = f".{found['apiGroup']}" if found.get("apiGroup") else ""
    return f"{found.get('kind')}{group}/{found.get('name')}"


def _condition(kind: str) -> Any:
    def value(item: Object, now: datetime) -> str:
        found = [c for c in entries(item, "status", "conditions") if c.get("type") == kind]
        return str(found[0].get("status")) if found else "Unknown"

    return value


COLUMNS: dict[str, tuple[Column, ...]] = {
    "services": (
        NAME,
        Column("Type", shown("spec", "type", empty="ClusterIP")),
        Column("Cluster-IP", shown("spec", "clusterIP", empty=NONE)),
        Column("External-IP", _external_ip),
        Column("Port(s)", _service_ports),
        AGE,
        Column("Selector", lambda item, now: pairs(at(item, "spec", "selector")), wide=True),
    ),
    "endpoints": (NAME, Column("Endpoints", _endpoints), AGE),
    "endpointslices": (
        NAME,
        Column("AddressType", shown("addressType")),
        Column("Ports", _slice_ports),
        Column("Endpoints", _slice_endpoints),
        AGE,
    ),
    "ingresses": (
        NAME,
        Column("Class", _class),
        Column("Hosts", _hosts),
        Column("Address", lambda item, now: joined(_addresses(item), "")),
        Column("Ports", _ingress_ports),
        AGE,
    ),
    "ingressclasses": (
        NAME,
        Column("Controller", shown("spec", "controller")),
        Column("Parameters", _parameters),
        AGE,
    ),
    "networkpolicies": (
        NAME,
        Column("Pod-Selector", lambda item, now: selector(at(item, "spec", "podSelector"))),
        AGE,
    ),
    "managedcertificates": (NAME, AGE, Column("Status", shown("status", "certificateStatus"))),
    "gatewayclasses": (
        NAME,
        Column("Controller", shown("spec", "controllerName")),
        Column("Accepted", _condition("Accepted")),
        AGE,
    ),
    "gateways": (
        NAME,
        Column("Class", shown("spec", "gatewayClassName")),
        Column("Address", lambda item, now: joined((a.get("value") for a in entries(item, "status", "addresses")), "")),
        Column("Programmed", _condition("Programmed")),
        AGE,
    ),
    "httproutes": (NAME, Column("Hostnames", lambda item, now: joined(at(item, "spec", "hostnames") or (), "")), AGE),
}
