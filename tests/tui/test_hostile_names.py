"""No name out of a recording reaches the terminal as anything but text: every screen, in a real pseudo-terminal."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from gkedoctor.report.escaping import inert, inert_lines, is_seen
from gkedoctor.tui.plain_text import OnlySeen, entry, plain

from .hostile import PAYLOADS, Screen, hostile_recording, untrusted_bytes

UP, DOWN, ESC, ENTER, TAB = "\x1b[A", "\x1b[B", "\x1b", "\r", "\t"
TOUR = (
    *("j", "k", ENTER, "j", "j", ENTER, "d", "y", "e", "l", "p", "u", "J", ESC),  # a finding, and its objects' pages
    *("c", "s", "f", ESC), *("c", "c"), *(" ", "+", "s", "S", "z", "z"),  # copies, marks, folds
    *("]", ENTER, "j", ENTER, "y", "J", ESC, ESC, "s"), "]", "n", "]", "]", "]",  # the other views
    *("1", "0", ESC), *("/", "shop", ENTER, ESC), *("?", ESC), *(":", "ns ", DOWN, ENTER), *(":", "pod x", ENTER, ESC),
    *("\x13", ENTER, ESC, ESC), "r",  # saves
)  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("name", ["ing-missing-secret"])
def test_every_screen_shows_hostile_names_as_text(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # one of the keys saves a report
    recording = hostile_recording(name, tmp_path)
    command = [sys.executable, "-m", "gkedoctor", "diagnose", "--from", str(recording)]
    screen = Screen(*command, environment={"HOME": str(tmp_path), "GKEDOCTOR_THEME": "textual-dark"})
    screen.seen(b"Findings")
    screen.settle()
    for key in TOUR:
        screen.press(key)
    screen.press("q")
    code = screen.end()
    assert untrusted_bytes(screen.written) == b""
    assert b"\\x1b]0;PWNED" in screen.written and b"\\u202e" in screen.written
    assert b"[@click" in screen.written or b"[b]PWNED" in screen.written
    assert code == 0


def test_the_reader_of_bytes_finds_what_a_name_would_do() -> None:
    for payload in PAYLOADS[:8]:
        assert untrusted_bytes(f"\x1b[1mname{payload}\x1b[0m\r\n".encode()), payload


@given(st.lists(st.text(st.characters(), max_size=20) | st.sampled_from(PAYLOADS), max_size=6).map("".join))
def test_text_that_cannot_be_seen_is_spelt_out_or_replaced_in_as_many_columns(text: str) -> None:
    assert all(map(is_seen, inert(text)))
    assert all(c == "\n" or is_seen(c) for c in inert_lines(text))
    (drawn,) = OnlySeen().apply([Segment(text, Style())], Color(0, 0, 0))
    assert all(map(is_seen, drawn.text))
    assert cell_len(drawn.text) == cell_len(text)


@given(st.text("[]/@=\\ab$(){} \n", max_size=30) | st.sampled_from(PAYLOADS))
def test_markup_is_text(text: str) -> None:
    assert plain(text).plain == inert_lines(text)
    assert plain(text).spans == []
    assert entry(plain(text), text + "x").plain == f"{inert_lines(text)}\n{inert(text)}x"
