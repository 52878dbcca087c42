"""From a message to the pages that explain it.

A page is as good as the longest text that it and the question have in common: a phrase of `seen_as`, a title, a
message of the table that leads to it (only what its pattern spells out counts). Where none fits, the page counts whose
known sentences share most of their words with the question; below a floor there is none. The same question always gets
the same answer, and each hit says why it is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import NamedTuple

from gkedoctor.explain.known_messages import known_messages
from gkedoctor.explain.messages import Lead, Leads
from gkedoctor.explain.phrase_matching import is_identifier, match_phrase, plain, stands_in
from gkedoctor.explain.similarity import Sentences, Similar
from gkedoctor.messages import Message
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.library import Library
from gkedoctor.snapshot.kinds import CUSTOM

MOST = 8
_LONGEST = 4_000
"""Letters of a question that are read: a whole log says everything and nothing."""
_HOLE = re.compile(r"\{\{(?:(?!\{\{|\}\}).)*\}\}", re.DOTALL)
FLOOR = 0.58
"""The share of words in common below which a sentence is about something else. Set by `tests/explain/`."""
_SURE = 0.75
"""The share above which a similar sentence says more than a few plain words that are in common."""
_NEARBY = 0.3
"""The share above which a page is worth naming as a topic nearby."""
_LONG = 60
"""The length of a text that a sentence with the same words counts as."""
_STRONG = 16
"""Letters in common that are no chance."""
_PART = 0.3
"""A few plain words that are less than this share of a question may stand in a message about anything."""
_MANY = 0.04
"""What each further sentence of a page that is similar counts."""


_OF_ALL_PROGRAMS = frozenset(
    {"connection refused", "connection timed out", "i/o timeout", "no such host", "googleapi: error 403"}
)
"""What every program says whose connection fails: the words around it show what the message is about."""


class HitReason(IntEnum):
    """Why a page was found, the best reason first."""

    PHRASE = 0
    MESSAGE = 1
    TEXT = 2
    SIMILAR = 3


class SearchHit(NamedTuple):
    """A page, and why: `by` is the text that matches; `cause` is set where it speaks for one cause alone.

    `question`: the message that was searched for.
    """

    playbook: CompiledPlaybook
    cause: str | None
    why: HitReason
    by: str
    length: int
    order: int
    whole: bool = False
    lead: Lead | None = None
    question: str = ""

    @property
    def is_named(self) -> bool:
        """Whether the table of messages names this page for the message."""
        return self.lead is not None and self.lead.page == self.playbook.id

    @property
    def rank(self) -> tuple[float, ...]:
        """The longest text; what was said and no more; the page that the table names for all of it; the surest reason;
        the page that the table names for a part; the order.

        A page about the objects of all operators has the causes of many others and comes after them; of equals, the
        one that most known messages lead to comes first."""
        general = CUSTOM in self.playbook.kinds
        often = len(known_messages().get(self.playbook.id, ()))
        meant = self.whole and self.is_named
        return (-self.length, not self.whole, not meant, self.why, not self.is_named, general, -often, self.order)


class _Target(NamedTuple):
    """What a known sentence leads to, by the number of the playbook. `is_message`: it is one, and no description."""

    playbook: int
    cause: str | None = None
    lead: Lead | None = None
    is_message: bool = False


@dataclass(frozen=True)
class Index:
    """The playbooks, ready to be searched."""

    library: Library
    _leads: dict[str, Leads] = field(default_factory=dict)

    def hits(self, question: str, besides: str | None = None) -> list[SearchHit]:
        """The pages for a question, the best first; one hit a playbook. None where no page fits.

        `besides`: a known message that does not count, for tests that ask for what is found without it.
        """
        question = question[:_LONGEST]
        asked = plain(question)
        best: dict[str, SearchHit] = {}
        meant: dict[str, SearchHit] = {}
        for hit in self._all(asked, question) if asked else ():
            if _is_chance(hit, asked):
                continue
            _keep(best, hit)
            if hit.why is HitReason.MESSAGE:
                _keep(meant, hit)
        found = [*best.values()]
        if self._is_outside(question, max((hit.length for hit in found), default=0)):
            return []
        weak = not any(_is_strong(hit) for hit in found)
        fitting = {hit.playbook.id: hit for hit in found}
        for hit in self._similar(question, _SURE if found else FLOOR, besides):
            if weak or hit.whole:
                _keep(fitting, hit)
        found = [_with_meaning(hit, meant.get(hit.playbook.id))._replace(question=question) for hit in fitting.values()]
        return sorted(found, key=lambda hit: (hit.rank, hit.playbook.id))[:MOST]

    def outside(self, question: str) -> Message | None:
        """The entry of the table for a message that is about no cluster (kubectl's own errors), where it is one."""
        text = question[:_LONGEST]
        found = ((entry.pinned(text), entry) for entry in self._outside)
        length, best = max(found, key=lambda pair: pair[0], default=(0, None))
        return best if length else None

    def _is_outside(self, question: str, length: int) -> bool:
        entry = self.outside(question)
        return entry is not None and entry.pinned(question) >= length

    @cached_property
    def _outside(self) -> tuple[Message, ...]:
        """The entries for people that lead to no page and no cause."""
        tables = {id(table): table for playbook in self.library if (table := playbook.messages())}
        return tuple(
            entry for table in tables.values() for entry in table if entry.entry.explain_only and not entry.leads
        )

    def nearby(self, question: str) -> list[SearchHit]:
        """The pages that have most words in common with a question that no page fits: topics, and no answers."""
        found = self._similar(question[:_LONGEST], _NEARBY)
        return sorted(found, key=lambda hit: (hit.rank, hit.playbook.id))[:3]

    def phrases(self) -> Iterator[tuple[str, CompiledPlaybook, str | None]]:
        """Every phrase with its playbook and cause: the index "what you see"."""
        for playbook in self.library:
            yield from ((phrase, playbook, None) for phrase in playbook.model.seen_as)
            for cause in playbook.model.causes:
                yield from ((phrase, playbook, cause.cause) for phrase in cause.seen_as)

    def _all(self, asked: str, question: str) -> Iterator[SearchHit]:
        for playbook in self.library:
            yield from _by_phrases(playbook, asked)
            yield from self._by_messages(playbook, asked, question)
            yield from _by_texts(playbook, asked)

    def _of(self, playbook: CompiledPlaybook) -> Leads:
        return self._leads.setdefault(playbook.id, Leads(playbook))

    def _by_messages(self, playbook: CompiledPlaybook, asked: str, question: str) -> Iterator[SearchHit]:
        for order, lead in enumerate(self._of(playbook).all):
            length = lead.length(question)
            if length:
                at = order if lead.page != playbook.id else -1 if lead.cause is None else -2
                whole = length >= len(asked) and lead.is_for_people
                yield SearchHit(playbook, lead.cause, HitReason.MESSAGE, lead.says, length, at, whole, lead)

    def _similar(self, question: str, least: float, besides: str | None = None) -> list[SearchHit]:
        """The pages by the sentence that is most like the question, and a little by how many others are."""
        pages: dict[int, list[Similar[_Target]]] = {}
        for found in self._sentences.similar(question, _NEARBY, besides):
            pages.setdefault(found.value.playbook, []).append(found)
        hits = []
        for number, similar in pages.items():
            best = max(similar, key=lambda s: (s.is_same and s.value.is_message, s.share))
            share = best.share + _MANY * min(len(similar) - 1, 5)
            if share < least:
                continue
            target, playbook = best.value, self.library[number]
            same = best.is_same and target.is_message
            most = len(plain(question))
            length = most if same else min(round(_LONG * share), most - 1)
            hit = SearchHit(playbook, target.cause, HitReason.SIMILAR, best.sentence, length, 0, same, target.lead)
            hits.append(hit)
        return hits

    @cached_property
    def _sentences(self) -> Sentences[_Target]:
        return Sentences(pair for number in range(len(self.library)) for pair in self._known(number))

    def _known(self, number: int) -> Iterator[tuple[str, _Target]]:
        """What is known to be about a page: its title, its phrases, its causes, the examples of its messages."""
        playbook = self.library[number]
        yield playbook.model.title, _Target(number)
        for known, word in known_messages().get(playbook.id, ()):
            yield known, _Target(number, word, is_message=True)
        for phrase in playbook.model.seen_as:
            yield phrase, _Target(number)
        for cause in playbook.model.causes:
            yield cause.cause.replace("-", " "), _Target(number, cause.cause)
            if cause.cause in self.library.causes:
                yield self.library.causes[cause.cause].means, _Target(number, cause.cause)
            for phrase in cause.seen_as:
                yield phrase, _Target(number, cause.cause)
        for lead in self._of(playbook).all:
            if lead.message is not None:
                yield lead.says, _Target(number, lead.cause, lead)
                for text in lead.message.entry.examples:
                    yield text, _Target(number, lead.cause, lead, lead.page == playbook.id)


def _is_strong(hit: SearchHit) -> bool:
    """Whether a text in common says enough by itself: long, all that was asked, or a word that only programs write."""
    said = hit.by if hit.why is not HitReason.MESSAGE else ""
    return hit.length >= _STRONG or hit.whole or hit.why is HitReason.TEXT or is_identifier(said)


def _is_chance(hit: SearchHit, asked: str) -> bool:
    """Whether what is in common is a few plain words in a longer text, which may be about anything."""
    if hit.whole or hit.length >= _PART * len(asked):
        return False
    if hit.by.casefold() in _OF_ALL_PROGRAMS:
        return True
    if hit.why is HitReason.MESSAGE:
        return hit.length < 12 and hit.lead is not None and not is_identifier(hit.lead.said(asked))
    return hit.why is HitReason.PHRASE and len(hit.by.split()) <= 2 and not is_identifier(hit.by)


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
