"""The sentence that shares most of its words with a question: each word counts by how few sentences have it.

The weight is the inverse document frequency of information retrieval, the measure the Tversky index of the weights: 1
for the same words, 0 for none in common. Words that only the question has count less than those that only the sentence
has: questions hold names, times and what else was on the screen.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")

_QUOTED = re.compile(
    # but for permissions: artifactregistry.repositories.get
    r'"(?![a-z]{1,60}\.[a-zA-Z]{1,60}\.[a-z]{1,60}[A-Z])[^"\s]{1,253}"'
    r"|'[^'\s]{2,253}'|`[^`\s]{1,253}`|\{\{.{0,300}?\}\}"
)
"""Names in quotes: they say which object, and not what is wrong."""
_PART = re.compile(r"\S+")
_WORD = re.compile(r"[A-Z]{3,}\d{3}\b|[A-Za-z_]{2,}|\b(?:12[678]|1[34]\d|[45]\d\d)\b")
"""Words, the codes of controllers (GWCER104), exit codes and statuses of HTTP."""
_HUMP = re.compile(r"[A-Z]{3,}\d{3}|[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d{3}")
_STEM = 6
"""Letters of a word that are compared: `expired` and `expires`, `schedule` and `scheduling` are one."""
_OF_QUESTION = 0.35
"""What the words of the question count, and the rest those of the sentence. Set by `tests/explain/`."""
_SAME = 0.95
_STRANGE = 0.5
"""What a word that is in no sentence weighs, as a share of one that is in a single one: most are names."""
_DULL = frozenset((
    "a", "an", "the", "of", "for", "to", "in", "on", "at", "by", "is", "are", "was", "be", "been", "has", "have",
    "had", "it", "its", "this", "that", "and", "or", "with", "as", "from", "not", "no", "my", "we", "do", "does",
    "did", "can", "could", "will", "would", "should", "why", "what", "how", "when", "which", "who", "there", "than",
    "then", "after", "because", "but", "if", "so", "you",
))  # fmt: skip


class Similar(NamedTuple, Generic[T]):
    """A sentence, what it leads to, and how much of the words it shares with the question.

    `is_same`: the words of both are the same but for a few, so that the question is the sentence with other names.
    """

    sentence: str
    value: T
    share: float
    is_same: bool


def words_of(text: str) -> frozenset[str]:
    """The words of a text as they are compared: without names, cut to their stem, compounds also in their parts."""
    return frozenset(_words(_QUOTED.sub(" ", text)))


def _words(text: str) -> Iterator[str]:
    for part in _PART.findall(text):
        if _is_name(part):
            continue
        for word in _WORD.findall(part):
            humps = [hump.lower() for hump in _HUMP.findall(word.replace("_", " "))]
            if len(humps) > 1:
                yield "".join(humps)
            yield from (
                hump if hump[-1].isdigit() else hump[:_STEM] for hump in humps if len(hump) > 1 and hump not in _DULL
            )


def _is_name(part: str) -> bool:
    """Whether a part is the name of an object, an address or a path."""
    bare = part.strip(".,:;()[]{}<>\"'`")
    return bool(re.search(r"\d", bare)) and not bare.isdigit() and not re.fullmatch(r"[A-Z]+\d{2,4}", bare)


class Sentences(Generic[T]):
    """Sentences with what they lead to, ready to be compared with."""

    def __init__(self, sentences: Iterable[tuple[str, T]]) -> None:
        self._all: Sequence[tuple[str, T, frozenset[str]]] = [
            (text, value, words_of(text)) for text, value in dict.fromkeys(sentences)
        ]
        counts = Counter(word for _, _, words in self._all for word in words)
        self._most = math.log(1 + len(self._all))
        self._weights: Mapping[str, float] = {w: math.log(1 + len(self._all) / n) for w, n in counts.items()}
        self._having: dict[str, list[int]] = defaultdict(list)
        for i, (_, _, words) in enumerate(self._all):
            for word in words:
                self._having[word].append(i)

    def similar(self, question: str, least: float, besides: str | None = None) -> Iterator[Similar[T]]:
        """The sentences that share at least this much with a question, in the order in which they were given.

        `besides`: a sentence that does not count, for tests that ask for what is known without it.
        """
        asked = words_of(question)
        total = self._weight(asked)
        for i in sorted({i for word in asked for i in self._having.get(word, ())}):
            text, value, words = self._all[i]
            common = asked & words
            if len(common) >= min(2, len(asked)) and text != besides:
                weight, whole = self._weight(common), self._weight(words)
                share = weight / (_OF_QUESTION * total + (1 - _OF_QUESTION) * whole)
                if share >= least:
                    yield Similar(text, value, share, 2 * weight >= _SAME * (total + whole))

    def _weight(self, words: Iterable[str]) -> float:
        return sum(self._weights.get(word, _STRANGE * self._most) for word in words)
