"""The way of a request, hop by hop across both planes: a pure function of the graph.

Host or address → forwarding rule → proxy → URL map → backend service → health check, NEG or instance group → Service →
workload. Where a listing is missing the way is found from the other end, and the hop says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Any

from gkedoctor.graph.backends.backend_services import backend_services_for, target_pool_of
from gkedoctor.graph.cloud.descriptions import service_in_description
from gkedoctor.graph.cloud.links import last, path_of, resolve
from gkedoctor.graph.core.graph import Graph, Record, name_of, namespace_of
from gkedoctor.graph.core.ref import Ref, ref_of
from gkedoctor.graph.core.times import age, condition
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.frontends.forwarding_rules import addresses_of, owner_of, port_range, rule_names, rules_at
from gkedoctor.graph.request_path.backend_hops import (
    backend_hop,
    backend_of_any,
    check_hops,
    counted,
    group_hops,
    missing_service,
    service_hop,
)
from gkedoctor.graph.request_path.frontend_hops import Frontend, address_hop, rules_in, secret_hops
from gkedoctor.graph.request_path.hop import Hop, State, unseen, verdict
from gkedoctor.snapshot.model import Object

ENTRANCES = ("Ingress", "Gateway", "Service")
"""The kinds at which a way can begin."""

_YOUNG = 600.0
"""Seconds in which a load balancer may still be made (ingress-gce, LIMITATIONS.md: five to ten minutes)."""
_SYSTEM_DEFAULT = "kube-system/default-http-backend"


def path_of_object(graph: Graph, item: Object, host: str | None = None) -> Hop:
    """The way that begins at an Ingress, a Gateway or a Service. `host`: only what serves that host."""
    match item.get("kind"):
        case "Ingress":
            return _ingress(graph, item, host)
        case "Gateway":
            return _gateway(graph, item, host)
    return _service(graph, item)


def paths_of(graph: Graph, refs: Iterable[Ref], most: int = 3) -> tuple[Hop, ...]:
    """The ways that begin at the first few Ingresses, Gateways and Services of type LoadBalancer among some objects."""
    found = (graph.find(r.kind, r.namespace, r.name) for r in dict.fromkeys(refs) if r.kind in ENTRANCES)
    items = [i for i in found if i is not None and not isinstance(i, Unknown) and _is_entrance(i)]
    return tuple(path_of_object(graph, item) for item in items[:most])


def _is_entrance(item: Object) -> bool:
    return item.get("kind") != "Service" or (item.get("spec") or {}).get("type") == "LoadBalancer"


def paths_to_address(graph: Graph, ip: str) -> list[Hop]:
    """The ways that begin at an IP address: of the objects that have it, else of the forwarding rules alone."""
    holders = [item for kind in ENTRANCES for item in graph.all(kind) if ip in addresses_of(item)]
    rules = [rule for rule in rules_at(graph, ip) if not _owned(rule, holders)]
    return [*(path_of_object(graph, item) for item in holders), *(_stray(graph, rule) for rule in rules)]


def paths_to_host(graph: Graph, host: str) -> list[Hop]:
    """The ways that a request for a host can take: of the objects that name it, else of the URL maps that do."""
    named = [item for kind in ENTRANCES[:2] for item in graph.all(kind) if _serves(graph, item, host)]
    if named:
        return [path_of_object(graph, item, host) for item in named]
    maps = {path_of(m.get("selfLink")) for m in graph.all("UrlMap") if _names(m, host)}
    rules = [r for r in graph.all("ForwardingRule") if _map_of(graph, r) in maps]
    return [_stray(graph, rule) for rule in rules]


def hosts(graph: Graph) -> list[str]:
    """Every host that an Ingress or a route names."""
    found = [
        str(r["host"]) for i in graph.all("Ingress") for r in (i.get("spec") or {}).get("rules") or [] if r.get("host")
    ]
    routed = [str(h) for route in graph.all("HTTPRoute") for h in (route.get("spec") or {}).get("hostnames") or []]
    return sorted({*found, *routed})


def _owned(rule: Object, holders: Iterable[Object]) -> bool:
    owner = owner_of(rule)
    return any(owner in (None, (h.get("kind"), namespace_of(h), name_of(h))) for h in holders)


def _serves(graph: Graph, item: Object, host: str) -> bool:
    spec = item.get("spec") or {}
    if item.get("kind") == "Ingress":
        return any(_fits(r.get("host"), host) for r in spec.get("rules") or [])
    return any(_fits(h, host) for r in _routes(graph, item) for h in (r.get("spec") or {}).get("hostnames") or [])


def _fits(pattern: Any, host: str) -> bool:
    return bool(pattern) and fnmatchcase(host.lower(), str(pattern).lower())


def _names(url_map: Object, host: str) -> bool:
    return any(h != "*" and _fits(h, host) for rule in url_map.get("hostRules") or [] for h in rule.get("hosts") or [])


def _map_of(graph: Graph, rule: Object) -> str:
    proxy = resolve(graph, rule.get("target")) if rule.get("target") else None
    return path_of(proxy.get("urlMap")) if isinstance(proxy, dict) else ""


def _ingress(graph: Graph, ingress: Object, host: str | None) -> Hop:
    records = graph.follow("backends", ingress)
    backends = _wanted([] if isinstance(records, Unknown) else list(records), host)
    frontend = Frontend(graph, lambda url_map: _branches(graph, ingress, backends, url_map))
    rules = graph.follow("forwarding_rules", ingress)
    served = addresses_of(ingress)
    fact = ", ".join(served) or "no address"
    if isinstance(rules, Unknown):
        behind = _unseen_rules(ingress, rules, frontend) if _takes(graph, ingress) else frontend.beyond_unseen()
    elif rules:
        behind = tuple(frontend.rule_hop(rule) for rule in rules)
    else:
        behind = tuple(_branches(graph, ingress, backends, None))
    children = (*address_hop(graph, ingress, *secret_hops(graph, ingress), *behind),)
    if served and (isinstance(rules, Unknown) or rules or not _takes(graph, ingress)):
        return Hop(ref_of(ingress), State.OK, fact, children)
    state, why = _unserved(graph, ingress, children)
    return Hop(ref_of(ingress), state, f"{fact}{why}", children)


def _takes(graph: Graph, ingress: Object) -> bool:
    """Whether GKE's controller serves the Ingress."""
    found = graph.follow("class", ingress)
    return isinstance(found, Unknown) or bool(found and found[0]["gke"])


