"""Masks all that was gathered, in two passes: credentials are found, and then put out of every text of their namespace.

What is found where it stands (by form, by context) is masked there. What was found is masked elsewhere only within the
same namespace (`learned.py`), so that nothing that one tenant writes can touch what is said of another. Values of
Secrets are masked in their namespace, and everywhere if no text could hold them by chance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from gkedoctor.snapshot.nesting import shallow
from gkedoctor.snapshot.redaction import values
from gkedoctor.snapshot.redaction.judging import Where, holds
from gkedoctor.snapshot.redaction.learned import Finder, is_distinctive, may_spread, open_words, spreading
from gkedoctor.snapshot.redaction.limits import LONGEST_MASKED_TEXT, LONGEST_VALUE, capped, capped_log
from gkedoctor.snapshot.redaction.names import Says, is_hook, is_identity, says
from gkedoctor.snapshot.redaction.placeholders import placeholder
from gkedoctor.snapshot.redaction.places import Place, is_free, walked
from gkedoctor.snapshot.redaction.secret_values import last_applied, surfacing
from gkedoctor.snapshot.redaction.text import precise_spans, replaced, spans
from gkedoctor.snapshot.redaction.urls import hook_path

Span = tuple[int, int]
LogKey = tuple[str, str, str, bool]
Check = Callable[[], None]

_SHORTEST = 3
_MOST_REMEMBERED = 20_000
_SHORTEST_LINE = 8


class Namespace:
    """What is known of one namespace: the credentials with the first place of each, and the names that are shown."""

    def __init__(self) -> None:
        self.places: dict[str, tuple[str, ...]] = {}
        self.of_secrets: dict[str, str] = {}
        self.names: set[str] = set()

    def saw(self, value: str, place: tuple[str, ...]) -> None:
        """Notes a credential; of its places the first in order counts, whatever the order of reading."""
        known = self.places.get(value)
        if known is None or place < known:
            self.places[value] = place

    def token(self, value: str) -> str:
        """The placeholder of a value that was seen."""
        known = self.of_secrets.get(value)
        return known if known is not None else placeholder(*self.places.get(value, ("unseen",)))


class Redactor:
    """Learns from everything first; then masks objects and logs, one at a time.

    `keep_values`: only values of Secrets are masked. `check` is called for each object and may raise to stop it.
    """

    def __init__(self, *, keep_values: bool = False, check: Check | None = None) -> None:
        self._keep, self._check = keep_values, check
        self._namespaces: dict[str, Namespace] = {}
        self._everywhere: dict[str, str] = {}
        self._finders: dict[str, Finder] = {}
        self._spans: dict[tuple[str, str, Place], list[Span]] = {}
        self._clean: set[str] = set()
        self._cut = False
        self._dirty: set[tuple[str, str, str]] = set()

    def learn(self, objects: Mapping[str, Iterable[Any]], logs: Mapping[LogKey, str]) -> None:
        """Reads everything. Expects objects as they were gathered, with the values of Secrets."""
        for collection in sorted(objects):
            for item in objects[collection]:
                self._checked()
                if isinstance(item, dict):
                    self._learn_any(collection, item)
        for key in sorted(logs) if not self._keep else ():
            self._checked()
            text = capped_log(logs[key])
            self._note(self._namespace(key[0]), ("logs", *map(str, key)), text, "", Place.TEXT)

    def object(self, collection: str, item: dict[str, Any]) -> dict[str, Any]:
        """The object without credentials."""
        self._checked()
        namespace = _namespace_of(item)
        known, finder = self._namespace(namespace), self._finder(namespace)
        is_dirty = (collection, namespace, _name_of(item)) in self._dirty
        if not is_dirty and not finder:
            return item

        def handle(text: str, name: str, place: Place) -> str:
            return self._masked(known, finder, capped(text, LONGEST_MASKED_TEXT), name, place)

        try:
            return walked(item, handle, free=is_free(collection), only_texts=not is_dirty)
        except RecursionError:
            return walked(shallow(item), handle, free=is_free(collection), only_texts=not is_dirty)

    def log(self, key: LogKey, text: str) -> str:
        """The log without credentials, and no longer than a log may be."""
        self._checked()
        return self._masked(self._namespace(key[0]), self._finder(key[0]), capped_log(text), "", Place.TEXT)

    def _checked(self) -> None:
        if self._check is not None:
            self._check()

    def _namespace(self, name: str) -> Namespace:
        found = self._namespaces.get(name)
        if found is None:
            found = self._namespaces[name] = Namespace()
        return found

    def _learn_any(self, collection: str, item: dict[str, Any]) -> None:
        """Learns from an object however deep it is; `object` then has to cut it too."""
        try:
            self._learn_object(collection, item)
        except RecursionError:
            self._learn_object(collection, shallow(item))
            self._dirty.add((collection, _namespace_of(item), _name_of(item)))

    def _learn_object(self, collection: str, item: dict[str, Any]) -> None:
        namespace = _namespace_of(item)
        known = self._namespace(namespace)
        known.names.update(_names(item))
        if collection == "secrets":
            self._learn_secret(known, item)
        if self._keep:
            return
        place, clean = (collection, _name_of(item)), self._clean
        number = 0

        def handle(text: str, name: str, where: Place) -> str:
            nonlocal number
            if where is Place.STRUCTURE and text in clean:
                return text
            number = self._note(known, place, text, name, where, number)
            return text

        walked(item, handle, free=is_free(collection))
        if number or self._cut:
            self._cut = False
            self._dirty.add((collection, namespace, place[1]))
        if collection == "configmaps":
            self._learn_config(known, place, item)

    def _learn_secret(self, known: Namespace, item: dict[str, Any]) -> None:
        for value, token in surfacing(item):
            if may_spread(value, of_secret=True):
                known.of_secrets.setdefault(value, token)
                if is_distinctive(value):
                    self._everywhere.setdefault(value, token)

    def _learn_config(self, known: Namespace, place: tuple[str, ...], item: dict[str, Any]) -> None:
        """A ConfigMap's older values, whose current ones were read with it."""
        metadata = item.get("metadata")
        data = last_applied(metadata).get("data") if isinstance(metadata, dict) else None
        for key, value in data.items() if isinstance(data, dict) else ():
            if isinstance(value, str):
                self._note(known, (*place, "applied", str(key)), value, str(key), Place.TEXT)

    def _note(
        self, known: Namespace, place: tuple[str, ...], text: str, name: str, where: Place, number: int = 0
    ) -> int:
        """Notes the credentials of a text, from a number on; gives the number for the next."""
        if len(text) > LONGEST_MASKED_TEXT:
            self._cut = True
            text = capped(text, LONGEST_MASKED_TEXT)
        for start, end in self._found(text, name, where):
            known.saw(text[start:end][:LONGEST_VALUE], (*place, f"{number:06}"))
            number += 1
        return number

    def _found(self, text: str, name: str, place: Place) -> list[Span]:
        if len(text) < _SHORTEST or (place is Place.STRUCTURE and text in self._clean):
            return []
        key = (text, name if place is not Place.STRUCTURE else "", place)
        found = self._spans.get(key)
        if found is None:
            if len(self._spans) >= _MOST_REMEMBERED:
                self._spans.clear()
            found = _spans(text, name, place)
            if place is Place.STRUCTURE and not found:
                self._remember_clean(text)
            elif len(text) <= LONGEST_VALUE:
                self._spans[key] = found
        return found

    def _remember_clean(self, text: str) -> None:
        if len(self._clean) >= _MOST_REMEMBERED:
            self._clean.clear()
        self._clean.add(text)

    def _masked(self, known: Namespace, finder: Finder, text: str, name: str, place: Place) -> str:
        found = [] if self._keep else self._found(text, name, place)
        tokens = {start: known.token(text[start:end][:LONGEST_VALUE]) for start, end in found}
        if finder and place is not Place.STRUCTURE and len(text) >= _SHORTEST_LINE - 3:
            found = [*found, *_between(text, found, finder, tokens)]
            found.sort()
        if not found:
            return text
        starts = iter([start for start, _ in found])
        return replaced(text, found, lambda _: tokens[next(starts)])

    def _finder(self, namespace: str) -> Finder:
        found = self._finders.get(namespace)
        if found is None:
            found = self._finders[namespace] = Finder(self._tokens(namespace))
        return found

    def _tokens(self, namespace: str) -> dict[str, str]:
        """All that is looked for in a namespace."""
        known = self._namespace(namespace)
        learned: dict[str, str] = {}
        for value in known.places:
            for part in lines_of(value):
                if may_spread(part):
                    learned[part] = known.token(value)
        names = self._namespace("").names
        own = spreading(known.of_secrets | learned | known.of_secrets, lambda: open_words(known.names | names))
        return self._everywhere | own


