"""Ingresses: who serves them, what their rules and certificates lead to.

Sources: kubernetes/ingress-gce, pkg/utils/utils.go (IsGCEIngress), pkg/controller/translator (maybeEnableNEG,
validateAndGetPaths), pkg/annotations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from gkedoctor.graph.cloud.links import last, place_of
from gkedoctor.graph.core.accessors import annotations_of, json_map, name_of, namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.reference import nearest_name, resolve_reference
from gkedoctor.graph.core.similar_names import nearest
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.makers import maker_of
from gkedoctor.snapshot.kinds import CUSTOM
from gkedoctor.snapshot.model import Object

CLASS = "kubernetes.io/ingress.class"
_CLASSES = ("gce", "gce-internal", "gce-regional-external", "gce-multi-cluster")
_ALWAYS_NEG = ("gce-internal", "gce-regional-external")
_TRACES = ("url-map", "forwarding-rule", "https-forwarding-rule", "backends", "target-proxy")
_OF_GOOGLE = re.compile(r"(?:^|[./])(?:ingress-gce|gce|gke)(?:$|[./-])|networking\.gke\.io", re.IGNORECASE)
_REGEX = re.compile(r"[()$^\\\[]|\.\*|\.\+")


@edge("class", "Ingress", reads=("IngressClass", "Event"), cached=True, record="ClassRecord")
def class_of(graph: Graph, ingress: Object) -> Facts:
    """Who serves the Ingress, as one record {annotation, named, gke, item, others, taken, nearest}.

    `gke`: the controller of GKE reads it; `item` the IngressClass it names (null where there is none), `others` the
    names of IngressClasses of other controllers, `taken` whether some controller has left a trace on it.
    """
    spec = ingress.get("spec") or {}
    annotations = annotations_of(ingress)
    annotation, named = annotations.get(CLASS), spec.get("ingressClassName")
    wanted = annotation or named
    item = graph.find("IngressClass", None, wanted) if wanted else None
    gke = annotation in _CLASSES if annotation else not named
    known = [name_of(c) for c in graph.all("IngressClass")]
    foreign = not isinstance(item, Unknown) and item is not None and not _google(item)
    return [
        {
            "annotation": annotation,
            "named": named,
            "gke": gke,
            "value": annotation if gke else None,
            "item": item,
            "foreign": item if isinstance(item, Unknown) else foreign,
            "taken": _taken(graph, ingress),
            "nearest": nearest(str(wanted), [*_CLASSES, *known]) if wanted else None,
        }
    ]


def _google(item: Object) -> bool:
    return bool(_OF_GOOGLE.search(str((item.get("spec") or {}).get("controller") or "")))


def _taken(graph: Graph, ingress: Object) -> bool | Unknown:
    """Whether a controller has touched the Ingress: finalizer, address, annotation or Event."""
    metadata, status = ingress["metadata"], ingress.get("status") or {}
    annotations = metadata.get("annotations") or {}
    if metadata.get("finalizers") or (status.get("loadBalancer") or {}).get("ingress"):
        return True
    if any(f"ingress.kubernetes.io/{trace}" in annotations for trace in _TRACES):
        return True
    events = graph.follow("all_events", ingress)
    return events if isinstance(events, Unknown) else bool(events)


@edge("backends", "Ingress", reads=("Service", "IngressClass"), cached=True, record="BackendRecord")
def backends_of(graph: Graph, ingress: Object) -> Facts:
    """Every backend that a rule or the default names, as records (see `_backend`)."""
    found = class_of(graph, ingress)
    assert not isinstance(found, Unknown)
    return [_backend(graph, ingress, found[0], site) for site in _sites(ingress.get("spec") or {})]


class _Site(NamedTuple):
    """Where an Ingress names a backend. `pointer`: to the backend, as a JSON patch takes it."""

    backend: Object
    path: Object | None
    host: str | None
    pointer: str


def _sites(spec: Object) -> Iterator[_Site]:
    for field in ("defaultBackend", "backend"):
        if spec.get(field):
            yield _Site(spec[field], None, None, f"/spec/{field}")
            break
    for i, rule in enumerate(spec.get("rules") or []):
        for j, path in enumerate((rule.get("http") or {}).get("paths") or []):
            yield _Site(path.get("backend") or {}, path, rule.get("host"), f"/spec/rules/{i}/http/paths/{j}/backend")


def _backend(graph: Graph, ingress: Object, who: Record, site: _Site) -> Record:
    """One backend: {host, path, pathType, at, entry, pointer, name, wanted, service, found, nearest, elsewhere, port,
    portFound, ports, resource, neg, type, typeFits, pathFault}. `wanted` is the port's name or number, `port` the
    Service's, `pointer` the JSON pointer to the backend."""
    backend, path = site.backend, site.path
    named = backend.get("service") or {}
    name = named.get("name") or backend.get("serviceName")
    port = named.get("port") or {}
    wanted = port.get("name") or port.get("number") or backend.get("servicePort")
    service = graph.find("Service", namespace_of(ingress), str(name)) if name else None
    record = {
        "host": site.host,
        "path": (path or {}).get("path") or "",
        "pathType": (path or {}).get("pathType"),
        "at": backend,
        "entry": path if path is not None else backend,
        "pointer": site.pointer,
        "name": name,
        "wanted": wanted,
        "resource": backend.get("resource"),
        "service": service,
        "found": (service if isinstance(service, Unknown) else service is not None) if name else None,
        "pathFault": _path_fault(path) if who["gke"] and path is not None else None,
    }
    return record | _names_near(graph, ingress, record) | _service_facts(service, wanted, who)


