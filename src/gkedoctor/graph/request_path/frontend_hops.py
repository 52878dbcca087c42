"""The first half of a request's way: reserved address, forwarding rule, proxy, certificates, URL map."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gkedoctor.graph.cloud.links import collection_of, last, path_of, resolve
from gkedoctor.graph.core.graph import Graph
from gkedoctor.graph.core.ref import Ref, ref_of
from gkedoctor.graph.core.times import age
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.frontends.forwarding_rules import port_range, rules_of_ingress
from gkedoctor.graph.frontends.ingress import address_of, tls_of
from gkedoctor.graph.request_path.backend_hops import counted
from gkedoctor.graph.request_path.hop import Hop, State, unknown_hop
from gkedoctor.snapshot.kinds import COLLECTIONS
from gkedoctor.snapshot.model import Object

_PROVISIONING = 3600.0
"""Seconds that a Google-managed certificate usually takes (cloud.google.com/load-balancing/docs/ssl-certificates)."""

Behind = Callable[[Object | None], Sequence[Hop]]
"""Makes the hops behind a URL map, or behind one that could not be seen."""


class FrontendHops:
    """The hops from a forwarding rule on. A URL map that two rules lead to is followed once."""

    def __init__(self, graph: Graph, behind: Behind) -> None:
        self._graph, self._behind = graph, behind
        self._seen: set[str] = set()

    def rule_hop(self, rule: Object) -> Hop:
        """A forwarding rule of a proxy, with all that comes behind it."""
        port = port_range(rule) or ",".join(rule.get("ports") or [])
        fact = f"{rule.get('IPAddress') or 'no address'}{f' port {port}' if port else ''}"
        return Hop(ref_of(rule), State.OK, fact, (self.proxy_hop(rule.get("target")),))

    def proxy_hop(self, link: object) -> Hop:
        """A target proxy with its certificates and its URL map."""
        proxy = resolve(self._graph, link)
        if isinstance(proxy, Unknown):
            return unknown_hop(_kind(link), last(link), proxy, *self.beyond_unseen())
        if proxy is None:
            return Hop(Ref(_kind(link), last(link)), State.FAIL, "does not exist", self.beyond_unseen())
        certificates = [certificate_hop(self._graph, c) for c in proxy.get("sslCertificates") or []]
        fact = f"presents {counted(len(certificates), 'certificate')}" if certificates else "uses the URL map"
        return Hop(ref_of(proxy), State.OK, fact, (*certificates, self.map_hop(proxy.get("urlMap"))))

    def map_hop(self, link: object) -> Hop:
        """A URL map with the backends behind it."""
        url_map = resolve(self._graph, link)
        if isinstance(url_map, Unknown):
            return unknown_hop("UrlMap", last(link), url_map, *self.beyond_unseen())
        if url_map is None:
            return Hop(Ref("UrlMap", last(link)), State.FAIL, "does not exist", self.beyond_unseen())
        if url_map.get("defaultUrlRedirect"):
            return Hop(ref_of(url_map), State.OK, "redirects to HTTPS")
        if path_of(link) in self._seen:
            return Hop(ref_of(url_map), State.OK, "same as above")
        self._seen.add(path_of(link))
        fact = counted(len(rules_in(url_map)), "rule")
        return Hop(ref_of(url_map), State.OK, fact, tuple(self._behind(url_map)))

    def beyond_unseen(self) -> tuple[Hop, ...]:
        """What is behind a URL map that could not be seen, once."""
        if "" in self._seen:
            return ()
        self._seen.add("")
        return tuple(self._behind(None))


def rules_in(url_map: Object) -> list[tuple[list[str], list[str], str]]:
    """The rules of a URL map as (hosts, paths, link of the backend service), its defaults left out."""
    hosts: dict[str, list[str]] = {}
    for rule in url_map.get("hostRules") or []:
        hosts.setdefault(str(rule.get("pathMatcher")), []).extend(rule.get("hosts") or [])
    return [
        (hosts.get(str(matcher.get("name")), ["*"]), list(rule.get("paths") or ["(route rule)"]), str(rule["service"]))
        for matcher in url_map.get("pathMatchers") or []
        for rule in [*(matcher.get("pathRules") or []), *(matcher.get("routeRules") or [])]
        if rule.get("service")
    ]


def certificate_hop(graph: Graph, link: object) -> Hop:
    """A certificate that a proxy presents. One that the listing lacks exists all the same: the proxy holds it."""
    certificate = resolve(graph, link)
    if isinstance(certificate, Unknown):
        return unknown_hop("SslCertificate", last(link), certificate)
    if certificate is None:
        return Hop(Ref("SslCertificate", last(link)), State.OK, "is attached to the proxy")
    managed = certificate.get("managed") or {}
    if managed.get("status") not in (None, "ACTIVE"):
        made = age(graph.clock, certificate.get("creationTimestamp"))
        waits = managed["status"] == "PROVISIONING" and made is not None and made < _PROVISIONING
        return Hop(ref_of(certificate), State.UNKNOWN if waits else State.FAIL, f"is {managed['status']}")
    return _dated(graph, ref_of(certificate), certificate.get("expireTime"))


def _dated(graph: Graph, ref: Ref, until: object) -> Hop:
    over = age(graph.clock, until)
    if over is None:
        return Hop(ref, State.OK, "no expiry date recorded")
    if over >= 0:
        return Hop(ref, State.FAIL, f"expired on {str(until)[:10]}")
    return Hop(ref, State.OK, f"valid until {str(until)[:10]}")


def secret_hops(graph: Graph, ingress: Object) -> list[Hop]:
    """The TLS Secrets of an Ingress."""
    records = tls_of(graph, ingress)
    if isinstance(records, Unknown):
        return []
    hops = []
    for record in records:
        ref, secret = Ref("Secret", record["name"], (ingress["metadata"]).get("namespace")), record["secret"]
        if isinstance(secret, Unknown):
            hops.append(unknown_hop("Secret", record["name"], secret, namespace=ref.namespace))
        elif secret is None:
            hops.append(Hop(ref, State.FAIL, f"does not exist{_meant(record['nearest'])}"))
        elif record["fault"]:
            hops.append(Hop(ref, State.FAIL, f"cannot be used: {record['fault']} {record['lacks'] or ''}".strip()))
        else:
            hops.append(_dated(graph, ref, _not_after(secret)))
    return hops


def _not_after(secret: Object) -> object:
    facts = ((secret.get("keys") or {}).get("tls.crt") or {}).get("certificate") or secret.get("certificate") or {}
    return facts.get("notAfter")


def address_hop(graph: Graph, ingress: Object, *children: Hop) -> tuple[Hop, ...]:
    """The reserved address that an Ingress names, with the rest behind it; only the rest where it names none."""
    records = address_of(graph, ingress)
    if isinstance(records, Unknown):
        return (unknown_hop("Address", "", records, *children),)
    if not records:
        return children
    record, ref = records[0], Ref("Address", records[0]["name"])
    if isinstance(record["found"], Unknown):
        return (unknown_hop("Address", record["name"], record["found"], *children),)
    if not record["found"]:
        return (Hop(ref, State.FAIL, f"no {record['scope']} address of this name is reserved", children),)
    item = record["item"]
    rules = rules_of_ingress(graph, ingress)
    taken = item.get("status") == "IN_USE" and not isinstance(rules, Unknown) and not rules
    users = ", ".join(record["users"])
    return (
        Hop(ref_of(item), State.FAIL, f"is in use by {users}", children)
        if taken and users
        else Hop(ref_of(item), State.OK, f"{item.get('address')} {item.get('status') or ''}".strip(), children),
    )


def _meant(near: str | None) -> str:
    return f"; closest match: {near}" if near else ""


def _kind(link: object) -> str:
    collection = collection_of(link) or ""
    return COLLECTIONS[collection].name if collection in COLLECTIONS else "TargetProxy"
