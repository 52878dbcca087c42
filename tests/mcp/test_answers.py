"""What `diagnose` answers: root, cause and fix in 1,000 tokens, little where all is well, never wider than checked."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from gkedoctor.errors import SourceError, UsageError
from gkedoctor.mcp.state import ServerState
from tests.conftest import RECORDINGS
from tests.mcp.conftest import answer, call

MOST, MOST_HEALTHY = 1000, 150
SAMPLE = (
    "teratail-missing-secret", "ing-basic-auth", "gateway-secret-missing", "l4-traffic-firewall-deleted",
    "worker-crash-env", "pvc-no-class", "orphans-multi-cluster-gateway", "two-problems",
)  # fmt: skip
HEALTHY = ("teratail-healthy", "gateway-healthy", "psc-healthy", "mcs-healthy")


def diagnosed(state: ServerState, name: str, **options: Any) -> dict[str, Any]:
    return answer(state, "diagnose", source=f"example:{name}", **options)


@pytest.mark.parametrize("name", SAMPLE)
def test_root_cause_and_fix_fit_in_1000_tokens(state: ServerState, name: str) -> None:
    said = call(state, "diagnose", source=f"example:{name}")
    found = msgspec.to_builtins(said.structured)
    assert said.cost <= MOST
    assert found["verdict"] == "faults"
    truth = json.loads((RECORDINGS / name / "truth.json").read_text())
    right = {truth["cause"], *truth.get("accept_causes", []), *(cause for cause, _ in truth.get("roots", []))}
    named = {one["cause"] for one in found["findings"]}
    assert named & right or truth["cause"] is None
    held = state.reports.get(found["report"]).answer.outcome.diagnoses
    assert named == {one.cause for one in held if one.severity != "advisory"}
    first = found["findings"][0]
    assert first["fix"] and first["evidence"]
    for text in (first["id"], first["cause"], first["root"], first["title"], first["fix"]):
        assert text in said.text


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_cluster_costs_150_tokens_and_names_no_cause(state: ServerState, name: str) -> None:
    said = call(state, "diagnose", source=f"example:{name}")
    found = msgspec.to_builtins(said.structured)
    assert said.cost <= MOST_HEALTHY
    assert found["verdict"] in ("clean", "clean_as_far_as_checked")
    assert "findings" not in found


def test_it_abstains_where_too_little_was_read(state: ServerState, tmp_path: Any) -> None:
    (tmp_path / "pods.json").write_text('{"apiVersion": "v1", "kind": "PodList", "items": []}')
    found = answer(state, "diagnose", source=str(tmp_path / "pods.json"))
    assert found["verdict"] == "not_enough_checked"
    assert found["says"].startswith("This is no all-clear")


def test_pages_have_every_finding_once_and_rows_are_short(state: ServerState) -> None:
    first = diagnosed(state, "two-problems", detail="rows", limit=1)
    second = diagnosed(state, "two-problems", detail="rows", cursor=first["next_cursor"])
    ids = [one["id"] for page in (first, second) for one in page["findings"]]
    assert len(set(ids)) == len(ids) == 2
    assert first["report"] == second["report"]
    assert "fix" not in first["findings"][0]


def test_a_target_narrows_it_and_other_findings_are_counted(state: ServerState) -> None:
    found = diagnosed(state, "two-problems", target="Service/two-problems/beta")
    assert [one["cause"] for one in found["findings"]] == ["service-selector-mismatch"]
    assert "1 finding outside this selection" in found["says"]
    assert diagnosed(state, "two-problems", target="ns:two-problems")["verdict"] == "faults"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"source": "no/such/file"}, "does not exist"),
        ({"source": "example:teratail-missing-secert"}, "did you mean `example:teratail-missing-secret`"),
        ({}, "recordings only"),
        ({"target": "ns:", "source": "example:two-problems"}, "names no namespace"),
        ({"target": "deplyo/x", "source": "example:two-problems"}, "did you mean"),
        ({"cursor": "r9:0"}, "no report `r9`"),
        ({"limit": 0}, "limit"),
        ({"taget": "x"}, "arguments: target"),
    ],
)
def test_errors_say_what_to_do_next(state: ServerState, arguments: dict[str, Any], says: str) -> None:
    with pytest.raises((UsageError, SourceError)) as failed:
        call(state, "diagnose", **arguments)
    assert failed.value.hint
    assert says in f"{failed.value.message} {failed.value.hint}"
