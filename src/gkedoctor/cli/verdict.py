"""What the shell is told of an outcome."""

from __future__ import annotations

from gkedoctor.diagnose.model import Outcome
from gkedoctor.errors import ExitCode
from gkedoctor.playbook.model import Severity

NEVER = "never"


def verdict(outcome: Outcome, fail_on: str) -> ExitCode:
    """The exit code. "Found nothing" and "could not look" are told apart; an advisory is not a finding for that."""
    severities = [d.severity for d in outcome.diagnoses]
    if fail_on != NEVER and any(s.rank <= Severity(fail_on).rank for s in severities):
        return ExitCode.FOUND
    if not outcome.complete and all(s is Severity.ADVISORY for s in severities):
        return ExitCode.INCOMPLETE
    return ExitCode.OK
