"""Texts on which a pattern takes long, made of the pattern itself.

A backtracking search is slow where a repeat runs over much text and then fails, from every place at which it can begin
anew. So: what leads to each repeat, then what it repeats, many times, with and without what would let it end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

_FILLERS = ("a", "0", " ", "/", ".", "-", ":", '"', "\n", "=", ",", "(", "A1")
_FAILS = "\x01"
_MOST = 30
"""Texts of each of the two forms."""
_BY_CATEGORY = {"CATEGORY_DIGIT": "0", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a"}
_NOT_CATEGORY = {"CATEGORY_NOT_DIGIT": "a", "CATEGORY_NOT_SPACE": "a", "CATEGORY_NOT_WORD": "-"}


def worst_texts(pattern: re.Pattern[Any], length: int) -> Iterator[str]:
    """Texts of about that length."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    tree = _parser.parse(text, pattern.flags & ~re.UNICODE & ~re.DEBUG if isinstance(pattern.pattern, str) else 0)
    units = [*dict.fromkeys(unit for unit in _units(tree) if unit)][:_MOST]
    for unit in [*units, *_FILLERS]:
        yield (unit * (length // len(unit) + 1))[:length] + _FAILS
    for lead, unit in [*dict.fromkeys(_repeats(tree, ""))][:_MOST]:
        if unit:
            yield lead + (unit * (length // len(unit) + 1))[:length] + _FAILS


def _units(tree: Any) -> Iterator[str]:
    """What is repeated: a sample of all, each beginning of it, each repeat, and these together."""
    whole = _sample(tree)
    yield whole
    yield whole[:-1]
    for lead, unit in _repeats(tree, ""):
        yield from (lead, unit, lead + unit, (lead + unit)[-40:])


def _repeats(tree: Any, lead: str) -> Iterator[tuple[str, str]]:
    """Each repeat: the text that leads to it, and one that it repeats."""
    for operator, argument in tree:
        if operator in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            yield lead, _sample(argument[2])
            yield from _repeats(argument[2], lead)
        elif operator is sre.BRANCH:
            for branch in argument[1]:
                yield from _repeats(branch, lead)
        elif operator is sre.SUBPATTERN:
            yield from _repeats(argument[3], lead)
        elif operator in (sre.ASSERT, sre.ASSERT_NOT):
            yield from _repeats(argument[1], lead)
        lead += _sample([(operator, argument)])


def _sample(tree: Any) -> str:
    """A short text that the tree matches, or nearly."""
    return "".join(_one(operator, argument) for operator, argument in tree)


def _one(operator: Any, argument: Any) -> str:
    if operator is sre.LITERAL:
        return chr(argument)
    if operator is sre.NOT_LITERAL:
        return "a" if argument != ord("a") else "b"
    if operator is sre.ANY:
        return "a"
    if operator is sre.IN:
        return _of_class(argument)
    if operator is sre.BRANCH:
        return _sample(argument[1][0])
    if operator is sre.SUBPATTERN:
        return _sample(argument[3])
    if operator in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        return _sample(argument[2]) * max(1, min(int(argument[0]), 40))
    return ""


def _of_class(items: Any) -> str:
    if items[0][0] is sre.NEGATE:
        refused = "".join(_of_class([item]) for item in items[1:])
        return next(char for char in "ab0-/ \x02" if char not in refused)
    kind, value = items[0]
    if kind is sre.RANGE:
        return chr(value[0])
    if kind is sre.CATEGORY:
        return {**_BY_CATEGORY, **_NOT_CATEGORY}.get(str(value), "a")
    return chr(value)