def _names_near(graph: Graph, ingress: Object, record: Record) -> Record:
    if record["found"] is not False:
        return {"nearest": None, "elsewhere": []}
    name = str(record["name"])
    others = [namespace_of(s) for s in graph.everywhere("Service") if name_of(s) == name]
    near = nearest_name(graph, "Service", namespace_of(ingress), name)
    return {"nearest": near, "elsewhere": sorted(set(others))}


def _service_facts(service: Object | Unknown | None, wanted: Any, who: Record) -> Record:
    if not isinstance(service, dict):
        unknown = service if isinstance(service, Unknown) else None
        return dict.fromkeys(("port", "portFound", "ports", "neg", "type", "typeFits"), unknown)
    spec = service.get("spec") or {}
    ports = spec.get("ports") or []
    port = next((p for p in ports if wanted in (p.get("name"), p.get("port"))), None)
    kind = spec.get("type") or "ClusterIP"
    neg = neg_of(service)
    fits = kind in ("NodePort", "LoadBalancer") or (kind == "ClusterIP" and (neg or who["value"] in _ALWAYS_NEG))
    return {
        "port": port,
        "portFound": None if wanted is None else port is not None,
        "ports": [p.get("name") or p.get("port") for p in ports],
        "neg": neg,
        "type": kind,
        "typeFits": fits if who["gke"] else None,
    }


def neg_of(service: Object) -> bool:
    """Whether `cloud.google.com/neg` asks for a NEG for Ingress; what is no JSON asks for none."""
    return (json_map(annotations_of(service).get("cloud.google.com/neg")) or {}).get("ingress") is True


def _path_fault(entry: Object) -> str | None:
    """What the controller refuses (`wildcard`, `empty`, `type`) or reads otherwise (`regex`, `exact`) in a path."""
    path, kind = str(entry.get("path") or ""), entry.get("pathType") or "ImplementationSpecific"
    if kind not in ("Exact", "Prefix", "ImplementationSpecific"):
        return "type"
    if kind != "ImplementationSpecific":
        return "empty" if not path else "wildcard" if "*" in path else None
    if _REGEX.search(path):
        return "regex"
    if "*" in path and not re.fullmatch(r"[^*]*/\*", path):
        return "wildcard"
    return "exact" if path.endswith("/") else None


