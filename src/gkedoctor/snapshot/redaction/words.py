"""Whether a value is made of words, which a diagnosis may need, or is none that anybody would write in a message.

`vocabulary.txt` holds the words of the playbooks' patterns (a test compares them), of Kubernetes', Google Cloud's and
Python's documentation. It is a list and no model of a language: `zebraquartz` looks like English and is in no message.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from gkedoctor.lazy_regex import lazy
from gkedoctor.snapshot.redaction.languages import WRONG

_PART = lazy(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+")
_NOT_LETTERS = lazy(r"[\W\d_]+")
_SHORT = 2
"""Letters up to which a part says nothing."""


@cache
def vocabulary() -> frozenset[str]:
    """Words in lower case."""
    return frozenset(Path(__file__).with_name("vocabulary.txt").read_text(encoding="utf-8").split())


@lru_cache(maxsize=10_000)
def is_word(word: str) -> bool:
    """Whether letters are a word, or several that are written as one in camel case."""
    known = vocabulary()
    low = word.lower()
    if len(low) <= _SHORT or low in known or low in WRONG or _singular(low) in known:
        return True
    parts = _PART.findall(word)
    long = sum(len(part) for part in parts if len(part) > _SHORT)
    return 2 * long > len(word) and all(len(part) <= _SHORT or part.lower() in known for part in parts)


def _singular(word: str) -> str:
    return word[:-2] if word.endswith("es") else word[:-1] if word.endswith("s") else word


def are_words(value: str) -> bool:
    """Whether all letters of a text stand in words. True of a text without letters."""
    return all(is_word(part) for part in _NOT_LETTERS.split(value) if part)


def count_of_words(value: str) -> int:
    """How many words a text has."""
    return sum(1 for part in _NOT_LETTERS.split(value) if part)


@lru_cache(maxsize=10_000)
def is_wordy(value: str) -> bool:
    """Whether most letters of a name like `PaymentGatewayV2ClientFactoryBean` stand in words of a length."""
    parts = [part for part in _PART.findall(value) if len(part) > _SHORT]
    letters = sum(map(len, parts))
    known = sum(len(part) for part in parts if is_word(part.lower()))
    return letters > 0 and known >= 0.6 * letters and letters >= 0.6 * len(value)
