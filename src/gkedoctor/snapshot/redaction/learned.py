"""Values that were seen as credentials in a namespace, and how they are found again in its other texts.

A value is looked for as a whole token, never inside a word. It has to be one that no message would hold by chance: no
word of the field, no name that an object in the same namespace shows openly, no number, host, path or address.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import escape
from urllib.parse import quote

from gkedoctor.lazy_regex import lazy
from gkedoctor.snapshot.redaction import values
from gkedoctor.snapshot.redaction.known import alternatives
from gkedoctor.snapshot.redaction.limits import LONGEST_LEARNED, MOST_LEARNED
from gkedoctor.snapshot.redaction.words import are_words, count_of_words

Span = tuple[int, int]

_SHORTEST = 5
_SHORTEST_LETTERS = 8
_HEAD = 6
"""Characters by which a value is found; it is then compared as a whole."""

_JOINERS = "-_."
_ESCAPE = lazy(r"(?:\\[nrtfv]|%[0-9A-Fa-f]{2}|\\?u00[0-9A-Fa-f]{2}|\\x[0-9A-Fa-f]{2}|\[[0-9;]{0,8}m)$")
_SEPARATORS = lazy(r"[-./:@_]")
_WORD_END = lazy(r"[^\s\"'<>]*")


def may_spread(value: str, *, of_secret: bool = False) -> bool:
    """Whether a value is distinct enough to be masked wherever it stands in its namespace."""
    if len(value) < _SHORTEST or values.is_nothing(value) or values.is_number(value):
        return _is_pin(value)
    if values.is_technical(value) or values.is_path(value) or "://" in value[:32]:
        return False
    if any(character.isspace() for character in value):
        return any(_is_distinct(word) for word in value.split())
    if values.has_digit(value) or not are_words(value):
        return _is_distinct(value)
    return of_secret and count_of_words(value) >= 3 and len(value) >= 12


def _is_pin(value: str) -> bool:
    """A long number: no port, code, amount or time, and no UNIX time either."""
    return value.isdigit() and len(value) >= 8 and not (len(value) in (10, 13, 16, 19) and value.startswith(("1", "2")))


def _is_distinct(word: str) -> bool:
    letters = sum(map(str.isalpha, word))
    if values.has_digit(word):
        return letters >= 2 and len(word) >= 6 and not values.is_technical(word) and not _is_numbered(word)
    return len(word) >= _SHORTEST_LETTERS and not are_words(word)


def _is_numbered(word: str) -> bool:
    """A word with a number: `redis-0`, `v1beta1`, `sha256`, `utf8`."""
    bare = word.strip("0123456789")
    digits = sum(map(str.isdigit, word))
    return digits <= 3 and bare.replace("-", "").replace("_", "").replace(".", "").isalnum() and are_words(word)


def is_distinctive(value: str) -> bool:
    """Whether a value is so long and so random that it is masked in every namespace."""
    if len(value) < 16 or values.is_technical(value) or any(map(str.isspace, value)):
        return False
    return values.is_random(value, 16) or (values.is_mixed(value) and not are_words(value)) or values.is_hex(value, 40)


def open_words(names: Iterable[str]) -> frozenset[str]:
    """The names that objects show, whole and in parts."""
    found: set[str] = set()
    for name in names:
        found.add(name)
        found.update(_SEPARATORS.split(name))
    return frozenset(found)


class Finder:
    """Finds the learned values of one namespace in a text."""

    def __init__(self, tokens: Mapping[str, str]) -> None:
        self.tokens: dict[str, str] = {}
        self._by_head: dict[str, dict[int, set[str]]] = {}
        for value, token in sorted(tokens.items())[:MOST_LEARNED]:
            for form in _ways(value):
                self._add(form, token)
        self._heads = re.compile(alternatives(self._by_head)) if self._by_head else None

    def __bool__(self) -> bool:
        return bool(self.tokens)

    def _add(self, form: str, token: str) -> None:
        form = form[:LONGEST_LEARNED]
        if self.tokens.setdefault(form, token) == token:
            lengths = self._by_head.setdefault(form[:_HEAD], {})
            lengths.setdefault(len(form), set()).add(form)

    def spans(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Where learned values stand as whole tokens: begin, end, placeholder."""
        if self._heads is None:
            return
        position = 0
        while (found := self._heads.search(text, position)) is not None:
            position = found.start() + 1
            value = self._longest(text, found)
            if value is not None:
                end = found.start() + len(value)
                if len(value) == LONGEST_LEARNED and (rest := _WORD_END.match(text, end)) is not None:
                    end = rest.end()
                yield found.start(), end, self.tokens[value]
                position = end

    def _longest(self, text: str, found: re.Match[str]) -> str | None:
        start = found.start()
        if not _begins_token(text, start):
            return None
        lengths = self._by_head[found[0]]
        for length in sorted(lengths, reverse=True):
            value = text[start : start + length]
            if value in lengths[length] and _ends_token(text, start + length, value):
                return value
        return None


def _ways(value: str) -> Iterator[str]:
    """The value as it stands in a text, in a URL, in JSON and in HTML."""
    yield value
    if not value.isalnum():
        yield from {quote(value, safe=""), json.dumps(value)[1:-1], escape(value)} - {value}


def _begins_token(text: str, start: int) -> bool:
    if start == 0 or not text[start].isalnum():
        return True
    before = text[start - 1]
    if before.isalnum():
        return _ESCAPE.search(text, max(0, start - 9), start) is not None
    joined = before in _JOINERS and start > 1 and text[start - 2].isalnum()
    return not joined or _ESCAPE.search(text, max(0, start - 9), start) is not None


def _ends_token(text: str, end: int, value: str) -> bool:
    if end >= len(text) or not value[-1].isalnum():
        return True
    after = text[end]
    if after.isalnum() and len(value) < LONGEST_LEARNED:
        return False
    return not (after in _JOINERS and text[end + 1 : end + 2].isalnum())


def spreading(tokens: Mapping[str, str], shown: Callable[[], frozenset[str]]) -> dict[str, str]:
    """The values of `tokens` that no object shows openly. Expects values for which `may_spread` holds."""
    if not tokens:
        return {}
    names = shown()
    return {value: token for value, token in tokens.items() if value not in names}
