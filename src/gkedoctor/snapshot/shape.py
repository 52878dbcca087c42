"""Whether an object has the types that later code takes for granted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def misfit(collection: str, item: Mapping[str, Any]) -> str | None:
    return None
