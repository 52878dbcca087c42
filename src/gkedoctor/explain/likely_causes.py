"""Which causes of a page fit a message that the table of messages does not know: those that share words with it."""

from __future__ import annotations

from collections.abc import Iterator

from gkedoctor.explain.placeholders import with_placeholders
from gkedoctor.explain.similarity import Sentences
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.library import Library

_LEAST = 0.3
"""The share of words below which a cause has no more than chance words in common with a message."""
_COMMON = 0.05
"""What being common counts for a cause, so that it comes before a rare one that shares about as much."""


def likely_causes(question: str, playbook: CompiledPlaybook, library: Library) -> tuple[str, ...]:
    """The causes of a playbook whose own words are in a message, the one that shares most first; perhaps none."""
    best: dict[str, float] = {}
    for found in Sentences(_sentences(playbook, library)).similar(question, _LEAST):
        best[found.value] = max(best.get(found.value, 0.0), found.share)
    common = {word for word in best if word in library.causes and library.causes[word].common}
    return tuple(sorted(best, key=lambda word: -best[word] - _COMMON * (word in common)))


def _sentences(playbook: CompiledPlaybook, library: Library) -> Iterator[tuple[str, str]]:
    """What is known of each cause: its word, meaning, check, phrases, title, and the messages that lead to it."""
    words = {cause.cause for cause in playbook.model.causes}
    for cause in playbook.model.causes:
        yield cause.cause.replace("-", " "), cause.cause
        yield with_placeholders(cause.title), cause.cause
        yield from ((phrase, cause.cause) for phrase in cause.seen_as)
    for word in sorted(words & set(library.causes)):
        yield library.causes[word].means, word
        yield library.causes[word].check or "", word
    for message in playbook.messages():
        if message.entry.cause in words and not message.entry.in_context:
            yield from ((text, message.entry.cause) for text in (message.entry.meaning, *message.entry.examples))
