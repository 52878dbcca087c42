"""The annotation with which an object itself says which of its faults nobody has to hear of.

    gkedoctor.dev/ignore: "missing-secret,oom-killed; until=2026-12-31; reason=moves in December"

Causes (`*`: all), then, each after a semicolon, the last day on which it holds and why.
"""

from __future__ import annotations

from collections.abc import Callable

from gkedoctor.config.model import SuppressionRule
from gkedoctor.config.validation import Mistake, day, unknown_cause
from gkedoctor.graph import nearest
from gkedoctor.playbook.vocabulary import Vocabulary

IGNORE = "gkedoctor.dev/ignore"
_FIELDS = ("until", "reason")


def parse(text: str, owner: str, known: Callable[[], Vocabulary]) -> SuppressionRule | Mistake:
    """The rule in an annotation of an object, or what is wrong with it. `known`: the words that are known."""
    head, *rest = (part.strip() for part in text.split(";"))
    causes = tuple(cause.strip() for cause in head.split(","))
    for cause in causes:
        problem = unknown_cause(cause, known) if cause else Mistake("it names no cause", "`*` stands for all")
        if problem is not None:
            return problem
    fields = _fields(rest)
    if isinstance(fields, Mistake):
        return fields
    until = day(fields["until"]) if "until" in fields else None
    if "until" in fields and until is None:
        return Mistake(f"`{fields['until']}` is not a date", "write it as until=2026-12-31")
    return SuppressionRule(f"annotation of {owner}", fields.get("reason") or "no reason given", until, causes=causes)


def _fields(parts: list[str]) -> dict[str, str] | Mistake:
    fields: dict[str, str] = {}
    for part in filter(None, parts):
        key, equals, value = (piece.strip() for piece in part.partition("="))
        if key not in _FIELDS or not equals:
            near = nearest(key, list(_FIELDS))
            return Mistake(f"unknown part `{part}`", f"did you mean `{near}=`?" if near else "until=… or reason=…")
        fields[key] = value
    return fields
