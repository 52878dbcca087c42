"""Gateways, L4, multi-cluster, PSC and leftovers, rebuilt from published dumps: the cause, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from gkedoctor.diagnose.engine import diagnose
from gkedoctor.diagnose.model import Outcome
from gkedoctor.graph import Graph
from gkedoctor.graph.leftovers.survey import survey
from gkedoctor.playbook.model import Severity
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Collection, CollectionState, Snapshot, Status, permission
from tests.conftest import REBUILT, RECORDINGS, diagnosed, recorded, shipped_playbooks

NAMES = sorted(REBUILT)
LATER = frozenset() if "ServiceAttachment" in KINDS else frozenset({"psc-nat-subnet-missing"})
"""Not found yet: what the playbook for it needs is not collected."""

HEALTH = "compute.backendServicesHealth"
DECIDES = ("compute.healthChecks", "compute.firewalls", "compute.backendServices", "compute.forwardingRules")


@cache
def truth(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((RECORDINGS / name / "truth.json").read_text())
    return found


def roots(told: Outcome, name: str) -> set[tuple[str, str]]:
    """What is said of the recording, but for advice and what its truth lets pass."""
    passes = ("unused-address", *truth(name).get("accept_extra", []))
    grave = [d for d in told.diagnoses if d.severity is not Severity.ADVISORY and d.cause not in passes]
    return {(d.cause, f"{d.root.kind}/{d.root.name}") for d in grave}


def leftovers(snapshot: Snapshot) -> set[str]:
    return {str(m["name"]) for group in survey(Graph(snapshot)).groups for m in group["members"]}


def without(snapshot: Snapshot, *names: str) -> Snapshot:
    denied = [
        Collection(n, CollectionState(Status.DENIED, reason="Required permission", needs=permission(n))) for n in names
    ]
    return Snapshot(snapshot.manifest, [*(c for c in snapshot.collections.values() if c.name not in names), *denied])


def clouds(name: str) -> Iterator[str]:
    return (n for n in sorted(recorded(name).collections) if "." in n)


@pytest.mark.parametrize("name", [n for n in NAMES if "orphans" not in truth(n) and n not in LATER])
def test_the_cause_is_found_at_its_root_and_nothing_else(name: str) -> None:
    known = truth(name)
    told = roots(diagnosed(name), name)
    if known["cause"] is None:
        assert told == set()
        return
    causes = {known["cause"], *known.get("accept_causes", [])}
    places = {known["root"], *known.get("accept_roots", [])}
    assert told and all(cause in causes and root in places for cause, root in told)


@pytest.mark.parametrize("name", [n for n in NAMES if "orphans" in truth(n)])
def test_leftovers_are_exact(name: str) -> None:
    assert leftovers(recorded(name)) == {path.rpartition("/")[2] for path in truth(name)["orphans"]}


@pytest.mark.parametrize("name", [n for n in NAMES if truth(n).get("orphans")])
def test_without_the_list_of_clusters_each_part_is_unsure_and_counted(name: str) -> None:
    if any("kubernetes" not in c.name and c.name == "services" for c in recorded(name).collections.values()):
        pytest.skip("the cluster lives")
    unsure = survey(Graph(without(recorded(name), "container.clusters"))).unknown
    assert unsure and all(why.reason.partition(" ")[0].isdigit() for why in unsure.values())


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_left_over_on_the_strength_of_a_denied_listing(name: str) -> None:
    whole = leftovers(recorded(name))
    for denied in clouds(name):
        assert leftovers(without(recorded(name), denied)) <= whole, denied


@pytest.mark.parametrize("name", [n for n in NAMES if "UNHEALTHY" in str(recorded(n).collection(HEALTH).objects)])
@pytest.mark.parametrize("denied", DECIDES)
def test_unhealthy_endpoints_are_never_well_where_what_decides_is_denied(name: str, denied: str) -> None:
    told = diagnose(without(recorded(name), denied), shipped_playbooks())
    assert roots(told, name) or told.unexplained or not told.complete
