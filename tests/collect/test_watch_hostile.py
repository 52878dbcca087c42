"""Objects that are made to be large, deep, slow or odd, and that come by watch: they hold up none of the others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gkedoctor.collect.raw_objects import LARGEST
from gkedoctor.collect.watch.events import watch_events
from gkedoctor.live.costly_objects import CostlyObjects
from gkedoctor.snapshot.incremental import IncrementalSnapshot
from gkedoctor.snapshot.intake import Gathered, build_snapshot
from gkedoctor.snapshot.model import Status
from gkedoctor.snapshot.nesting import TOO_DEEP
from tests.collect.followed import Followed, followed, lists, pod, state
from tests.collect.watch_api import WatchApi


@pytest.fixture
def api() -> Iterator[WatchApi]:
    with WatchApi({"pods": [pod("a")], "services": [], "nodes": []}) as server:
        yield server


@pytest.fixture
def live(api: WatchApi, tmp_path: Path) -> Iterator[Followed]:
    with followed(api, tmp_path) as live:
        yield live


def raw(**more: Any) -> bytes:
    metadata = {"name": "odd", "namespace": "shop"}
    return json.dumps(pod("odd") | {"metadata": metadata} | more).encode()


def deep(levels: int) -> bytes:
    return raw()[:-1] + b',"extra":' + b'{"a":' * levels + b"1" + b"}" * levels + b"}"


def annotation() -> bytes:
    return raw(metadata={"name": "odd", "namespace": "shop", "annotations": {"a": "x" * 10**7}})


def labels() -> bytes:
    return raw()[:-1] + b',"metadata":{"name":"odd","namespace":"shop","labels":{%s}}}' % b",".join(
        b'"l%d":"v"' % i for i in range(1_000_000)
    )


REFUSED = {
    "an annotation of 10 MB": annotation,
    "1,000,000 labels": labels,
    "containers that are a number": lambda: raw(spec={"containers": 5}),
    "a status that is a text": lambda: raw(status="Running"),
}
NAMELESS = {
    "no object": b"1",
    "no metadata": b'{"spec":{}}',
    "metadata that are a list": b'{"metadata":[]}',
    "a name that is a number": b'{"metadata":{"name":5,"namespace":"shop"}}',
    "no name": b'{"metadata":{"namespace":"shop"},"spec":{"containers":[]}}',
    "a resourceVersion that is a number": b'{"metadata":{"resourceVersion":7}}',
    "no UTF-8": b'{"metadata":{"name":"\xff","namespace":"shop"}}',
}


def goes_on(api: WatchApi, live: Followed) -> None:
    """Whether what comes after it is read over the same stream."""
    api.put("pods", pod("z"))
    live.until(lambda: "z" in live.names() and live.is_fine)
    assert lists(api) == 1 and live.failures == [] and state(live, "services") is Status.COMPLETE


@pytest.mark.parametrize("name", REFUSED)
def test_an_object_that_cannot_be_taken_in_is_left_out_by_its_name(api: WatchApi, live: Followed, name: str) -> None:
    api.send("pods", REFUSED[name]())
    live.until(lambda: "shop/odd" in live.snapshot.collection("pods").state.malformed)
    assert live.snapshot.collection("pods").why_incomplete("shop", "odd") is not None
    goes_on(api, live)


@pytest.mark.parametrize("name", NAMELESS)
def test_what_has_no_name_is_counted(api: WatchApi, live: Followed, name: str) -> None:
    api.send("pods", NAMELESS[name])
    live.until(lambda: "1 entries are not objects" in live.snapshot.collection("pods").state.reason)
    goes_on(api, live)


@pytest.mark.parametrize("levels", [300, 900, 5_000])
def test_an_object_that_is_nested_deeply_is_cut(api: WatchApi, live: Followed, levels: int) -> None:
    api.send("pods", deep(levels))
    live.until(lambda: "odd" in live.names())
    assert (TOO_DEEP in repr(live.snapshot.collection("pods").objects)) == (levels > 400)
    goes_on(api, live)


@pytest.mark.parametrize("levels", [900, 5_000])
def test_a_list_with_an_object_that_is_nested_deeply_is_read(api: WatchApi, tmp_path: Path, levels: int) -> None:
    api.fault = lambda asked: api.listing(deep(levels)) if asked.path.endswith("/pods") and lists(api) else None
    live = Followed(api, tmp_path)
    assert state(live, "pods") is Status.COMPLETE and live.names() == ["odd"]
    assert TOO_DEEP in repr(live.snapshot.collection("pods").objects)
    live.session.close()


def test_a_recording_with_an_object_that_is_nested_deeply_is_read() -> None:
    item: Any = pod("odd")
    for _ in range(900):
        item = {"a": item}
    gathered = Gathered("x", recorded_at=datetime(2026, 11, 22, tzinfo=UTC))
    gathered.add("pods", [pod("odd") | {"extra": item}, pod("b")])
    assert TOO_DEEP in repr(build_snapshot(gathered).collection("pods").objects)


def test_a_list_with_an_object_that_is_too_large_is_read_without_it(api: WatchApi, tmp_path: Path) -> None:
    api.objects["pods"] = [pod("a"), pod("large") | {"extra": "x" * LARGEST}]  # type: ignore[index]
    live = Followed(api, tmp_path)
    assert live.names() == ["a"] and "too large" in live.snapshot.collection("pods").state.malformed["shop/large"]
    live.session.close()


def test_a_line_without_an_end_fills_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gkedoctor.collect.watch.events._LONGEST_LINE", 1_000)
    line = b'{"type":"ADDED","object":{"metadata":{"name":"a","namespace":"b","resourceVersion":"5"}}}\n'
    found = list(watch_events([b'{"type":"ADDED","object":"', *[b"x" * 100] * 50, b'"}\n', line], "pods"))
    assert [(event.version, event.item is None) for event in found] == [("", True), ("5", False)]


def test_a_stream_that_is_none_is_listed_again(api: WatchApi, live: Followed) -> None:
    api.send("pods", b"", line=b"<html>login</html>\n")
    live.until(lambda: lists(api) == 2 and any("the stream of the watch is not valid" in text for text in live.said))
    api.put("pods", pod("z"))
    live.until(lambda: "z" in live.names() and live.is_fine)


def test_an_object_that_takes_long_at_each_change_is_taken_in_less_often() -> None:
    used = [0.0]

    class Slow(IncrementalSnapshot):
        def put(self, collection: str, item: Any) -> None:
            used[0] += 2.0 if item["metadata"]["name"] == "slow" else 0.0
            super().put(collection, item)

    def phases() -> dict[str, str]:
        pods = objects.snapshot(datetime(2026, 11, 22, tzinfo=UTC)).collection("pods").objects
        return {item["metadata"]["name"]: item["status"]["phase"] for item in pods}

    objects = Slow(Gathered("x"))
    costly = CostlyObjects(objects, lambda: used[0])
    assert costly.put("pods", pod("slow", phase="Pending"), 0.0) == ""
    assert "shop/slow is too large" in costly.put("pods", pod("slow"), 1.0)
    assert costly.put("pods", pod("slow", phase="Failed"), 2.0) == "" and costly.put("pods", pod("quick"), 3.0) == ""
    assert phases() == {"slow": "Pending", "quick": "Running"} and not costly.due(199.0)
    assert costly.due(200.0) and phases()["slow"] == "Failed" and not costly.due(1000.0)
    costly.put("pods", pod("slow"), 201.0)
    costly.remove("pods", pod("slow"))
    assert not costly.due(1000.0) and phases() == {"quick": "Running"}
