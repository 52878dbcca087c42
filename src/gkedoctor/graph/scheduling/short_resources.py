"""Which resource a Pod without a node is short of: by the scheduler's word, and by the size of the nodes."""

from __future__ import annotations

from collections.abc import Iterable

from gkedoctor.graph.core.graph import Record
from gkedoctor.graph.scheduling import node_fit as placement
from gkedoctor.graph.scheduling.accelerators import is_device
from gkedoctor.graph.scheduling.scheduler_message import Reason
from gkedoctor.snapshot.model import Object

_SORTS = ("pods", "device", "hugepages")


def lacking(reasons: list[Reason], meant: list[Record]) -> list[str]:
    """The resources that the scheduler names, that of most nodes first; otherwise what every node has too little of."""
    named = [str(r["resource"]) for r in sorted(reasons, key=lambda r: -(r["count"] or 0)) if r["resource"]]
    return named or ([] if not all_too_small(meant) else sorted(set.intersection(*(set(s["small"]) for s in meant))))


def all_too_small(meant: list[Record]) -> bool:
    """Whether no node that the Pod may use would be large enough if it were empty and ready."""
    return bool(meant) and bool(set.intersection(*(set(s["small"]) for s in meant)))


def missing_resource(names: Iterable[str], wanted: dict[str, float], nodes: list[Object]) -> Record | None:
    """The resource that is lacking: {resource, wanted, largest, never, node, text}; what can never fit first."""
    found = [_short_of(name, wanted.get(name), nodes) for name in dict.fromkeys(names)]
    return min(found, key=lambda s: not s["never"], default=None)


def _short_of(name: str, number: float | None, nodes: list[Object]) -> Record:
    sizes = [(placement.amount(node, name), node) for node in nodes if (node.get("status") or {}).get("allocatable")]
    largest, node = max(sizes, key=lambda s: s[0], default=(None, None))
    asked = placement.format_amount(name, number) if number else name
    never = number is not None and largest is not None and number > largest
    if name == "pods":
        text = "every node that it may use already runs its maximum number of Pods"
    elif not never:
        text = f"{asked} requested, and no node that it may use has that much left"
    elif largest:
        text = f"{asked} requested, and the largest node that it may use has {placement.format_amount(name, largest)}"
    else:
        text = f"{asked} requested, and no node that it may use offers {name}"
    sort = "pods" if name == "pods" else "device" if is_device(name) else name.partition("-")[0]
    sizes_ = {"wanted": asked, "largest": largest, "never": never, "node": node}
    return {"resource": name, **sizes_, "text": text, "sort": sort if sort in _SORTS else "compute"}
