"""For whom an address is reserved that nothing uses: who names it, or a name that comes close to it."""

from __future__ import annotations

from gkedoctor.graph.core.accessors import annotations_of, name_of
from gkedoctor.graph.core.graph import Facts, Graph, edge
from gkedoctor.graph.core.similar_names import nearest
from gkedoctor.graph.frontends.frontend import frontend_kinds
from gkedoctor.graph.leftovers.clusters import own_ids
from gkedoctor.snapshot.model import Object

_NAMING = (
    "networking.gke.io/load-balancer-ip-addresses",
    "kubernetes.io/ingress.global-static-ip-name",
    "kubernetes.io/ingress.regional-static-ip-name",
    "networking.gke.io/static-ip",
)
"""The annotations whose value is the name of an address, or several."""


@edge(
    "reserved_for",
    "Address",
    reads=("Ingress", "Service", "Gateway", "Cluster", "Namespace"),
    record="KubernetesObject",
)
def reserved_for(graph: Graph, address: Object) -> Facts:
    """The Ingresses, Services and Gateways that name an address, whether or not they use it.

    Those whose own name for an address does not exist and comes close to this one count: they may mean it.
    """
    asked = graph.index(_by_asked)
    named = dict(sorted({**asked.get(name_of(address), {}), **asked.get(str(address.get("address")), {})}.items()))
    meant = list(named.values()) or graph.index(_misspelt).get(name_of(address), [])
    if meant:
        return meant
    if graph.why_incomplete("Cluster") is None and not graph.all("Cluster") and not own_ids(graph):
        return []
    doubts = (graph.why_incomplete(kind) for kind in ("Ingress", "Service"))
    return next((doubt for doubt in doubts if doubt is not None), [])


def _by_asked(graph: Graph) -> dict[str, dict[int, Object]]:
    """Who names an address, by the name or the IP address that stands there; in the order of the front ends."""
    found: dict[str, dict[int, Object]] = {}
    for place, item in enumerate(i for kind in frontend_kinds() for i in graph.all(kind)):
        for asked in _asked_anywhere(item):
            found.setdefault(asked, {})[place] = item
    return found


def _asked_anywhere(item: Object) -> set[str]:
    """All that may be a name or an IP address of an address, whichever field or annotation it stands in."""
    notes = annotations_of(item)
    told = {str(v).strip() for text in notes.values() for v in str(text).split(",")}
    spec = item.get("spec") or {}
    told |= {str(spec.get("loadBalancerIP")), *map(str, spec.get("externalIPs") or [])}
    return told | {str(a.get("value")) for a in spec.get("addresses") or [] if isinstance(a, dict)}


def _misspelt(graph: Graph) -> dict[str, list[Object]]:
    """The address that comes closest to a name that nobody reserved → who has that name."""
    known = {name_of(a) for a in graph.all("Address")}
    existing = sorted(known)
    found: dict[str, list[Object]] = {}
    for item in (i for kind in frontend_kinds() for i in graph.all(kind)):
        for asked in sorted(_asked_names(item) - known):
            near = nearest(asked, existing)
            if near is not None:
                found.setdefault(near, []).append(item)
    return found


def _asked_names(item: Object) -> set[str]:
    notes = annotations_of(item)
    texts = [str(notes[key]) for key in _NAMING if notes.get(key)]
    addresses = (item.get("spec") or {}).get("addresses") or []
    values = {str(a["value"]) for a in addresses if isinstance(a, dict) and a.get("value")}
    return values | {part.strip() for text in texts for part in text.split(",") if part.strip()}
