"""Which change most probably broke it.

Points are added up: how near the changed object stands to the diagnosis, whether its cause often comes about by such a
field, whether the diagnosis speaks of the new value, and whether somebody set it or it came of something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gkedoctor.compare.changes import ChangeOrigin, ObjectChange
from gkedoctor.compare.proximity import Proximity
from gkedoctor.diagnose.model import Diagnosis
from gkedoctor.graph import Graph, Ref
from gkedoctor.graph.objects.owners import WORKLOADS
from gkedoctor.playbook.vocabulary import Vocabulary

_SUSPECT, _PER_RANK = 30, 2
_SPOKEN_OF = 20
_RECORDED = 15
"""The later side itself records the change as one that the diagnosis stands on (`diagnose/changes.py`)."""

_CAME_OR_WENT = {True: 40, False: 6}
"""An object that was added or removed, by whether it is the root."""

_SORTS = {ChangeOrigin.SET: 0, ChangeOrigin.STATUS: -14, ChangeOrigin.CONSEQUENCE: -30}
_MILD = re.compile(r" metadata\.annotations|spec\.replicas$|^(Deployment|StatefulSet|DaemonSet) metadata\.labels")
_IDLE = re.compile(r"template\.metadata\.annotations")
_MILDER, _MILDEST = -4, -12
"""What seldom breaks anything, and what restarts Pods and says little (restartedAt, checksums)."""

_NAMESPACE_MATE = 8
_SCARCE = frozenset({"quota-exceeded", "insufficient-resources", "host-port-conflict"})
_TAKES_ROOM = re.compile(r"^$|spec\.replicas$|\.resources\b|hostPort")
_MOST = 30
"""Changes that are listed for one diagnosis."""


@dataclass(frozen=True)
class RankedChange:
    """A change, and the diagnoses (by fingerprint) that it may have caused."""

    change: ObjectChange
    fingerprints: tuple[str, ...]
    points: int


def ranked(
    diagnoses: Sequence[Diagnosis], found: Sequence[ObjectChange], graphs: tuple[Graph, Graph], causes: Vocabulary
) -> list[RankedChange]:
    """The changes that the diagnoses stand on, the most suspicious first. `causes`: by which fields one comes about."""
    worth: dict[int, int] = {}
    named: dict[int, list[str]] = {}
    places, surroundings = _Places(found), Proximity(graphs)
    likely = _Likely(causes)
    for diagnosis in diagnoses:
        for points, i in _of_one(diagnosis, places, surroundings.nearness(diagnosis), likely):
            worth[i] = max(worth.get(i, points), points)
            named.setdefault(i, []).append(diagnosis.fingerprint)
    order = sorted(worth, key=lambda i: (-worth[i], i))
    return [RankedChange(found[i], tuple(named[i]), worth[i]) for i in order]


class _Places:
    """The changes by object and by namespace, so that a diagnosis need not look at all of them."""

    def __init__(self, found: Sequence[ObjectChange]) -> None:
        self.found = found
        self._of: dict[Ref, list[int]] = {}
        self._in: dict[str | None, list[int]] = {}
        for i, change in enumerate(found):
            self._of.setdefault(change.ref, []).append(i)
            self._in.setdefault(change.ref.namespace, []).append(i)

    def near(self, refs: Iterable[Ref], namespaces: Iterable[str]) -> list[int]:
        """The places of changes of these objects, of these namespaces, and of what is in none."""
        lists = [*(self._of.get(ref, []) for ref in refs), *(self._in.get(n, []) for n in (None, *namespaces))]
        return sorted({i for places in lists for i in places})


class _Likely:
    """The fields by which causes most often come about, as patterns that are searched in `KIND path`."""

    def __init__(self, causes: Vocabulary) -> None:
        self._causes = causes
        self._patterns: dict[str, tuple[re.Pattern[str], ...]] = {}

    def rank(self, change: ObjectChange, cause: str) -> int | None:
        """Which of a cause's patterns a change fits, 0 for the likeliest; None for none of them."""
        if cause not in self._patterns:
            self._patterns[cause] = tuple(map(re.compile, self._causes.likely_changes(cause)))
        place = f"{change.ref.kind} {change.path}"
        return next((i for i, pattern in enumerate(self._patterns[cause]) if pattern.search(place)), None)


