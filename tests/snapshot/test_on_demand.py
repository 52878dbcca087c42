"""Events wait as text until one is asked for; to whoever asks they are like any other objects."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gkedoctor.errors import SnapshotError
from gkedoctor.graph import Graph
from gkedoctor.snapshot.lazy_objects import OnDemand
from gkedoctor.snapshot.model import Collection, CollectionState, Manifest, Snapshot, Status
from gkedoctor.snapshot.store import read, reading, write

EVENTS: list[dict[str, Any]] = [
    {"kind": "Event", "metadata": {"name": f"e{i}", "namespace": "shop"}, "reason": "BackOff"}
    | ({"involvedObject": {"kind": "Pod", "name": f"pod-{i % 3}", "namespace": "shop"}} if i else {})
    for i in range(9)
]


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes any member count as one with many objects."""
    monkeypatch.setattr(reading, "MANY", 0)


@pytest.fixture
def events(tmp_path: Path, many: None) -> Collection:
    found = Collection("events", CollectionState(Status.COMPLETE), EVENTS)
    write(Snapshot(Manifest(datetime(2026, 1, 1, tzinfo=UTC)), [found]), tmp_path / "a.gkesnap")
    return read(tmp_path / "a.gkesnap").collection("events")


def test_events_that_wait_are_a_sequence_like_any_other(events: Collection) -> None:
    assert isinstance(events.objects, OnDemand)
    assert (len(events), list(events), events.objects[-1], events.objects[2:4]) == (9, EVENTS, EVENTS[-1], EVENTS[2:4])
    assert events.objects[4] is list(events)[4], "evidence finds its place by identity"


@pytest.mark.parametrize("first", [False, True])
def test_one_field_is_told_of_events_that_wait_and_of_those_that_do_not(events: Collection, first: bool) -> None:
    if first:
        assert list(events.objects[:5]) == EVENTS[:5]
    assert list(events.each("involvedObject")) == [event.get("involvedObject") for event in EVENTS]
    assert list(events.each("reason")) == ["BackOff"] * 9
    assert [about and about["name"] for about in events.each("involvedObject", "name")] == [
        about and about["name"] for about in events.each("involvedObject")
    ]


def test_an_edge_finds_the_events_of_an_object_and_leaves_the_others_as_they_are(events: Collection) -> None:
    graph = Graph(Snapshot(Manifest(datetime(2026, 1, 1, tzinfo=UTC)), [events]))
    pod = {"kind": "Pod", "metadata": {"name": "pod-1", "namespace": "shop"}}
    assert graph.follow("all_events", pod) == [EVENTS[1], EVENTS[4], EVENTS[7]]
    assert isinstance(events.objects, OnDemand)
    assert [type(item) is bytes for item in events.objects._items] == [i not in (1, 4, 7) for i in range(9)]


@pytest.mark.parametrize("asked", [list, lambda c: list(c.each("involvedObject")), lambda c: list(c.each("reason"))])
def test_an_event_that_is_no_json_is_a_damaged_snapshot_whatever_is_asked_of_it(
    tmp_path: Path, many: None, asked: Callable[[Collection], list[Any]]
) -> None:
    found = Collection("events", CollectionState(Status.COMPLETE), EVENTS)
    write(Snapshot(Manifest(datetime(2026, 1, 1, tzinfo=UTC)), [found]), tmp_path / "a")
    texts = [b'{"involvedObject":{"name":"\xff"},"reason":"\xff"}', *map(msgspec.json.encode, EVENTS[1:])]
    (tmp_path / "a/kubernetes/events.json").write_bytes(b"[\n" + b",\n".join(texts) + b"\n]\n")
    with pytest.raises(SnapshotError, match="damaged"):
        asked(read(tmp_path / "a", verify=False).collection("events"))
