"""Phrases: a text with `…` for what varies, and how much of it a message and a phrase have in common."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "`": "'"})
_GAP = "…"
_LEAST = 3
"""Shorter questions are in too many phrases to mean one."""
_LONG = 8
_IN_ONE = re.compile(r"[a-z0-9_-]+")
_IDENTIFIER = re.compile(
    r"[a-z][A-Z]|[A-Z]{2}[a-z]|[A-Za-z]_[A-Za-z]|[A-Z]{3}\d|[a-z]\.[a-z]{1,40}[A-Z]|\w/\w{1,60}-\w"
)


class PhraseMatch(NamedTuple):
    """How a question and a phrase meet: `length` letters of the phrase are in the question."""

    length: int
    whole: bool


def plain(text: str) -> str:
    """A text without what does not matter: capitals, runs of spaces, kinds of quotes."""
    return " ".join(text.translate(_QUOTES).casefold().split())


def match_phrase(phrase: str, question: str) -> PhraseMatch | None:
    """Where the phrase stands in the question, or the question in the phrase. Both are `plain`."""
    found = _pattern(phrase).search(question)
    if found:
        return PhraseMatch(len(phrase.replace(_GAP, "").replace("  ", " ")), found.span() == (0, len(question)))
    if phrase.isalpha() and _same_identifier(phrase, question):
        return PhraseMatch(len(phrase), len(_squashed(question)) == len(phrase))
    return PhraseMatch(len(question), False) if stands_in(question, phrase) else None


def is_identifier(text: str) -> bool:
    """Whether a text holds a word that programs write and people do not: `OOMKilled`, `IP_IN_USE`, `GWCER101`."""
    return (not text.isascii() and "…" not in text) or _IDENTIFIER.search(text) is not None


def _squashed(text: str) -> str:
    return text.replace("_", "").replace("-", "")


def _same_identifier(phrase: str, question: str) -> bool:
    """Whether the question has the one word of a phrase in another style: FAILED_NOT_VISIBLE and FailedNotVisible."""
    wanted = _squashed(phrase)
    return len(wanted) >= _LONG and any(_squashed(w) == wanted for w in _IN_ONE.findall(question) if "_" in w)


def stands_in(question: str, text: str) -> bool:
    """Whether a question is part of a text, from word to word. Both are `plain`."""
    return len(question) >= _LEAST and _word(question).search(text) is not None


@lru_cache(maxsize=4096)
def _pattern(phrase: str) -> re.Pattern[str]:
    """The phrase, its gaps at most 200 letters wide, between the ends of words."""
    parts = [re.escape(part.strip()) for part in phrase.split(_GAP)]
    return _between_words(r".{0,200}?".join(parts), phrase)


@lru_cache(maxsize=16)
def _word(text: str) -> re.Pattern[str]:
    return _between_words(re.escape(text), text)


def _between_words(regex: str, text: str) -> re.Pattern[str]:
    """`_` and `-` belong to words (`in_use` is not in `ip_in_use_by_…`), as do letters; others end them."""
    before = r"(?<![a-z0-9_-])" if _is_letter(text[:1]) else ""
    after = r"(?![a-z0-9_-])" if _is_letter(text[-1:]) else ""
    return re.compile(before + regex + after, re.DOTALL)


def _is_letter(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char == "_")
