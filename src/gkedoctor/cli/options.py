"""Structs of options out of the parameters of a command."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

T = TypeVar("T")


def take_options(kind: type[T], given: dict[str, Any]) -> T:
    """The options of a dataclass, whose fields are called like the parameters; `given` is without them afterwards."""
    named = [field.name for field in fields(kind)]  # type: ignore[arg-type]  # any dataclass
    return kind(**{name: given.pop(name) for name in named})