def _spans(text: str, name: str, place: Place) -> list[Span]:
    if place is Place.STRUCTURE:
        return precise_spans(text)
    strength = says(name) if name else Says.NOTHING
    value = text.strip()
    if place is Place.REFERENCE:
        strength = min(strength, Says.PERHAPS)
    if strength is not Says.NOTHING and _is_value(strength, value):
        start = text.index(value)
        inner = _unquoted(value)
        return [(start + inner, start + len(value) - inner)]
    if name and _is_key(name, value):
        start = text.index(value)
        return [(start, start + len(value))]
    if name and is_hook(name) and (hook := hook_path(text, text.find(value), text.find(value) + len(value))):
        return [hook]
    return spans(text)


def _is_value(strength: Says, value: str) -> bool:
    """Whether a whole field is a credential, and no file in which some stand."""
    if "\n" in value and len(value) > 256:
        return False
    if strength is Says.CREDENTIAL and values.is_object_name(value):
        return False
    return holds(strength, value, Where.FIELD)


def _is_key(name: str, value: str) -> bool:
    """Whether a whole field is one word that chance made, under a name that does not explain it."""
    if is_identity(name) or any(map(str.isspace, value)):
        return False
    return values.is_random(value) and not values.is_technical(value)


def _unquoted(value: str) -> int:
    return 1 if len(value) > 2 and value[0] == value[-1] and value[0] in "\"'" else 0


