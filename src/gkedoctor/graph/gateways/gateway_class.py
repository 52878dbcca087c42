"""The class of a Gateway: whose controller serves it, and which load balancer of GKE it stands for.

Source: https://cloud.google.com/kubernetes-engine/docs/how-to/gatewayclass-capabilities.
"""

from __future__ import annotations

from typing import Any

from gkedoctor.graph.core.accessors import name_of
from gkedoctor.graph.core.graph import Facts, Graph, edge
from gkedoctor.graph.core.reference import resolve_reference
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.snapshot.model import Object

CONTROLLER = "networking.gke.io/gateway"
_PREFIX = "gke-l7-"
_SINGLE = ("global-external-managed", "regional-external-managed", "rilb", "gxlb")
GKE_CLASSES = frozenset(
    (
        *(f"{_PREFIX}{name}{fleet}" for name in _SINGLE for fleet in ("", "-mc")),
        f"{_PREFIX}cross-regional-internal-managed-mc",
    )
)
"""The classes that GKE installs with the Gateway API; those ending in `-mc` only in the config cluster of a fleet."""
_REGIONAL = ("rilb", "regional")
_INTERNAL = ("rilb", "internal")


@edge("gateway_class", "Gateway", reads=("GatewayClass",), cached=True, record="GatewayClassRecord")
def gateway_class_of(graph: Graph, gateway: Object) -> Facts:
    """The GatewayClass that the Gateway names: one record {name, found, target, nearest, controller, gke, …}.

    `gke`: whether GKE's controller serves it, None where that is not known; `regional`: whether its load balancer is
    of one region; `classic`: the classic one, on Google Front Ends; `known`: GKE installs a class of that
    name; `gkeClasses`: the classes of GKE that there are.
    """
    name = str((gateway.get("spec") or {}).get("gatewayClassName") or "")
    if not name:
        return []
    reference = resolve_reference(graph, "GatewayClass", "", name)
    controller = _controller(reference["target"])
    return [
        {
            **reference,
            "controller": controller,
            "gke": name.startswith(_PREFIX) or None if controller is None else controller == CONTROLLER,
            "regional": name.startswith(_PREFIX) and any(word in name for word in _REGIONAL),
            "internal": name.startswith(_PREFIX) and any(word in name for word in _INTERNAL),
            "classic": "gxlb" in name,
            "known": name in GKE_CLASSES,
            "gkeClasses": [name_of(c) for c in graph.all("GatewayClass") if _controller(c) == CONTROLLER],
            "multiCluster": name.endswith("-mc"),
        }
    ]


def class_record(graph: Graph, gateway: Object) -> dict[str, Any]:
    """The record of the class of a Gateway; empty for one that names none."""
    found = gateway_class_of(graph, gateway)
    return {} if isinstance(found, Unknown) or not found else found[0]


def is_foreign(graph: Graph, gateway: Object) -> bool:
    """Whether another controller than GKE's certainly serves a Gateway."""
    return class_record(graph, gateway).get("gke") is False


def _controller(target: Object | Unknown | None) -> str | None:
    if not isinstance(target, dict):
        return None
    name = (target.get("spec") or {}).get("controllerName")
    return str(name) if name else None
