"""What was planted, and how a report compares with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec


class Planted(msgspec.Struct, frozen=True):
    """One fault: its cause in the vocabulary's word, the object to mend, and what suffers with it."""

    cause: str
    root: str
    members: tuple[str, ...] = ()
    form: str = ""
    """Which way of planting it; several may share a cause."""


class Score(msgspec.Struct, frozen=True):
    """How a report compares with what was planted. `missed` and `invented`: `cause root`."""

    planted: int
    found: int
    reported: int
    missed: tuple[str, ...]
    invented: tuple[str, ...]

    @property
    def recall(self) -> float:
        """The part of what was planted that was found, with its cause and root."""
        return self.found / self.planted if self.planted else 1.0

    @property
    def precision(self) -> float:
        """The part of what was reported that was planted."""
        return self.found / self.reported if self.reported else 1.0


def score(planted: Iterable[Planted], report: Mapping[str, Any]) -> Score:
    """Compares a report's diagnoses that are not advisory with what was planted.

    What was planted may be advisory; nothing advisory counts as invented.
    """
    wanted = {(fault.cause, fault.root) for fault in planted}
    said = {(found["cause"], _root(found["root"])): found["severity"] for found in report["diagnoses"]}
    counted = {key for key, severity in said.items() if severity != "advisory" or key in wanted}
    missed, invented = wanted - counted, counted - wanted
    return Score(len(wanted), len(wanted & counted), len(counted), _told(missed), _told(invented))


def _root(root: Mapping[str, Any]) -> str:
    return "/".join(part for part in (root["kind"], root.get("namespace"), root["name"]) if part)


def _told(keys: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(f"{cause} {root}" for cause, root in sorted(keys))
