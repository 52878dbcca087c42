"""What stands in a `.gkedoctor.yaml`: closed structs, so that each typing error is an error with a line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

import msgspec

from gkedoctor.playbook.model import Severity

NEVER = "never"
FAIL_ON = (*map(str, Severity), NEVER)

Patterns = str | tuple[str, ...]
"""One pattern, or several of which one has to fit: names with `*` and `?`."""


class Suppression(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Findings to suppress, and why. A finding has to match all criteria that are given, and one must be given.

    `object`: KIND/NAME or KIND/NAMESPACE/NAME. `until`: the last day on which it holds, by the recording's clock.
    """

    cause: Patterns = ()
    playbook: Patterns = ()
    namespace: Patterns = ()
    object: Patterns = ()
    reason: str
    until: str | None = None


class Lint(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """`elsewhere`: what exists though it is in no manifest, as KIND/NAME or KIND/NAMESPACE/NAME with `*` and `?`."""

    elsewhere: Patterns = ()


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Defaults for `fail_on` and `min_severity`, further folders of playbooks, what is suppressed, and for `lint`.

    `pseudonymize`: people in snapshots that are written, as with --pseudonymize.
    """

    config: Literal[1] = 1
    fail_on: str | None = None
    min_severity: str | None = None
    playbooks: tuple[str, ...] = ()
    suppress: tuple[Suppression, ...] = ()
    lint: Lint = Lint()
    pseudonymize: bool = False


@dataclass(frozen=True)
class SuppressionRule:
    """One suppression, ready to be asked. `place` says where it is written."""

    place: str
    reason: str
    until: date | None = None
    causes: tuple[str, ...] = ()
    playbooks: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()

    def ended(self, clock: datetime) -> bool:
        """Whether its last day is over at a moment."""
        if self.until is None:
            return False
        return clock >= datetime.combine(self.until, datetime.min.time(), clock.tzinfo) + timedelta(days=1)


@dataclass(frozen=True)
class Settings:
    """What a configuration comes to. `path`: the file, or None where there is none."""

    path: Path | None = None
    fail_on: str | None = None
    min_severity: str | None = None
    playbooks: tuple[Path, ...] = ()
    rules: tuple[SuppressionRule, ...] = ()
    elsewhere: tuple[str, ...] = ()
    pseudonymize: bool = False
