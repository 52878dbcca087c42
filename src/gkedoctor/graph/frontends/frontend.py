"""Where requests from outside come in: Ingresses, Gateways and Services of type LoadBalancer, by what they take.

Sources: kubernetes/ingress-gce (pkg/controller/translator, pkg/annotations: `allow-http`; hosts go by the most exact
rule), gateway-api (spec of HTTPRoute).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gkedoctor.graph.core.graph import Graph, Record, namespace_of
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.frontends.certificates import PRE_SHARED
from gkedoctor.graph.frontends.forwarding_rules import addresses_of, port_range
from gkedoctor.graph.frontends.gateway import MANAGED
from gkedoctor.snapshot.model import Object

_ALLOW_HTTP = "kubernetes.io/ingress.allow-http"
_LOGIN = "nginx.ingress.kubernetes.io/auth-type"
_PATTERN = re.compile(r"[()$^\\\[+]|\.\*")

Ports = Mapping[int, bool | None]
"""The ports that it listens on, each with whether TLS is spoken there; null where that is not known."""


@dataclass(frozen=True)
class Entrance:
    """One entrance. `ports` is None where its controller decides.

    `rules` are the {host, path, type, name, gke} of an Ingress; `any_host`: it answers to names that no rule has.
    """

    item: Object
    hosts: tuple[str, ...]
    addresses: tuple[str, ...]
    ports: Ports | None
    rules: tuple[Record, ...] | None = None
    any_host: bool = False

    @property
    def secure(self) -> bool:
        """Whether it speaks TLS, as far as it tells."""
        return 443 in self.ports if self.ports is not None else bool((self.item.get("spec") or {}).get("tls"))

    def serves(self, host: str) -> bool:
        """Whether a rule names the host."""
        return any(fits(pattern, host) for pattern in self.hosts)

    def paths(self, host: str) -> list[str]:
        """The paths of the rules that decide for a host."""
        return [rule["path"] or "/*" for rule in self._rules(host)]

    def has_path(self, host: str, path: str) -> bool | None:
        """Whether a rule takes the path; None where the rules are another's to read."""
        if self.rules is None or any(not rule["path"] and rule["host"] is None for rule in self.rules):
            return True if self.rules else None
        answers = [_takes(rule, path) for rule in self._rules(host)]
        if True in answers:
            return True
        return None if None in answers or not answers else False

    def guard(self, graph: Graph, host: str, path: str) -> Object | None:
        """What asks for a login in front of the path: the Ingress itself, or the BackendConfig that puts IAP there."""
        if (self.item.get("metadata") or {}).get("annotations", {}).get(_LOGIN):
            return self.item
        names = [rule["name"] for rule in self._rules(host) if _takes(rule, path) is True]
        service = graph.find("Service", namespace_of(self.item), str(names[0])) if names else None
        if service is None or isinstance(service, Unknown):
            return None
        records = graph.follow("backend_configs", service)
        configs = [] if isinstance(records, Unknown) else [r.get("target") for r in records]
        return next((c for c in configs if isinstance(c, dict) and _has_iap(c)), None)

    def _rules(self, host: str) -> list[Record]:
        """The most exact rules for a host win whole: the others are not looked at."""
        rules = self.rules or ()
        exact = [r for r in rules if r["host"] == host]
        wide = [r for r in rules if r["host"] is not None and fits(r["host"], host)]
        return exact or wide or [r for r in rules if r["host"] is None and r["path"]]


def fits(pattern: str, host: str) -> bool:
    """Whether a host is meant by the name of a rule, where `*.` stands for one label."""
    head, _, rest = pattern.partition(".")
    return pattern == host or (head == "*" and host.partition(".")[2] == rest)


def entrances(graph: Graph) -> tuple[Entrance, ...]:
    """Every entrance in the snapshot, once."""
    return graph.index(_all)


