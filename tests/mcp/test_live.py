"""A live cluster: read once while the answer is new, in part where that is enough, and again after a fix."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from gkedoctor.errors import SourceError
from gkedoctor.live.options import LiveOptions
from gkedoctor.mcp.call import Call, CallCancelled
from gkedoctor.mcp.tools.table import TOOLS
from tests.collect.test_roundtrip import served
from tests.conftest import recorded
from tests.mcp.conftest import answer, state_of
from tests.reading import only_reads

BROKEN, FIXED = "pair-image-after", "pair-image-before"


class Clock:
    """Seconds that a test moves on."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_cluster_is_read_once_in_part_and_again_after_a_fix(tmp_path: Path) -> None:
    sent: list[Any] = []
    clock, config = Clock(), tmp_path / "config"
    state = state_of(LiveOptions(str(config), gcp=False, logs=False, trace=sent.append), 60.0, clock=clock)
    with ExitStack() as stack:
        stack.enter_context(served(recorded(BROKEN), config))
        part = answer(state, "diagnose", target="Deployment/pair-image/news")
        few, found = len(sent), part["findings"][0]
        assert found["cause"] == "image-not-found"
        assert answer(state, "diagnose", target="Deployment/pair-image/news") == part
        assert len(sent) == few
        whole = answer(state, "diagnose")
        many = len(sent)
        assert few < many - few
        assert whole["findings"][0]["id"] == found["id"]
        assert answer(state, "diagnose", target="ns:pair-image")["findings"][0]["id"] == found["id"]
        assert answer(state, "trace_request", entry="Service/pair-image/news")["hops"]
        assert len(sent) == many
        clock.now = 61.0
        assert answer(state, "diagnose")["report"] != whole["report"]
        assert len(sent) > many
    with served(recorded(FIXED), config):
        for report in (part["report"], whole["report"]):
            after = answer(state, "what_changed", before=report)
            assert [one["id"] for one in after["fixed"]] == [found["id"]]
            assert "new" not in after
    assert all(only_reads(one.method, one.url) for one in sent)


def test_a_cluster_that_is_not_there_or_not_allowed_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    state = state_of(LiveOptions(str(tmp_path / "missing"), gcp=False))
    with pytest.raises(SourceError) as failed:
        answer(state, "diagnose")
    assert failed.value.hint
    with pytest.raises(SourceError, match="does not exist"):
        answer(state_of(None), "diagnose", source="gke_acme_prod")


def test_a_cancelled_call_keeps_nothing(tmp_path: Path) -> None:
    config = tmp_path / "config"
    state = state_of(LiveOptions(str(config), gcp=False, logs=False))
    with served(recorded(BROKEN), config):
        cancelled = Call()
        cancelled.say = lambda line: cancelled.stopped.set()
        with pytest.raises((CallCancelled, SourceError)):
            TOOLS["diagnose"].call(state, cancelled, {})
        assert state.reports.ids() == []
        assert answer(state, "diagnose")["verdict"] == "faults"
