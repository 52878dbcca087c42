"""What waits compressed comes out as it went in, and in the order of what is kept in memory."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gkedoctor.snapshot import compressed as packed
from gkedoctor.snapshot import store
from gkedoctor.snapshot.compressed import CompressedList, ListBuffer, SortedBuffer
from gkedoctor.snapshot.intake import Gathered, build_snapshot
from tests.conftest import RECORDINGS, recorded

NAMES = st.text(alphabet="ab-./é", min_size=1, max_size=3)
PUTS = st.lists(st.tuples(st.tuples(NAMES, NAMES, st.just("")), st.one_of(st.none(), st.integers(0, 9))), max_size=60)


@given(PUTS, st.integers(1, 200))
def test_runs_are_merged_to_what_a_dict_holds(puts: list[tuple[tuple[str, str, str], int | None]], size: int) -> None:
    """Small chunks make many runs; the last of several copies counts, and one that was taken back is gone."""
    runs, listed = SortedBuffer(), ListBuffer()
    before, packed._CHUNK_BYTES = packed._CHUNK_BYTES, size
    try:
        for identity, number in puts:
            item = None if number is None else {"of": list(identity), "n": number}
            runs.put(identity, item)
            listed.put(identity, item)
        assert list(runs) == list(listed)
        assert len(runs) == len(listed) and list(runs) == list(listed)
    finally:
        packed._CHUNK_BYTES = before


def test_a_packed_list_can_be_read_again_and_emptied() -> None:
    items = [{"n": n, "text": "x" * 999} for n in range(500)]
    held = CompressedList(items)
    assert len(held) == 500 and list(held) == items and list(held) == items
    assert list(held.drained()) == items
    assert len(held) == 0 and list(held) == []


def test_the_order_of_an_api_server_is_put_right() -> None:
    """etcd sorts `a-b/x` before `a/y`, and tuples after it; within a namespace both agree."""
    keys = sorted(f"{ns}/{n:05}" for ns in ("a", "a-b", "a.c", "b") for n in range(3000))
    runs = SortedBuffer()
    for key in keys:
        namespace, _, name = key.partition("/")
        runs.put((namespace, name, ""), {"name": key, "dice": random.Random(key).random()})
    order = [(item["name"].partition("/")[0], item["name"].partition("/")[2]) for item in runs]
    assert order == sorted(order) and len(order) == 12_000


def written(name: str, file: Path, *, is_packed: bool) -> bytes:
    """The file that a recording becomes when it is taken in again, masked."""
    gathered = Gathered("here", packed=is_packed)
    gathered.add_snapshot(recorded(name))
    assert all(isinstance(items, CompressedList) is is_packed for items in gathered.objects.values())
    store.write(build_snapshot(gathered), file)
    return file.read_bytes()


def test_the_same_bytes_are_written_either_way(tmp_path: Path) -> None:
    for path in sorted(RECORDINGS.iterdir())[::6]:
        if path.is_dir():
            name = path.name
            one = written(name, tmp_path / "one.gkesnap", is_packed=True)
            assert one == written(name, tmp_path / "two.gkesnap", is_packed=False), name


def test_what_is_compressed_is_masked_too() -> None:
    token = "ghp_" + "a1B2" * 9
    pod: dict[str, Any] = {
        "metadata": {"name": "p", "namespace": "n", "annotations": {"note": f"see {token}"}},
        "spec": {"containers": [{"name": "c", "image": "i", "env": [{"name": "T", "value": token}]}]},
    }
    gathered = Gathered("here", packed=True)
    gathered.add("pods", [pod])
    (stored,) = build_snapshot(gathered).collection("pods")
    assert token not in str(stored) and "***" in stored["metadata"]["annotations"]["note"]
