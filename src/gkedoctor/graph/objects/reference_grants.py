"""References from one namespace into another, which a ReferenceGrant there has to allow.

Source: https://gateway-api.sigs.k8s.io/api-types/referencegrant. References within a namespace need none.
"""

from __future__ import annotations

from typing import Any

from gkedoctor.graph.core.accessors import namespace_of
from gkedoctor.graph.core.graph import Graph
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Object


def may_refer(graph: Graph, source: Object, kind: str, namespace: str, name: str, group: str = "") -> bool | Unknown:
    """Whether an object may refer to one of a kind in a namespace; Unknown if not every ReferenceGrant was seen."""
    if namespace == namespace_of(source):
        return True
    grants = graph.in_namespace("ReferenceGrant", namespace)
    if any(_allows(grant, source, (group, kind, name)) for grant in grants):
        return True
    doubt = graph.why_incomplete("ReferenceGrant", namespace)
    return doubt if doubt is not None else False


def _allows(grant: Object, source: Object, target: tuple[str, str, str]) -> bool:
    spec = grant.get("spec") or {}
    return any(_is_from(entry, source) for entry in spec.get("from") or []) and any(
        _is_to(entry, *target) for entry in spec.get("to") or []
    )


def _is_from(entry: Any, source: Object) -> bool:
    kind = KINDS[str(source["kind"])]
    wanted = (entry.get("group") or "", entry.get("kind"), entry.get("namespace"))
    return wanted == (kind.group, kind.name, namespace_of(source))


def _is_to(entry: Any, group: str, kind: str, name: str) -> bool:
    return (entry.get("group") or "", entry.get("kind")) == (group, kind) and entry.get("name") in (None, "", name)
