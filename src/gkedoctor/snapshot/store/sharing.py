"""Decodes many objects of one kind so that what is equal in them is one value in memory.

The Pods of a template differ in a few fields; whole, 100,000 of them are 4 GB of dicts. Each *place* in an object
(`spec.containers[0].env`) learns by itself how to be decoded: shared where what was met before is met again, field by
field where only parts of it are, plainly where nothing is. Two places never share a value, so within one object every
value still stands at one path only. Objects of a snapshot are never changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from hashlib import blake2b
from types import MappingProxyType
from typing import Any

import msgspec

from gkedoctor.snapshot.store.pod_specs import PodSpecs
from gkedoctor.snapshot.store.pod_texts import PodTexts

_TRIAL = 256
"""New values at a place after which it is judged how many were met again."""
_MOST = 1 << 16
"""Values that a place remembers."""
_WORTH_OPENING = 200
"""Bytes from which on the parts of a value may be worth sharing where it is not."""
_MOST_FIELDS = 64

_decode = msgspec.json.Decoder().decode
_fields_of = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_maps_of = msgspec.json.Decoder(list[dict[str, msgspec.Raw]]).decode
_items_of = msgspec.json.Decoder(list[msgspec.Raw]).decode
_NEW: Any = object()


_TEMPLATED = frozenset({"deployments", "replicasets", "statefulsets", "daemonsets", "jobs", "replicationcontrollers"})
"""With the spec of a Pod at `spec.template.spec`: nearly the same in a Deployment, its ReplicaSets and its Pods."""

_ALL_NEW = MappingProxyType({"pods": "status", "deployments": "status", "endpointslices": "endpoints"})
"""Fields of which little is met again: to look for it takes two to three times what decoding them takes."""


class Places:
    """The places of all collections of one snapshot."""

    def __init__(self) -> None:
        self._pod_spec = shared = Place()
        self._pod_specs = PodSpecs(lambda text: shared.how(shared, text))
        self._templates: dict[bytes, Any] = {}

    def of(self, collection: str) -> Place:
        """The place of a whole object of that collection."""
        root = _Pods(self._of_pods) if collection == "pods" else Place(_map)
        root.below.setdefault("metadata", Place(_map))
        if collection in _TEMPLATED:
            spec = root.below["spec"] = Place(_map)
            template = spec.below["template"] = Place(_map)
            template.below["spec"] = Place(self._of_template)
        if collection in _ALL_NEW:
            root.below[_ALL_NEW[collection]] = Place(_plain)
        return root

    def _of_template(self, _place: Place, raw: Any) -> Any:
        """Whole, where the ReplicaSet has the spec of its Deployment: they stand in different collections."""
        text = bytes(raw)
        key = blake2b(text, digest_size=16).digest()
        found = self._templates.get(key, _NEW)
        if found is _NEW:
            if len(self._templates) >= _MOST:
                self._templates = {}
            found = self._templates[key] = self._pod_spec.how(self._pod_spec, text)
        return found

    def _of_pods(self, _place: Place, raw: Any) -> Any:
        return self._pod_specs.decoded(bytes(raw))


class Place:
    """A place in the objects of one collection, and how values that stand there are decoded (`how(place, raw)`).

    Readers of two collections may meet at the spec of a Pod: whatever one of them sees of the other's work is right.
    """

    __slots__ = ("below", "how", "known", "met_again", "new", "opened")

    def __init__(self, how: Callable[[Place, Any], Any] | None = None) -> None:
        self.how = how or _shared
        self.known: dict[bytes, Any] = {}
        self.below: dict[Any, Place] = {}
        self.new = self.met_again = self.opened = 0

    def all_of(self, array: bytes) -> list[Any]:
        """What stands in an array at this place. Raises msgspec's errors for what is none."""
        if self.how is _map:
            with suppress(msgspec.ValidationError):  # an element is no map
                return [_parts(self, fields, fields.items()) for fields in _maps_of(array)]
        return [self.how(self, raw) for raw in _items_of(array)]

    def value(self, raw: Any) -> Any:
        """What stands at this place."""
        return self.how(self, raw)

    def judge(self, text: bytes, value: Any) -> None:
        """Goes on sharing where more was met again than was new; opens what is large, and takes the rest as it is."""
        if self.met_again >= self.new:
            if len(self.known) >= _MOST:
                self.known = {}
            return
        self.known = {}
        if len(text) < _WORTH_OPENING or not isinstance(value, dict | list):
            self.how = _plain
        else:
            self.how = _map if isinstance(value, dict) else _list

    def look_back(self) -> None:
        """Takes a value whole again whose parts turned out to be all new, or which has no end of names."""
        if len(self.below) > _MOST_FIELDS or all(place.how is _plain for place in list(self.below.values())):
            self.how, self.below = _plain, {}


class _Pods(Place):
    """The place of a Pod."""

    __slots__ = ("_texts",)

    def __init__(self, spec: Callable[[Place, Any], Any]) -> None:
        super().__init__(_map)
        metadata = self.below["metadata"] = Place(_map)
        self.below["spec"] = Place(spec)
        for name in ("annotations", "labels", "ownerReferences"):
            metadata.below[name] = Place()
        self._texts = PodTexts(
            annotations=metadata.below["annotations"].value,
            labels=metadata.below["labels"].value,
            owners=metadata.below["ownerReferences"].value,
            spec=self.below["spec"].value,
        )

    def all_of(self, array: bytes) -> list[Any]:
        try:
            return self._texts.decoded(array)
        except msgspec.ValidationError:
            return super().all_of(array)


def _plain(_place: Place, raw: Any) -> Any:
    return _decode(raw)


def _shared(place: Place, raw: Any) -> Any:
    text = bytes(raw)
    found = place.known.get(text, _NEW)
    if found is not _NEW:
        place.met_again += 1
        return found
    value = place.known[text] = _decode(text)
    place.new += 1
    if place.new % _TRIAL == 0:
        place.judge(text, value)
    return value


def _map(place: Place, raw: Any) -> Any:
    try:
        found = _fields_of(raw)
    except msgspec.ValidationError:
        return _decode(raw)
    return _parts(place, found, found.items())


def _list(place: Place, raw: Any) -> Any:
    try:
        found = _items_of(raw)
    except msgspec.ValidationError:
        return _decode(raw)
    return _parts(place, found, enumerate(found))


def _parts(place: Place, found: Any, parts: Iterable[tuple[Any, Any]]) -> Any:
    """The map or list with each of its raw parts decoded in its own place."""
    below = place.below
    for key, raw in parts:
        inner = below.get(key)
        if inner is None:
            inner = below[key] = Place()
        how = inner.how
        if how is _shared:  # written out once more: it is what most fields come to
            value = inner.known.get(bytes(raw), _NEW)
            if value is not _NEW:
                inner.met_again += 1
                found[key] = value
                continue
        found[key] = how(inner, raw)
    place.opened += 1
    if place.opened % _TRIAL == 0:
        place.look_back()
    return found
