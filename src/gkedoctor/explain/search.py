"""From a message to the pages that explain it.

A page is as good as the longest text that it and the question have in common: a phrase of `seen_as`, a title, a
message of the table that leads to it (only what its pattern spells out counts). Where nothing is in common but words,
pages are ranked by how rare those are. The same question always gets the same answer, and each hit says why it is one.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from gkedoctor.explain.messages import Lead, Leads
from gkedoctor.explain.phrase_matching import match_phrase, plain, stands_in
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.library import Library
from gkedoctor.playbook.vocabulary import Vocabulary

MOST = 8
_LONGEST = 4_000
"""Letters of a question that are looked at: a whole log says everything and nothing."""
_WORDS = re.compile(r"[a-z0-9][a-z0-9_.-]{2,}")
_HOLE = re.compile(r"\{\{(?:(?!\{\{|\}\}).)*\}\}", re.DOTALL)
_SHARE = 0.5
"""How much of what a question's words weigh has to be on a page that is named for its words alone."""


class HitReason(IntEnum):
    """Why a page was found, the best reason first."""

    PHRASE = 0
    MESSAGE = 1
    TEXT = 2
    WORDS = 3


class SearchHit(NamedTuple):
    """A page, and why: `by` is the text that was met; `cause` is set where it speaks for one cause alone."""

    playbook: CompiledPlaybook
    cause: str | None
    why: HitReason
    by: str
    length: int
    order: int
    whole: bool = False
    lead: Lead | None = None

    @property
    def rank(self) -> tuple[float, ...]:
        """Words stand behind texts; then the longest; what was said and no more; the surest reason; the order."""
        return (self.why is HitReason.WORDS, -self.length, not self.whole, self.why, self.order)


@dataclass(frozen=True)
class Index:
    """The playbooks, ready to be asked."""

    library: Library
    _leads: dict[str, Leads] = field(default_factory=dict)

    def hits(self, question: str) -> list[SearchHit]:
        """The pages for a question, the best first; one hit a playbook."""
        question = question[:_LONGEST]
        asked = plain(question)
        best: dict[str, SearchHit] = {}
        meant: dict[str, SearchHit] = {}
        for hit in self._all(asked, question) if asked else ():
            _keep(best, hit)
            if hit.why is HitReason.MESSAGE:
                _keep(meant, hit)
        found = [_with_meaning(hit, meant.get(hit.playbook.id)) for hit in best.values()]
        found.sort(key=lambda h: (h.rank, h.playbook.id))
        return found[:MOST] if found else self._by_words(asked)[:MOST]

    def phrases(self) -> Iterator[tuple[str, CompiledPlaybook, str | None]]:
        """Every phrase with its playbook and cause: the index "what you see"."""
        for playbook in self.library:
            yield from ((phrase, playbook, None) for phrase in playbook.model.seen_as)
            for cause in playbook.model.causes:
                yield from ((phrase, playbook, cause.cause) for phrase in cause.seen_as)

    def _all(self, asked: str, question: str) -> Iterator[SearchHit]:
        for playbook in self.library:
            yield from _by_phrases(playbook, asked)
            yield from self._by_messages(playbook, question)
            yield from _by_texts(playbook, asked)

    def _by_messages(self, playbook: CompiledPlaybook, question: str) -> Iterator[SearchHit]:
        for order, lead in enumerate(self._leads.setdefault(playbook.id, Leads(playbook)).all):
            length = lead.length(question)
            if length:
                at = -1 if lead.message is not None and lead.message.entry.page == playbook.id else order
                yield SearchHit(playbook, lead.cause, HitReason.MESSAGE, lead.says, length, at, lead=lead)

    def _by_words(self, asked: str) -> list[SearchHit]:
        words = set(_WORDS.findall(asked))
        causes = self.library.causes
        pages = {playbook.id: _words_of(playbook, causes) for playbook in self.library}
        weight = _weights(pages)
        total = sum(weight.get(word, math.log(1 + len(pages))) for word in words)
        hits = []
        for playbook in self.library:
            shared = sorted(words & pages[playbook.id])
            length = sum(weight[word] for word in shared)
            if shared and length >= _SHARE * total:
                length += sum(weight[word] for word in words & _named(playbook))
                hits.append(SearchHit(playbook, None, HitReason.WORDS, ", ".join(shared), round(100 * length), 0))
        return sorted(hits, key=lambda h: (h.rank, h.playbook.id))


def _keep(best: dict[str, SearchHit], hit: SearchHit) -> None:
    known = best.get(hit.playbook.id)
    if known is None or hit.rank < known.rank:
        best[hit.playbook.id] = hit


def _with_meaning(hit: SearchHit, meant: SearchHit | None) -> SearchHit:
    """The hit with what the table says of the message, where it says something; that may name the cause."""
    return hit if meant is None else hit._replace(lead=meant.lead, cause=hit.cause or meant.cause)


def _by_phrases(playbook: CompiledPlaybook, asked: str) -> Iterator[SearchHit]:
    said: list[tuple[str, str | None]] = [(phrase, None) for phrase in playbook.model.seen_as]
    said += [(phrase, cause.cause) for cause in playbook.model.causes for phrase in cause.seen_as]
    for order, (phrase, cause) in enumerate(said):
        met = match_phrase(plain(phrase), asked)
        if met:
            yield SearchHit(playbook, cause, HitReason.PHRASE, phrase, met.length, order, met.whole)


def _by_texts(playbook: CompiledPlaybook, asked: str) -> Iterator[SearchHit]:
    """Title, symptom and meaning, where the question stands in them word for word."""
    model = playbook.model
    for order, text in enumerate((model.title, model.symptom.say, model.about)):
        shown = " ".join(_HOLE.sub("…", text).split())
        if stands_in(asked, plain(shown)):
            yield SearchHit(playbook, None, HitReason.TEXT, shown, len(asked), order)


def _named(playbook: CompiledPlaybook) -> set[str]:
    """The words of the title, the tags and the causes: they count twice."""
    model = playbook.model
    causes = (cause.cause.replace("-", " ") for cause in model.causes)
    return set(_WORDS.findall(plain(" ".join([model.title, *model.tags, *causes]))))


def causes_for(question: str, causes: Vocabulary) -> list[str]:
    """The words of the vocabulary that a question names by most of its words: also those no playbook can say yet."""
    words = set(_WORDS.findall(plain(question)))
    shared = {
        cause: len(words & set(_WORDS.findall(plain(f"{cause.replace('-', ' ')} {definition.means}"))))
        for cause, definition in causes.items()
    }
    found = [cause for cause, count in shared.items() if count and count >= _SHARE * len(words)]
    return sorted(found, key=lambda cause: (-shared[cause], cause))[:MOST]


def _words_of(playbook: CompiledPlaybook, causes: Vocabulary) -> set[str]:
    model = playbook.model
    texts = [model.title, model.about, *model.seen_as, *model.tags, model.symptom.say]
    for cause in model.causes:
        texts += [cause.cause, cause.title, causes[cause.cause].means if cause.cause in causes else "", *cause.seen_as]
    return set(_WORDS.findall(plain(_HOLE.sub(" ", " ".join(texts)))))


def _weights(pages: Mapping[str, set[str]]) -> dict[str, float]:
    """How much a word says: the fewer pages have it, the more."""
    counts = Counter(word for words in pages.values() for word in words)
    return {word: math.log(1 + len(pages) / count) for word, count in counts.items()}
