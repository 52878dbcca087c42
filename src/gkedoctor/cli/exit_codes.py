"""The exit code for an outcome, a comparison or a fleet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gkedoctor.diagnose.model import Outcome
from gkedoctor.errors import ExitCode
from gkedoctor.playbook.model import Severity

if TYPE_CHECKING:
    from gkedoctor.compare.comparison import Comparison
    from gkedoctor.fleet.model import Fleet
    from gkedoctor.whatif.answer import WhatIf

NEVER = "never"


def verdict(
    outcome: Outcome, fail_on: str, known: frozenset[str] | None = None, holes: frozenset[str] = frozenset()
) -> ExitCode:
    """The exit code. "No finding" and "not checked" differ; an advisory is not a finding for that.

    The severity of a symptom without a cause is unknown: it counts as a finding whatever `fail_on` but `never`.

    `known` and `holes`: the fingerprints of a baseline, and what it did not check; only what is new counts then.
    """
    old = known or ()
    if any(_is_grave(d.severity, fail_on) for d in outcome.diagnoses if d.fingerprint not in old):
        return ExitCode.FOUND
    if fail_on != NEVER and any(u.fingerprint not in old for u in outcome.unexplained):
        return ExitCode.FOUND
    nothing = all(d.severity is Severity.ADVISORY for d in outcome.diagnoses)
    less = known is not None and bool({hole.collection for hole in outcome.not_checked} - holes)
    return ExitCode.INCOMPLETE if not outcome.complete and (nothing or less) else ExitCode.OK


def news_verdict(comparison: Comparison, fail_on: str) -> ExitCode:
    """The exit code of a comparison. A symptom without a cause counts whatever `fail_on` but `never`."""
    if any(_is_grave(found.severity or Severity.CRITICAL, fail_on) for found in comparison.new):
        return ExitCode.FOUND
    less = not comparison.after.complete and comparison.new_holes
    return ExitCode.INCOMPLETE if less else ExitCode.OK


def whatif_verdict(answer: WhatIf, fail_on: str) -> ExitCode:
    """The exit code of a what-if: what is new counts, and whether all could be checked."""
    found = news_verdict(answer.comparison, fail_on)
    if found is ExitCode.FOUND or answer.is_complete:
        return found if found is ExitCode.FOUND else ExitCode.OK
    return ExitCode.INCOMPLETE


def fleet_verdict(fleet: Fleet, fail_on: str) -> ExitCode:
    """The exit code of many clusters: what was found weighs more than what could not be looked at."""
    if fleet.interrupted:
        return ExitCode.INTERRUPTED
    codes = {verdict(cluster.outcome, fail_on, cluster.known, cluster.holes) for cluster in fleet.clusters}
    if fleet.failed:
        codes.add(ExitCode.SOURCE)
    order = (ExitCode.FOUND, ExitCode.SOURCE, ExitCode.INCOMPLETE)
    return next((code for code in order if code in codes), ExitCode.OK)


def _is_grave(severity: Severity, fail_on: str) -> bool:
    return fail_on != NEVER and severity.rank <= Severity(fail_on).rank