def _unserved(graph: Graph, ingress: Object, children: Sequence[Hop]) -> tuple[State, str]:
    """Why an Ingress has no load balancer: the Ingress fails only where nothing behind it does."""
    if verdict(children) is State.FAIL:
        return State.OK, " yet"
    if not _takes(graph, ingress):
        return State.FAIL, _foreign(graph, ingress)
    errors = graph.follow("sync_errors", ingress)
    if not isinstance(errors, Unknown) and errors:
        return State.FAIL, f": {errors[-1].get('message')}"
    made = age(graph.clock, ingress["metadata"].get("creationTimestamp"))
    return (State.UNKNOWN, ": it is still being made") if made is not None and made < _YOUNG else (State.FAIL, "")


def _foreign(graph: Graph, ingress: Object) -> str:
    """Why GKE's controller leaves an Ingress alone."""
    found = graph.follow("class", ingress)
    who: Record = {} if isinstance(found, Unknown) or not found else found[0]
    if who.get("foreign") is True:
        return f": the controller of class {name_of(who['item'])} has given it none"
    if who.get("annotation"):
        return f": nobody serves the class {who['annotation']}"
    return f": GKE does not read spec.ingressClassName ({who.get('named')})"


def _unseen_rules(item: Object, why: Unknown, frontend: Frontend) -> tuple[Hop, ...]:
    behind = frontend.beyond_unseen()
    names = rule_names(item) or [""]
    return tuple(unseen("ForwardingRule", name, why, *(behind if i == 0 else ())) for i, name in enumerate(names))


def _wanted(records: list[Record], host: str | None) -> list[Record]:
    """The backends for a host: those of its own rules, and the default."""
    if host is None:
        return records
    return [r for r in records if r["host"] is None or _fits(r["host"], host)]


def _branches(graph: Graph, ingress: Object, records: list[Record], url_map: Object | None) -> list[Hop]:
    """One hop per Service and port that the rules of an Ingress lead to, and the default of the URL map."""
    grouped: dict[tuple[str, Any], list[str]] = {}
    for record in records:
        if record["name"]:
            grouped.setdefault((str(record["name"]), record["wanted"]), []).append(_label(record))
    hops = [_branch(graph, ingress, name, port, _via(labels)) for (name, port), labels in grouped.items()]
    return [*hops, *_default(graph, url_map, [r for r in records if r["path"] == "" and r["host"] is None])]


def _label(record: Record) -> str:
    if record["host"] is None and not record["path"]:
        return "any other"
    return f"{record['host'] or ''}{record['path'] or '/*'}"


def _via(labels: Sequence[str]) -> str:
    more = len(labels) - 3
    return ", ".join(labels[:3]) + (f" and {more} more" if more > 0 else "")