def _between(text: str, found: list[Span], finder: Finder, tokens: dict[int, str]) -> Iterator[Span]:
    """Learned values outside of the spans; their placeholders are added to `tokens`."""
    ends = iter([*found, (len(text) + 1, len(text) + 1)])
    start, end = next(ends)
    for begin, stop, token in finder.spans(text):
        while end <= begin:
            start, end = next(ends)
        if stop <= start:
            tokens[begin] = token
            yield begin, stop


def lines_of(value: str) -> Iterator[str]:
    """The value, and those of its lines that are long enough to be found by."""
    yield value
    for line in value.splitlines() if "\n" in value else ():
        if len(line.strip()) >= _SHORTEST_LINE and not line.startswith("-----"):
            yield line.strip()


def _namespace_of(item: Mapping[str, Any]) -> str:
    metadata = item.get("metadata")
    namespace = metadata.get("namespace") if isinstance(metadata, dict) else None
    return namespace if isinstance(namespace, str) else ""


def _name_of(item: Mapping[str, Any]) -> str:
    metadata = item.get("metadata")
    where = metadata if isinstance(metadata, dict) else item
    return str(where.get("name", ""))


def _names(item: Mapping[str, Any]) -> Iterator[str]:
    """The names that an object shows openly: its own, and those of containers and images."""
    metadata, spec = item.get("metadata"), item.get("spec")
    name = metadata.get("name") if isinstance(metadata, dict) else item.get("name")
    if isinstance(name, str):
        yield name
    containers = spec.get("containers") if isinstance(spec, dict) else None
    for container in containers if isinstance(containers, list) else ():
        for key in ("name", "image") if isinstance(container, dict) else ():
            if isinstance(container.get(key), str):
                yield container[key]
