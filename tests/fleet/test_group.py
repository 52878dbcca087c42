"""The same cause in many clusters."""

from __future__ import annotations

import msgspec

from gkedoctor.fleet.group_causes import group_causes
from gkedoctor.fleet.model import Diagnosed, Fleet
from gkedoctor.graph.core.ref import Ref
from gkedoctor.playbook.model import Severity
from gkedoctor.report.fleet import renderer
from gkedoctor.report.formats import Page
from tests.report.outcomes import MISSING_SECRET, SICK


def cluster(name: str, *roots: Ref, severity: Severity = Severity.HIGH, playbook: str = "GKE-CFG-001") -> Diagnosed:
    diagnoses = tuple(
        msgspec.structs.replace(MISSING_SECRET, root=root, severity=severity, playbook=playbook) for root in roots
    )
    return Diagnosed(name, f"{name}.json", msgspec.structs.replace(SICK, diagnoses=diagnoses, unexplained=()))


DB, CACHE = Ref("Secret", "db", "shop"), Ref("Secret", "cache", "shop")


def text(*clusters: Diagnosed) -> str:
    return renderer("text").render(Fleet(clusters, group_causes(clusters)), Page())


def test_one_root_in_many_clusters_is_one_line() -> None:
    fleet = [cluster(f"eu-{number:02}", DB) for number in range(20)]
    assert text(*fleet).startswith(
        "high[missing-secret] Secret/shop/db in 20 clusters: eu-00, eu-01, eu-02 and 17\n  more\n"
    )


def test_the_word_of_the_cause_groups_and_not_the_playbook() -> None:
    (cause,) = group_causes([cluster("eu", DB), cluster("us", DB, playbook="GKE-VOL-002")])
    assert (cause.playbooks, cause.clusters, len(cause.at)) == (("GKE-CFG-001", "GKE-VOL-002"), ("eu", "us"), 1)


def test_other_roots_of_one_cause_stand_under_it_the_most_widespread_first() -> None:
    (cause,) = group_causes([cluster("eu", CACHE, DB), cluster("us", DB)])
    assert (cause.roots, [(root.name, root.clusters) for root in cause.at]) == (
        3,
        [("db", ("eu", "us")), ("cache", ("eu",))],
    )


def test_one_name_in_several_namespaces_is_one_root_and_says_so() -> None:
    both = cluster("eu", DB, DB._replace(namespace="blog"))
    (cause,) = group_causes([both])
    assert (cause.roots, cause.at[0].namespaces) == (2, ("blog", "shop"))
    assert "Secret/db in 2 namespaces in 1 cluster, 2 roots: eu" in text(both)


def test_the_gravest_comes_first_and_gives_the_severity() -> None:
    mild = [cluster(name, Ref("Secret", name, "a"), severity=Severity.LOW) for name in "abc"]
    (cause,) = group_causes([*mild, cluster("d", DB, severity=Severity.CRITICAL)])
    assert cause.severity is Severity.CRITICAL


def test_the_order_of_the_clusters_does_not_matter() -> None:
    clusters = [cluster("eu", CACHE, DB), cluster("us", DB), cluster("asia", CACHE)]
    assert group_causes(clusters) == group_causes(clusters[::-1])
