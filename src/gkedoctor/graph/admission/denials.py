"""Who refuses a creation: quotas, limit ranges, namespaces, webhooks and policies, and the Service behind a webhook."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from gkedoctor.graph.admission.failed_creates import CREATORS, all_refusals, refusal_of_message, refusals_of
from gkedoctor.graph.admission.resource_quotas import amount_text
from gkedoctor.graph.config.references import sites_of
from gkedoctor.graph.core.accessors import name_of, namespace_of
from gkedoctor.graph.core.conditions import condition, is_true
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.quantities import quantity
from gkedoctor.graph.core.ref import Ref, ref_of
from gkedoctor.graph.core.reference import resolve_targets
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.custom_resources import failed_custom_resources, failure_of, is_custom
from gkedoctor.graph.objects.owners import stub, template_of, workload
from gkedoctor.graph.services.selection import selected_pods
from gkedoctor.graph.services.service_reference import referenced_service
from gkedoctor.messages import message
from gkedoctor.snapshot.kinds import CUSTOM
from gkedoctor.snapshot.model import Object

CONFIGURATIONS = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")
_POLICY = "ValidatingAdmissionPolicy"
_READS = ("Event", "Service", "EndpointSlice", "Pod", "Secret", "Namespace", CUSTOM, *CREATORS)
_REFUSERS = ("ResourceQuota", "LimitRange", "Namespace", *CONFIGURATIONS, _POLICY)


@edge("refusers", *CREATORS, reads=("Event", *_REFUSERS), record="KubernetesObject")
def refusers_of(graph: Graph, item: Object) -> Facts:
    """The quota, limit range, namespace, webhook configuration or policy that refuses what the object would create."""
    records = refusals_of(graph, item)
    if isinstance(records, Unknown):
        return records
    found: list[Object] = []
    for record in records:
        refusers = _refusers(graph, record)
        if isinstance(refusers, Unknown):
            return refusers
        found += refusers
    return found


@edge("refused", *_REFUSERS, reads=("Event", "Namespace", CUSTOM, *CREATORS), record="RefusedWorkloadRecord")
def refused_of(graph: Graph, item: Object) -> Facts:
    """What this object refuses now, as records of `refusals` with the `workload` that suffers."""
    namespace = name_of(item) if item.get("kind") == "Namespace" else namespace_of(item) or None
    known = graph.memo(_by_refuser)
    if namespace not in known:
        known[namespace] = _by_refuser(graph, namespace)
    found = known[namespace].get(ref_of(item), [])
    _, doubts = all_refusals(graph, namespace)
    return doubts[0] if doubts and not found else found


def _by_refuser(graph: Graph, namespace: str | None) -> dict[Ref, list[Record]]:
    """What each object refuses (in a namespace)."""
    places: dict[Ref, list[Record]] = {}
    for record in all_refusals(graph, namespace)[0]:
        refusers = _refusers(graph, record)
        for refuser in [] if isinstance(refusers, Unknown) else refusers:
            full = {**record, "workload": workload(graph, record["owner"])}
            places.setdefault(ref_of(refuser), []).append(full)
    for record in _refusals_elsewhere(graph) if namespace is None else ():
        for configuration in _known_webhooks(graph, record["name"]):
            places.setdefault(ref_of(configuration), []).append({**record, "workload": record["owner"]})
    return places


def _refusals_elsewhere(graph: Graph) -> Iterator[Record]:
    """What webhooks refuse besides Pods: the deletion of a Namespace's content, what operators apply."""
    for item in graph.all("Namespace"):
        if is_true(item, "NamespaceDeletionContentFailure"):
            yield refusal_of_message(item, condition(item, "NamespaceDeletionContentFailure"))
    for item in failed_custom_resources(graph):
        failure = failure_of(item)
        if failure is not None and "webhook" in str(failure["message"]):
            yield refusal_of_message(item, failure["at"])


@edge("refusing_webhooks", "*", reads=CONFIGURATIONS, record="KubernetesObject")
def refusing_webhooks(graph: Graph, item: Object) -> Facts:
    """The webhook configurations that an operator's object names as the reason of its failure."""
    failure = failure_of(item) if is_custom(item) else None
    if failure is None or "webhook" not in str(failure["message"]):
        return []
    return _known_webhooks(graph, refusal_of_message(item, failure["at"])["name"])


def _known_webhooks(graph: Graph, name: str | None) -> list[Object]:
    return [c for kind in CONFIGURATIONS for c in graph.all(kind) if name and has_webhook(c, name)]


def _refusers(graph: Graph, record: Record) -> list[Object] | Unknown:
    find = _FINDERS.get(record["by"])
    return find(graph, record) if find is not None else []


def _quota(graph: Graph, record: Record) -> list[Object] | Unknown:
    return _named(graph, "ResourceQuota", namespace_of(record["owner"]), record["name"])


