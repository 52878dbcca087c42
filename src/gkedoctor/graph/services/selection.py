"""Services: the Pods they select, the workloads behind those, and the endpoints that came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gkedoctor.graph.core.accessors import labels_of, name_of, namespace_of
from gkedoctor.graph.core.conditions import condition
from gkedoctor.graph.core.graph import Facts, Graph, Record, candidate_index, edge
from gkedoctor.graph.core.label_selectors import Labels, differing, matches_map
from gkedoctor.graph.core.reference import resolve_reference
from gkedoctor.graph.core.similar_names import edit_distance, is_slip
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.owners import WORKLOADS, template_of, workload
from gkedoctor.graph.workloads.pods import has_ended
from gkedoctor.snapshot.model import Object
from gkedoctor.snapshot.timestamps import parse_timestamp

_TEMPLATED = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController")
_RARE = ("ReplicaSet", "ReplicationController")
"""Seldom there without an owner, and left out of many dumps."""


OF_REVISIONS = ("pod-template-hash", "controller-revision-hash")
"""Labels of one revision: `kubectl expose` copies them into selectors, which then lose their Pods with the next one."""


_Alike = tuple[Labels, list[tuple[int, Object]]]
"""Labels that Pods share (equal labels of a template are one dict in memory), and those Pods with their places."""


def selector_of(service: Object) -> dict[str, str]:
    """The selector of a Service; empty where its endpoints are made by hand."""
    return (service.get("spec") or {}).get("selector") or {}


@edge("pods", "Service", reads=("Pod",), record="KubernetesObject")
def selected_pods(graph: Graph, service: Object) -> Facts:
    """The Pods that the selector matches, finished ones left out (they never are endpoints)."""
    doubt = graph.why_incomplete("Pod", namespace_of(service))
    if doubt is not None:
        return doubt
    selector = selector_of(service)
    found = select_pods(graph, namespace_of(service), selector)
    return found if found or not selector else graph.empty_or_unknown("Pod", namespace_of(service))


def select_pods(graph: Graph, namespace: str, selector: dict[str, str]) -> list[Object]:
    """The live Pods of a namespace with all these labels. O(Pods with the rarest of them)."""
    return [pod for pod in _labelled(graph, namespace, selector) if not has_ended(pod)]


def _labelled(graph: Graph, namespace: str, selector: dict[str, str]) -> list[Object]:
    if not selector:
        return []
    postings = graph.index(_pods_by_label)
    rarest = min((postings.get((namespace, key, value), []) for key, value in selector.items()), key=len)
    groups = [pods for labels, pods in rarest if matches_map(selector, labels)]
    if len(groups) == 1:
        return [pod for _, pod in groups[0]]
    return [pod for _, pod in sorted((place for pods in groups for place in pods), key=lambda place: place[0])]


def _pods_by_label(graph: Graph) -> dict[tuple[str, str, str], list[_Alike]]:
    groups: dict[tuple[str, int], _Alike] = {}
    for place, pod in enumerate(graph.all("Pod")):
        labels = labels_of(pod)
        groups.setdefault((namespace_of(pod), id(labels)), (labels, []))[1].append((place, pod))
    postings: dict[tuple[str, str, str], list[_Alike]] = {}
    for (namespace, _), alike in groups.items():
        for key, value in alike[0].items():
            postings.setdefault((namespace, key, value), []).append(alike)
    return postings


@edge("services", "Pod", *WORKLOADS, reads=("Service",), record="KubernetesObject")
def services_of(graph: Graph, item: Object) -> Facts:
    """The Services whose selector matches the Pod, or the Pod template of the workload."""
    doubt = graph.why_incomplete("Service", namespace_of(item))
    if doubt is not None:
        return doubt
    labels = (template_of(item).get("metadata") or {}).get("labels") or {}
    by_pair = graph.index(_services_by_pair)
    found = [s for pair in labels.items() for s in by_pair.get((namespace_of(item), *pair), [])]
    return [s for s in found if matches_map(selector_of(s), labels)]


def _services_by_pair(graph: Graph) -> dict[tuple[str, str, str], list[Object]]:
    """Services under one pair of their selector: a Pod that matches must carry that pair."""
    pairs: dict[tuple[str, str, str], list[Object]] = {}
    for service in graph.all("Service"):
        selector = selector_of(service)
        if selector:
            key, value = min(selector.items())
            pairs.setdefault((namespace_of(service), key, value), []).append(service)
    return pairs


@edge("workloads", "Service", reads=_TEMPLATED, record="KubernetesObject")
def selected_workloads(graph: Graph, service: Object) -> Facts:
    """The workloads whose Pod template the selector matches, with or without Pods. O(those with one of its pairs)."""
    selector, namespace = selector_of(service), namespace_of(service)
    found: list[Object] = []
    for kind in _TEMPLATED:
        listing = graph.listing(kind, namespace)
        if isinstance(listing, Unknown):
            if kind in _RARE:
                continue
            return listing
        near = listing if set(selector) == {_POD_NAME} else _with_a_pair(graph, kind, namespace, selector)
        mine = [w for w in near if kind not in _RARE or not _is_owned(w)]
        found += [w for w in mine if matches_map(selector, _future_labels(w, selector))]
    return found


def _with_a_pair(graph: Graph, kind: str, namespace: str, selector: dict[str, str]) -> list[Object]:
    """The workloads whose templates carry one pair of the selector: those that it matches are among them."""
    pair = next(((key, value) for key, value in selector.items() if key != _POD_NAME), None)
    return graph.index(_templates_by_pair).get((kind, namespace, *pair), []) if pair is not None else []


def _templates_by_pair(graph: Graph) -> dict[tuple[str, str, str, str], list[Object]]:
    found: dict[tuple[str, str, str, str], list[Object]] = {}
    for kind in _TEMPLATED:
        for item in graph.all(kind):
            for key, value in _template_labels(item).items():
                found.setdefault((kind, namespace_of(item), key, value), []).append(item)
    return found


_POD_NAME = "statefulset.kubernetes.io/pod-name"
"""A label that the StatefulSet controller adds to each Pod, for Services of single Pods."""


def _future_labels(item: Object, selector: dict[str, str]) -> dict[str, str]:
    """The labels that a Pod of the workload has or will have."""
    labels, wanted = _template_labels(item), selector.get(_POD_NAME)
    if wanted and item.get("kind") == "StatefulSet" and wanted.rpartition("-")[0] == name_of(item):
        return {**labels, _POD_NAME: wanted}
    return labels


def _template_labels(item: Object) -> dict[str, str]:
    return (template_of(item).get("metadata") or {}).get("labels") or {}


@edge("finished", "Service", reads=("Pod",), record="KubernetesObject")
def finished_pods(graph: Graph, service: Object) -> Facts:
    """The Pods that the selector matches and that have ended: they never are endpoints."""
    doubt = graph.why_incomplete("Pod", namespace_of(service))
    if doubt is not None:
        return doubt
    return [p for p in _labelled(graph, namespace_of(service), selector_of(service)) if has_ended(p)]


@edge("near_misses", "Service", reads=("Pod", "Service", *_TEMPLATED), record="NearMissRecord")
def near_misses(graph: Graph, service: Object) -> Facts:
    """What the selector almost matches, the nearest first: {item, keys, wanted, have, slip}.

    Near is: one pair at most differs and another agrees, or all that differs looks like the same thing. What another
    Service selects already is near only as the same thing. `slip` where nothing else can be meant: two names that
    differ by a slip of the pen, a value under another key, or the workload that is called like the Service.
    """
    doubt = graph.why_incomplete("Pod", namespace_of(service))
    if doubt is not None:
        return doubt
    selector, namespace = selector_of(service), namespace_of(service)
    items: dict[int, Object] = {}
    for kind in _TEMPLATED:
        items |= {id(item): item for item in graph.in_namespace(kind, namespace) if not _is_owned(item)}
    for pod in graph.in_namespace("Pod", namespace):
        top = workload(graph, pod)
        items.setdefault(id(top) if "spec" in top else id(pod), top if "spec" in top else pod)
    near = [m for m in (_near_miss(graph, service, selector, i) for i in items.values()) if m is not None]
    return sorted(near, key=lambda m: (m["distance"], name_of(m["item"])))


def _is_owned(item: Object) -> bool:
    return bool(item["metadata"].get("ownerReferences"))


def _near_miss(graph: Graph, service: Object, selector: dict[str, str], item: Object) -> Record | None:
    labels = _template_labels(item)
    keys = differing(selector, labels)
    if not keys or not labels:
        return None
    alike = len(selector) - len(keys)
    of_revision = all(key in OF_REVISIONS for key in keys)
    slips = of_revision or all(_resembles(service, selector, key, labels, item) for key in keys)
    if not slips and (len(keys) > 1 or alike == 0 or _served(graph, item)):
        return None
    return {
        "item": item,
        "keys": keys,
        "wanted": {key: selector[key] for key in keys},
        "have": {key: labels.get(key) for key in keys},
        "labels": labels,
        "slip": of_revision
        or name_of(item) == name_of(service)
        or all(_is_slip(key, selector[key], labels) for key in keys),
        "distance": sum(edit_distance(selector[key], labels.get(key, ""), limit=3) for key in keys) - alike - 4 * slips,
    }


def _served(graph: Graph, item: Object) -> bool:
    """Whether another Service selects it: then it is not what this one waits for."""
    found = services_of(graph, item)
    return isinstance(found, list) and bool(found)


def _resembles(service: Object, selector: dict[str, str], key: str, labels: dict[str, str], item: Object) -> bool:
    """Whether a differing pair looks like the same thing written otherwise."""
    wanted, have = selector[key], labels.get(key)
    if have is not None and _alike(wanted, have):
        return True
    if name_of(item) == name_of(service):
        return True
    return have is None and wanted in labels.values()


def _is_slip(key: str, wanted: str, labels: dict[str, str]) -> bool:
    have = labels.get(key)
    if have is not None:
        return is_slip(wanted, have) or is_slip(have, wanted)
    return wanted in labels.values() and wanted not in ("true", "false")


def _alike(a: str, b: str) -> bool:
    shorter, longer = sorted((a.lower(), b.lower()), key=len)
    few = max(1, len(a) // 3)
    near = edit_distance(shorter, longer, few) <= few
    return near or (len(shorter) >= 3 and (longer.startswith(shorter) or longer.endswith(shorter)))


@edge("endpoints", "Service", reads=("EndpointSlice", "Endpoints"), record="EndpointRecord")
def endpoints_of(graph: Graph, service: Object) -> Facts:
    """The endpoints as records {address, ready, serving, terminating, pod, ports}; Endpoints where slices are unseen.

    `ready: null` means true (discovery/v1 EndpointConditions).
    """
    found = _endpoints(graph, service)
    return found if isinstance(found, Unknown) else list(found)


def _endpoints(graph: Graph, service: Object) -> Iterable[Record] | Unknown:
    doubt = graph.why_incomplete("EndpointSlice", namespace_of(service))
    if doubt is None:
        slices = graph.index(_slices_by_service).get((namespace_of(service), name_of(service)), [])
        if slices or selector_of(service):
            return (record for found in slices for record in _slice_records(found))
    without = graph.why_incomplete("Endpoints", namespace_of(service))
    if without is not None:
        return doubt if doubt is not None else without
    legacy = graph.find("Endpoints", namespace_of(service), name_of(service))
    if doubt is not None and not (isinstance(legacy, dict) and (selector_of(service) or legacy.get("subsets"))):
        return doubt  # slices that somebody made by hand have no Endpoints beside them
    return _legacy_records(legacy) if isinstance(legacy, dict) else []


@edge("slices", "Service", reads=("EndpointSlice",), record="KubernetesObject")
def slices_of(graph: Graph, service: Object) -> Facts:
    """The EndpointSlices of a Service: a controller creates at least one, empty where no Pod is selected."""
    doubt = graph.why_incomplete("EndpointSlice", namespace_of(service))
    if doubt is not None:
        return doubt
    return graph.index(_slices_by_service).get((namespace_of(service), name_of(service)), [])


@candidate_index("without_endpoint", "Service", reads=("EndpointSlice", "Endpoints"))
def without_endpoint(graph: Graph) -> list[Object]:
    """Services with a selector of which no endpoint is ready, or none can be seen."""
    return [s for s in graph.all("Service") if selector_of(s) and not _has_endpoint(_endpoints(graph, s))]


def _has_endpoint(endpoints: Iterable[Record] | Unknown) -> bool:
    return not isinstance(endpoints, Unknown) and any(e["ready"] and e["serving"] for e in endpoints)


def _slices_by_service(graph: Graph) -> dict[tuple[str, str], list[Object]]:
    services: dict[tuple[str, str], list[Object]] = {}
    for found in graph.all("EndpointSlice"):
        service = labels_of(found).get("kubernetes.io/service-name")
        if service:
            services.setdefault((namespace_of(found), service), []).append(found)
    return services


def _slice_records(found: Object) -> Iterator[Record]:
    for endpoint in found.get("endpoints") or []:
        conditions = endpoint.get("conditions") or {}
        yield {
            "address": next(iter(endpoint.get("addresses") or []), None),
            "ready": conditions.get("ready") is not False,
            "serving": conditions.get("serving") is not False,
            "terminating": conditions.get("terminating") is True,
            "pod": (endpoint.get("targetRef") or {}).get("name"),
            "node": endpoint.get("nodeName"),
            "ports": found.get("ports") or [],
            "slice": found,
        }


def _legacy_records(endpoints: Object) -> list[Record]:
    return [
        {
            "address": address.get("ip"),
            "ready": ready,
            "serving": ready,
            "terminating": False,
            "pod": (address.get("targetRef") or {}).get("name"),
            "node": address.get("nodeName"),
            "ports": subset.get("ports") or [],
            "slice": endpoints,
        }
        for subset in endpoints.get("subsets") or []
        for field, ready in (("addresses", True), ("notReadyAddresses", False))
        for address in subset.get(field) or []
    ]


@edge("governing_service", "StatefulSet", reads=("Service",), record="GoverningServiceRecord")
def governing_service(graph: Graph, item: Object) -> Facts:
    """The Service that gives the Pods of a StatefulSet their names: {name, found, target, nearest}."""
    name = (item.get("spec") or {}).get("serviceName")
    return [resolve_reference(graph, "Service", namespace_of(item), str(name))] if name else []


@edge("ready_since", "Service", "Ingress", reads=("Pod",), record="KubernetesObject")
def ready_since(graph: Graph, item: Object) -> Facts:
    """Pods of the namespace that became Ready after the object was made: what was deployed with it has come up."""
    made = parse_timestamp(item["metadata"].get("creationTimestamp"))
    states = [(pod, condition(pod, "Ready") or {}) for pod in graph.in_namespace("Pod", namespace_of(item))]
    times = [(pod, parse_timestamp(s.get("lastTransitionTime"))) for pod, s in states if s.get("status") == "True"]
    return [pod for pod, time in times if made is not None and time is not None and time >= made]
