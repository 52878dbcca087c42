"""What the reader of logs makes of the corpus: how often it is right, and how fast it is."""

from __future__ import annotations

import sys
import time

import pytest

from gkedoctor.graph.workloads.logs.faults import fault_of
from gkedoctor.graph.workloads.logs.listening import listeners
from gkedoctor.graph.workloads.logs.telling import complaints, read_run
from tests.logs.corpus import Figures, cases, figures

FLOORS = {
    ("failures-[12].log", "healthy-1.log"): Figures(0.98, 0.98, 0.97, 0.95, 0.97),
    ("failures-held-out.log", "healthy-held-out.log"): Figures(0.92, 0.92, 0.84, 0.60, 0.97),
}
"""What the parts of the corpus hold at least. The second is only scored, so that it says what other logs would give."""


@pytest.mark.parametrize("part", FLOORS, ids=lambda part: part[0])
def test_the_reader_is_right_as_often_as_it_was(part: tuple[str, str]) -> None:
    found = figures(cases(part[0]), cases(part[1]))
    sys.stdout.write(f"{part[0]}: {', '.join(f'{name} {value:.3f}' for name, value in found._asdict().items())}\n")
    short = {n: v for n, v in found._asdict().items() if v < getattr(FLOORS[part], n)}
    assert not short, "see tests/logs/corpus.py for what is counted"


def test_the_corpus_is_as_large_as_it_has_to_be() -> None:
    assert len(cases("failures-*.log")) >= 300
    assert len(cases("healthy-*.log")) >= 150
    for case in cases("failures-*.log"):
        assert case.telling, case.place
        assert not case.host or any(case.host in line for line in case.lines), case.place


HOSTILE = {
    "one word": "a" * 1_000_000,
    "addresses": "10.0.0.1:80 " * 80_000,
    "errors": "error: failed to connect to " * 36_000,
    "json": '{"a":' * 200_000,
    "pairs": 'level=error msg="' + "x=\\" * 250_000,
    "frames": "    at " + "com.shop.a(" * 90_000,
    "brackets": "[error] [" * 110_000,
    "quotes": "KeyError: '" * 90_000,
    "digits": "2026-11-28T11:56:01 " * 50_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_line_of_a_megabyte_costs_no_more_than_a_long_one(name: str) -> None:
    def seconds(line: str) -> float:
        began = time.process_time()
        reading = read_run([line, line])
        fault_of(reading.chain)
        fault_of(complaints([line]))
        listeners([line])
        return time.process_time() - began

    line = HOSTILE[name]
    seconds("error: x")
    assert seconds(line) < 1.0
