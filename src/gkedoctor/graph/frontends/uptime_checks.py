"""Who looks at a front end from outside: uptime checks of Cloud Monitoring, what they ask for, and whom they alert.

Sources: cloud.google.com/monitoring/uptime-checks (redirects are followed, 2xx passes unless other codes are named) and
monitoring/api/ref_v3/rest/v3/projects.uptimeCheckConfigs (`/`, 80 and, with `useSsl`, 443 where nothing is said).
"""

from __future__ import annotations

from typing import Any

from gkedoctor.graph.core.cidr import in_cidr
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.similar_names import edit_distance
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.frontends.forwarding_rules import addresses_of
from gkedoctor.graph.frontends.frontend import Frontend, frontend_of, frontends
from gkedoctor.graph.frontends.routing import (
    host_matches,
    is_secure,
    login_of,
    paths_for,
    ports_of,
    serves,
    takes_path,
)
from gkedoctor.snapshot.model import Object

_PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
            "fc00::/7", "fe80::/10"]  # fmt: skip
_SLIP = 2
"""Edits by which a host that nobody serves comes near one that nobody watches."""

_CREDENTIALS = ("authorization", "proxy-authorization")


@edge("unwatched", "Ingress", "Gateway", reads=("UptimeCheckConfig", "HTTPRoute"), record="UnwatchedRecord")
def hosts_without_uptime_check(graph: Graph, item: Object) -> Facts:
    """The public hosts without an uptime check: at most one record {hosts, host, project, tls, synthetic}.

    A front end that names no host is known by its address; it counts only where no check asks for a host that nobody
    here names: any such name may lead to it. `synthetic`: a synthetic monitor, which may visit anything.
    """
    public = [ip for ip in addresses_of(item) if in_cidr(ip, _PRIVATE) is False]
    found = _lasting(graph, item) if public else None
    if found is None:
        return []
    doubt = graph.why_incomplete("UptimeCheckConfig")
    if doubt is not None:
        return doubt
    asked = [host for check in _public_checks(graph) if (host := _host(graph, check))]
    hosts = [] if set(public) & set(asked) else _unasked(graph, found, public, asked)
    if not hosts:
        return []
    synthetic = any(check.get("syntheticMonitor") for check in graph.all("UptimeCheckConfig"))
    project = graph.snapshot.manifest.project
    return [{"hosts": hosts, "host": hosts[0], "project": project, "tls": is_secure(found), "synthetic": synthetic}]


def _lasting(graph: Graph, item: Object) -> Frontend | None:
    """An object as a front end; None for what is being deleted."""
    return None if item["metadata"].get("deletionTimestamp") else frontend_of(graph, item)


def _unasked(graph: Graph, found: Frontend, public: list[str], asked: list[str]) -> list[str]:
    if found["hosts"]:
        slips = {slip["host"] for slip in graph.index(_slips).values()}
        return [h for h in found["hosts"] if not any(host_matches(found, h, a) for a in asked) and h not in slips]
    stray = [a for a in asked if not any(serves(f, a) for f in frontends(graph))]
    return [] if stray else public[:1]


@edge(
    "asked",
    "UptimeCheckConfig",
    reads=("Ingress", "Gateway", "Service", "HTTPRoute", "ForwardingRule", "BackendConfig"),
    record="AskedRecord",
)
def checked_frontend(graph: Graph, check: Object) -> Facts:
    """What a check asks of this cluster, at most one {item, host, path, port, tls, served, open, fits, listens,
    pathServed, paths, guard, authorized}; nothing where it looks at something else.

    Each of `served` (the host), `open` (the port), `fits` (TLS or not) and `pathServed` is false only where no front
    end with that host or address has it, and null where one cannot tell. `guard`: the object that asks for a login.
    """
    host, doubt = _host(graph, check), graph.why_incomplete("Ingress")
    if doubt is not None:
        return doubt
    met = [f for f in frontends(graph) if host and (serves(f, host) or host in f["addresses"])]
    if not met or check.get("disabled"):
        return []
    http = check.get("httpCheck") or {}
    tls = bool(http.get("useSsl"))
    port = http.get("port") or (check.get("tcpCheck") or {}).get("port") or (443 if tls else 80)
    path = "/" + str(http.get("path") or "").lstrip("/")
    name = _header(http, ("host",)) or host
    answers = [_answer(f, name, path, port, tls if http else None) for f in met]
    best = max(answers, key=_answer_rank)
    frontend: Frontend = best.pop("frontend")
    guard = login_of(graph, frontend, name, path) if http else None
    place = {"item": frontend["item"], "host": host, "path": path, "port": port, "tls": tls}
    return [{**place, **best, "guard": guard, "authorized": _authorized(http)}]


def _answer(frontend: Frontend, host: str, path: str, port: int, tls: bool | None) -> Record:
    """What one front end says to the question; `tls` is null for a check that only opens a connection."""
    served = serves(frontend, host) or frontend["anyHost"]
    listens = ports_of(frontend)
    secure = None if listens is None or tls is None else listens.get(port)
    return {
        "frontend": frontend,
        "served": served if tls is not None else None,
        "open": None if listens is None else port in listens,
        "fits": None if secure is None else secure is tls,
        "listens": sorted(listens or ()),
        "pathServed": takes_path(frontend, host, path) if served and tls is not None else None,
        "paths": paths_for(frontend, host),
    }