@edge("services", "Ingress", reads=("Service",), record="KubernetesObject")
def services_of_ingress(graph: Graph, ingress: Object) -> Facts:
    """The Services behind the Ingress, each once."""
    found: dict[str, Object] = {}
    for site in _sites(ingress.get("spec") or {}):
        name = _service_named(site.backend)
        service = graph.find("Service", namespace_of(ingress), str(name)) if name else None
        if isinstance(service, Unknown):
            return service
        if service is not None:
            found[str(name)] = service
    return list(found.values())


def _service_named(backend: Object) -> Any:
    return (backend.get("service") or {}).get("name") or backend.get("serviceName")


@edge("ingresses", "Service", reads=("Ingress",), record="KubernetesObject")
def ingresses_of(graph: Graph, service: Object) -> Facts:
    """The Ingresses that send traffic to the Service."""
    doubt = graph.why_incomplete("Ingress", namespace_of(service))
    if doubt is not None:
        return doubt
    return graph.index(_by_service).get((namespace_of(service), name_of(service)), [])


def _by_service(graph: Graph) -> dict[tuple[str, str], list[Object]]:
    found: dict[tuple[str, str], list[Object]] = {}
    for ingress in graph.all("Ingress"):
        names = [_service_named(site.backend) for site in _sites(ingress.get("spec") or {})]
        for name in sorted({str(n) for n in names if n}):
            found.setdefault((namespace_of(ingress), name), []).append(ingress)
    return found


@edge("unserved", "Ingress", reads=("Service", "EndpointSlice", "Pod"), record="KubernetesObject")
def unserved_of(graph: Graph, ingress: Object) -> Facts:
    """The Services behind the Ingress that have no ready endpoint, or none that serves the port."""
    found: list[Object] = []
    records = backends_of(graph, ingress)
    for record in [] if isinstance(records, Unknown) else records:
        service = record["service"]
        new = isinstance(service, dict) and all(service is not f for f in found)
        if isinstance(service, dict) and new and is_unserved(graph, service, record["port"]):
            found.append(service)
    return found


def is_unserved(graph: Graph, service: Object, port: Object | None) -> bool:
    """Whether a Service certainly has no ready endpoint, or none that serves one of its ports."""
    endpoints = graph.follow("endpoints", service)
    if isinstance(endpoints, Unknown) or (service.get("spec") or {}).get("type") == "ExternalName":
        return False
    if not any(e["ready"] for e in endpoints):
        return True
    suspected = graph.candidates("port_unserved", "Service")
    if suspected is not None and id(service) not in suspected:
        return False
    ports = graph.follow("ports", service)
    mine = [p for p in ([] if isinstance(ports, Unknown) else ports) if p["port"] is port]
    return any(p["lacking"] and not (p["serving"] or p["unclear"] or p["healthy"] or p["twin"]) for p in mine)


@edge("tls", "Ingress", reads=("Secret", "Job", "Gateway", "Event", CUSTOM), record="TlsSecretRecord")
def tls_of(graph: Graph, ingress: Object) -> Facts:
    """The Secrets of `spec.tls` as records {name, hosts, at, pointer, secret, found, nearest, maker, lacks, …}.

    `pointer`: the JSON pointer to the entry. `fault`: `keys` (tls.crt or tls.key is not there), `unreadable`,
    `mismatch`; null where none is known.
    """
    entries = (ingress.get("spec") or {}).get("tls") or []
    return [_tls(graph, ingress, t, f"/spec/tls/{i}") for i, t in enumerate(entries) if t.get("secretName")]


