"""The third truth value: what could not be looked at, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn


@dataclass(frozen=True)
class Unknown:
    """Stands where a fact would stand if its `collection` had been readable.

    A field of it is unknown too. It has no truth value of its own: code that would test it by accident
    fails at once instead of reading "unknown" as "no". `name`: what was looked up, where it was one object.
    """

    collection: str
    reason: str
    name: str = field(default="", compare=False)

    def get(self, _name: str, _default: object = None) -> Unknown:
        """Any field of the unknown is unknown; JMESPath asks through this."""
        return self

    def __bool__(self) -> NoReturn:
        raise TypeError(f"unknown has no truth value ({self.collection}: {self.reason})")
