"""`diagnose` since a report or a moment: only what is new is listed; what is fixed and what is left is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from gkedoctor.errors import UsageError
from gkedoctor.live.options import LiveOptions
from gkedoctor.mcp.state import ServerState
from tests.collect.test_roundtrip import served
from tests.conftest import recorded
from tests.mcp.conftest import answer, call, state_of

BROKEN, FIXED = "pair-image-after", "pair-image-before"
TWO = "example:two-problems"


def test_since_a_report_of_a_cluster_it_is_read_again(tmp_path: Path) -> None:
    config = tmp_path / "config"
    state = state_of(LiveOptions(str(config), gcp=False, logs=False))
    with served(recorded(FIXED), config):
        well = answer(state, "diagnose", target="ns:pair-image")
    with served(recorded(BROKEN), config):
        broken = answer(state, "diagnose", since=well["report"])
        assert [one["cause"] for one in broken["findings"]] == ["image-not-found"]
        assert broken["says"].startswith("1 new, 0 fixed, 0 still there since report r1 (")
        again = answer(state, "diagnose", since=broken["report"])
        finding = broken["findings"][0]
        assert "findings" not in again
        assert again["report"] not in (well["report"], broken["report"])
        assert (again["verdict"], again["still"]) == (
            "faults", (f"{finding['id']} image-not-found {finding['root']}",)
        )  # fmt: skip
    with served(recorded(FIXED), config):
        fixed = answer(state, "diagnose", since=again["report"])
        assert fixed["fixed"] == again["still"]
        assert "Fixed: " in call(state, "diagnose", since=again["report"]).text


def test_since_a_moment_what_is_known_to_be_older_is_left_out(state: ServerState) -> None:
    whole = answer(state, "diagnose", source=TWO)
    long_ago = answer(state_of(), "diagnose", source=TWO, since="2020-01-01T00:00:00Z")
    assert [one["id"] for one in long_ago["findings"]] == [one["id"] for one in whole["findings"]]
    assert long_ago["notes"][0].startswith("fixed is not known")
    now = answer(state_of(), "diagnose", source=TWO, since="0s")
    listed = {one["id"] for one in now.get("findings", ())}
    older = {line.partition(" ")[0] for line in now.get("still", ())}
    assert listed | older >= {one["id"] for one in whole["findings"]}
    assert older and not listed & older
    assert now["verdict"] == "faults"


def test_an_earlier_report_of_the_question_says_what_is_fixed(state: ServerState) -> None:
    first = answer(state, "diagnose", source=TWO)
    held = state.reports.get(first["report"])
    assert state.reports.before(held, held.answer.outcome.recorded_at) is None
    again = state.reports.add("k", held.subject, held.options, held.answer, held.snapshot, held.taken)
    assert state.reports.before(again, held.answer.outcome.recorded_at) == held


def test_pages_keep_since(state: ServerState) -> None:
    page = answer(state, "diagnose", source=TWO, since="2020-01-01T00:00:00Z", detail="rows", limit=1)
    assert page["next_cursor"].endswith(":1:2020-01-01T00:00:00Z")
    more = answer(state, "diagnose", cursor=page["next_cursor"], detail="rows")
    assert more["says"] == page["says"]
    assert more["findings"][0]["id"] != page["findings"][0]["id"]


@pytest.mark.parametrize("text", ["yesterday", "30", "5x", "r1h"])
def test_what_is_no_report_and_no_time_is_refused_with_the_forms(state: ServerState, text: str) -> None:
    with pytest.raises(UsageError) as refused:
        call(state, "diagnose", source=TWO, since=text)
    assert refused.value.hint is not None and "30m" in refused.value.hint


def test_a_report_that_is_not_held_is_refused(state: ServerState) -> None:
    with pytest.raises(UsageError, match="no report `r9`"):
        call(state, "diagnose", source=TWO, since="r9")
