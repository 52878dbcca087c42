"""What an Ingress says and GKE reads otherwise, without a word.

Source: kubernetes/ingress-gce, pkg/controller/translator (rules without `http`, one entry per host), pkg/loadbalancers.
"""

from __future__ import annotations

from collections.abc import Iterator

from gkedoctor.graph.backends.backend_services import backend_services_for
from gkedoctor.graph.cloud.links import links_in, path_of
from gkedoctor.graph.core.accessors import annotations_of, name_of, namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.frontends.forwarding_rules import rules_of_ingress
from gkedoctor.graph.frontends.ingress import class_of, neg_of
from gkedoctor.snapshot.model import Object

_FRONTEND_CONFIG = "networking.gke.io/v1beta1.FrontendConfig"
_INTERNAL = "gce-internal"


@edge("quirks", "Ingress", reads=("UrlMap", "BackendService", "Service"), record="QuirkRecord")
def quirks_of(graph: Graph, ingress: Object) -> Facts:
    """What GKE reads otherwise: records {fault, says, patch, rule, other, host, paths, backends, seen, service, …}.

    `fault`: `host twice`, `no http`, `frontend config`, `no neg`. `seen`: whether Google Cloud's side could be seen
    (`host twice`), or whether there is a NEG (`no neg`). `patch`: the JSON patch that gives the rules one meaning.
    """
    found = class_of(graph, ingress)
    if isinstance(found, Unknown) or not found[0]["gke"]:
        return []
    return [*_rule_quirks(graph, ingress), *(_internal_quirks(graph, ingress, found[0]["annotation"]))]


def _rule_quirks(graph: Graph, ingress: Object) -> Iterator[Record]:
    rules = (ingress.get("spec") or {}).get("rules") or []
    for i, rule in enumerate(rules):
        host, later = rule.get("host") or "", rules[i + 1 :]
        if not rule.get("http"):
            yield {"fault": "no http", "says": f"its rule for {host or 'every host'} has no paths", "rule": rule,
                   "host": host, "patch": [{"op": "remove", "path": f"/spec/rules/{i}"}]}  # fmt: skip
            continue
        other = next((r for r in reversed(later) if (r.get("host") or "") == host and r.get("http")), None)
        if other is not None:
            yield _twice(graph, ingress, rule, other) | {"patch": _joined(rules, i, rules.index(other))}


def _twice(graph: Graph, ingress: Object, rule: Object, other: Object) -> Record:
    own = [p for p in (rule.get("http") or {}).get("paths") or [] if not _has(other, p)]
    url_map = _links_of_map(graph, ingress)
    return {
        "fault": "host twice",
        "says": f"it has two rules for host {rule.get('host') or '*'}",
        "rule": rule,
        "other": other,
        "host": rule.get("host"),
        "paths": [p.get("path") or "/" for p in own],
        "backends": [b for p in own for b in _in_map(graph, ingress, p, url_map)],
        "seen": url_map if isinstance(url_map, Unknown) else bool(url_map),
    }


def _joined(rules: list[Object], earlier: int, later: int) -> list[Object]:
    """The JSON patch that moves the paths of a rule into a later one for the same host."""
    paths = [p for p in (rules[earlier].get("http") or {}).get("paths") or [] if not _has(rules[later], p)]
    end = f"/spec/rules/{later}/http/paths/-"
    added: list[Object] = [{"op": "add", "path": end, "value": p} for p in paths]
    return [*added, {"op": "remove", "path": f"/spec/rules/{earlier}"}]


def _has(rule: Object, path: Object) -> bool:
    return any(p.get("path") == path.get("path") for p in (rule.get("http") or {}).get("paths") or [])


def _links_of_map(graph: Graph, ingress: Object) -> set[str] | Unknown:
    """The paths of what the URL map of the Ingress leads to; empty where it has none."""
    name = annotations_of(ingress).get("ingress.kubernetes.io/url-map")
    rules = rules_of_ingress(graph, ingress)
    if not name or isinstance(rules, Unknown):
        return rules if isinstance(rules, Unknown) else set()
    found = graph.find("UrlMap", None, str(name))
    if found is None or isinstance(found, Unknown):
        return found if isinstance(found, Unknown) else set()
    return {path_of(link) for link in links_in({k: v for k, v in found.items() if k != "selfLink"})}


def _in_map(graph: Graph, ingress: Object, path: Object, links: set[str] | Unknown) -> list[Record]:
    named = (path.get("backend") or {}).get("service") or {}
    service = graph.find("Service", namespace_of(ingress), str(named.get("name")))
    if service is None or isinstance(service, Unknown) or isinstance(links, Unknown):
        return []
    port = (named.get("port") or {}).get("number") or (named.get("port") or {}).get("name")
    found = backend_services_for(graph, service, port)
    paths = [] if isinstance(found, Unknown) else [path_of(b.get("selfLink")) for b in found]
    return [{"service": name_of(service), "inMap": any(p in links for p in paths)}]


def _internal_quirks(graph: Graph, ingress: Object, annotation: str | None) -> Iterator[Record]:
    if annotation != _INTERNAL:
        return
    if annotations_of(ingress).get(_FRONTEND_CONFIG):
        yield {"fault": "frontend config", "says": "it is internal and references a FrontendConfig"}
    services = graph.follow("services", ingress)
    for service in [] if isinstance(services, Unknown) else services:
        if not neg_of(service):
            yield _without_neg(graph, service)


def _without_neg(graph: Graph, service: Object) -> Record:
    doubt = graph.why_incomplete("NetworkEndpointGroup")
    found = backend_services_for(graph, service, None) if doubt is None else doubt
    seen = (
        found if isinstance(found, Unknown) else any("networkEndpointGroups" in str(b.get("backends")) for b in found)
    )
    return {
        "fault": "no neg",
        "says": f"it is internal, and Service {name_of(service)} has no NEG",
        "service": service,
        "annotation": annotations_of(service).get("cloud.google.com/neg"),
        "seen": seen,
    }
