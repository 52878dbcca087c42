"""Which labels a Pod asks of its node that no node has, and what the nodes have instead."""

from __future__ import annotations

from typing import Any

from gkedoctor.graph.core.accessors import labels_of, name_of
from gkedoctor.graph.core.graph import Record
from gkedoctor.graph.core.similar_names import nearest
from gkedoctor.graph.scheduling import node_fit as placement
from gkedoctor.snapshot.model import Object

_SHOWN = 5


def unmatched_requirements(pod: Object, nodes: list[Object]) -> list[Record]:
    """The requirements that no node meets, as records {key, text, have, near, slip}.

    Of several alternatives the nearest. Where each is met by some node and all together by none, these are all of
    them. `slip`: a node has nearly that value.
    """
    if not nodes:
        return []
    best: list[Object] | None = None
    for term in placement.terms(pod):
        if any(all(placement.meets(r, node) for r in term) for node in nodes):
            return []
        unmet = [r for r in term if not any(placement.meets(r, node) for node in nodes)]
        if best is None or len(unmet or term) < len(best):
            best = unmet or term
    return [_unmatched(r, nodes) for r in best or []]


def _unmatched(requirement: Object, nodes: list[Object]) -> Record:
    key, values = str(requirement.get("key")), [str(v) for v in requirement.get("values") or []]
    have = sorted({str(v) for node in nodes if (v := _value(node, key)) is not None})
    return {
        "key": key,
        "text": _text(requirement, key, values),
        "have": [f"{key}={value}" for value in have[:_SHOWN]],
        "near": _near(key, values, have, nodes),
        "slip": any(nearest(value, have) for value in values),
        "requirement": requirement,
    }


def _value(node: Object, key: str) -> Any:
    return name_of(node) if key == "metadata.name" else labels_of(node).get(key)


def _text(requirement: Object, key: str, values: list[str]) -> str:
    match requirement.get("operator"):
        case "In" if len(values) == 1:
            return f"{key}={values[0]}"
        case "In":
            return f"{key} in ({', '.join(values)})"
        case "NotIn":
            return f"{key} not in ({', '.join(values)})"
        case "Exists":
            return f"{key} (any value)"
        case "DoesNotExist":
            return f"no label {key}"
        case operator:
            return f"{key} {'>' if operator == 'Gt' else '<'} {', '.join(values)}"


def _near(key: str, values: list[str], have: list[str], nodes: list[Object]) -> str | None:
    """The label that was probably meant: the key with another value, the value under another key, a key like it."""
    if have:
        meant = next((n for n in (nearest(v, have) for v in values) if n), None) or (
            have[0] if len(have) == 1 else None
        )
        return f"{key}={meant}" if meant else None
    labels = sorted({pair for node in nodes for pair in labels_of(node).items()})
    same_value = [pair for pair in labels if pair[1] in values and pair[1] not in ("true", "false", "")]
    like = nearest(key, sorted({k for k, _ in labels}))
    found = next((p for p in same_value if p[0] == like), None) or next((p for p in labels if p[0] == like), None)
    found = found or next(iter(same_value), None)
    return f"{found[0]}={found[1]}" if found else None
