"""What was read for an answer about a part of a cluster, in one line, and what only the whole cluster shows."""

from __future__ import annotations

from collections.abc import Iterable

from gkedoctor.report.phrases import counted
from gkedoctor.snapshot.kinds import COLLECTIONS, LOGS
from gkedoctor.snapshot.model import Status
from gkedoctor.snapshot.part import Read
from gkedoctor.snapshot.partial import Part

_MOST_NAMED = 4
_FIRST = ("nodes", "persistentvolumes", "storageclasses")


def scope_notes(part: Part, where: str, nodes: int = 0) -> list[str]:
    """The scope of the answer, and what was too much to read for it. `where`: in short, as `namespace shop`.

    `nodes`: how many Nodes that names already.
    """
    scope = f"read for this answer: {', '.join([where, *_beside(part, nodes)])}"
    missing = _too_many(part)
    unknown = f"; not read, too many: {', '.join(missing)} of other namespaces" if missing else ""
    return [f"{scope}{unknown}. For the whole cluster: gkedoctor report"]


def _beside(part: Part, nodes: int) -> Iterable[str]:
    """What was read of objects without a namespace: the kinds that most findings lead to, and how many others."""
    sizes = {name: part.size(name) for name, kind in COLLECTIONS.items() if not kind.namespaced and not kind.cloud}
    sizes["nodes"] -= nodes
    named = [name for name in _FIRST if sizes.get(name)]
    for name in named:
        yield counted(sizes[name], f"{'other ' if name == 'nodes' and nodes else ''}{COLLECTIONS[name].name}")
    cloud = sum(part.size(name) for name, kind in COLLECTIONS.items() if kind.cloud)
    if cloud:
        yield counted(cloud, "Google Cloud resource")


def _too_many(part: Part) -> list[str]:
    """The collections that were not read because there are too many objects."""
    return sorted(
        name
        for name, states in part.states.items()
        if name != LOGS and any(_is_refused(read, state.status, state.reason) for read, state in states.items())
    )


def _is_refused(read: Read, status: Status, reason: str) -> bool:
    return not read.namespace and status is Status.PARTIAL and bool(reason)
