"""What the header and the notices say of each fault, meanwhile and afterwards; that all is right again too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from gkedoctor.live import freshness, heartbeat
from gkedoctor.tui.model.freshness import Freshness, failure_words, live_word
from tests.collect.followed import WATCHED, Followed, followed, lists, pod
from tests.collect.kube_api import forbidden, status
from tests.collect.loopback import Reply
from tests.collect.watch_api import EXPIRED, WatchApi, login

SINCE = "reading again after 0 s: "


@pytest.fixture(autouse=True)
def reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes less than a second is told too, and how often is the same."""
    monkeypatch.setattr(freshness, "_REPORTED_SECONDS", 0.0)


@pytest.fixture
def api() -> Iterator[WatchApi]:
    with WatchApi({"pods": [pod("a")], "services": [], "nodes": []}) as server:
        yield server


@pytest.fixture
def live(api: WatchApi, tmp_path: Path) -> Iterator[Followed]:
    with followed(api, tmp_path) as live:
        yield live


def header(live: Followed) -> str:
    """What stands on the right of the header, at the moment of the last failure or answer."""
    assert live.last is not None
    fresh = live.last.freshness
    shown = Freshness(fresh.newest, fresh.failed_at, fresh.reason, fresh.retry_at, fresh.polled, 60.0)
    return next(iter(failure_words(shown, fresh.failed_at or 0.0)), live_word(shown, fresh.newest))


def busy() -> Reply:
    answer = status(429, "too many requests", "TooManyRequests")
    answer.headers["Retry-After"] = "7"
    return answer


def html() -> Reply:
    return Reply(503, b"<html><title>503 Service Unavailable</title></html>")


FAULTS: dict[str, tuple[Callable[[], Reply], str, str]] = {
    "429": (busy, "too many requests; retrying in", "too many requests"),
    "500": (
        lambda: status(500, "etcdserver: leader changed"),
        "etcdserver: leader changed; retrying",
        "leader changed",
    ),
    "503": (html, "the API server returned 503; retrying", "the API server returned 503"),
    "401": (lambda: status(401, "Unauthorized"), "Unauthorized; retrying", "Unauthorized"),
    "403": (lambda: forbidden("x"), "x is forbidden", "x is forbidden"),
    "504": (lambda: status(504, "Timeout: request did not complete"), "did not complete; retrying", "did not complete"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_an_answer_that_fails_is_said_with_the_next_try_and_what_it_was_afterwards(
    api: WatchApi, live: Followed, name: str
) -> None:
    reply, meanwhile, afterwards = FAULTS[name]
    failing = [True]
    api.fault = lambda asked: reply() if failing[0] and asked.path.startswith("/api/v1/") else None
    api.cut()
    live.until(lambda: live.last is not None and meanwhile in header(live))
    assert header(live).startswith("last read failed 0s ago: ") and live.names() == ["a"] and live.said == []
    fresh = live.last.freshness if live.last is not None else None
    assert fresh is not None and fresh.retry_at is not None and fresh.failed_at is not None
    assert name != "429" or fresh.retry_at >= fresh.failed_at + 7.0
    failing[0] = False
    api.put("pods", pod("b"))
    live.until(lambda: live.names() == ["a", "b"] and live.is_fine)
    live.until(lambda: any(text.startswith(SINCE) and afterwards in text for text in live.said))
    assert header(live).startswith("LIVE ")


def test_a_connection_that_is_cut_once_is_no_news(api: WatchApi, live: Followed) -> None:
    before = api.opened
    api.cut()
    live.until(lambda: api.opened >= before + len(WATCHED))
    api.put("pods", pod("b"))
    live.until(lambda: live.names() == ["a", "b"])
    assert (live.said, live.failures, lists(api)) == ([], [], 1) and header(live).startswith("LIVE ")


def test_410_is_told_of_all_kinds_together_and_is_no_failure(api: WatchApi, live: Followed) -> None:
    api.objects["pods"] = [pod("z")]  # type: ignore[index]
    api.forget(*(kind.collection for kind in WATCHED))
    api.cut()
    live.until(lambda: live.names() == ["z"] and any("pods" in text for text in live.said))
    assert live.failures == [] and header(live).startswith("LIVE ")
    assert all(text.startswith("listed again: ") and text.endswith(f": {EXPIRED}") for text in live.said)


def test_a_token_that_ended_is_read_again_and_no_news(api: WatchApi, live: Followed, tmp_path: Path) -> None:
    login(api, tmp_path, "n3w")
    api.token = "n3w"
    api.cut()
    api.put("pods", pod("b"))
    live.until(lambda: live.names() == ["a", "b"] and live.is_fine)
    assert live.failures == []


def test_a_restart_with_other_versions_lists_again_and_says_why(api: WatchApi, live: Followed) -> None:
    with api.changed:
        api.version, api.log = 3, []
        api.objects = {"pods": [pod("restored")], "services": [], "events": [], "secrets": [], "nodes": []}
    api.cut()
    live.until(lambda: live.names() == ["restored"] and live.is_fine)
    back = "the resourceVersion went back from 10 to 3"
    live.until(lambda: any("pods" in text for text in live.said))
    assert live.failures == []
    assert all(text.startswith("listed again: ") and text.endswith(f": {back}") for text in live.said)


def test_a_clock_that_is_wrong_does_not_age_what_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "_CLOCK_SECONDS", 0.05)
    begin = datetime(2026, 11, 22, 12, tzinfo=UTC)
    with WatchApi({"pods": []}, date=format_datetime(begin, usegmt=True)) as api:
        live = Followed(api, tmp_path, interval=0.1)
        live.until(lambda: live.last is not None and abs(live.snapshot.clock - begin) < timedelta(minutes=1))
        later = begin + timedelta(days=2)
        api.date = format_datetime(later, usegmt=True)  # it was set right
        live.until(lambda: abs(live.snapshot.clock - later) < timedelta(minutes=1))
        assert header(live) == "LIVE 0s" and live.failures == []
        live.session.close()


def test_a_server_that_is_gone_once_the_cluster_is_read_is_said_until_it_is_back(api: WatchApi, tmp_path: Path) -> None:
    live = Followed(api, tmp_path, begin=False)
    api.fault = lambda _: status(503, "starting")
    live.begin()
    live.until(lambda: live.last is not None and "starting; retrying" in header(live))
    api.fault = lambda _: None
    api.put("pods", pod("b"))
    live.until(lambda: live.names() == ["a", "b"] and live.is_fine)
    assert any(text.startswith(SINCE) and "starting" in text for text in live.said)
    live.session.close()
