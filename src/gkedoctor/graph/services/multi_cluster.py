"""Services of several clusters: what GKE derives from them here, and what their objects name.

A MultiClusterService makes a headless Service `mci-<name>-svc-<hash>` in each of its clusters, a ServiceExport a
Service `gke-mcs-<hash>` in each cluster of the fleet, which the ServiceImport names in `net.gke.io/derived-service`. A
derived Service without endpoints in one cluster is usual: its Pods are in another one. Nobody edits it with effect.
Sources: how-to/multi-cluster-ingress ("derived Services"); published dumps of `kubectl get svc,mci`
(GoogleCloudPlatform/gke-networking-recipes) and of a ServiceImport.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from gkedoctor.graph.core.accessors import annotations_of, name_of, namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.reference import resolve_reference
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.snapshot.model import Object

_DERIVED = re.compile(r"mci-(?P<name>[a-z0-9-]{1,63}?)-svc-[0-9a-z]{6,32}")
_IMPORTED = re.compile(r"gke-mcs-[0-9a-z]{10}")
_IMPORT_NOTE = "net.gke.io/derived-service"
_IMPORTERS = ("gke-mcs", "gke-mcs-importer")


@edge("derived_from", "Service", reads=("MultiClusterService", "ServiceImport"), record="KubernetesObject")
def derived_from(graph: Graph, service: Object) -> Facts:
    """The MultiClusterService or ServiceImport that GKE derived the Service from, in a cluster of the fleet."""
    namespace, name = namespace_of(service), name_of(service)
    derived = _DERIVED.fullmatch(name)
    if derived is not None:
        found = graph.find("MultiClusterService", namespace, derived["name"])
        return found if isinstance(found, Unknown) else [found] if found is not None else []
    if _IMPORTED.fullmatch(name) is None:
        return []
    imports = graph.listing("ServiceImport", namespace)
    if isinstance(imports, Unknown):
        return imports
    return [item for item in imports if annotations_of(item).get(_IMPORT_NOTE) == name]


@edge("derived", "MultiClusterService", reads=("Service",), record="KubernetesObject")
def derived_services(graph: Graph, item: Object) -> Facts:
    """The Services that GKE derived from it in this cluster."""
    services = graph.listing("Service", namespace_of(item))
    if isinstance(services, Unknown):
        return services
    return [s for s in services if (m := _DERIVED.fullmatch(name_of(s))) is not None and m["name"] == name_of(item)]


@edge("gone_clusters", "MultiClusterService", reads=("Cluster",), record="GoneClusterRecord")
def gone_clusters(graph: Graph, item: Object) -> Facts:
    """The clusters that it names as `location/name` and that are not among those of the project: {link, number, …}.

    `number`: the place of the link in `spec.clusters`; `clusters`: those of the project.
    """
    named = enumerate((item.get("spec") or {}).get("clusters") or [])
    links = [(number, str(c["link"])) for number, c in named if c.get("link")]
    clusters = graph.listing("Cluster") if links else []
    if isinstance(clusters, Unknown):
        return clusters
    known = [f"{c.get('location') or c.get('zone')}/{name_of(c)}" for c in clusters]
    gone = [(number, link) for number, link in links if not _names_one(link, clusters)]
    return [{"link": link, "number": number, "clusters": known} for number, link in gone]


def _names_one(link: str, clusters: list[Object]) -> bool:
    place, _, name = link.rpartition("/")
    return any(name_of(c) == name and place in ("", c.get("location"), c.get("zone")) for c in clusters)


@edge("services", "MultiClusterIngress", reads=("MultiClusterService",), record="MultiClusterBackendRecord")
def services_of_ingress(graph: Graph, ingress: Object) -> Facts:
    """The MultiClusterServices that a rule or the default names: {name, found, target, nearest, port, ports, at, …}.

    `pointer`: the JSON pointer of the backend in the MultiClusterIngress.
    """
    return [_backend(graph, ingress, at, pointer) for pointer, at in _named(ingress)]


def _named(ingress: Object) -> Iterator[tuple[str, Any]]:
    spec = ((ingress.get("spec") or {}).get("template") or {}).get("spec") or {}
    if spec.get("backend"):
        yield "/spec/template/spec/backend", spec["backend"]
    for i, rule in enumerate(spec.get("rules") or []):
        for j, path in enumerate((rule.get("http") or {}).get("paths") or []):
            if path.get("backend"):
                yield f"/spec/template/spec/rules/{i}/http/paths/{j}/backend", path["backend"]


def _backend(graph: Graph, ingress: Object, at: Any, pointer: str) -> Record:
    named = resolve_reference(graph, "MultiClusterService", namespace_of(ingress), str(at.get("serviceName") or ""))
    port, target = at.get("servicePort"), named["target"]
    ports = _ports(target) if isinstance(target, dict) else []
    known = isinstance(target, dict)
    return {
        "name": named["name"],
        "found": named["found"],
        "target": None if isinstance(target, Unknown) else target,
        "nearest": named["nearest"],
        "port": port,
        "ports": [p.get("port") for p in ports],
        "portFound": any(port in (p.get("port"), p.get("name")) for p in ports) if known else None,
        "pointer": pointer,
        "at": at,
    }


def _ports(item: Object) -> list[Any]:
    template = ((item.get("spec") or {}).get("template") or {}).get("spec") or {}
    return [p for p in template.get("ports") or [] if isinstance(p, dict)]


@edge("exported", "ServiceExport", reads=("Service",), record="ExportedRecord")
def exported(graph: Graph, export: Object) -> Facts:
    """The Service of the same name that is exported: one record {name, found, target, nearest}."""
    return [resolve_reference(graph, "Service", namespace_of(export), name_of(export))]


@edge("imported", "ServiceExport", reads=("ServiceImport",), record="ExportedRecord")
def imported(graph: Graph, export: Object) -> Facts:
    """The ServiceImport that GKE makes of it in each cluster: one record {name, found, target, nearest}."""
    return [resolve_reference(graph, "ServiceImport", namespace_of(export), name_of(export))]


@edge("importers", "ServiceImport", "ServiceExport", reads=("Pod",), record="KubernetesObject")
def importers(graph: Graph, _item: Object) -> Facts:
    """The Pods of the controller that makes ServiceImports and gives them their address."""
    pods = graph.listing("Pod", _IMPORTERS[0])
    if isinstance(pods, Unknown):
        return pods
    return [pod for pod in pods if name_of(pod).startswith(_IMPORTERS[1])]
