"""A part of a cluster that is followed says, after each change, what a part that is read then says."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gkedoctor.collect.deadline import Deadline
from gkedoctor.diagnose.model import Outcome
from gkedoctor.diagnose.part_diagnosis import diagnose_part
from gkedoctor.live import part_session
from gkedoctor.live.options import LiveOptions
from gkedoctor.live.part_session import PartSession
from gkedoctor.live.parts import LiveParts
from gkedoctor.live.session import Timing
from gkedoctor.snapshot.part import Read
from gkedoctor.snapshot.partial import Part
from tests.collect.watch_api import WatchApi
from tests.conftest import recorded, shipped_playbooks

NAME = "two-problems"


@pytest.fixture
def api() -> Iterator[WatchApi]:
    with WatchApi.of(recorded(NAME)) as server:
        server.date = "Sun, 22 Nov 2026 12:31:00 GMT"
        yield server


class Followed:
    """One namespace that is followed."""

    def __init__(self, api: WatchApi, folder: Path, interval: float = 0.2) -> None:
        self.options = LiveOptions(api.kubeconfig(folder), gcp=False)
        brief = Timing(0.0, lambda seconds: Deadline(request=seconds, overall=float("inf"), jitter=lambda: 0.0))
        self.session = PartSession(self.options, interval, brief)
        self.part = Part(self.session.connect(lambda said: None))
        self.outcome = diagnose_part(self.part, shipped_playbooks(), (NAME,)).outcome
        self._updates = self.session.follow()

    def until_it_says_what_is_read_then(self, seconds: float = 20.0) -> Outcome:
        """Takes updates in until both say the same."""
        fresh = diagnose_part(Part(LiveParts(self.options)), shipped_playbooks(), (NAME,)).outcome
        end = time.monotonic() + seconds
        while told(self.outcome) != told(fresh):
            assert time.monotonic() < end, (told(self.outcome), told(fresh))
            self.step()
        return self.outcome

    def step(self) -> None:
        update = next(self._updates)
        if update.snapshot is not None:
            self.part.renew(update.snapshot, self.session.states)
            self.outcome = diagnose_part(self.part, shipped_playbooks(), (NAME,)).outcome

    def until(self, holds: Any, seconds: float = 20.0) -> None:
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, "waited in vain"
            self.step()


def told(outcome: Outcome) -> Any:
    """All of it but the times, which go on."""
    found = msgspec.to_builtins((outcome.diagnoses, outcome.unexplained, outcome.not_checked))
    return [[d | {"since": None, "since_at_latest": None} for d in found[0]], *found[1:]]


@pytest.fixture
def followed(api: WatchApi, tmp_path: Path) -> Iterator[Followed]:
    made = Followed(api, tmp_path)
    yield made
    made.session.close()


def pod(api: WatchApi) -> dict[str, Any]:
    return next(one for one in api.objects["pods"] if one["metadata"]["name"].startswith("alpha"))


def test_changes_of_a_namespace(api: WatchApi, followed: Followed) -> None:
    assert {d.cause for d in followed.outcome.diagnoses} == {"missing-secret", "service-selector-mismatch"}
    assert followed.until_it_says_what_is_read_then()
    beta = next(one for one in api.objects["services"] if one["metadata"]["name"] == "beta")
    api.put("services", beta | {"spec": beta["spec"] | {"selector": {"app": "beta"}}})
    found = followed.until_it_says_what_is_read_then()
    assert {d.cause for d in found.diagnoses} == {"missing-secret"}
    api.remove("services", NAME, "beta")
    followed.until(lambda: followed.part.size("services") == 1)
    followed.until_it_says_what_is_read_then()
    api.cut()
    api.put("services", beta)
    found = followed.until_it_says_what_is_read_then()
    assert {d.cause for d in found.diagnoses} == {"missing-secret", "service-selector-mismatch"}


def test_what_was_missed_is_listed_again(api: WatchApi, followed: Followed) -> None:
    followed.until(lambda: api.opened > 20)
    gone = pod(api)
    api.remove("pods", NAME, gone["metadata"]["name"])
    api.put("pods", gone)
    api.forget("pods")
    api.remove("pods", NAME, gone["metadata"]["name"])
    api.cut()
    followed.until(lambda: followed.part.size("pods") == 3)
    followed.until_it_says_what_is_read_then()


def test_a_pod_that_gets_a_node_leaves_those_that_wait_and_stays(api: WatchApi, followed: Followed) -> None:
    followed.part.read([Read("pods", selector="spec.nodeName=")])
    followed.until(lambda: api.opened > 20)
    waiting = pod(api)
    waiting = waiting | {"spec": {k: v for k, v in waiting["spec"].items() if k != "nodeName"}}
    elsewhere = waiting | {"metadata": waiting["metadata"] | {"namespace": "other", "uid": "x"}}
    for one in (waiting, elsewhere):
        api.put("pods", one)
    followed.until(lambda: followed.part.size("pods") == 5)
    for one in (waiting, elsewhere):
        api.put("pods", one | {"spec": one["spec"] | {"nodeName": "node-1"}})
    followed.until(lambda: followed.part.size("pods") == 4)


@pytest.mark.parametrize("watched", [0, 8])
def test_single_objects_are_watched_if_there_are_few_and_else_read_again(
    watched: int, api: WatchApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part_session, "MOST_WATCHED_ALONE", watched)
    followed = Followed(api, tmp_path, interval=1000.0 if watched else 0.2)
    followed.part.read([Read("nodes", "", "extra")])
    followed.until(lambda: api.opened > 20 and (watched or followed.session.freshness.polled))
    api.put("nodes", {"metadata": {"name": "extra"}, "spec": {}, "status": {}})

    def is_there() -> bool:
        return any(one["metadata"]["name"] == "extra" for one in followed.part.snapshot().collection("nodes").objects)

    followed.until(is_there)
    assert bool(followed.session.freshness.polled) is not bool(watched)
    api.remove("nodes", "", "extra")
    followed.until(lambda: not is_there())
    followed.session.close()
