"""The way that begins at a Service: of type LoadBalancer, or of another type."""

from __future__ import annotations

from gkedoctor.graph.backends.backend import backend_of
from gkedoctor.graph.backends.backend_services import target_pool_of
from gkedoctor.graph.cloud.links import last, resolve
from gkedoctor.graph.core.accessors import name_of
from gkedoctor.graph.core.graph import Graph
from gkedoctor.graph.core.ref import Ref, ref_of
from gkedoctor.graph.core.times import age
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.frontends.controller_errors import balancer_errors_of
from gkedoctor.graph.frontends.forwarding_rules import addresses_of, port_range, rule_names, rules_of_service
from gkedoctor.graph.frontends.frontend import is_frontend
from gkedoctor.graph.passthrough.standalone import standalone_backends_of
from gkedoctor.graph.request_path.backend_hops import check_hops, counted, group_hops, service_hop
from gkedoctor.graph.request_path.hop import YOUNG_LOAD_BALANCER, Hop, State, overall_state, unknown_hop
from gkedoctor.snapshot.model import Object


def service_path(graph: Graph, service: Object, _host: str | None) -> Hop:
    """The hops behind a Service."""
    plain = service_hop(graph, service, None)
    if not is_frontend(service):
        return Hop(plain.ref, plain.state, plain.fact, (*_standalone_hops(graph, service), *plain.children))
    rules, served = rules_of_service(graph, service), addresses_of(service)
    fact = f"{', '.join(served) or 'no address'}; {plain.fact}"
    if isinstance(rules, Unknown):
        name = (rule_names(service) or [""])[0]
        children = (unknown_hop("ForwardingRule", name, rules, *plain.children),)
        return Hop(plain.ref, plain.state, fact, children)
    if rules:
        hops = [_rule_hop(graph, rule, service) for rule in rules]
        return Hop(plain.ref, plain.state, fact, (*hops, *plain.children))
    if plain.state is not State.OK or overall_state(plain.children) is State.FAIL:
        return Hop(plain.ref, plain.state, fact, plain.children)
    state, why = _not_ready_yet(graph, service, served)
    return Hop(plain.ref, state, fact + why, plain.children)


def _standalone_hops(graph: Graph, service: Object) -> list[Hop]:
    """The backend services of load balancers of one's own, which use the standalone NEGs of the Service."""
    found = standalone_backends_of(graph, service)
    if isinstance(found, Unknown):
        return [unknown_hop("BackendService", name_of(service), found)]
    return [
        Hop(
            ref_of(backend["backendService"]),
            State.OK,
            f"protocol {backend['backendService'].get('protocol') or 'HTTP'}",
            (*check_hops(graph, backend), *group_hops(graph, backend)),
        )
        for backend in found
    ]


def _rule_hop(graph: Graph, rule: Object, service: Object) -> Hop:
    ports = ",".join(rule.get("ports") or []) or port_range(rule) or "all ports"
    fact = f"{rule.get('IPAddress')} {rule.get('IPProtocol') or 'TCP'} {ports}"
    return Hop(ref_of(rule), State.OK, fact, tuple(passthrough_hops(graph, rule, service)))


def passthrough_hops(graph: Graph, rule: Object, service: Object | None) -> list[Hop]:
    """Behind a rule that passes packets through: a backend service with its groups, or a target pool."""
    link = rule.get("backendService")
    if not link:
        return [_pool_hop(graph, rule)] if rule.get("target") else []
    found = resolve(graph, link)
    if isinstance(found, Unknown):
        return [unknown_hop("BackendService", last(link), found)]
    if found is None:
        return [Hop(Ref("BackendService", last(link)), State.FAIL, "does not exist")]
    backend = backend_of(graph, found, service)
    sides = [*check_hops(graph, backend, passthrough=True), *group_hops(graph, backend)]
    return [Hop(ref_of(found), State.OK, f"passes {found.get('protocol') or 'TCP'} through", tuple(sides))]


def _pool_hop(graph: Graph, rule: Object) -> Hop:
    pool = target_pool_of(graph, rule)
    if isinstance(pool, Unknown):
        return unknown_hop("TargetPool", last(rule.get("target")), pool)
    if pool is None:
        return Hop(Ref("TargetPool", last(rule.get("target"))), State.FAIL, "does not exist")
    count = len(pool.get("instances") or [])
    return Hop(ref_of(pool), State.OK if count else State.FAIL, counted(count, "instance"))


def _not_ready_yet(graph: Graph, service: Object, served: list[str]) -> tuple[State, str]:
    if served:
        return State.OK, ", but no forwarding rule has this address"
    errors = balancer_errors_of(graph, service)
    if not isinstance(errors, Unknown) and errors:
        return State.FAIL, f": {errors[-1].get('message')}"
    made = age(graph.clock, service["metadata"].get("creationTimestamp"))
    young = made is not None and made < YOUNG_LOAD_BALANCER
    return (State.UNKNOWN, ": still being created") if young else (State.FAIL, "")
