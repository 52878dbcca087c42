"""Who needs a Service: the routes, webhooks, APIs and containers that name it, and whether any request comes by them.

A route of weight 0 names a Service and sends it nothing: that is how a canary stands by (BackendRef.weight in
https://gateway-api.sigs.k8s.io/reference/spec; canary-weight in
https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#canary).
"""

from __future__ import annotations

from collections.abc import Iterator

from gkedoctor.graph.core.accessors import annotations_of, name_of, namespace_of
from gkedoctor.graph.core.conditions import is_true
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.numbers import whole_number
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.network.dependencies import configured_services
from gkedoctor.graph.objects.owners import workload
from gkedoctor.graph.workloads.pod_templates import pods_by_template
from gkedoctor.graph.workloads.pods import ran
from gkedoctor.snapshot.model import Object

_NGINX = "nginx.ingress.kubernetes.io/canary"
_WEBHOOKS = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")
_BESIDES = ("IngressClass", "Event", "Namespace", "ReplicaSet", "Deployment")
"""What the edges read that are followed on the way."""
_Callers = dict[tuple[str, str], list[Record]]


@edge(
    "callers",
    "Service",
    reads=("Ingress", "HTTPRoute", "Pod", "Service", "APIService", *_WEBHOOKS, *_BESIDES),
    record="CallerRecord",
)
def callers_of(graph: Graph, service: Object) -> Facts:
    """Who names the Service, as records {item, via, idle, optional, at}; what only outsiders would call has itself.

    `via` is `Ingress`, `HTTPRoute`, `webhook`, `APIService`, `container` or `outside` (type LoadBalancer), `idle`
    whether no request comes by that way (weight 0), `optional` whether the caller goes on without an answer
    (failurePolicy Ignore of a webhook). Only what was seen counts: that somebody else calls is always
    possible, and decides no more than how grave it is. Unknown where Pods were not seen.
    """
    found = list(graph.index(_callers).get((namespace_of(service), name_of(service)), ()))
    if (service.get("spec") or {}).get("type") == "LoadBalancer":
        found.append(_record(service, "outside", at=service.get("spec")))
    doubt = graph.why_incomplete("Pod", namespace_of(service)) if not found else None
    return doubt if doubt is not None else found


def _callers(graph: Graph) -> _Callers:
    found: _Callers = {}
    for read in (_by_ingress, _by_route, _by_webhook, _by_api, _by_container):
        for place, record in read(graph):
            found.setdefault(place, []).append(record)
    return found


def _record(item: Object, via: str, *, at: object, idle: bool = False, optional: bool = False) -> Record:
    return {"item": item, "via": via, "idle": idle, "optional": optional, "at": at}


def _by_ingress(graph: Graph) -> Iterator[tuple[tuple[str, str], Record]]:
    for ingress in graph.all("Ingress"):
        idle = _is_idle_canary(ingress)
        backends = graph.follow("backends", ingress)
        for backend in [] if isinstance(backends, Unknown) else backends:
            if backend["name"]:
                place = (namespace_of(ingress), str(backend["name"]))
                yield place, _record(ingress, "Ingress", at=backend["at"], idle=idle)


def _is_idle_canary(ingress: Object) -> bool:
    """Whether ingress-nginx sends the canary none of its requests but those of people who ask for it by header."""
    annotations = annotations_of(ingress)
    weight = whole_number(annotations.get(f"{_NGINX}-weight") or "0")
    return annotations.get(_NGINX) == "true" and not weight


def _by_route(graph: Graph) -> Iterator[tuple[tuple[str, str], Record]]:
    for route in graph.all("HTTPRoute"):
        for rule in (route.get("spec") or {}).get("rules") or []:
            for ref in rule.get("backendRefs") or []:
                place = (str(ref.get("namespace") or namespace_of(route)), str(ref.get("name")))
                yield place, _record(route, "HTTPRoute", at=ref, idle=ref.get("weight") == 0)


def _by_webhook(graph: Graph) -> Iterator[tuple[tuple[str, str], Record]]:
    for item in (c for kind in _WEBHOOKS for c in graph.all(kind)):
        for webhook in item.get("webhooks") or []:
            service = (webhook.get("clientConfig") or {}).get("service")
            if service:
                ignored = webhook.get("failurePolicy") == "Ignore"
                yield _place(service), _record(item, "webhook", at=service, optional=ignored)


def _by_api(graph: Graph) -> Iterator[tuple[tuple[str, str], Record]]:
    for item in graph.all("APIService"):
        service = (item.get("spec") or {}).get("service")
        if service:
            yield _place(service), _record(item, "APIService", at=service)


def _place(service: Object) -> tuple[str, str]:
    return str(service.get("namespace") or ""), str(service.get("name") or "")


def _by_container(graph: Graph) -> Iterator[tuple[tuple[str, str], Record]]:
    """What environments and arguments name, of each template once, and what the log of one that is not Ready names.

    A Pod whose containers are all ready (its node has fallen silent) has no such log.
    """
    log_counts = {id(pod) for pod, is_unready in graph.each("Pod", _is_unready) if is_unready}
    for pods in pods_by_template(graph):
        unready = next((pod for pod in pods if id(pod) in log_counts), None) if log_counts else None
        places = configured_services(graph, pods[0]) if unready is None else _dependencies(graph, unready)
        yield from ((place, _record(workload(graph, pods[0]), "container", at=at)) for place, at in places)


def _is_unready(pod: Object) -> bool:
    return not is_true(pod, "Ready") and not ran(pod)


def _dependencies(graph: Graph, pod: Object) -> Iterator[tuple[tuple[str, str], object]]:
    known = graph.follow("dependencies", pod)
    for dependency in [] if isinstance(known, Unknown) else known:
        name = dependency.get("name")
        if isinstance(name, str):
            yield (str(dependency["namespace"]), name), dependency["at"]
