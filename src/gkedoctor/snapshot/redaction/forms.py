"""The forms of tokens that providers document, as data: three tables beside this module, each line with its source.

`token_forms.tsv`   a literal that a token begins with, and what follows it.
`infix_forms.tsv`   a literal inside of a token, what stands before it, and what follows.
`keyed_forms.tsv`   a form that says little by itself: a credential only under a name with one of the words in it.

What follows is written as steps: an alphabet with how many characters of it (`A36`, `A20-40`; `A20+`: 20 up to MOST),
or a literal. Every form is thus anchored and bounded, so that it takes no longer than the text that it reads. Lengths
are lower bounds where the literal says enough: providers lengthen their tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from gkedoctor.lazy_regex import lazy

MOST = 2048
"""Characters of one step: signed tokens (JWT, macaroons) are the longest."""

_ALPHABETS: Mapping[str, str] = MappingProxyType(
    {
        "A": "A-Za-z0-9",
        "W": r"A-Za-z0-9_\-",
        "H": "0-9a-f",
        "X": "0-9A-Fa-f",
        "L": "a-z0-9",
        "U": "A-Z0-9",
        "D": "0-9",
        "B": "A-Za-z0-9+/=",
        "V": r"A-Za-z0-9_\-.=",
        "G": r"A-Za-z0-9%+/=_.~\-",
    }
)
_STEP = lazy(r"([AWHXLUDBVG])(\d+)(?:-(\d+)|(\+))?")


class Form(NamedTuple):
    """A token that begins with the literal `start`; `tail`: what follows."""

    id: str
    start: str
    tail: str
    source: str


class Infix(NamedTuple):
    """A token with a literal inside of it: what stands `before` it, one step, and what follows."""

    id: str
    literal: str
    before: str
    tail: str
    source: str


class Keyed(NamedTuple):
    """What is a credential under a name with one of the `words` in it."""

    id: str
    words: str
    form: str
    source: str


@cache
def token_forms() -> tuple[Form, ...]:
    """The table of tokens that begin with a literal."""
    return tuple(Form(*row) for row in _rows("token_forms.tsv"))


@cache
def infix_forms() -> tuple[Infix, ...]:
    """The table of tokens with a literal inside of them."""
    return tuple(Infix(*row) for row in _rows("infix_forms.tsv"))


@cache
def keyed_forms() -> tuple[Keyed, ...]:
    """The table of forms that need a name."""
    return tuple(Keyed(*row) for row in _rows("keyed_forms.tsv"))


def _rows(name: str) -> Iterator[list[str]]:
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return (line.split("\t") for line in lines[1:])


def pattern_of(steps: str) -> str:
    """The regular expression of steps: bounded, and without a choice that could be tried twice."""
    return "".join(_step(step) for step in steps.split())


def width_of(step: str) -> tuple[int, int]:
    """The least and the most characters of one step."""
    found = _STEP.fullmatch(step)
    assert found is not None, step
    least = int(found[2])
    return least, int(found[3]) if found[3] else MOST if found[4] else least


def _step(step: str) -> str:
    found = _STEP.fullmatch(step)
    if found is None:
        return re.escape(step)
    least, most = width_of(step)
    return f"[{_ALPHABETS[found[1]]}]{{{least},{most}}}"
