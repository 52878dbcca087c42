"""A cluster that is followed, over a bad line: after each fault all is right again, and it is said what happened."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gkedoctor.collect.deadline import RequestFailed
from gkedoctor.collect.watch.events import BOOKMARK, watch_events
from gkedoctor.snapshot.intake import Gathered, build_snapshot
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Status
from tests.collect.followed import SECONDS, WATCHED, Followed, followed, lists, pod, state, watches
from tests.collect.kube_api import forbidden, status
from tests.collect.loopback import Asked, Reply
from tests.collect.watch_api import EXPIRED, WatchApi, login


@pytest.fixture
def api() -> Iterator[WatchApi]:
    with WatchApi({"pods": [pod("a"), pod("b")], "services": [], "nodes": []}) as server:
        yield server


@pytest.fixture
def live(api: WatchApi, tmp_path: Path) -> Iterator[Followed]:
    with followed(api, tmp_path) as live:
        yield live


def test_what_comes_changes_and_goes_is_as_in_a_new_reading(api: WatchApi, live: Followed) -> None:
    api.put("pods", pod("c"))
    api.put("pods", pod("a", phase="Failed"))
    api.remove("pods", "shop", "b")
    live.until(lambda: live.names() == ["a", "c"])
    assert live.snapshot.collection("pods").objects[0]["status"]["phase"] == "Failed"
    whole = Gathered("x")
    whole.add("pods", api.objects["pods"])
    assert list(live.snapshot.collection("pods").objects) == list(build_snapshot(whole).collection("pods").objects)
    assert lists(api) == 1 and live.said == [] and live.failures == []


def test_a_connection_that_is_cut_goes_on_where_it_was(api: WatchApi, live: Followed) -> None:
    for name in "cde":
        api.cut()
        api.put("pods", pod(name))
        live.until(lambda name=name: name in live.names())
    live.until(lambda: live.is_fine)
    assert lists(api) == 1


def test_410_lists_that_kind_alone_again_and_says_so(api: WatchApi, live: Followed) -> None:
    api.objects["pods"] = [pod("z")]  # type: ignore[index]
    api.forget("pods")
    api.cut()
    live.until(lambda: live.names() == ["z"])
    live.until(lambda: any("listed again" in text and EXPIRED in text for text in live.said))
    assert (lists(api), lists(api, "services")) == (2, 1)


def test_410_as_the_status_of_the_answer_is_the_same(api: WatchApi, live: Followed) -> None:
    def gone(asked: Asked) -> Reply | None:
        is_old = asked.query.get("watch") and asked.path.endswith("/pods") and lists(api) == 1
        return status(410, EXPIRED, "Expired") if is_old else None

    api.fault = gone
    api.cut()
    api.put("pods", pod("c"))
    live.until(lambda: "c" in live.names() and lists(api) == 2)


def test_a_token_that_ended_is_read_again(api: WatchApi, live: Followed, tmp_path: Path) -> None:
    login(api, tmp_path, "n3w")
    api.token = "n3w"
    api.cut()
    api.put("pods", pod("c"))
    live.until(lambda: "c" in live.names() and live.is_fine)


def test_401_is_said_until_somebody_logs_in_again(api: WatchApi, live: Followed, tmp_path: Path) -> None:
    api.token = "n3w"
    api.cut()
    live.until(lambda: any("Unauthorized" in text for text in live.failures))
    login(api, tmp_path, "n3w")
    api.put("pods", pod("c"))
    live.until(lambda: "c" in live.names() and live.is_fine)


def test_429_waits_as_long_as_the_server_asks_for(api: WatchApi, live: Followed) -> None:
    busy = [True]
    answer = status(429, "too many requests", "TooManyRequests")
    answer.headers["Retry-After"] = "7"
    api.fault = lambda asked: answer if busy[0] and asked.query.get("watch") else None
    api.cut()
    live.until(lambda: any("too many requests" in text for text in live.failures))
    last = live.last
    assert last is not None and last.freshness.retry_at is not None and last.freshness.failed_at is not None
    busy[0] = False
    api.put("pods", pod("c"))
    live.until(lambda: "c" in live.names() and live.is_fine)


def test_a_server_that_restarts_with_other_versions_is_listed_again(api: WatchApi, live: Followed) -> None:
    with api.changed:
        api.version, api.log = 3, []
        api.objects = {"pods": [pod("restored")], "services": [], "events": [], "secrets": [], "nodes": []}
    ahead = status(410, "resourceVersion 10 is in the future", "Expired")
    api.fault = lambda asked: ahead if int(asked.query.get("resourceVersion", 0)) > 3 else None
    api.cut()
    live.until(lambda: live.names() == ["restored"] and live.is_fine)


def test_a_silent_hang_ends_and_is_said(api: WatchApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gkedoctor.collect.watch.reflector._SILENCE_SECONDS", 0.3)
    live = Followed(api, tmp_path, request_timeout=0.3)
    live.until(lambda: api.opened >= len(WATCHED))
    released = threading.Event()

    def hang(_: Asked) -> None:
        released.wait(SECONDS)

    api.fault = hang
    api.silent = True
    api.put("pods", pod("c"))
    live.until(lambda: any("no response within 0.3 s" in text for text in live.failures))
    assert live.names() == ["a", "b"] and not live.is_fine
    api.silent = False
    released.set()
    live.until(lambda: "c" in live.names() and live.is_fine)
    live.session.close()


def test_a_kind_that_is_only_quiet_is_no_failed_reading(
    api: WatchApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gkedoctor.collect.watch.reflector._SILENCE_SECONDS", 0.1)
    live = Followed(api, tmp_path)
    opened = lambda: sum(watches(one) for one in api.asked)  # noqa: E731
    live.until(lambda: opened() >= 3)  # after 0.1 s, 0.2 s, 0.4 s: later and later
    assert opened() < 6 and live.failures == [] and live.said == [] and lists(api) == 1
    asks = [one for one in api.asked if "/namespaces" in one.path]
    assert [one.path for one in asks[1:]] == ["/api/v1/namespaces/kube-system"] * (len(asks) - 1)
    api.put("pods", pod("c"))
    live.until(lambda: "c" in live.names())
    live.session.close()


def test_what_may_not_be_watched_is_read_at_an_interval(api: WatchApi, tmp_path: Path) -> None:
    no = forbidden("pods")
    api.fault = lambda asked: no if asked.query.get("watch") and asked.path.endswith("/pods") else None
    live = Followed(api, tmp_path, interval=0.05)
    api.put("pods", pod("c"))
    live.until(lambda: "c" in live.names())
    live.until(lambda: live.last is not None and live.last.freshness.polled == 1)
    assert live.last is not None and "forbidden" in live.last.freshness.polled_reason and not live.last.freshness.failed
    live.session.close()


NOT_FOUND = status(404, "the server could not find the requested resource", "NotFound")
BACKENDS = "backendconfigs"


def backend(version: str) -> dict[str, Any]:
    return {"metadata": {"name": "api", "namespace": "shop", "resourceVersion": version}, "spec": {}}


@pytest.fixture
def custom(api: WatchApi, tmp_path: Path) -> Iterator[Followed]:
    api.objects[BACKENDS] = [backend("1")]  # type: ignore[index]
    followed = Followed(api, tmp_path, 0.05, [*WATCHED, KINDS["BackendConfig"]])
    followed.until(lambda: api.opened >= len(WATCHED) + 1)
    yield followed
    followed.session.close()
    followed.thread.join(5)


def removed(asked: Asked) -> Reply | None:
    """A cluster without the group of BackendConfigs."""
    if asked.path == "/apis":
        return Reply(body={"kind": "APIGroupList", "groups": []})
    return NOT_FOUND if "/cloud.google.com/" in asked.path else None


def test_another_server_behind_the_address_is_a_failed_reading(api: WatchApi, custom: Followed) -> None:
    api.fault = lambda _: NOT_FOUND
    api.cut()
    tries = len(api.asked)
    custom.until(lambda: any("could not find" in text for text in custom.failures))
    custom.until(lambda: len(api.asked) > tries + 15)
    assert not custom.is_fine and custom.names() == ["a", "b"]
    assert {state(custom, kind.collection) for kind in [*WATCHED, KINDS["BackendConfig"]]} == {Status.COMPLETE}
    api.put("pods", pod("c"))
    api.fault = lambda _: None
    custom.until(lambda: "c" in custom.names() and custom.is_fine)
    assert custom.last is not None and not custom.last.freshness.polled


def test_a_kind_whose_group_is_gone_is_served_no_more_until_it_is_back(api: WatchApi, custom: Followed) -> None:
    api.fault = removed
    api.cut()
    custom.until(lambda: state(custom, BACKENDS) is Status.DISABLED and custom.is_fine)
    assert state(custom, "pods") is Status.COMPLETE and custom.names() == ["a", "b"]
    api.fault = lambda _: None
    custom.until(lambda: state(custom, BACKENDS) is Status.COMPLETE and custom.names(BACKENDS) == ["api"])
    custom.until(lambda: custom.last is not None and not custom.last.freshness.polled)


def test_a_kind_of_kubernetes_itself_is_never_not_served(api: WatchApi, live: Followed) -> None:
    api.fault = lambda asked: NOT_FOUND if asked.path.endswith("/pods") else None
    api.cut()
    live.until(lambda: any("pods: the server could not find" in text for text in live.failures))
    assert state(live, "pods") is Status.COMPLETE and live.names() == ["a", "b"]
    api.fault = lambda _: None
    live.until(lambda: live.is_fine)


def test_a_kind_whose_version_is_gone_is_followed_in_another(api: WatchApi, custom: Followed) -> None:
    old, new = "/apis/cloud.google.com/v1/", "/apis/cloud.google.com/v2/"
    versions = [{"groupVersion": "cloud.google.com/v2", "version": "v2"}]

    def moved(asked: Asked) -> Reply | None:
        if asked.path == "/apis":
            return Reply(body={"groups": [{"name": "cloud.google.com", "versions": versions}]})
        return NOT_FOUND if asked.path.startswith(old) else None

    api.fault = moved
    api.cut()
    custom.until(lambda: custom.is_fine and any(asked.path.startswith(new) for asked in api.asked))
    assert state(custom, BACKENDS) is Status.COMPLETE and not any("backendconfigs" in text for text in custom.said[1:])


def test_the_clock_is_the_servers(tmp_path: Path) -> None:
    with WatchApi({"pods": []}, date="Sun, 22 Nov 2026 12:00:00 GMT") as api:
        live = Followed(api, tmp_path, interval=0.1)
        seen = live.snapshot.clock
        live.until(lambda: live.last is not None and live.snapshot.clock >= seen)
        assert live.snapshot.clock.strftime("%Y-%m-%d %H:%M") == "2026-11-22 12:00"
        live.session.close()


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_stream_is_read_whatever_the_pieces(size: int) -> None:
    text = b'{"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"5","managedFields":[]}}}\n'
    text += b'{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"9"}}}\n{"type":"MODI'
    found = list(watch_events((text[i : i + size] for i in range(0, len(text), size)), "pods"))
    assert [(event.kind, event.version) for event in found] == [("ADDED", "5"), (BOOKMARK, "9")]
    assert found[0].item == {"metadata": {"name": "a", "resourceVersion": "5"}}


@pytest.mark.parametrize("text", [b"[]\n", b'{"type":"ADDED"}\n', b"<html>\n"])
def test_what_is_no_event_is_a_failure(text: bytes) -> None:
    with pytest.raises(RequestFailed, match="not valid"):
        list(watch_events([text], "pods"))
