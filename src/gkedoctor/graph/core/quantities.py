"""Kubernetes quantities: `100m`, `512Mi`, `1e3`, `0.5`. Source: apimachinery/pkg/api/resource/quantity.go."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

_BINARY = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50, "Ei": 2**60}
_DECIMAL = {"n": "1e-9", "u": "1e-6", "m": "1e-3", "": "1", "k": "1e3", "M": "1e6", "G": "1e9", "T": "1e12"}
_SUFFIXES = {**{s: Decimal(v) for s, v in _BINARY.items()}, **{s: Decimal(v) for s, v in _DECIMAL.items()}}
_SUFFIXES |= {"P": Decimal("1e15"), "E": Decimal("1e18")}
_FORM = re.compile(r"([+-]?(?:\d+(?:\.\d*)?|\.\d+))(?:([eE][+-]?\d{1,3})|([A-Za-z]{0,2}))", re.ASCII)


def quantity(text: Any) -> float | None:
    """The number that a quantity stands for, in its base unit (cores, bytes); None where it is none."""
    if isinstance(text, str):
        return _parsed(text) if len(text) < 64 else None
    return _capped(text) if isinstance(text, int | float) and not isinstance(text, bool) else None


@lru_cache(maxsize=4096)
def _parsed(text: str) -> float | None:
    """What a text stands for: few texts stand in all the containers and nodes of a cluster."""
    found = _FORM.fullmatch(text)
    if found is None or (found[3] or "") not in _SUFFIXES:
        return None
    try:
        return _capped(Decimal(found[1] + (found[2] or "")) * _SUFFIXES[found[3] or ""])
    except (InvalidOperation, OverflowError):
        return None


_MOST = 2**63 - 1


def _capped(number: int | float | Decimal) -> float | None:
    """The number within 63 bits, as Kubernetes caps quantities (quantity.go); None for what is no number."""
    return None if number != number else float(max(-_MOST, min(_MOST, number)))