def _branch(graph: Graph, ingress: Object, name: str, port: Any, via: str) -> Hop:
    namespace = namespace_of(ingress)
    service = graph.find("Service", namespace, name)
    if service is None or isinstance(service, Unknown):
        return missing_service(graph, namespace, name, service, via)
    if not _takes(graph, ingress):
        return service_hop(graph, service, port, via)
    found = backend_services_for(graph, service, port)
    if isinstance(found, Unknown):
        return unseen("BackendService", _noted(service, port), found, service_hop(graph, service, port), via=via)
    if not found:
        return service_hop(graph, service, port, via)
    return backend_hop(graph, found[0], service, port, via)


def _noted(service: Object, port: Any) -> str:
    """The name of the NEG, which its backend service shares, as the controller noted it on the Service."""
    text = str((service["metadata"].get("annotations") or {}).get("cloud.google.com/neg-status") or "")
    return next((part for part in text.split('"') if part.startswith("k8s1-")), "")


def _default(graph: Graph, url_map: Object | None, own: list[Record]) -> list[Hop]:
    """The default of a URL map, where the Ingress has none of its own."""
    link = (url_map or {}).get("defaultService")
    if own or not link:
        return []
    found = resolve(graph, link)
    if found is None or isinstance(found, Unknown):
        return [unseen("BackendService", last(link), found, via="any other")] if found is not None else []
    if service_in_description(found) != _SYSTEM_DEFAULT:
        return [backend_of_any(graph, found, service_in_description(found), via="any other")]
    checks = check_hops(graph, found, None)
    return [Hop(ref_of(found), verdict(checks), "answers 404 to what no rule names", via="any other")]


def _stray(graph: Graph, rule: Object) -> Hop:
    """The way behind a forwarding rule that no object of the snapshot owns."""
    owner = owner_of(rule)
    target = rule.get("backendService") or rule.get("target")
    if "/target" in str(target) and "/targetPools/" not in str(target):
        frontend = Frontend(graph, lambda url_map: _cloud_branches(graph, url_map))
        hop = frontend.rule_hop(rule)
    else:
        hop = Hop(ref_of(rule), State.OK, str(rule.get("IPAddress") or ""), tuple(_pass_hops(graph, rule, None)))
    made = f"; made for {owner[0]} {owner[1]}/{owner[2]}{_gone(graph, owner)}" if owner else ""
    return Hop(hop.ref, hop.state, hop.fact + made, hop.children)


def _gone(graph: Graph, owner: tuple[str, str, str]) -> str:
    found = graph.find(*owner)
    return ", which does not exist" if found is None else "" if isinstance(found, dict) else ", which was not seen"


def _cloud_branches(graph: Graph, url_map: Object | None) -> list[Hop]:
    grouped: dict[str, list[str]] = {}
    for hosts_, paths, link in rules_in(url_map or {}):
        grouped.setdefault(link, []).extend(f"{host}{path}" for host in hosts_ for path in paths)
    hops = []
    for link, labels in grouped.items():
        found = resolve(graph, link)
        if isinstance(found, Unknown):
            hops.append(unseen("BackendService", last(link), found, via=_via(labels)))
        elif found is not None:
            hops.append(backend_of_any(graph, found, service_in_description(found), via=_via(labels)))
    return [*hops, *_default(graph, url_map, [])]


def _service(graph: Graph, service: Object) -> Hop:
    rules = graph.follow("forwarding_rules", service)
    if (service.get("spec") or {}).get("type") != "LoadBalancer":
        return service_hop(graph, service, None)
    plain, served = service_hop(graph, service, None), addresses_of(service)
    fact = f"{', '.join(served) or 'no address'}; {plain.fact}"
    if isinstance(rules, Unknown):
        name = (rule_names(service) or [""])[0]
        children = (unseen("ForwardingRule", name, rules, *plain.children),)
        return Hop(plain.ref, plain.state, fact, children)
    if rules:
        hops = [_l4_hop(graph, rule, service) for rule in rules]
        return Hop(plain.ref, plain.state, fact, (*hops, *plain.children))
    if plain.state is not State.OK or verdict(plain.children) is State.FAIL:
        return Hop(plain.ref, plain.state, fact, plain.children)
    state, why = _pending(graph, service, served)
    return Hop(plain.ref, state, fact + why, plain.children)


def _l4_hop(graph: Graph, rule: Object, service: Object) -> Hop:
    ports = ",".join(rule.get("ports") or []) or port_range(rule) or "all ports"
    fact = f"{rule.get('IPAddress')} {rule.get('IPProtocol') or 'TCP'} {ports}"
    return Hop(ref_of(rule), State.OK, fact, tuple(_pass_hops(graph, rule, service)))


