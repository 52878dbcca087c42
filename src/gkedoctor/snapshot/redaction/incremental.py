"""Masks objects that come, change and go: what each taught is kept apart, so that it can be forgotten with the object.

After any number of changes, what is masked and how is what `Redactor` makes of all objects that are there. A test holds
it to that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

from gkedoctor.snapshot.redaction.learned import Finder, open_words
from gkedoctor.snapshot.redaction.redactor import LogKey, Namespace, Redactor, lines_of

Owner = tuple[str, ...]
"""Who taught something: a collection and an object's identity, or the key of a log."""

V = TypeVar("V", bound=Hashable)


class _Lesson(NamedTuple):
    """What one object or log teaches."""

    namespace: str
    places: Mapping[str, tuple[str, ...]]
    secrets: Mapping[str, str]
    everywhere: Mapping[str, str]
    names: frozenset[str]
    dirty: frozenset[tuple[str, str, str]]
    """The object, if credentials were found in it, as `Redactor` knows it."""

    @property
    def is_plain(self) -> bool:
        """Whether it teaches nothing but names."""
        return not (self.places or self.secrets or self.everywhere)


class _Learner(Redactor):
    """Reads one object or log at a time. What it remembers of texts serves all of them."""

    def lesson(self, objects: Mapping[str, Iterable[Any]], logs: Mapping[LogKey, str]) -> _Lesson:
        """What an object or a log teaches."""
        self._namespaces, self._everywhere, self._dirty = {}, {}, set()
        self.learn(objects, logs)
        name, known = next(iter(self._namespaces.items()), ("", Namespace()))
        return _Lesson(
            name, known.places, known.of_secrets, self._everywhere, frozenset(known.names), frozenset(self._dirty)
        )


class _Taught(Generic[V]):
    """Values with what each owner says of them, of which one counts."""

    def __init__(self) -> None:
        self._said: dict[str, dict[Owner, V]] = {}

    def add(self, owner: Owner, values: Mapping[str, V]) -> None:
        """Adds what an owner says."""
        for value, said in values.items():
            self._said.setdefault(value, {})[owner] = said

    def remove(self, owner: Owner, values: Iterable[str]) -> None:
        """Takes back what an owner said."""
        for value in values:
            said = self._said[value]
            del said[owner]
            if not said:
                del self._said[value]

    def first_said(self) -> dict[str, V]:
        """What the first owner in order says of each value."""
        return {value: said[min(said, key=_as_listed)] for value, said in self._said.items()}

    def least(self) -> dict[str, Any]:
        """The least of what is said of each value."""
        found: dict[str, Any] = {value: min(said.values()) for value, said in self._said.items()}  # type: ignore[type-var]
        return found


def _as_listed(owner: Owner) -> tuple[str, str]:
    """The order in which an API server lists: by `namespace/name`, as etcd has its keys."""
    return owner[0], "/".join(owner[1:])


@dataclass
class _State:
    """What is known of one namespace, by who said it."""

    places: _Taught[tuple[str, ...]] = field(default_factory=_Taught)
    secrets: _Taught[str] = field(default_factory=_Taught)
    names: Counter[str] = field(default_factory=Counter)