def _of_one(diagnosis: Diagnosis, places: _Places, near: dict[Ref, int], likely: _Likely) -> list[tuple[int, int]]:
    words = _words(diagnosis)
    candidates = places.near(near, _namespaces(diagnosis))
    scored = [
        (_points(change, diagnosis, near, words, likely.rank(change, diagnosis.cause)), i)
        for i, change in ((i, places.found[i]) for i in candidates)
    ]
    return sorted(((p, i) for p, i in scored if p is not None), key=lambda s: (-s[0], s[1]))[:_MOST]


def _points(
    change: ObjectChange, diagnosis: Diagnosis, near: dict[Ref, int], words: str, rank: int | None
) -> int | None:
    """None: the diagnosis does not stand on it. `rank`: how likely its cause comes about by such a change."""
    distance = near.get(change.ref)
    if distance is None and (rank is None or not _acts_from_afar(change, diagnosis)):
        return None
    if distance is None:
        distance = _NAMESPACE_MATE if change.ref.namespace else 0
    points = distance + _SORTS[change.sort]
    points += max(0, _SUSPECT - _PER_RANK * rank) if rank is not None else 0
    points += _SPOKEN_OF if _is_spoken_of(change, words) else 0
    points += _RECORDED if _is_recorded(change, diagnosis) else 0
    points += _CAME_OR_WENT[change.ref == diagnosis.root] if not change.path else 0
    place = f"{change.ref.kind} {change.path}"
    return points + (_MILDEST if _IDLE.search(place) else _MILDER if _MILD.search(place) else 0)


def _acts_from_afar(change: ObjectChange, diagnosis: Diagnosis) -> bool:
    """Whether what no edge leads to may matter: not other workloads, unless they take room that is scarce."""
    if change.ref.namespace not in (None, *_namespaces(diagnosis)):
        return False
    if change.ref.kind not in (*WORKLOADS, "Pod"):
        return True
    return diagnosis.cause in _SCARCE and _TAKES_ROOM.search(change.path) is not None


def _namespaces(diagnosis: Diagnosis) -> set[str]:
    refs = [diagnosis.root, *(c.ref for c in diagnosis.explains)]
    return {ref.namespace for ref in refs if ref.namespace}


def _words(diagnosis: Diagnosis) -> str:
    """All that a diagnosis says, to look for values in."""
    shown = [str(proof.value) for proof in diagnosis.evidence]
    paths = [proof.path for proof in diagnosis.evidence]
    return "\n".join([diagnosis.title, diagnosis.fix.say, *shown, *paths])


def _is_spoken_of(change: ObjectChange, words: str) -> bool:
    if not change.path:
        return _occurs(change.ref.name, words)
    values = _leaves(change.before) if change.after is None else _news(change)
    return any(_occurs(text, words) for text in values)


def _is_recorded(change: ObjectChange, diagnosis: Diagnosis) -> bool:
    """Whether the diagnosis lists a recorded change of the same field, or of one above or below it."""
    return any(
        one.ref == change.ref and (one.path.startswith(change.path) or change.path.startswith(one.path))
        for one in diagnosis.changes or ()
    )


def _news(change: ObjectChange) -> Iterator[str]:
    """The texts that are only in the new value."""
    old = set(_leaves(change.before))
    yield from (text for text in _leaves(change.after) if text not in old)


def _leaves(value: Any) -> Iterator[str]:
    children: Iterable[Any] = ()
    if isinstance(value, dict):
        children = value.values()
    elif isinstance(value, list):
        children = value
    elif isinstance(value, str | int) and not isinstance(value, bool) and len(str(value)) > 1:
        yield str(value)
    for child in children:
        yield from _leaves(child)


def _occurs(text: str, words: str) -> bool:
    return re.search(rf"(?<![\w./-]){re.escape(text)}(?![\w/-])", words) is not None
