"""Objects that wait as text: of 200,000 Events a diagnosis looks at those of what is broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypedDict, overload

import msgspec


class OnDemand(Sequence[Mapping[str, Any]]):
    """Objects of which each is decoded when it is first asked for, and is the same one from then on."""

    def __init__(self, texts: Sequence[bytes], decode: Callable[[bytes], Mapping[str, Any]]) -> None:
        self._items: list[bytes | Mapping[str, Any]] = [*texts]
        self._decode = decode

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, place: int) -> Mapping[str, Any]: ...
    @overload
    def __getitem__(self, place: slice) -> list[Mapping[str, Any]]: ...
    def __getitem__(self, place: int | slice) -> Mapping[str, Any] | list[Mapping[str, Any]]:
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(len(self)))]
        item = self._items[place]
        if isinstance(item, bytes):
            item = self._items[place] = self._decode(item)
        return item

    def each(self, field: str, *keys: str) -> Iterator[Any]:
        """The value of one field in each object, without the rest being decoded; of a map, with no more than `keys`.

        What cannot be read is left to `decode`, which knows what to say of it.
        """
        decode = msgspec.json.Decoder(_part(field, keys)).decode
        for place, item in enumerate(self._items):
            try:
                yield decode(item).value if isinstance(item, bytes) else item.get(field)
            except (msgspec.DecodeError, RecursionError, ValueError):
                yield self[place].get(field)


def _part(field: str, keys: tuple[str, ...]) -> Any:
    """The type of an object with one field, which has no more than some keys where it is a map."""
    value: Any = Any
    if keys:
        value = TypedDict("Keys", dict.fromkeys(keys, Any), total=False) | None  # type: ignore[operator]
    return msgspec.defstruct("Part", [("value", value, None)], rename={"value": field})
