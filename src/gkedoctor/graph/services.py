"""Services: the Pods they select, the endpoints that came of it, and their ports against those of the Pods."""

from __future__ import annotations

from typing import Any

from gkedoctor.graph.graph import Facts, Graph, Record, edge, labels_of, name_of, namespace_of
from gkedoctor.graph.owners import WORKLOADS, template_of, workload
from gkedoctor.graph.selectors import differing, edit_distance, matches_map
from gkedoctor.graph.unknown import Unknown
from gkedoctor.snapshot.model import Object

_TEMPLATED = ("Deployment", "StatefulSet", "DaemonSet", "ReplicationController")


def selector_of(service: Object) -> dict[str, str]:
    """The selector of a Service; empty where its endpoints are made by hand."""
    return (service.get("spec") or {}).get("selector") or {}


@edge("pods", "Service", reads=("Pod",))
def selected_pods(graph: Graph, service: Object) -> Facts:
    """The Pods that the selector matches, finished ones left out (they never are endpoints)."""
    doubt = graph.doubt("Pod", namespace_of(service))
    if doubt is not None:
        return doubt
    return select_pods(graph, namespace_of(service), selector_of(service))


def select_pods(graph: Graph, namespace: str, selector: dict[str, str]) -> list[Object]:
    """The live Pods of a namespace with all these labels. O(Pods with the rarest of them)."""
    if not selector:
        return []
    postings = graph.index(_pods_by_label)
    lists = [postings.get((namespace, key, value), []) for key, value in selector.items()]
    return [pod for pod in min(lists, key=len) if matches_map(selector, labels_of(pod)) and not _finished(pod)]


