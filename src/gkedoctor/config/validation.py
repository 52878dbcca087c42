"""The words of a suppression, and what is wrong with one: the same in the file and in an annotation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple

from gkedoctor.graph import nearest
from gkedoctor.playbook.vocabulary import Vocabulary, unknown_word
from gkedoctor.snapshot.custom_kinds import custom_kinds
from gkedoctor.snapshot.kinds import KINDS

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Mistake(NamedTuple):
    """What is wrong with a word, and what was probably meant."""

    message: str
    hint: str | None


def day(text: str) -> date | None:
    """The day of `2026-12-31`; None for what is none."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def is_pattern(word: str) -> bool:
    """Whether a word stands for several."""
    return any(sign in word for sign in "*?[")


def unknown_cause(word: str, causes: Callable[[], Vocabulary]) -> Mistake | None:
    """What is wrong with the name of a cause.

    A word with a prefix that no playbook at hand declares is no mistake: a suppression is read by people, too, who do
    not have the playbooks that it is about.
    """
    if is_pattern(word):
        return None
    near = unknown_word(word, causes())
    return None if near is None else Mistake(f"unknown cause `{word}`", f"did you mean `{near}`?" if near else None)


def unknown_object(word: str) -> Mistake | None:
    """What is wrong with KIND/NAME or KIND/NAMESPACE/NAME."""
    kind, *rest = word.split("/")
    if not 1 <= len(rest) <= 2 or not all(rest):
        return Mistake(f"`{word}` is not an object", "write KIND/NAME or KIND/NAMESPACE/NAME, as in Deployment/cart-*")
    known = {*KINDS, *(row.kind for row in custom_kinds())}
    return None if kind in known or is_pattern(kind) else _unknown("kind", kind, known)


def _unknown(what: str, word: str, known: Iterable[str]) -> Mistake:
    near = nearest(word, list(known))
    return Mistake(f"unknown {what} `{word}`", f"did you mean `{near}`?" if near else None)
