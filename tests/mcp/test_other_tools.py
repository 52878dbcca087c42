"""The other tools answer what the commands of their names answer, in little."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from gkedoctor.errors import UsageError
from gkedoctor.mcp import resources
from gkedoctor.mcp.call import Call
from gkedoctor.mcp.prompts import PROMPTS
from gkedoctor.mcp.state import ServerState
from tests.mcp.conftest import call

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: a, image: x, ports: http}]\n"


def answer(state: ServerState, tool: str, **arguments: Any) -> dict[str, Any]:
    found = call(state, tool, **arguments)
    assert found.cost <= 2000
    return msgspec.to_builtins(found.structured)


def test_a_request_is_traced_to_the_hop_where_it_stops(state: ServerState) -> None:
    healthy = answer(state, "trace_request", entry="Ingress/ing-healthy/app", source="example:ing-healthy")
    assert (healthy["state"], len(healthy["hops"])) == ("OK", 10)
    broken = answer(state, "trace_request", entry="Ingress/ing-basic-auth/teratail", source="example:ing-basic-auth")
    assert broken["state"] == "FAIL"
    assert broken["broken_at"][0] in broken["says"]


def test_a_comparison_has_new_fixed_and_the_change_behind_it(state: ServerState) -> None:
    before, after = "example:pair-image-before", "example:pair-image-after"
    worse = answer(state, "what_changed", before=before, after=after)
    better = answer(state, "what_changed", before=after, after=before)
    assert [one["id"] for one in worse["new"]] == [one["id"] for one in better["fixed"]]
    assert worse["changes"][0]["path"] == "spec.template.spec.containers[0].image"
    with pytest.raises(UsageError, match="does not change"):
        answer(state, "what_changed", before=before)


def test_recorded_changes_are_listed_without_a_comparison(state: ServerState) -> None:
    assert answer(state, "what_changed", source="example:two-problems", minutes=600)["changes"]


def test_an_explanation_is_certain_or_says_that_it_is_not(state: ServerState) -> None:
    known = answer(state, "explain", message="missing-secret")
    assert (known["found"], known["certain"]) == (True, True)
    unknown = answer(state, "explain", message="the flux capacitor hums at night")
    assert (unknown["found"], unknown["certain"]) == (False, False)


def test_leftovers_come_in_the_order_of_deletion(state: ServerState) -> None:
    left = answer(state, "leftovers", source="example:orphans-cluster-deleted")
    assert left["groups"][0]["objects"][0].startswith("ForwardingRule/")
    planned = answer(state, "leftovers", source="example:ing-healthy", before_delete=True)
    assert planned["groups"][0]["commands"] == ("kubectl -n ing-healthy delete ingress app",)


def test_manifests_are_checked_as_text_and_need_either_form(state: ServerState) -> None:
    found = answer(state, "lint", yaml=POD)["findings"]
    assert found[0]["line"] == 5
    with pytest.raises(UsageError, match="either yaml or paths"):
        answer(state, "lint")


def test_resources_are_those_of_the_report_and_hold_nothing_of_a_secret(state: ServerState) -> None:
    report = answer(state, "diagnose", source="example:teratail-missing-secret")["report"]
    whole = json.loads(resources.read(state, f"gkedoctor://report/{report}").text)
    assert whole["diagnoses"][0]["cause"] == "missing-secret"
    assert "teratail-secret" in resources.read(state, f"gkedoctor://report/{report}/text").text
    page = json.loads(resources.read(state, f"gkedoctor://snapshot/{report}/pods").text)
    assert len(page["objects"]) == page["total"] == 4
    assert resources.read(state, "gkedoctor://playbook/GKE-CFG-001").text.startswith("# ")
    for uri in (
        f"gkedoctor://snapshot/{report}/secrets",
        f"gkedoctor://snapshot/{report}/x",
        "gkedoctor://x",
        "file:///etc",
    ):
        with pytest.raises(UsageError):
            resources.read(state, uri)


def test_old_reports_keep_their_findings_but_not_their_snapshots(state: ServerState) -> None:
    names = ("two-problems", "ing-healthy", "teratail-healthy", "pair-image-before", "pair-image-after")
    ids = [answer(state, "diagnose", source=f"example:{name}")["report"] for name in names]
    assert [state.reports.get(one).snapshot is None for one in ids] == [True, False, False, False, False]
    assert len(state.reports.get(ids[0]).answer.outcome.diagnoses) == 2
    with pytest.raises(UsageError, match="no whole snapshot"):
        resources.read(state, f"gkedoctor://snapshot/{ids[0]}/pods")
    again = answer(state, "diagnose", source="example:two-problems")["report"]
    assert json.loads(resources.read(state, f"gkedoctor://snapshot/{again}/pods").text)["objects"]


def test_prompts_carry_data(state: ServerState) -> None:
    triage = PROMPTS["triage"].render(state, Call(), {"source": "example:two-problems"})
    assert "kubectl -n two-problems set selector service beta app=beta" in triage
    with pytest.raises(UsageError, match="before is missing"):
        PROMPTS["post-incident"].render(state, Call(), {})