def _answer_rank(answer: Record) -> tuple[bool, ...]:
    return tuple(answer[key] is not False for key in ("served", "open", "fits", "pathServed"))


def _authorized(http: Object) -> bool:
    """Whether the check logs in, or takes being sent away for an answer."""
    codes = http.get("acceptedResponseStatusCodes") or []
    lenient = any(
        c.get("statusValue") == 401 or c.get("statusClass") in ("STATUS_CLASS_4XX", "STATUS_CLASS_ANY") for c in codes
    )
    told = http.get("authInfo") or http.get("serviceAgentAuthentication") or _header(http, _CREDENTIALS)
    return bool(told) or lenient


def _header(http: Object, names: tuple[str, ...]) -> str:
    return next((str(v) for k, v in (http.get("headers") or {}).items() if k.lower() in names), "")


@edge("slip", "UptimeCheckConfig", reads=("Ingress", "Gateway", "HTTPRoute"), record="SlipRecord")
def misspelled_host(graph: Graph, check: Object) -> Facts:
    """The host that is probably intended, where the one of the check is served nowhere: at most one {host, item}."""
    found = graph.index(_slips).get(str(check.get("name")))
    return [found] if found is not None else []


def _slips(graph: Graph) -> dict[str, Record]:
    checks = [(check, host) for check in _public_checks(graph) if (host := _host(graph, check))]
    asked = [host for _, host in checks]
    known = frontends(graph)
    free = [(h, f["item"]) for f in known for h in f["hosts"] if not any(host_matches(f, h, a) for a in asked)]
    found: dict[str, Record] = {}
    for check, host in checks:
        if host[-1:].isdigit() or any(serves(f, host) for f in known):
            continue
        near = [(h, item) for h, item in free if edit_distance(host, h, _SLIP) <= _SLIP]
        if near:
            found[str(check["name"])] = {"host": near[0][0], "item": near[0][1], "asked": host}
    return found


@edge("alert_policies", "UptimeCheckConfig", reads=("AlertPolicy",), record="CloudObject")
def alert_policies(graph: Graph, check: Object) -> Facts:
    """The alert policies with a condition on whether the check passes."""
    doubt = graph.why_incomplete("AlertPolicy")
    return doubt if doubt is not None else [p for p in graph.all("AlertPolicy") if _alerts_on(graph, p, check)]


def _alerts_on(graph: Graph, policy: Object, check: Object) -> bool:
    ident, host = str(check.get("name")).rpartition("/")[2], _host(graph, check)
    return any(_meets(text, ident, host) for c in policy.get("conditions") or [] for text in _texts(c))


def _texts(condition: Object) -> list[str]:
    parts = [value for value in condition.values() if isinstance(value, dict)]
    return [str(part[key]) for part in parts for key in ("filter", "query") if part.get(key)]


def _meets(text: str, ident: str, host: str) -> bool:
    """Whether a filter, or a query in MQL or PromQL, takes in the check. A pattern in it may: it is believed."""
    if "check_passed" not in text:
        return False
    if ident in text:
        return True
    if "check_id" in text:
        return any(word in text for word in ("monitoring.regex", "starts_with", "has_substring", "ends_with", "=~"))
    return "host" not in text or host in text


@edge("uptime_checks", "Ingress", "Gateway", "Service", reads=("UptimeCheckConfig",), record="CloudObject")
def uptime_checks(graph: Graph, item: Object) -> Facts:
    """The uptime checks for an Ingress, a Gateway or a Service."""
    doubt = graph.why_incomplete("UptimeCheckConfig")
    found = _lasting(graph, item)
    if doubt is not None or found is None:
        return doubt if doubt is not None else []
    hosts = [(check, _host(graph, check)) for check in graph.all("UptimeCheckConfig")]
    return [check for check, host in hosts if host and (serves(found, host) or host in found["addresses"])]


def _public_checks(graph: Graph) -> list[Object]:
    return [
        c for c in graph.all("UptimeCheckConfig") if not c.get("disabled") and c.get("checkerType") != "VPC_CHECKERS"
    ]


def _host(graph: Graph, check: Object) -> str:
    """The host or address that a check asks for; `""` for what is none of this cluster's front ends."""
    resource = check.get("monitoredResource") or {}
    labels: dict[str, Any] = resource.get("labels") or {}
    if resource.get("type") == "uptime_url":
        return str(labels.get("host") or "").lower().rstrip(".")
    if resource.get("type") != "k8s_service" or labels.get("cluster_name") != graph.snapshot.manifest.cluster:
        return ""
    service = graph.find("Service", labels.get("namespace_name"), str(labels.get("service_name")))
    served = addresses_of(service) if service is not None and not isinstance(service, Unknown) else []
    return served[0] if served else ""
