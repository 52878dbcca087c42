"""What a front end does with a request: whether it serves the host, takes the path, and asks for a login.

Sources: kubernetes/ingress-gce (pkg/controller/translator; the most exact host decides), gateway-api (HTTPPathMatch).
"""

from __future__ import annotations

import re
from typing import Any

from gkedoctor.graph.core.accessors import annotations_of, namespace_of
from gkedoctor.graph.core.graph import Graph
from gkedoctor.graph.core.hostnames import HOST_RULES
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.frontends.frontend import Frontend, Route
from gkedoctor.snapshot.model import Object

_LOGIN = "nginx.ingress.kubernetes.io/auth-type"
_PATTERN = re.compile(r"[()$^\\\[+]|\.\*")

Ports = dict[int, bool | None]
"""Port → whether TLS is spoken there; None where that is not known."""


def ports_of(frontend: Frontend) -> Ports | None:
    """The ports on which it listens; None where its controller decides."""
    listeners = frontend["listeners"]
    return None if listeners is None else {listener["port"]: listener["tls"] for listener in listeners}


def is_secure(frontend: Frontend) -> bool:
    """Whether it speaks TLS, as far as it tells."""
    ports = ports_of(frontend)
    return 443 in ports if ports is not None else bool((frontend["item"].get("spec") or {}).get("tls"))


def host_matches(frontend: Frontend, pattern: str, host: str) -> bool:
    """Whether a pattern of this front end takes a host."""
    return HOST_RULES[frontend["hostRule"]](pattern, host)


def serves(frontend: Frontend, host: str) -> bool:
    """Whether a route, listener or certificate of it names the host."""
    return any(host_matches(frontend, pattern, host) for pattern in frontend["hosts"])


def paths_for(frontend: Frontend, host: str) -> list[str]:
    """The paths of the routes that decide for a host."""
    return [route["path"] or "/*" for route in _deciding(frontend, host) if route["path"] is not None]


def takes_path(frontend: Frontend, host: str, path: str) -> bool | None:
    """Whether a route takes the path; None where only its controller can tell."""
    if any(route["path"] == "" and not route["hosts"] for route in frontend["routes"]):
        return True
    answers = [_takes(frontend, route, path) for route in _deciding(frontend, host)]
    if True in answers:
        return True
    return None if None in answers or not answers else False


def login_of(graph: Graph, frontend: Frontend, host: str, path: str) -> Object | None:
    """What asks for a login in front of the path: the Ingress itself, or the BackendConfig that puts IAP there."""
    item = frontend["item"]
    if annotations_of(item).get(_LOGIN):
        return item
    if item.get("kind") != "Ingress":  # BackendConfigs are not read for a Gateway or a Network Load Balancer
        return None
    taken = [r["backend"] for r in _deciding(frontend, host) if _takes(frontend, r, path) is True]
    name = taken[0]["name"] if taken and taken[0] is not None else None
    service = graph.find("Service", namespace_of(item), name) if name else None
    if service is None or isinstance(service, Unknown):
        return None
    records = graph.follow("backend_configs", service)
    configs = [] if isinstance(records, Unknown) else [r.get("target") for r in records]
    return next((c for c in configs if isinstance(c, dict) and _has_iap(c)), None)


def _deciding(frontend: Frontend, host: str) -> list[Route]:
    """The routes that decide for a host. Of a URL map or an Ingress the most exact host wins whole."""
    routes = frontend["routes"]
    exact = [r for r in routes if host in r["hosts"]]
    wide = [r for r in routes if any(host_matches(frontend, p, host) for p in r["hosts"])]
    rest = [r for r in routes if not r["hosts"] and r["path"]]
    return [*wide, *rest] if frontend["hostRule"] == "httpRoute" else exact or wide or rest


def _takes(frontend: Frontend, route: Route, path: str) -> bool | None:
    """Whether one route takes a path; None for a pattern or condition that only its controller can read."""
    own, kind = route["path"], route["pathType"] or "ImplementationSpecific"
    if own is None or kind == "RegularExpression":
        return None
    if not own:
        return True
    if kind == "Exact":
        taken = own == path
    elif kind == "ImplementationSpecific" and _PATTERN.search(own):
        return None
    elif kind == "ImplementationSpecific" and frontend["hostRule"] == "urlMap":
        taken = path.startswith(own[:-1]) or path == own[:-2] if own.endswith("/*") else own == path
    else:
        stem = own.rstrip("/")
        taken = path == stem or path.startswith(f"{stem}/")
    return None if taken and route["conditional"] else taken


def _has_iap(config: Any) -> bool:
    return bool(((config.get("spec") or {}).get("iap") or {}).get("enabled"))
