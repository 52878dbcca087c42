"""Policies of GKE for Services and Gateways (HealthCheckPolicy, GCPBackendPolicy and others): what each targets.

Source: GoogleCloudPlatform/gke-gateway-api, apis/networking/v1: `targetRef` names an object of the policy's own
namespace; one of another kind or name has no effect.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gkedoctor.graph.core.accessors import name_of, namespace_of
from gkedoctor.graph.core.graph import Graph
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.snapshot.model import Object

Target = tuple[str, str, str, str]
"""Kind of the policy; kind, namespace and name of what it targets."""


def targets_of(policy: Object) -> list[Object]:
    """The entries of `targetRef` and `targetRefs`."""
    spec = policy.get("spec") or {}
    return [t for t in (spec.get("targetRef"), *(spec.get("targetRefs") or [])) if t]


def policies_for(graph: Graph, kind: str, target: Object) -> list[Object] | Unknown:
    """The policies of a kind that target an object, the one in force first: the oldest, then by name (GEP-713)."""
    doubt = graph.why_incomplete(kind, namespace_of(target))
    if doubt is not None:
        return doubt
    place = (kind, str(target.get("kind")), namespace_of(target), name_of(target))
    return graph.index(_INDEXES[kind]).get(place, [])


class _ByTarget:
    """Builds, for one kind of policy, the index from a target to the policies for it."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __call__(self, graph: Graph) -> dict[Target, list[Object]]:
        found: dict[Target, list[Object]] = {}
        for policy in sorted(graph.all(self.kind), key=_seniority):
            for target in _places(self.kind, policy):
                found.setdefault(target, []).append(policy)
        return found


def _places(kind: str, policy: Object) -> Iterator[Target]:
    own = namespace_of(policy)
    for target in targets_of(policy):
        if (target.get("namespace") or own) == own:
            yield kind, str(target.get("kind")), own, str(target.get("name"))


def _seniority(policy: Object) -> tuple[Any, ...]:
    return str(policy["metadata"].get("creationTimestamp") or ""), namespace_of(policy), name_of(policy)


_INDEXES = {kind: _ByTarget(kind) for kind in ("HealthCheckPolicy", "GCPBackendPolicy")}
