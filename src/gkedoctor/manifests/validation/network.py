"""Services and Ingresses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gkedoctor.manifests.validation.refusal import LABEL, Refusal, is_label, is_port, port_refused, repeated
from gkedoctor.snapshot.model import Object

PROTOCOLS = ("TCP", "UDP", "SCTP")


def service_type_refused(spec: Object) -> Iterator[Refusal]:
    """core: ValidateService."""
    kind, headless = spec.get("type") or "ClusterIP", spec.get("clusterIP") == "None"
    if kind not in ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"):
        yield Refusal("type", f'"{kind}" is not a valid Service type')
    elif kind == "ExternalName" and not spec.get("externalName"):
        yield Refusal("type", "type ExternalName needs externalName")
    elif kind in ("NodePort", "LoadBalancer") and headless:
        yield Refusal("clusterIP", f"clusterIP None is not allowed with type {kind}")
    elif kind != "ExternalName" and not headless and not spec.get("ports"):
        yield Refusal("ports", "ports are missing")


def service_ports_refused(spec: Object) -> Iterator[Refusal]:
    """core: ValidateService, validateServicePort."""
    ports = spec.get("ports") or []
    internal = (spec.get("type") or "ClusterIP") == "ClusterIP"
    for i, port in enumerate(ports):
        found = [*_port(port), *_node_port(port, internal)]
        if len(ports) > 1 and not port.get("name"):
            found.append(Refusal("port", "with more than one port, each port needs a name"))
        yield from (one.below(f"ports[{i}]") for one in found)


def service_ports_repeated(spec: Object) -> Iterator[Refusal]:
    """core: ValidateService, its last part; a protocol that is not given is TCP."""
    ports = spec.get("ports") or []
    for i, name in repeated(port.get("name") for port in ports):
        yield Refusal(f"ports[{i}].name", f'two ports have the name "{name}"')
    for field in ("port", "nodePort"):
        pairs = ((p[field], p.get("protocol") or "TCP") if p.get(field) else None for p in ports)
        for i, (number, protocol) in repeated(pairs):
            yield Refusal(f"ports[{i}].{field}", f"two ports have the {field} {number} ({protocol})")


def _port(port: Object) -> Iterator[Refusal]:
    name, number, target = port.get("name"), port.get("port"), port.get("targetPort")
    if name and not is_label(name):
        yield Refusal("name", f'"{name}" is not a valid port name: {LABEL}')
    yield from port_refused(number, "port")
    if target:
        yield from port_refused(target, "targetPort")
    yield from protocol_refused(port)


def _node_port(port: Object, internal: bool) -> Iterator[Refusal]:
    number = port.get("nodePort")
    if number and internal:
        yield Refusal("nodePort", "nodePort is not allowed with type ClusterIP (the default type)")
    elif number and not is_port(number):
        yield Refusal("nodePort", f"{number} is not a valid port: use 1 to 65535")


def protocol_refused(port: Object) -> Iterator[Refusal]:
    """core: supportedPortProtocols."""
    protocol = port.get("protocol") or "TCP"
    if protocol not in PROTOCOLS:
        yield Refusal("protocol", f'protocol "{protocol}" is not one of {", ".join(PROTOCOLS)}')


def ingress_refused(spec: Object) -> Iterator[Refusal]:
    """networking: ValidateIngressSpec, validateIngressBackend; of networking.k8s.io/v1 alone."""
    rules, default = spec.get("rules") or [], spec.get("defaultBackend")
    if not rules and default is None:
        hint = "; `backend` is a field of v1beta1" if "backend" in spec else ""
        yield Refusal("backend", f"either rules or defaultBackend is required{hint}")
    if default is not None:
        yield from (one.below("defaultBackend") for one in _backend(default))
    for i, rule in enumerate(rules):
        for j, path in enumerate((rule.get("http") or {}).get("paths") or []):
            found = [*_path(path), *(one.below("backend") for one in _backend(path.get("backend") or {}))]
            yield from (one.below(f"rules[{i}].http.paths[{j}]") for one in found)


def _path(path: Object) -> Iterator[Refusal]:
    """networking: validateHTTPIngressPath."""
    kind, text = path.get("pathType"), path.get("path") or ""
    if kind is None:
        yield Refusal("", "pathType is missing: set Prefix, Exact or ImplementationSpecific")
    elif kind not in ("Prefix", "Exact", "ImplementationSpecific"):
        yield Refusal("pathType", f'pathType "{kind}" is not one of Prefix, Exact, ImplementationSpecific')
    elif not text.startswith("/") and (text or kind != "ImplementationSpecific"):
        yield Refusal("path", "path must begin with `/`")


def _backend(backend: Object) -> Iterator[Refusal]:
    service: Any = backend.get("service")
    if service is None and backend.get("resource") is None:
        old = next((key for key in ("serviceName", "servicePort") if key in backend), "")
        form = "service: {name, port: {number or name}}"
        yield Refusal(old, f"`{old}` is a field of v1beta1; in v1 it is {form}" if old else f"a backend needs {form}")
    elif service is not None:
        yield from _service(service)


def _service(service: Object) -> Iterator[Refusal]:
    port = service.get("port") or {}
    if not service.get("name"):
        yield Refusal("service", "the name of the Service is missing")
    if bool(port.get("name")) == bool(port.get("number")):
        yield Refusal("service.port", "a port needs either number or name")
