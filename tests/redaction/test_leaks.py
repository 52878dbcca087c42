"""A slice of the leak benchmark (`python -m benchmarks.leaks`), with its aims as limits."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from benchmarks.leaks import outputs
from benchmarks.leaks.cluster import cluster_of
from benchmarks.leaks.corpus import Leak, leaks
from benchmarks.leaks.harmless import Harmless, lines, messages
from benchmarks.leaks.held_out import held_out
from benchmarks.leaks.judge import Judged, judged, share
from benchmarks.leaks.measure import CHANGED, IN_CLEAR
from benchmarks.leaks.outputs import Output
from benchmarks.leaks.tables import anywhere

SEED = "slice"


@cache
def corpus() -> tuple[list[Leak], list[Harmless]]:
    """A part that takes seconds: about 200 secrets, as many types, half of the harmless lines, all messages."""
    return leaks(SEED, rounds=1)[::3], [*lines(SEED)[::2], *messages()]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Judged]:
    """What a live snapshot, an import and the report of the recording let out."""
    folder = tmp_path_factory.mktemp("leaks")
    planted, harmless = corpus()
    cluster = cluster_of(planted, harmless)
    outputs.write(cluster, folder / "recording")
    report = outputs.run("report", "--from", str(folder / "recording"), "-o", "json", "--fail-on", "never")
    said = outputs.run("import", str(folder / "recording"), "-o", str(folder / "imported"))
    made = [
        *outputs.snapshots(cluster, folder, reports=False),
        Output("import", outputs.read(folder / "imported") + said, whole=True),
        Output("report", report),
    ]
    return [judged(output, planted, harmless) for output in made]


def told(secrets: Sequence[Leak]) -> str:
    """For the message of a test: which types, and where. Not the values, so that a log of CI needs no masking."""
    return "\n".join(sorted(f"{leak.type} in {leak.place}, as {leak.form}" for leak in secrets))


def test_the_corpus_has_what_it_should() -> None:
    whole, calm = leaks("1"), lines("1")
    assert len(whole) >= 900 and len({leak.type for leak in whole}) >= 140
    assert len({leak.place for leak in whole}) >= 25 and len(calm) >= 300
    assert leaks("1") == whole and leaks("2") != whole
    other = held_out()
    assert len(other.leaks) >= 120 and len(other.harmless) >= 60
    assert not {leak.type for leak in other.leaks} & {leak.type for leak in whole}
    assert not {line.text for line in other.harmless} & {line.text for line in calm}


def test_every_secret_would_be_seen_where_nothing_is_masked(tmp_path: Path) -> None:
    """Whatever stands in the recording is found by the search, so that none in an output is overlooked."""
    planted, harmless = leaks(SEED), lines(SEED)
    outputs.write(cluster_of(planted, harmless), tmp_path)
    raw = judged(Output("recording", outputs.read(tmp_path), whole=True), planted, harmless)
    assert raw.changed == ()
    assert set(planted) - set(raw.clear) == set()


def test_few_secrets_come_out_in_clear(found: list[Judged]) -> None:
    planted, _ = corpus()
    clear = anywhere(found)
    assert share(len(clear), len(planted)) <= IN_CLEAR, told(clear)


def test_none_of_a_known_form_comes_out(found: list[Judged]) -> None:
    clear = [leak for leak in anywhere(found) if leak.known]
    assert clear == [], told(clear)


def test_messages_that_are_looked_for_stay(found: list[Judged]) -> None:
    """One that is changed may be a cause that is not found."""
    assert [line.text for each in found for line in each.messages] == []


def test_harmless_lines_stay(found: list[Judged]) -> None:
    for each in found:
        changed = [line.text for line in each.changed]
        assert share(len(changed), each.looked_for or 1) <= CHANGED, "\n".join([each.name, *changed])
