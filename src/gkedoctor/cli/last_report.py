"""What the last report of a live cluster found: by it `verify` knows a fingerprint without reading all again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from gkedoctor.diagnose.model import Outcome
from gkedoctor.diagnose.verification import Claim, claim_of
from gkedoctor.errors import UsageError
from gkedoctor.report.private_file import write_private_file

_MOST = 500
"""Findings that are kept, the most important ones."""


class LastReport(msgspec.Struct, frozen=True):
    """The findings of a report, by what `verify` needs of them. `source`: the context or host that was read."""

    source: str
    claims: tuple[Claim, ...]


def last_report_file(environment: Mapping[str, str] = os.environ) -> Path:
    """Where it is kept: `$XDG_STATE_HOME/gkedoctor/last-report.json`, by default below `~/.local/state`.

    Source: https://specifications.freedesktop.org/basedir-spec/latest/.
    """
    state = environment.get("XDG_STATE_HOME", "")
    base = Path(state) if Path(state).is_absolute() else Path("~/.local/state").expanduser()
    return base / "gkedoctor" / "last-report.json"


def remember(outcome: Outcome) -> None:
    """Keeps the findings of a live report, readable for this user alone.

    A home that cannot be written is no fault of the report: `verify` then reads the whole cluster first.
    """
    if not outcome.live:
        return
    file = last_report_file()
    kept = LastReport(outcome.source, tuple(map(claim_of, outcome.diagnoses[:_MOST])))
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private_file(msgspec.json.encode(kept).decode(), file)
    except (OSError, UsageError):
        return


def recall() -> LastReport | None:
    """The findings of the last report; None where there is none, or one of another version."""
    try:
        return msgspec.json.decode(last_report_file().read_bytes(), type=LastReport)
    except (OSError, msgspec.DecodeError):
        return None