def _finished(pod: Object) -> bool:
    return (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")


def _pods_by_label(graph: Graph) -> dict[tuple[str, str, str], list[Object]]:
    postings: dict[tuple[str, str, str], list[Object]] = {}
    for pod in graph.all("Pod"):
        for key, value in labels_of(pod).items():
            postings.setdefault((namespace_of(pod), key, value), []).append(pod)
    return postings


@edge("services", "Pod", *WORKLOADS, reads=("Service",))
def services_of(graph: Graph, item: Object) -> Facts:
    """The Services whose selector matches the Pod, or the Pod template of the workload."""
    doubt = graph.doubt("Service", namespace_of(item))
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


@edge("workloads", "Service", reads=_TEMPLATED)
def selected_workloads(graph: Graph, service: Object) -> Facts:
    """The workloads whose Pod template the selector matches, with or without Pods."""
    selector, namespace = selector_of(service), namespace_of(service)
    found: list[Object] = []
    for kind in _TEMPLATED:
        listing = graph.listing(kind, namespace)
        if isinstance(listing, Unknown):
            if kind == "ReplicationController":  # so rare that dumps leave it out
                continue
            return listing
        found += [w for w in listing if selector and matches_map(selector, _template_labels(w))]
    return found


def _template_labels(item: Object) -> dict[str, str]:
    return (template_of(item).get("metadata") or {}).get("labels") or {}


@edge("near_misses", "Service", reads=("Pod", *_TEMPLATED))
def near_misses(graph: Graph, service: Object) -> Facts:
    """What the selector almost matches, the nearest first: {item, keys, wanted, have}.

    Near is: at least one pair agrees and at most one key differs, or the only differing value is a slip of the pen.
    """
    doubt = graph.doubt("Pod", namespace_of(service))
    if doubt is not None:
        return doubt
    selector, namespace = selector_of(service), namespace_of(service)
    items: dict[int, Object] = {}
    for pod in graph.in_namespace("Pod", namespace):
        top = workload(graph, pod)
        items.setdefault(id(top) if "spec" in top else id(pod), top if "spec" in top else pod)
    near = [m for m in (_near_miss(service, selector, i) for i in items.values()) if m is not None]
    return sorted(near, key=lambda m: (m["distance"], name_of(m["item"])))


def _near_miss(service: Object, selector: dict[str, str], item: Object) -> Record | None:
    labels = _template_labels(item)
    keys = differing(selector, labels)
    if not keys or not labels:
        return None
    slips = [edit_distance(selector[key], labels.get(key, ""), limit=3) for key in keys]
    alike = len(selector) - len(keys)
    if len(keys) > 1 or (alike == 0 and not _resembles(service, selector, keys[0], labels, item)):
        return None
    return {
        "item": item,
        "keys": keys,
        "wanted": {key: selector[key] for key in keys},
        "have": {key: labels.get(key) for key in keys},
        "labels": labels,
        "distance": sum(slips) - alike,
    }


def _resembles(service: Object, selector: dict[str, str], key: str, labels: dict[str, str], item: Object) -> bool:
    """Whether a single differing pair looks like the same thing written otherwise."""
    wanted, have = selector[key], labels.get(key)
    if have is not None and _alike(wanted, have):
        return True
    if name_of(item) == name_of(service):
        return True
    return have is None and wanted in labels.values()


def _alike(a: str, b: str) -> bool:
    shorter, longer = sorted((a, b), key=len)
    return edit_distance(a, b, limit=3) <= max(1, len(a) // 3) or (len(shorter) >= 3 and longer.startswith(shorter))


@edge("endpoints", "Service", reads=("EndpointSlice", "Endpoints"))
def endpoints_of(graph: Graph, service: Object) -> Facts:
    """The endpoints as records {address, ready, serving, terminating, pod, ports}; Endpoints where slices are unseen.

    `ready: null` means true (discovery/v1 EndpointConditions).
    """
    doubt = graph.doubt("EndpointSlice", namespace_of(service))
    if doubt is None:
        slices = graph.index(_slices_by_service).get((namespace_of(service), name_of(service)), [])
        return [record for found in slices for record in _slice_records(found)]
    if graph.doubt("Endpoints", namespace_of(service)) is not None:
        return doubt
    legacy = graph.find("Endpoints", namespace_of(service), name_of(service))
    return _legacy_records(legacy) if isinstance(legacy, dict) else []


def _slices_by_service(graph: Graph) -> dict[tuple[str, str], list[Object]]:
    services: dict[tuple[str, str], list[Object]] = {}
    for found in graph.all("EndpointSlice"):
        service = labels_of(found).get("kubernetes.io/service-name")
        if service:
            services.setdefault((namespace_of(found), service), []).append(found)
    return services


def _slice_records(found: Object) -> list[Record]:
    records = []
    for endpoint in found.get("endpoints") or []:
        conditions = endpoint.get("conditions") or {}
        records.append(
            {
                "address": next(iter(endpoint.get("addresses") or []), None),
                "ready": conditions.get("ready") is not False,
                "serving": conditions.get("serving") is not False,
                "terminating": conditions.get("terminating") is True,
                "pod": (endpoint.get("targetRef") or {}).get("name"),
                "ports": found.get("ports") or [],
                "slice": found,
            }
        )
    return records


def _legacy_records(endpoints: Object) -> list[Record]:
    return [
        {
            "address": address.get("ip"),
            "ready": ready,
            "serving": ready,
            "terminating": False,
            "pod": (address.get("targetRef") or {}).get("name"),
            "ports": subset.get("ports") or [],
            "slice": endpoints,
        }
        for subset in endpoints.get("subsets") or []
        for field, ready in (("addresses", True), ("notReadyAddresses", False))
        for address in subset.get(field) or []
    ]


@edge("ports", "Service", reads=("Pod", *_TEMPLATED))
def ports_of(graph: Graph, service: Object) -> Facts:
    """Each port of the Service against the containers behind it, as records.

    {port, target, protocol, declared, numberDeclared, otherProtocol, names, numbers, probes, item}: `declared` says
    whether all Pods have the target port with the protocol (true, false; null where no port is declared at all, since
    declaring is optional), `names` and `numbers` what they do declare.
    """
    pods = graph.follow("pods", service)
    if isinstance(pods, Unknown):
        return pods
    items = list({id(w): w for w in (workload(graph, p) for p in pods) if "spec" in w}.values()) or list(pods)
    return [_port_record(port, items) for port in (service.get("spec") or {}).get("ports") or []]


def _port_record(port: Object, items: list[Object]) -> Record:
    target, protocol = target_port(port), port.get("protocol") or "TCP"
    offered = [_container_ports(item) for item in items]
    lacking = [i for i, ports in zip(items, offered, strict=True) if not any(_fits(p, target, protocol) for p in ports)]
    ports = [p for found in offered for p in found]
    return {
        "port": port,
        "target": target,
        "protocol": protocol,
        "named": isinstance(target, str),
        "declared": (not lacking) if ports and items else None,
        "otherProtocol": any(_fits(p, target, "UDP" if protocol == "TCP" else "TCP") for p in ports),
        "names": sorted({str(p["name"]) for p in ports if p.get("name")}),
        "numbers": sorted({int(p["containerPort"]) for p in ports if p.get("containerPort")}),
        "probes": sorted({str(p) for item in items for p in _probe_ports(item)}),
        "item": lacking[0] if lacking else None,
    }


def target_port(port: Object) -> Any:
    """`targetPort`, which is `port` where it is left out; digits in a text stay a name, as the API treats them."""
    target = port.get("targetPort")
    return port.get("port") if target in (None, 0, "") else target


def _container_ports(item: Object) -> list[Object]:
    spec = template_of(item).get("spec") or {}
    sidecars = [c for c in spec.get("initContainers") or [] if c.get("restartPolicy") == "Always"]
    return [port for c in [*(spec.get("containers") or []), *sidecars] for port in c.get("ports") or []]


def _fits(port: Object, target: Any, protocol: str) -> bool:
    """The controller matches a name and the protocol (endpointslice/utils.go, FindPort)."""
    same = port.get("name") == target if isinstance(target, str) else port.get("containerPort") == target
    return same and (port.get("protocol") or "TCP") == protocol


def _probe_ports(item: Object) -> list[Any]:
    spec = template_of(item).get("spec") or {}
    found = []
    for container in spec.get("containers") or []:
        for probe in (container.get("readinessProbe") or {}, container.get("livenessProbe") or {}):
            action = probe.get("httpGet") or probe.get("tcpSocket") or probe.get("grpc") or {}
            if action.get("port") is not None:
                found.append(action["port"])
    return found