class IncrementalRedactor(Redactor):
    """Learns from objects and logs as they come, and forgets those that go."""

    def __init__(self) -> None:
        super().__init__()
        self._learner = _Learner()
        self._lessons: dict[Owner, _Lesson] = {}
        self._states: dict[str, _State] = {}
        self._of_all: _Taught[str] = _Taught()
        self._candidates: dict[str, frozenset[str]] = {}
        self._dirty_count: Counter[tuple[str, str, str]] = Counter()
        self._stale: set[str] = set()
        self._all_stale = False

    def put(self, owner: Owner, collection: str, item: dict[str, Any]) -> None:
        """Learns from an object as it was gathered, in the place of what the same one taught before."""
        self._replace(owner, self._learner.lesson({collection: [item]}, {}))

    def put_log(self, owner: Owner, key: LogKey, text: str) -> None:
        """The same for a log."""
        self._replace(owner, self._learner.lesson({}, {key: text}))

    def forget(self, owner: Owner) -> None:
        """Takes back what an object or a log taught."""
        self._replace(owner, None)

    def stale(self) -> frozenset[str] | None:
        """The namespaces whose texts have to be masked again, since this was asked last; None for all of them."""
        namespaces, everything = frozenset(self._stale), self._all_stale
        self._stale, self._all_stale = set(), False
        if everything:
            for namespace in self._states:
                self._rebuild(namespace)
            return None
        return frozenset(namespace for namespace in namespaces if self._rebuild(namespace))

    def _replace(self, owner: Owner, new: _Lesson | None) -> None:
        old = self._lessons.pop(owner, None)
        if old is not None:
            self._take_back(owner, old)
        if new is not None:
            self._lessons[owner] = new
            self._take_in(owner, new)
        self._note_changes(old, new)

    def _take_in(self, owner: Owner, lesson: _Lesson) -> None:
        state = self._state(lesson.namespace)
        state.places.add(owner, lesson.places)
        state.secrets.add(owner, lesson.secrets)
        self._of_all.add(owner, lesson.everywhere)
        known = self._namespace(lesson.namespace)
        state.names.update(lesson.names)
        known.names |= lesson.names
        self._dirty_count.update(lesson.dirty)
        self._dirty |= lesson.dirty

    def _take_back(self, owner: Owner, lesson: _Lesson) -> None:
        state, known = self._state(lesson.namespace), self._namespace(lesson.namespace)
        state.places.remove(owner, lesson.places)
        state.secrets.remove(owner, lesson.secrets)
        self._of_all.remove(owner, lesson.everywhere)
        state.names.subtract(lesson.names)
        for name in lesson.names:
            if not state.names[name]:
                del state.names[name]
                known.names.discard(name)
        self._dirty_count.subtract(lesson.dirty)
        for key in lesson.dirty:
            if not self._dirty_count[key]:
                del self._dirty_count[key]
                self._dirty.discard(key)

    def _state(self, namespace: str) -> _State:
        return self._states.setdefault(namespace, _State())

    def _note_changes(self, old: _Lesson | None, new: _Lesson | None) -> None:
        """Which namespaces may have to be masked in another way."""
        one = new or old
        if one is None:
            return
        before, after = (lesson and lesson[1:3] for lesson in (old, new))
        if before != after and not all(lesson is None or lesson.is_plain for lesson in (old, new)):
            self._stale.add(one.namespace)
        if (old.everywhere if old else {}) != (new.everywhere if new else {}):
            self._all_stale = True
        changed = (old.names if old else frozenset()) ^ (new.names if new else frozenset())
        words = open_words(changed) if changed and self._candidates else frozenset()
        for namespace in [one.namespace] if one.namespace else list(self._candidates):
            if words & self._candidates.get(namespace, frozenset()):
                self._stale.add(namespace)

    def _rebuild(self, namespace: str) -> bool:
        """Makes known what the owners say now. False where nothing is masked in another way."""
        state, known = self._state(namespace), self._namespace(namespace)
        before = (known.places, known.of_secrets, self._finders[namespace].tokens if namespace in self._finders else {})
        known.places, known.of_secrets = state.places.least(), state.secrets.first_said()
        self._everywhere = self._of_all.first_said()
        self._finders.pop(namespace, None)
        return before != (known.places, known.of_secrets, self._finder(namespace).tokens)

    def _finder(self, namespace: str) -> Finder:
        if namespace not in self._finders:
            known = self._namespace(namespace)
            learned = (part for value in known.places for part in lines_of(value))
            self._candidates[namespace] = frozenset(learned) | frozenset(known.of_secrets)
        return super()._finder(namespace)