def entrance_of(graph: Graph, item: Object) -> Entrance | None:
    """An object as an entrance; None for a Service that is none, and for what is being deleted."""
    if item["metadata"].get("deletionTimestamp"):
        return None
    if item.get("kind") == "Ingress":
        return _ingress(graph, item)
    if item.get("kind") == "Gateway":
        return _gateway(graph, item)
    spec = item.get("spec") or {}
    if spec.get("type") != "LoadBalancer":
        return None
    ports: Ports = {int(p["port"]): None for p in spec.get("ports") or [] if p.get("port")}
    return Entrance(item, (), tuple(addresses_of(item)), ports, any_host=True)


def _all(graph: Graph) -> tuple[Entrance, ...]:
    items = [item for kind in ("Ingress", "Gateway", "Service") for item in graph.everywhere(kind)]
    return tuple(found for item in items if (found := entrance_of(graph, item)) is not None)


def _ingress(graph: Graph, item: Object) -> Entrance:
    spec = item.get("spec") or {}
    backends = graph.follow("backends", item)
    rules = [
        {"host": r["host"].lower() if r["host"] else None, "path": r["path"], "type": r["pathType"], "name": r["name"]}
        for r in ([] if isinstance(backends, Unknown) else backends)
    ]
    named = [r.get("host") for r in spec.get("rules") or []]
    named += [host for entry in spec.get("tls") or [] for host in entry.get("hosts") or []]
    hosts = tuple(dict.fromkeys(str(h).lower() for h in named if h))
    gke = _is_of_gke(graph, item)
    return Entrance(
        item, hosts, tuple(addresses_of(item)), _ports(graph, item) if gke else None,
        tuple(rules | {"gke": gke} for rules in rules), any_host=any(r["host"] is None for r in rules),
    )  # fmt: skip


def _is_of_gke(graph: Graph, item: Object) -> bool:
    found = graph.follow("class", item)
    return not isinstance(found, Unknown) and bool(found and found[0]["gke"])


def _ports(graph: Graph, item: Object) -> Ports:
    """By the forwarding rules where they were seen, else by what the Ingress asks for."""
    rules = graph.follow("forwarding_rules", item)
    seen = [port_range(rule) for rule in ([] if isinstance(rules, Unknown) else rules)]
    if seen and all(port in ("80", "443") for port in seen):
        return {int(port): port == "443" for port in seen}
    annotations = item["metadata"].get("annotations") or {}
    secure = bool((item.get("spec") or {}).get("tls") or annotations.get(PRE_SHARED) or annotations.get(MANAGED))
    plain = annotations.get(_ALLOW_HTTP) != "false"
    return ({80: False} if plain else {}) | ({443: True} if secure else {})


def _gateway(graph: Graph, item: Object) -> Entrance:
    listeners = (item.get("spec") or {}).get("listeners") or []
    named = [listener.get("hostname") for listener in listeners]
    routed = [(route.get("spec") or {}).get("hostnames") or [] for route in _routes(graph, item)]
    hosts = tuple(dict.fromkeys(str(h).lower() for h in [*named, *(h for names in routed for h in names)] if h))
    any_host = not all(routed) or not routed
    ports: Ports = {int(x["port"]): x.get("protocol") in ("HTTPS", "TLS") for x in listeners if x.get("port")}
    return Entrance(item, hosts, tuple(addresses_of(item)), ports, any_host=any_host)


def _routes(graph: Graph, gateway: Object) -> list[Object]:
    found = ((route, graph.follow("parents", route)) for route in graph.all("HTTPRoute"))
    return [r for r, to in found if not isinstance(to, Unknown) and any(p["target"] is gateway for p in to)]


def _takes(rule: Record, path: str) -> bool | None:
    """Whether one path of an Ingress takes a path; None for a pattern that only its controller can read."""
    own, kind = str(rule["path"] or ""), rule["type"] or "ImplementationSpecific"
    if not own:
        return True
    if kind == "Exact":
        return own == path
    if kind == "ImplementationSpecific":
        if _PATTERN.search(own):
            return None
        if rule["gke"]:
            return path.startswith(own[:-1]) or path == own[:-2] if own.endswith("/*") else own == path
    stem = own.rstrip("/")
    return path == stem or path.startswith(f"{stem}/")


def _has_iap(config: Any) -> bool:
    return bool(((config.get("spec") or {}).get("iap") or {}).get("enabled"))
