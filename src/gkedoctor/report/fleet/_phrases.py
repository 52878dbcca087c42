"""What the formats of a fleet say alike."""

from __future__ import annotations

from collections.abc import Sequence

from gkedoctor.fleet.model import Diagnosed, Fleet, FleetCause, Root
from gkedoctor.playbook.model import Severity
from gkedoctor.report.escaping import inert
from gkedoctor.report.fleet._json_schema import answer
from gkedoctor.report.phrases import asides, counted, verdict

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


def is_sick(cluster: Diagnosed) -> bool:
    """Whether something is wrong with a cluster: advice is not."""
    outcome = cluster.outcome
    return bool(outcome.unexplained) or any(d.severity is not Severity.ADVISORY for d in outcome.diagnoses)


def by_gravity(clusters: Sequence[Diagnosed]) -> list[Diagnosed]:
    """The sick ones, the gravest first, then by their numbers of findings and their names."""
    return sorted(filter(is_sick, clusters), key=_gravity)


def _gravity(cluster: Diagnosed) -> tuple[list[int], str]:
    found = cluster.outcome.diagnoses
    counts = [-sum(d.severity is severity for d in found) for severity in Severity]
    return [*counts, -len(cluster.outcome.unexplained)], cluster.name


def standing(cluster: Diagnosed) -> str:
    """`found 1 critical, 2 high; not everything could be looked at`."""
    told = answer(cluster)
    return "; ".join([verdict(told).removeprefix("found "), *asides(told)])


def closing(fleet: Fleet) -> str:
    """One line: in how many of how many clusters something is wrong, and what is not known or not shown of the rest."""
    sick, of = sum(map(is_sick, fleet.clusters)), counted(len(fleet.clusters), "cluster")
    unseen = sum(not cluster.outcome.complete for cluster in fleet.clusters)
    suppressed = sum(len(cluster.suppressed) for cluster in fleet.clusters)
    mild = sum(cluster.left_out for cluster in fleet.clusters)
    nothing = "was found" if unseen or suppressed or mild else "is wrong"
    told = [f"something is wrong in {sick:,} of {of}" if sick else f"nothing {nothing} in {of}"]
    told += [f"not everything could be looked at in {unseen:,}"] if unseen else []
    told += [f"{suppressed:,} suppressed"] if suppressed else []
    told += [f"{counted(mild, 'finding')} milder than what was asked for"] if mild else []
    told += [f"{counted(len(fleet.failed), 'recording')} could not be diagnosed"] if fleet.failed else []
    told += [f"partial: interrupted before {counted(len(fleet.not_reached), 'recording')}"] if fleet.interrupted else []
    return "; ".join(told)


def open_symptoms(fleet: Fleet) -> str:
    """`no cause found for 12 symptoms in 4 clusters: a, b, c, d`; empty where there are none."""
    where = [cluster for cluster in fleet.clusters if cluster.outcome.unexplained]
    if not where:
        return ""
    count = counted(sum(len(cluster.outcome.unexplained) for cluster in where), "symptom")
    return f"no cause found for {count} in {counted(len(where), 'cluster')}: {few([c.name for c in where])}"