def _pass_hops(graph: Graph, rule: Object, service: Object | None) -> list[Hop]:
    """Behind a passthrough rule: a backend service with its groups, or a target pool."""
    link = rule.get("backendService")
    if not link:
        return [_pool_hop(graph, rule)] if rule.get("target") else []
    found = resolve(graph, link)
    if isinstance(found, Unknown):
        return [unseen("BackendService", last(link), found)]
    if found is None:
        return [Hop(Ref("BackendService", last(link)), State.FAIL, "does not exist")]
    sides = [*check_hops(graph, found, service, passthrough=True), *group_hops(graph, found, service)]
    return [Hop(ref_of(found), State.OK, f"passes {found.get('protocol') or 'TCP'} through", tuple(sides))]


def _pool_hop(graph: Graph, rule: Object) -> Hop:
    pool = target_pool_of(graph, rule)
    if isinstance(pool, Unknown):
        return unseen("TargetPool", last(rule.get("target")), pool)
    if pool is None:
        return Hop(Ref("TargetPool", last(rule.get("target"))), State.FAIL, "does not exist")
    count = len(pool.get("instances") or [])
    return Hop(ref_of(pool), State.OK if count else State.FAIL, counted(count, "instance"))


def _pending(graph: Graph, service: Object, served: list[str]) -> tuple[State, str]:
    if served:
        return State.OK, ", and no forwarding rule of Google Cloud's has it"
    errors = graph.follow("balancer_errors", service)
    if not isinstance(errors, Unknown) and errors:
        return State.FAIL, f": {errors[-1].get('message')}"
    made = age(graph.clock, service["metadata"].get("creationTimestamp"))
    return (State.UNKNOWN, ": still being made") if made is not None and made < _YOUNG else (State.FAIL, "")


def _gateway(graph: Graph, gateway: Object, host: str | None) -> Hop:
    routes = [r for r in _routes(graph, gateway) if host is None or _route_fits(r, host)]
    frontend = Frontend(graph, lambda _: [hop for route in routes for hop in _route_hops(graph, route)])
    rules = graph.follow("forwarding_rules", gateway)
    behind: tuple[Hop, ...]
    if isinstance(rules, Unknown):
        behind = _unseen_rules(gateway, rules, frontend)
    else:
        behind = tuple(frontend.rule_hop(rule) for rule in rules) or frontend.beyond_unseen()
    bad = next(
        (c for k in ("Accepted", "Programmed") if (c := condition(gateway, k)) and c.get("status") == "False"), None
    )
    fact = ", ".join(addresses_of(gateway)) or "no address"
    if bad is not None:
        return Hop(ref_of(gateway), State.FAIL, f"{fact}: {bad.get('message') or bad.get('reason')}", behind)
    waiting = not addresses_of(gateway) and verdict(behind) is not State.FAIL
    return Hop(ref_of(gateway), State.UNKNOWN if waiting else State.OK, fact, behind)


def _routes(graph: Graph, gateway: Object) -> list[Object]:
    """The HTTPRoutes that name the Gateway as a parent."""
    return [route for route in graph.all("HTTPRoute") if _is_parent(route, gateway)]


def _is_parent(route: Object, gateway: Object) -> bool:
    return any(
        p.get("name") == name_of(gateway) and (p.get("namespace") or namespace_of(route)) == namespace_of(gateway)
        for p in (route.get("spec") or {}).get("parentRefs") or []
        if (p.get("kind") or "Gateway") == "Gateway"
    )


def _route_fits(route: Object, host: str) -> bool:
    named = (route.get("spec") or {}).get("hostnames") or []
    return not named or any(_fits(h, host) for h in named)


def _route_hops(graph: Graph, route: Object) -> list[Hop]:
    spec = route.get("spec") or {}
    grouped: dict[tuple[str, str, Any], list[str]] = {}
    for rule in spec.get("rules") or []:
        paths = [(m.get("path") or {}).get("value") or "/" for m in rule.get("matches") or []] or ["/"]
        labels = [f"{host}{path}" for host in spec.get("hostnames") or ["*"] for path in paths]
        for ref in rule.get("backendRefs") or []:
            if (ref.get("kind") or "Service") == "Service" and ref.get("name"):
                place = (str(ref.get("namespace") or namespace_of(route)), str(ref["name"]), ref.get("port"))
                grouped.setdefault(place, []).extend(labels)
    return [_route_hop(graph, *place, _via(labels)) for place, labels in grouped.items()]


def _route_hop(graph: Graph, namespace: str, name: str, port: Any, via: str) -> Hop:
    service = graph.find("Service", namespace, name)
    if service is None or isinstance(service, Unknown):
        return missing_service(graph, namespace, name, service, via)
    found = backend_services_for(graph, service, port)
    if isinstance(found, Unknown):
        return unseen("BackendService", "", found, service_hop(graph, service, port), via=via)
    return backend_hop(graph, found[0], service, port, via) if found else service_hop(graph, service, port, via)
