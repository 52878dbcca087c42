"""Permissions that are lost and given while a cluster is followed: a passing refusal is no answer, a lasting one is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gkedoctor.collect.watch.reflector import _LASTING_REFUSALS
from gkedoctor.snapshot.model import Status
from tests.collect.followed import WATCHED, Followed, followed, lists, pod, state, watches
from tests.collect.kube_api import forbidden
from tests.collect.loopback import Asked, Reply
from tests.collect.watch_api import WatchApi

NO = forbidden("pods")


@pytest.fixture
def api() -> Iterator[WatchApi]:
    with WatchApi({"pods": [pod("a"), pod("b")], "services": [], "nodes": []}) as server:
        yield server


@pytest.fixture
def live(api: WatchApi, tmp_path: Path) -> Iterator[Followed]:
    with followed(api, tmp_path) as live:
        yield live


class Refusals:
    """Refuses some requests for Pods, so many times."""

    def __init__(self, times: float) -> None:
        self.times = times

    def __call__(self, asked: Asked) -> Reply | None:
        if self.times <= 0 or not asked.path.endswith("/pods"):
            return None
        self.times -= 1
        return NO


def test_a_refusal_that_passes_is_a_failed_reading_of_objects_that_stay(api: WatchApi, live: Followed) -> None:
    refusals = api.fault = Refusals(float("inf"))
    api.cut()
    live.until(lambda: any("pods: pods is forbidden" in text for text in live.failures))
    assert state(live, "pods") is Status.COMPLETE and live.names() == ["a", "b"]
    last = live.last
    assert last is not None and last.freshness.retry_at is not None and not last.freshness.polled
    refusals.times = 0
    api.put("pods", pod("c"))
    live.until(lambda: live.names() == ["a", "b", "c"] and live.is_fine)
    assert lists(api) == 2  # the first, and the one that was refused: it went on from where it was
    assert all("cannot be read" not in text and "again" not in text for text in live.said)


def test_a_refusal_that_lasts_makes_the_kind_unknown_until_it_is_permitted(api: WatchApi, tmp_path: Path) -> None:
    live = Followed(api, tmp_path, interval=0.05)
    live.until(lambda: api.opened >= len(WATCHED))
    refusals = api.fault = Refusals(float("inf"))
    before = len(api.asked)
    api.cut()
    live.until(lambda: state(live, "pods") is Status.DENIED and live.is_fine)
    assert live.snapshot.collection("pods").why_incomplete("shop", "a") is not None
    tries = [one for one in api.asked[before:] if one.path.endswith("/pods")]
    assert len([one for one in tries if watches(one)]) == _LASTING_REFUSALS
    live.until(lambda: any(text.startswith("cannot be read any more: pods: pods is forbidden") for text in live.said))
    assert not any(text.startswith("reading again") for text in live.said)
    live.until(lambda: live.last is not None and live.last.freshness.polled == 1)
    refusals.times = 0
    live.until(lambda: state(live, "pods") is Status.COMPLETE and live.names() == ["a", "b"])
    live.until(
        lambda: "permitted again: pods" in live.said and live.last is not None and not live.last.freshness.polled
    )
    live.session.close()


def test_a_watch_that_was_refused_for_once_is_not_polled_for_good(api: WatchApi, tmp_path: Path) -> None:
    refused: list[Asked] = []

    def once(asked: Asked) -> Reply | None:
        if refused or not watches(asked):
            return None
        refused.append(asked)
        return NO

    live = Followed(api, tmp_path, interval=0.05)
    live.until(lambda: api.opened >= len(WATCHED))
    api.fault = once
    api.cut()
    live.until(lambda: bool(refused) and sum(watches(one) for one in api.asked) >= 3)
    api.put("pods", pod("c"))
    live.until(lambda: "c" in live.names())
    assert live.last is not None and not live.last.freshness.polled and lists(api) == 2 and live.failures == []
    live.session.close()


def test_what_may_only_be_listed_survives_a_list_that_is_refused_for_once(api: WatchApi, tmp_path: Path) -> None:
    refuse = [False]

    def fault(asked: Asked) -> Reply | None:
        if watches(asked):
            return NO
        if refuse[0] and asked.path.endswith("/pods"):
            refuse[0] = False
            return NO
        return None

    api.fault = fault
    live = Followed(api, tmp_path, interval=0.05)
    live.until(lambda: live.last is not None and live.last.freshness.polled == 1)
    refuse[0] = True
    live.until(lambda: any("pods is forbidden" in text for text in live.failures))
    api.put("pods", pod("c"))
    live.until(lambda: "c" in live.names() and live.is_fine)
    assert state(live, "pods") is Status.COMPLETE and not any("cannot be read" in text for text in live.said)
    live.session.close()


def test_a_token_that_lost_all_rights_keeps_what_is_known_and_is_right_again_at_once(
    api: WatchApi, live: Followed
) -> None:
    refuse = [True]
    api.fault = lambda asked: forbidden("x") if refuse[0] and asked.path.startswith("/api/v1/") else None
    api.cut()
    live.until(lambda: any("some kinds: x is forbidden" in text for text in live.failures))
    assert {state(live, kind.collection) for kind in WATCHED} == {Status.COMPLETE} and live.names() == ["a", "b"]
    refuse[0] = False
    live.until(lambda: live.is_fine)
    assert {state(live, kind.collection) for kind in WATCHED} == {Status.COMPLETE} and live.names() == ["a", "b"]


def test_a_list_beyond_the_connections_is_denied_once_it_was_refused_three_times(
    api: WatchApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gkedoctor.live.watches.CONNECTIONS", 0)
    live = Followed(api, tmp_path, interval=0.1)
    api.put("pods", pod("c"))
    live.until(lambda: "c" in live.names() and live.last is not None and live.last.freshness.polled == len(WATCHED))
    refusals = api.fault = Refusals(2)
    live.until(lambda: any("pods: pods is forbidden" in text for text in live.failures) and live.is_fine)
    assert state(live, "pods") is Status.COMPLETE and len(live.names()) == 3
    refusals.times = float("inf")
    live.until(lambda: state(live, "pods") is Status.DENIED and live.is_fine)
    refusals.times = 0
    live.until(lambda: state(live, "pods") is Status.COMPLETE and len(live.names()) == 3)
    live.session.close()
