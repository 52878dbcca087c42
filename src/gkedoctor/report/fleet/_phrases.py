"""What the formats of a fleet say alike."""

from __future__ import annotations

from collections.abc import Sequence

from gkedoctor.fleet.model import Diagnosed, Fleet, FleetCause, Root
from gkedoctor.playbook.model import Severity
from gkedoctor.report.escaping import inert
from gkedoctor.report.fleet._json_schema import answer
from gkedoctor.report.not_checked import gaps
from gkedoctor.report.phrases import counted
from gkedoctor.report.verdict import asides, verdict

NAMES = 3
"""Names of clusters in a list; the JSON has all of them."""


def few(names: Sequence[str], most: int = NAMES) -> str:
    """`a, b, c and 17 more`; one more than fits is named too."""
    shown = [inert(name) for name in (names if len(names) <= most + 1 else names[:most])]
    more = len(names) - len(shown)
    return f"{', '.join(shown)} and {more} more" if more else ", ".join(shown)


def root_words(root: Root) -> str:
    """`Secret/shop/db`; where its namespaces differ, `Secret/db in 4 namespaces`."""
    if len(root.namespaces) > 1:
        return inert(f"{root.kind}/{root.name} in {len(root.namespaces)} namespaces")
    return inert("/".join([root.kind, *root.namespaces, root.name]))


def extent(cause: FleetCause) -> str:
    """`14 clusters, 16 roots`; the roots only where there are more of them than clusters."""
    clusters = counted(len(cause.clusters), "cluster")
    return clusters if cause.roots == len(cause.clusters) else f"{clusters}, {counted(cause.roots, 'root')}"


def is_faulty(cluster: Diagnosed) -> bool:
    """Whether a cluster has a fault: an advisory is none."""
    outcome = cluster.outcome
    return bool(outcome.unexplained) or any(d.severity is not Severity.ADVISORY for d in outcome.diagnoses)


def by_severity(clusters: Sequence[Diagnosed]) -> list[Diagnosed]:
    """Those with a fault, the most severe first, then by their numbers of findings and their names."""
    return sorted(filter(is_faulty, clusters), key=_rank)


def _rank(cluster: Diagnosed) -> tuple[list[int], str]:
    found = cluster.outcome.diagnoses
    counts = [-sum(d.severity is severity for d in found) for severity in Severity]
    return [*counts, -len(cluster.outcome.open)], cluster.name


def standing(cluster: Diagnosed) -> str:
    """`1 critical, 2 high; not everything was checked`."""
    found = answer(cluster)
    return "; ".join([verdict(found).removeprefix("Found "), *asides(found)])


def closing(fleet: Fleet) -> str:
    """One line: how many of how many clusters have faults, and what was not checked or is not shown of the rest."""
    faulty, of = sum(map(is_faulty, fleet.clusters)), counted(len(fleet.clusters), "cluster")
    unseen = sum(not cluster.outcome.complete for cluster in fleet.clusters)
    gaps_left = any(gaps(cluster.outcome) for cluster in fleet.clusters)
    suppressed = sum(len(cluster.suppressed) for cluster in fleet.clusters)
    mild = sum(cluster.left_out for cluster in fleet.clusters)
    said = [f"Found faults in {faulty:,} of {of}" if faulty else f"{_calm(unseen, suppressed + mild, gaps_left)} {of}"]
    said += [f"not everything was checked in {unseen:,}"] if unseen else []
    said += [f"{suppressed:,} suppressed"] if suppressed else []
    said += [f"{counted(mild, 'finding')} below --min-severity"] if mild else []
    said += [f"{counted(len(fleet.failed), 'recording')} could not be diagnosed"] if fleet.failed else []
    said += [f"partial: interrupted before {counted(len(fleet.not_reached), 'recording')}"] if fleet.interrupted else []
    return "; ".join(said)


def _calm(unseen: int, hidden: int, gaps_left: bool) -> str:
    """The verdict without a fault, as in the report of one cluster."""
    if unseen:
        return "Not enough was checked to rule out problems in"
    if hidden:
        return "No faults shown in"
    return "No problems in what was checked of" if gaps_left else "No problems found in"


def open_symptoms(fleet: Fleet) -> str:
    """`No known cause for 12 symptoms in 4 clusters: a, b, c, d`; empty where there are none."""
    where = [cluster for cluster in fleet.clusters if cluster.outcome.open]
    if not where:
        return ""
    count = counted(sum(len(cluster.outcome.open) for cluster in where), "symptom")
    return f"No known cause for {count} in {counted(len(where), 'cluster')}: {few([c.name for c in where])}"