def _namespace(graph: Graph, record: Record) -> list[Object] | Unknown:
    return _named(graph, "Namespace", "", namespace_of(record["owner"]))


def _policy(graph: Graph, record: Record) -> list[Object] | Unknown:
    return _named(graph, _POLICY, "", record["name"])


def _named(graph: Graph, kind: str, namespace: str, name: str | None) -> list[Object] | Unknown:
    if not name:
        return []
    found = graph.find(kind, namespace or None, name)
    if isinstance(found, Unknown):
        return found
    return [found if found is not None else stub(kind, namespace, name)]


def _webhooks(graph: Graph, record: Record) -> list[Object] | Unknown:
    """The configurations that hold a webhook of that name. The name need not be unique between configurations."""
    found = _known_webhooks(graph, record["name"])
    doubts = [d for kind in CONFIGURATIONS if (d := graph.why_incomplete(kind)) is not None]
    return doubts[0] if doubts and not found else found


def has_webhook(configuration: Object, name: str | None) -> bool:
    """Whether a configuration holds a webhook of that name."""
    return any(w.get("name") == name for w in configuration.get("webhooks") or [])


def _limits(graph: Graph, record: Record) -> list[Object] | Unknown:
    """The limit ranges with a bound that the message names."""
    listing = graph.listing("LimitRange", namespace_of(record["owner"]))
    if isinstance(listing, Unknown):
        return listing
    return [limits for limits in listing if any(_bounds(item, record["message"]) for item in _items(limits))]


def _items(limits: Object) -> list[Any]:
    return (limits.get("spec") or {}).get("limits") or []


def _bounds(item: Any, text: str) -> bool:
    """Whether an item of a LimitRange sets one of the bounds, or the default limit, that the message names."""
    for said in message("refusal/limit-usage").finditer(text):
        field = "max" if said["bound"].lower() == "maximum" else "min"
        same = str(item.get("type") or "").lower() == said["type"].lower()
        if same and _equal((item.get(field) or {}).get(said["resource"]), said["value"]):
            return True
    over = message("refusal/over-limit").search(text)
    if over is not None and (set_ := (item.get("default") or {}).get(over["resource"])) is not None:
        return over["value"] is None or _equal(set_, over["value"])
    ratio = message("refusal/limit-ratio").search(text)
    return ratio is not None and ratio["resource"] in (item.get("maxLimitRequestRatio") or {})


def _equal(have: Any, said: str) -> bool:
    return have is not None and quantity(have) == quantity(said)


_FINDERS: dict[str, Callable[[Graph, Record], list[Object] | Unknown]] = {
    "quota": _quota,
    "pod-security": _namespace,
    "terminating": _namespace,
    "policy": _policy,
    "webhook": _webhooks,
    "webhook-down": _webhooks,
    "limits": _limits,
}


@edge("webhooks", *CONFIGURATIONS, reads=_READS, record="WebhookRecord")
def webhooks_of(graph: Graph, item: Object) -> Facts:
    """Its webhooks as records {name, index, webhook, service, target, found, ready, failed, denied, own, …}.

    `target` is the Service that answers for it, `ready` its ready endpoints, `failed` and `denied` the creations
    that fail now because the call fails, or because the webhook says no; `own` the workloads behind the Service among
    them. `runner` is the workload that answers, `certificate` the Secret with a certificate that its Pods read.
    """
    refused = refused_of(graph, item)
    return [_webhook(graph, i, webhook, refused) for i, webhook in enumerate(item.get("webhooks") or [])]


@edge("asked_for_by", "Service", reads=CONFIGURATIONS, record="KubernetesObject")
def webhooks_using_service(graph: Graph, service: Object) -> Facts:
    """The webhook configurations that send their calls to this Service. O(1) after one pass over them."""
    for kind in CONFIGURATIONS:
        doubt = graph.why_incomplete(kind)
        if doubt is not None:
            return doubt
    return graph.index(_by_backend).get((namespace_of(service), name_of(service)), [])


def _by_backend(graph: Graph) -> dict[tuple[str, str], list[Object]]:
    found: dict[tuple[str, str], list[Object]] = {}
    for item in (c for kind in CONFIGURATIONS for c in graph.all(kind)):
        services = [(w.get("clientConfig") or {}).get("service") or {} for w in item.get("webhooks") or []]
        for place in sorted({(str(s.get("namespace") or ""), str(s.get("name") or "")) for s in services}):
            found.setdefault(place, []).append(item)
    return found


