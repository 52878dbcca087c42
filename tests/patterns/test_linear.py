"""No pattern takes more than about linear time on any text: who writes a log line or a message is a stranger."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from gkedoctor.limits import LONGEST_TEXT
from tests.patterns.collected import Regex, everything
from tests.patterns.worst import worst_texts

SHORT, LONG = 1024, 4096
QUICK = 0.00025
"""Seconds of CPU for a short text that are no reason to look closer: 0.25 µs a character."""
HOPELESS = 0.3
"""Seconds that are reason enough: a longer text would take minutes."""
GROWTH = 3.0
"""How much longer than linear a text of four times the length may take; a quadratic pattern takes 4."""


def seconds(regex: Regex, text: Any) -> float:
    """The least CPU time of three tries: a busy machine makes none of them shorter."""
    run = getattr(regex.pattern, regex.used)
    found = []
    for _ in range(3):
        began = time.process_time()
        run(text)
        found.append(time.process_time() - began)
        if found[-1] < QUICK or found[-1] > HOPELESS:
            break
    return min(found)


def fitting(regex: Regex, text: str) -> Any:
    return text if isinstance(regex.pattern.pattern, str) else text.encode("utf-8")


def too_slow(regex: Regex) -> str | None:
    """The beginning of a text on which the pattern is worse than linear; None without one."""
    for short, long in zip(worst_texts(regex.pattern, SHORT), worst_texts(regex.pattern, LONG), strict=True):
        took = seconds(regex, fitting(regex, short))
        if took < QUICK:
            continue
        if took > HOPELESS:
            return f"{regex.place} {regex.pattern.pattern!r} on {short[:60]!r}: {took:.1f} s at {SHORT}"
        ratio = min(seconds(regex, fitting(regex, long)) / seconds(regex, fitting(regex, short)) for _ in range(2))
        if ratio > GROWTH * LONG / SHORT:
            return (
                f"{regex.place} {regex.pattern.pattern!r} on {short[:60]!r}: {took:.3f} s, {ratio:.0f} times at {LONG}"
            )
    return None


def test_no_pattern_takes_more_than_linear_time() -> None:
    assert LONGEST_TEXT <= 4 * LONG  # what is longer is cut before patterns see it
    found = everything()
    assert len(found) > 150
    assert [said for regex in found if (said := too_slow(regex))] == []


@pytest.mark.parametrize("text", [r"a+b", r"\s+x", r"(\w+)://(\w+)@", r"x[^y]*y"])
def test_a_quadratic_pattern_is_noticed(text: str) -> None:
    assert too_slow(Regex("here", re.compile(text, re.DOTALL))) is not None


def test_a_linear_pattern_is_not() -> None:
    assert too_slow(Regex("here", re.compile(r"connection refused|no such host \w{1,63}"))) is None
