"""The same cause in many clusters as one entry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gkedoctor.diagnose.model import Diagnosis
from gkedoctor.fleet.model import Diagnosed, FleetCause, Root


class _Found(NamedTuple):
    cluster: str
    diagnosis: Diagnosis


def group_causes(clusters: Iterable[Diagnosed]) -> tuple[FleetCause, ...]:
    """The causes, the gravest first, then the most widespread.

    The word of the vocabulary makes the group, not the playbook: a Secret that is missing for a volume here and for
    a variable there is missing. Within it, roots of one kind and name are one: `Secret/registry` is the same
    omission in whichever namespace or cluster it was made.
    """
    found: dict[str, list[_Found]] = defaultdict(list)
    for cluster in clusters:
        for diagnosis in cluster.outcome.diagnoses:
            found[diagnosis.cause].append(_Found(cluster.name, diagnosis))
    causes = [_cause(cause, items) for cause, items in found.items()]
    return tuple(sorted(causes, key=lambda c: (c.severity.rank, -len(c.clusters), -c.roots, c.cause)))


def _cause(cause: str, found: Sequence[_Found]) -> FleetCause:
    by_name: dict[tuple[str, str], list[_Found]] = defaultdict(list)
    for item in found:
        by_name[item.diagnosis.root.kind, item.diagnosis.root.name].append(item)
    roots = [_root(kind, name, items) for (kind, name), items in by_name.items()]
    return FleetCause(
        cause=cause,
        severity=min((item.diagnosis.severity for item in found), key=lambda s: s.rank),
        playbooks=tuple(sorted({item.diagnosis.playbook for item in found})),
        clusters=_clusters(found),
        roots=len(found),
        at=tuple(sorted(roots, key=lambda r: (-len(r.clusters), -r.roots, r.kind, r.name))),
    )


def _root(kind: str, name: str, found: Sequence[_Found]) -> Root:
    namespaces = {item.diagnosis.root.namespace for item in found}
    return Root(kind, name, tuple(sorted(n for n in namespaces if n)), _clusters(found), len(found))


def _clusters(found: Iterable[_Found]) -> tuple[str, ...]:
    return tuple(sorted({item.cluster for item in found}))
