"""Damages JSON objects the way broken tools, old versions and enemies do. Deterministic in its random source."""

from __future__ import annotations

import copy
from random import Random
from typing import Any

ODD = [
    *(None, True, False, 0, -1, 2**63, 1.5, "", " ", [], {}, [None], [[]], {"": None}, {"metadata": {}}),
    *("x" * 70_000, "\u202e\u0000\u001b[31m", "\U0001f984", "テラテイル", "projects/x/global/y/z", "{"),
    *("2026-99-99T99:99:99Z", "10Gi", "-5m"),
]


def damaged(item: Any, random: Random, hits: int) -> Any:
    """A copy with some places deleted, emptied, retyped, doubled or exchanged for other parts of itself."""
    item = copy.deepcopy(item)
    for _ in range(hits):
        places = list(_places(item))
        if not places:
            break
        holder, key = random.choice(places)
        _hit(holder, key, random, places)
    return item


def _places(value: Any) -> Any:
    if isinstance(value, dict):
        for key, child in value.items():
            yield value, key
            yield from _places(child)
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield value, index
            yield from _places(child)


def _hit(holder: Any, key: Any, random: Random, places: list[Any]) -> None:
    match random.randrange(6):
        case 0:
            del holder[key]
        case 1 | 2:
            holder[key] = copy.deepcopy(random.choice(ODD))
        case 3:
            other, place = random.choice(places)
            holder[key] = copy.deepcopy(other[place]) if _has(other, place) else None
        case 4:
            holder[key] = [copy.deepcopy(holder[key])] * random.randrange(4)
        case _:
            holder[key] = {str(key): copy.deepcopy(holder[key])}


def _has(holder: Any, key: Any) -> bool:
    return key in holder if isinstance(holder, dict) else key < len(holder)