def _tls(graph: Graph, ingress: Object, entry: Object, pointer: str) -> Record:
    name, namespace = str(entry["secretName"]), namespace_of(ingress)
    reference = resolve_reference(graph, "Secret", namespace, name)
    secret = reference["target"]
    there = secret if isinstance(secret, dict) else {}
    keys, certificate = there.get("keys") or {}, there.get("certificate") or {}
    lacks = [key for key in ("tls.crt", "tls.key") if isinstance(secret, dict) and key not in keys]
    return {
        "name": name,
        "hosts": entry.get("hosts") or [],
        "at": entry,
        "pointer": pointer,
        "secret": secret,
        "found": reference["found"],
        "nearest": reference["nearest"],
        "maker": None if isinstance(secret, dict) else maker_of(graph, "Secret", namespace, name),
        "lacks": lacks,
        "certificate": secret if isinstance(secret, Unknown) else certificate,
        "fault": secret if isinstance(secret, Unknown) else _tls_fault(there, lacks, certificate),
    }


def _tls_fault(secret: Object, lacks: list[str], certificate: Object) -> str | None:
    if lacks:
        return "keys"
    if "cannot be read" in str(certificate.get("error")) or _empty(secret, "tls.crt") or _empty(secret, "tls.key"):
        return "unreadable"
    return "mismatch" if secret.get("keyFits") is False else None


def _empty(secret: Object, key: str) -> bool:
    return ((secret.get("keys") or {}).get(key) or {}).get("empty") is True


@edge("tls_ingresses", "Secret", reads=("Ingress",), record="KubernetesObject")
def tls_ingresses(graph: Graph, secret: Object) -> Facts:
    """The Ingresses that serve the certificate in the Secret."""
    doubt = graph.why_incomplete("Ingress", namespace_of(secret))
    if doubt is not None:
        return doubt
    return graph.index(_by_certificate).get((namespace_of(secret), name_of(secret)), [])


def _by_certificate(graph: Graph) -> dict[tuple[str, str], list[Object]]:
    found: dict[tuple[str, str], list[Object]] = {}
    for ingress in graph.all("Ingress"):
        for name in sorted({str(t.get("secretName")) for t in (ingress.get("spec") or {}).get("tls") or []}):
            found.setdefault((namespace_of(ingress), name), []).append(ingress)
    return found


@edge("address", "Ingress", reads=("Address",), record="NamedAddressRecord")
def address_of(graph: Graph, ingress: Object) -> Facts:
    """The reserved address that an annotation names: at most one {annotation, name, scope, item, found, …}.

    `elsewhere` is an address of that name in another scope, `users` who holds the address that was found.
    """
    annotations = annotations_of(ingress)
    keys = (
        ("kubernetes.io/ingress.global-static-ip-name", "global"),
        ("networking.gke.io/static-ip", "global"),
        ("kubernetes.io/ingress.regional-static-ip-name", "regional"),
    )
    named = next(((key, scope, annotations[key]) for key, scope in keys if annotations.get(key)), None)
    if named is None:
        return []
    key, scope, name = named
    same = [a for a in graph.all("Address") if a.get("name") == name]
    item = next((a for a in same if (place_of(a) == "global") == (scope == "global")), None)
    doubt = graph.why_incomplete("Address")
    found = True if item is not None else doubt if doubt is not None else False
    users = [last(u) for u in (item or {}).get("users") or []]
    other = next((a for a in same if a is not item), None)
    fitting = [name_of(a) for a in graph.all("Address") if (place_of(a) == "global") == (scope == "global")]
    return [
        {
            "annotation": key,
            "name": name,
            "scope": scope,
            "item": item,
            "found": found,
            "elsewhere": other,
            "nearest": nearest(name, fitting) if found is False else None,
            "users": users,
        }
    ]


@edge("frontend_config", "Ingress", reads=("FrontendConfig",), record="FrontendConfigRecord")
def frontend_config_of(graph: Graph, ingress: Object) -> Facts:
    """The FrontendConfig that an annotation names: at most one record {name, found, target, nearest}."""
    name = annotations_of(ingress).get("networking.gke.io/v1beta1.FrontendConfig")
    return [resolve_reference(graph, "FrontendConfig", namespace_of(ingress), name)] if name else []
