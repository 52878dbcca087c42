"""The report as JSON, and the schemas that are published of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gkedoctor import shipped
from gkedoctor.diagnose.model import Outcome, ResolvedEvidence, ResolvedFix, Step
from gkedoctor.playbook.loader import sources
from gkedoctor.playbook.model import Safety
from gkedoctor.report.answer import Answer
from gkedoctor.report.formats import Page
from gkedoctor.report.formats.json import encoded, render
from gkedoctor.report.schemas import SCHEMAS

from .outcomes import HEALTHY, POD, SICK, with_diagnosis

FOLDER = Path(__file__).parents[2] / "schemas"


def report(outcome: Outcome) -> Any:
    return json.loads(render(Answer(outcome), Page()))


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_the_committed_schema_is_the_one_of_the_code(name: str) -> None:
    committed = (FOLDER / f"{name}-v1.json").read_text(encoding="utf-8")
    assert committed == encoded(SCHEMAS[name]()) + "\n", f"run: gkedoctor schema {name} > schemas/{name}-v1.json"


@pytest.mark.parametrize("outcome", [HEALTHY, SICK])
def test_reports_fit_the_schema(outcome: Outcome) -> None:
    jsonschema.Draft202012Validator(SCHEMAS["report"]()).validate(report(outcome))


def test_shipped_playbooks_fit_the_schema() -> None:
    validator = jsonschema.Draft202012Validator(SCHEMAS["playbook"]())
    for source in sources([shipped.playbooks()]):
        validator.validate(yaml.safe_load(source.text))


def test_the_shipped_causes_fit_the_schema() -> None:
    validator = jsonschema.Draft202012Validator(SCHEMAS["causes"]())
    validator.validate(yaml.safe_load((shipped.playbooks() / "causes.yaml").read_text(encoding="utf-8")))


def test_shipped_messages_fit_the_schema() -> None:
    validator = jsonschema.Draft202012Validator(SCHEMAS["messages"]())
    for path in (shipped.playbooks() / "messages").glob("*.yaml"):
        validator.validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def test_a_cause_of_ones_own_fits_the_schemas_of_playbooks_and_reports() -> None:
    pattern = SCHEMAS["report"]()["$defs"]["DiagnosisEntry"]["properties"]["cause"]["pattern"]
    validator = jsonschema.Draft202012Validator(SCHEMAS["playbook"]()["$defs"]["Cause"]["properties"]["cause"])
    for word, holds in {"missing-secret": True, "acme/no-history": True, "acme/": False, "Acme/x": False}.items():
        assert validator.is_valid(word) is holds
        assert bool(re.search(pattern, word)) is holds


def test_the_schema_of_playbooks_refuses_an_unknown_cause() -> None:
    causes = SCHEMAS["playbook"]()["$defs"]["Cause"]["properties"]["cause"]["anyOf"][0]["enum"]
    assert "missing-secret" in causes
    assert "gremlins" not in causes


def test_a_diagnosis_has_the_fields_of_the_contract() -> None:
    (diagnosis,) = report(SICK)["diagnoses"]
    assert diagnosis["root"] == {"kind": "Secret", "namespace": "shop", "name": "shop-db"}
    assert diagnosis["explains"][1] == {
        "kind": "Deployment", "namespace": "shop", "name": "cart", "symptom": "0 of 2 replicas available",
    }  # fmt: skip
    assert diagnosis["evidence"][2] == {
        "ref": {"kind": "Event", "namespace": "shop", "name": "cart.17f2"}, "path": "count", "value": 41,
    }  # fmt: skip
    assert set(diagnosis) == {
        "fingerprint", "playbook", "cause", "confidence", "severity", "root", "title", "since", "explains",
        "evidence", "ruled_out", "not_known", "fix", "verify", "docs",
    }  # fmt: skip


def test_the_snapshot_says_which_moment_of_which_cluster() -> None:
    assert report(SICK)["snapshot"] == {
        "source": "kubectl get", "cluster": "teratail", "project": "teratail-prod", "location": "asia-northeast1-a",
        "recorded_at": "2026-11-22T12:00:41Z", "live": False,
    }  # fmt: skip


def test_half_characters_become_readable_json() -> None:
    outcome = with_diagnosis(title="a\ud800b", evidence=(ResolvedEvidence(POD, "x", {"\udfff": ["\ud800"]}),))
    (diagnosis,) = report(outcome)["diagnoses"]
    assert diagnosis["title"] == "a\ufffdb"
    assert diagnosis["evidence"][0]["value"] == {"\ufffd": ["\ufffd"]}


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()), st.lists))
def test_any_value_can_be_encoded(value: Any) -> None:
    text = render(Answer(with_diagnosis(evidence=(ResolvedEvidence(POD, "x", value),))), Page())
    assert json.loads(text.encode())["diagnoses"][0]["evidence"][0]["path"] == "x"


def test_the_same_outcome_gives_the_same_bytes() -> None:
    assert render(Answer(SICK), Page()) == render(Answer(SICK), Page())


def test_each_command_of_a_fix_says_how_safe_it_is() -> None:
    placeholders = {"CHANNEL": "The name of a channel."}
    described = (Step("gcloud beta frobnicate --to CHANNEL", Safety.CHANGES, placeholders),)
    fix = ResolvedFix("Do it.", ("kubectl get pods", described[0].command, "kubectl delete pod a"), described)
    (diagnosis,) = report(with_diagnosis(fix=fix))["diagnoses"]
    assert diagnosis["fix"]["steps"] == [
        {"command": "kubectl get pods", "safety": "reads"},
        {"command": described[0].command, "safety": "changes", "placeholders": placeholders},
        {"command": "kubectl delete pod a", "safety": "interrupts"},
    ]
    assert diagnosis["fix"]["commands"] == [step["command"] for step in diagnosis["fix"]["steps"]]


def test_an_experimental_playbook_and_its_false_alarms_are_told() -> None:
    (plain,) = report(SICK)["diagnoses"]
    assert not {"maturity", "known_false_alarms"} & plain.keys()
    said = ("A Job that is meant to fail.",)
    (diagnosis,) = report(with_diagnosis(maturity="experimental", known_false_alarms=said))["diagnoses"]
    assert (diagnosis["maturity"], diagnosis["known_false_alarms"]) == ("experimental", list(said))
