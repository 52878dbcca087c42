"""What playbooks need to look at: the kinds of their subjects, and those that the edges they follow read."""

from __future__ import annotations

from collections.abc import Iterable

from gkedoctor.graph import CANDIDATE_INDEXES, EDGES
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.snapshot.custom_kinds import listed_kinds
from gkedoctor.snapshot.kinds import CUSTOM, KINDS, ON_REQUEST, Kind

_BESIDE = ("NetworkEndpoint", "Cluster", "Namespace", "ControllerRevision")
"""Besides: endpoints with their health, the cluster's own record, the names to fall back to, and older templates."""

ONLY_RECORDED = frozenset({"compute.networkEndpoints"})
"""Collections that no playbook and no edge reads: they cost one request for each zone of a NEG."""


def needed_kinds(playbooks: Iterable[CompiledPlaybook], on_request: Iterable[str] = ()) -> list[Kind]:
    """Every kind that these playbooks or any edge may look at, in the order of the tables of kinds.

    `on_request`: those of the collections that are read only for who asks for them.
    """
    names = {*_BESIDE, *(name for edge in EDGES.values() for name in edge.reads)}
    names |= {name for index in CANDIDATE_INDEXES.values() for name in index.reads}
    for playbook in (one for one in playbooks if one.is_live):
        names.update(playbook.model.kinds)
    asked = frozenset(on_request)
    found = [
        kind
        for name, kind in KINDS.items()
        if name != CUSTOM and (kind.collection in asked if kind.collection in ON_REQUEST else name in names)
    ]
    return [*found, *(listed_kinds() if CUSTOM in names else ())]


def kinds_of(playbook: CompiledPlaybook) -> frozenset[str]:
    """The kinds that one playbook looks at in a cluster: its subjects, and what its edges read."""
    if not playbook.is_live:
        return frozenset()
    model = playbook.model
    subjects = set(model.kinds)
    found = set(subjects)
    for relate in model.relate:
        for (source, name), edge in EDGES.items():
            if name == relate.edge and (relate.source != "subject" or source in subjects or source == "*"):
                found |= set(edge.reads)
    return frozenset(found & KINDS.keys())
