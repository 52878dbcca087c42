"""The regular expressions of messages: fragments inserted, compiled, and how much of a text one pins down."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

_FRAGMENT = re.compile(r"%\{(?P<name>[A-Za-z_]+)\}")
FLAGS = re.IGNORECASE | re.DOTALL
"""Programs change their capitals between versions; messages run over several lines."""
LONGEST_REPEAT = 4000
_GAP = 20


def expand(text: str, fragments: Mapping[str, str]) -> str:
    """The pattern with its fragments inserted; KeyError names one that the file does not define."""
    for _ in range(5):  # fragments may use fragments; a ring of them ends here, and does not compile
        if "%{" not in text:
            return text
        text = _FRAGMENT.sub(lambda found: fragments[found["name"]], text)
    return text


def compiled(patterns: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """As few compiled patterns as possible: those without groups become one, which is several times as fast."""
    if len(patterns) > 1 and not any("(?P<" in pattern for pattern in patterns):
        return (re.compile("|".join(f"(?:{pattern})" for pattern in patterns), FLAGS),)
    return tuple(re.compile(pattern, FLAGS) for pattern in patterns)


@lru_cache(maxsize=4096)
def fixed_letters(regex: str) -> int:
    """How many characters of a match the pattern fixes for certain: those spelled out, of alternatives the least."""
    from re import _parser  # type: ignore[attr-defined]  # the syntax tree has no public reader

    return _fixed(_parser.parse(regex, FLAGS))


def _fixed(node: Any) -> int:
    return sum(_fixed_in(str(operator), argument) for operator, argument in node)


def _fixed_in(operator: str, argument: Any) -> int:
    match operator:
        case "LITERAL":
            return 1
        case "SUBPATTERN":
            return _fixed(argument[3])
        case "BRANCH":
            return min(map(_fixed, argument[1]))
        case "MAX_REPEAT" | "MIN_REPEAT":
            return int(argument[0]) * _fixed(argument[2])
    return 0


def has_gap(regex: str) -> bool:
    """Whether a part of a match may be any of many texts: a repeat of over 20 characters."""
    from re import _parser  # type: ignore[attr-defined]  # the syntax tree has no public reader

    return any(limit > _GAP for limit in _limits(_parser.parse(regex, FLAGS)))


def unbounded(regex: str) -> bool:
    """Whether a repeat has no upper limit, or one above LONGEST_REPEAT; re.error for what is no pattern.

    An unanchored search with such a repeat takes quadratic time, and messages come from strangers.
    """
    from re import _parser  # type: ignore[attr-defined]  # the syntax tree has no public reader

    return any(limit > LONGEST_REPEAT for limit in _limits(_parser.parse(regex, FLAGS)))


def _limits(node: Any) -> Iterator[int]:
    """The upper limits of all repeats, multiplied with those of the repeats that they stand in."""
    for operator, argument in node:
        name = str(operator)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            inner = list(_limits(argument[2]))
            yield int(argument[1])
            yield from (int(argument[1]) * limit for limit in inner)
        else:
            yield from (limit for part in _parts(argument) for limit in _limits(part))


def _parts(argument: Any) -> Iterator[Any]:
    from re import _parser  # type: ignore[attr-defined]

    if isinstance(argument, _parser.SubPattern):
        yield argument
    elif isinstance(argument, tuple | list):
        for element in argument:
            yield from _parts(element)
