"""Objects that take long to mask and change all the time: one of them must not hold up all the others."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from gkedoctor.live.log_following import namespace_and_name
from gkedoctor.snapshot.incremental import IncrementalSnapshot

_COSTLY_SECONDS = 0.1
"""CPU seconds of one object from which on it is taken in less often. A large ConfigMap takes 0.01."""

_SHARE = 100
"""What takes a second is taken in again after so many: masking takes a few times as long as what is measured here."""

Key = tuple[str, str, str]


class _Held(NamedTuple):
    """An object that changed again too soon, as it was last."""

    due: float
    collection: str
    item: Any


class CostlyObjects:
    """Takes objects in, some of them later. For one thread. `clock`: CPU seconds of this thread."""

    def __init__(self, objects: IncrementalSnapshot, clock: Callable[[], float] = time.thread_time) -> None:
        self._objects, self._clock = objects, clock
        self._due: dict[Key, float] = {}
        self._held: dict[Key, _Held] = {}

    def put(self, collection: str, item: Any, now: float) -> str:
        """Takes in an object that is new or changed, now or later. What is to be said of it, if anything."""
        key = (collection, *namespace_and_name(item)) if self._due else None
        if key is not None and now < self._due.get(key, now):
            is_first = key not in self._held
            self._held[key] = _Held(self._due[key], collection, item)
            return f"{key[0]} {key[1]}/{key[2]} is too large to be read at each change" if is_first else ""
        self._take(collection, item, now)
        return ""

    def remove(self, collection: str, item: Any) -> None:
        """Takes an object out."""
        if self._due:
            key = (collection, *namespace_and_name(item))
            self._due.pop(key, None)
            self._held.pop(key, None)
        self._objects.remove(collection, item)

    def relisted(self, collection: str) -> None:
        """A whole list was read: what was held is older."""
        self._held = {key: held for key, held in self._held.items() if held.collection != collection}

    def due(self, now: float) -> bool:
        """Takes in what has waited long enough. Whether there was anything."""
        found = list(self._ready(now)) if self._held else []
        for held in found:
            self._take(held.collection, held.item, now)
        return bool(found)

    def _ready(self, now: float) -> Iterator[_Held]:
        for key in [key for key, held in self._held.items() if held.due <= now]:
            yield self._held.pop(key)

    def _take(self, collection: str, item: Any, now: float) -> None:
        began = self._clock()
        self._objects.put(collection, item)
        cost = self._clock() - began
        if cost >= _COSTLY_SECONDS:
            self._due[collection, *namespace_and_name(item)] = now + _SHARE * cost
