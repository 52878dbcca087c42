"""The messages that lead to a playbook: entries of the table, and the reasons that its expressions compare with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from jmespath.exceptions import JMESPathError

from gkedoctor.messages import Message
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.expression import Expression
from gkedoctor.playbook.message_use import ids_in

_LEAST = 8
"""Characters that an entry must determine of a message to say anything: `failed` is in every second one."""
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*")


@lru_cache(maxsize=4096)
def _word(word: str) -> re.Pattern[str]:
    return re.compile(rf"\b{word}\b", re.IGNORECASE)


class Lead(NamedTuple):
    """An entry of the table, or a word of Kubernetes, that leads to a playbook; `cause`: to one cause of it alone."""

    message: Message | None
    word: str
    cause: str | None

    @property
    def says(self) -> str:
        """What it says: the meaning of the entry, or the word itself."""
        return self.message.entry.meaning if self.message is not None else self.word

    @property
    def page(self) -> str | None:
        """The id of the playbook that the entry names."""
        return self.message.entry.page if self.message is not None else None

    @property
    def is_for_people(self) -> bool:
        """Whether the entry describes what people paste, and no playbook reads it."""
        return self.message is not None and self.message.entry.explain_only

    def said(self, text: str) -> str:
        """The part of a text that it is met by."""
        found = self.message.search(text) if self.message is not None else _word(self.word).search(text)
        return found[0] if found else ""

    def length(self, text: str) -> int:
        """How many characters of a text it determines; 0 where it is not in it."""
        if self.message is None:
            return len(self.word) if _word(self.word).search(text) else 0
        pinned = self.message.pinned(text)
        return pinned if pinned >= _LEAST or self.message.entry.explain_only else 0


class Leads:
    """What leads to one playbook."""

    def __init__(self, playbook: CompiledPlaybook) -> None:
        self._playbook = playbook

    @cached_property
    def all(self) -> tuple[Lead, ...]:
        """Each lead once: those that the expressions name in the order of the file, then those of the table."""
        return tuple(dict.fromkeys((*self._named(), *self._of_table())))

    def _named(self) -> Iterator[Lead]:
        model = self._playbook.model
        texts: list[tuple[str, str | None]] = [(text, None) for text in model.let.values()]
        texts += [(model.each.source, None)] if model.each else []
        texts += [(model.symptom.when, None)]
        for cause in model.causes:
            texts += [(text, cause.cause) for text in (cause.when, cause.certain_if) if text]
        for text, word in texts:
            tree = _tree(text)
            yield from (self._lead(id, word) for id in ids_in(tree) if self._tells(id))
            yield from (Lead(None, reason, word) for reason in _reasons(tree))

    def _of_table(self) -> Iterator[Lead]:
        """Entries that name the playbook, or one of its causes and no playbook."""
        known = self._causes if self._playbook.is_live else frozenset()
        for message in self._playbook.messages():
            mine = message.entry.page == self._playbook.id
            if message.leads and (mine or (message.entry.page is None and message.entry.cause in known)):
                yield self._lead(message.id, None)

    @cached_property
    def _causes(self) -> frozenset[str]:
        return frozenset(cause.cause for cause in self._playbook.model.causes)

    def _tells(self, id: str) -> bool:
        message = self._playbook.messages().get(id)
        return message is not None and message.tells

    def _lead(self, id: str, cause: str | None) -> Lead:
        """The lead of an entry, to the cause that entry and playbook share, else to the one of the condition."""
        message = self._playbook.messages()[id]
        return Lead(message, "", message.entry.cause if message.entry.cause in self._causes else cause)


def _tree(text: str) -> Any:
    try:
        return Expression(text).tree
    except JMESPathError:
        return None


def _reasons(node: Any) -> Iterator[str]:
    """Reasons of Kubernetes that an expression compares with, but for those that it denies."""
    if not isinstance(node, dict) or node.get("type") == "not_expression":
        return
    children = node.get("children") or []
    if node.get("type") == "comparator" and node["value"] == "eq":
        words = [child["value"] for child in children if child.get("type") == "literal"]
        yield from (word for word in words if isinstance(word, str) and _is_reason(word))
    for child in children:
        yield from _reasons(child)


def _is_reason(word: str) -> bool:
    """Whether a word is a reason as Kubernetes writes them: `CreateContainerConfigError`, no mere kind or state."""
    humps = sum(map(str.isupper, word)) >= 2 and not word.isupper()
    return bool(_WORD.fullmatch(word)) and humps and len(word) >= _LEAST