def _webhook(graph: Graph, index: int, webhook: Any, refused: Facts) -> Record:
    service = (webhook.get("clientConfig") or {}).get("service") or {}
    target = referenced_service(graph, service)
    ready: Any = None
    if isinstance(target, dict):
        endpoints = graph.follow("endpoints", target)
        ready = endpoints if isinstance(endpoints, Unknown) else [e for e in endpoints if e["ready"]]
    failed = _of(refused, "webhook-down", webhook)
    broken = isinstance(failed, list) and bool(failed)
    pods = selected_pods(graph, target) if isinstance(target, dict) and broken else []
    return {
        "name": webhook.get("name"),
        "index": index,
        "webhook": webhook,
        "service": service or None,
        "target": target,
        "found": target if isinstance(target, Unknown) else target is not None if service else None,
        "ready": ready,
        "failed": failed,
        "denied": _of(refused, "webhook", webhook),
        "own": [r["workload"] for r in failed if _is_behind(target, r)] if isinstance(failed, list) else failed,
        "runner": workload(graph, pods[0]) if isinstance(pods, list) and pods else None,
        "certificate": _certificate(graph, pods[0]) if isinstance(pods, list) and pods else None,
    }


def _is_behind(service: Any, record: Record) -> bool:
    """Whether a Service would select the Pods that are refused."""
    if not isinstance(service, dict) or namespace_of(record["owner"]) != namespace_of(service):
        return False
    selector = (service.get("spec") or {}).get("selector") or {}
    labels = (template_of(record["owner"]).get("metadata") or {}).get("labels") or {}
    return bool(selector) and all(labels.get(key) == value for key, value in selector.items())


def _certificate(graph: Graph, pod: Object) -> Object | None:
    """The Secret with a certificate that a Pod mounts; the one that ends first where there are several."""
    names = dict.fromkeys(site["name"] for site in sites_of(pod) if site["kind"] == "Secret")
    found = [graph.find("Secret", namespace_of(pod), name) for name in names]
    held = [s for s in found if isinstance(s, dict) and (s.get("certificate") or {}).get("notAfter")]
    return min(held, key=lambda s: str(s["certificate"]["notAfter"]), default=None)


def _of(refused: Facts, by: str, webhook: Any) -> Facts:
    if isinstance(refused, Unknown):
        return refused
    return [r for r in refused if r["by"] == by and r["name"] == webhook.get("name")]


@edge("priority_class", "Pod", *CREATORS, reads=("PriorityClass",), record="KubernetesObject")
def priority_class_of(graph: Graph, item: Object) -> Facts:
    """The PriorityClass that the Pod template names."""
    name = (template_of(item).get("spec") or {}).get("priorityClassName")
    return resolve_targets(graph, "PriorityClass", None, str(name)) if name else []


@edge("priority_classes", "Pod", *CREATORS, reads=("PriorityClass",), record="KubernetesObject")
def priority_classes(graph: Graph, _item: Object) -> Facts:
    """The PriorityClasses of the cluster: what a Pod template can name."""
    return graph.listing("PriorityClass")


@edge("shortfalls", "ResourceQuota", reads=("Event", "Namespace", CUSTOM, *CREATORS), record="ShortfallRecord")
def shortfalls_of(graph: Graph, item: Object) -> Facts:
    """What rejected objects request and the quota does not have left: {resource, requested, used, hard, still, needed}.

    `used` and `hard` are the present ones; `still` says whether the request passes them now; with `needed` as limit all
    Pods that are lacking fit.
    """
    refused = refused_of(graph, item)
    if isinstance(refused, Unknown):
        return refused
    found: dict[tuple[str, str], Record] = {}
    needed: dict[str, float] = {}
    for record in refused:
        said = message("refusal/quota-amounts").search(record["message"])
        for pair in said["requested"].split(",") if said else ():
            resource, _, requested = pair.strip().partition("=")
            found.setdefault((resource, requested), _shortfall(item, resource, requested))
            needed[resource] = needed.get(resource, 0.0) + (quantity(requested) or 0.0) * _lacking(record["owner"])
    return [r | {"needed": _needed(r, needed[r["resource"]])} for r in found.values()]


def _lacking(owner: Object) -> int:
    """How many Pods the refused object still has to create, at least one."""
    wanted, there = (owner.get("spec") or {}).get("replicas"), (owner.get("status") or {}).get("replicas") or 0
    return max(1, wanted - there) if isinstance(wanted, int) and isinstance(there, int) else 1


def _needed(shortfall: Record, lacking: float) -> str | None:
    """The limit with which all that is lacking could be created; None where the present use is not known."""
    used = quantity(shortfall["used"])
    return amount_text(shortfall["resource"], used + lacking) if used is not None else None


def _shortfall(quota: Object, resource: str, requested: str) -> Record:
    status = quota.get("status") or {}
    hard = (status.get("hard") or (quota.get("spec") or {}).get("hard") or {}).get(resource)
    used = (status.get("used") or {}).get(resource)
    sizes = (quantity(requested), quantity(used) or 0.0, quantity(hard))
    still = sizes[0] is not None and sizes[2] is not None and sizes[0] + sizes[1] > sizes[2]
    return {"resource": resource, "requested": requested, "used": used, "hard": hard, "still": still}
