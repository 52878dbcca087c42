"""The words that a playbook's own expressions look for: they lead to its page, too, without being written twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, cached_property
from typing import Any, NamedTuple

from jmespath.exceptions import JMESPathError

from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.expression import Expression
from gkedoctor.playbook.functions import pattern

_ASKS = ("matches", "capture", "line")
_LEAST = 9
"""Letters that must stand in a message for a pattern to say anything: `failed` is in every second one."""
_VARYING = re.compile(r"\(\?P<\w+>[^()]*\)|\[[^]]*\]|\\[A-Za-z]|\(\?[:!=<]+|[.*+?^$(){}\\]")
"""What of a pattern stands for more than itself."""
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*")


class Looks(NamedTuple):
    """A pattern or a word that an expression looks for; `cause`: which cause it speaks for, None for all."""

    regex: str
    cause: str | None


class Expressions:
    """What the expressions of one playbook look for."""

    def __init__(self, playbook: CompiledPlaybook) -> None:
        self._playbook = playbook

    @cached_property
    def looks(self) -> tuple[Looks, ...]:
        """Each pattern once, in the order of the file."""
        return tuple(dict.fromkeys(self._found()))

    def _found(self) -> Iterator[Looks]:
        model = self._playbook.model
        texts: list[tuple[str, str | None]] = [(text, None) for text in model.let.values()]
        texts += [(model.each.source, None)] if model.each else []
        texts += [(model.symptom.when, None)]
        for cause in model.causes:
            texts += [(text, cause.cause) for text in (cause.when, cause.certain_if) if text]
        for text, word in texts:
            yield from (Looks(regex, word) for regex in _regexes(text))


def longest(looks: Looks, message: str) -> int:
    """How many letters of a message a pattern pins down, its named groups left out; 0 where it is not in it."""
    found = pattern(looks.regex).search(message)
    if found is None:
        return 0
    varying = sum(len(found[name] or "") for name in found.re.groupindex)
    length = min(len(found[0]) - varying, _own_letters(looks.regex))
    return length if length >= _LEAST - looks.regex.startswith(r"\b") else 0


@cache
def _own_letters(regex: str) -> int:
    """The letters of the longest alternative: what `.*` runs over is not its own."""
    return max(len(part) for part in _VARYING.sub("", regex).split("|"))


def _regexes(text: str) -> Iterator[str]:
    try:
        yield from _in(Expression(text).tree)
    except JMESPathError:
        return


def _in(node: Any) -> Iterator[str]:
    """Patterns and compared words, but for those that an expression denies."""
    if not isinstance(node, dict) or node.get("type") == "not_expression":
        return
    children = node.get("children") or []
    if node.get("type") == "function_expression" and node["value"] in _ASKS:
        yield from (child["value"] for child in children[1:2] if _is_text(child))
    elif node.get("type") == "comparator" and node["value"] == "eq":
        yield from (_as_word(child["value"]) for child in children if _is_text(child) and _is_reason(child["value"]))
    for child in children:
        yield from _in(child)


def _is_text(node: Any) -> bool:
    return isinstance(node, dict) and node.get("type") == "literal" and isinstance(node["value"], str)


def _is_reason(word: str) -> bool:
    """Whether a word is a reason as Kubernetes writes them: `CreateContainerConfigError`, no mere kind or state."""
    return bool(_WORD.fullmatch(word)) and sum(map(str.isupper, word)) >= 2 and len(word) >= _LEAST - 1


def _as_word(word: str) -> str:
    return rf"\b{word}\b"
