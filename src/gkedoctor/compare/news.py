"""What became of findings between two moments of one cluster: which came, which changed, which are gone."""

from __future__ import annotations

from typing import Literal, NamedTuple

from gkedoctor.compare.inputs import diagnosed
from gkedoctor.compare.match import match_findings
from gkedoctor.diagnose.model import Diagnosis, Outcome, Unexplained

Found = Diagnosis | Unexplained


class FindingChange(NamedTuple):
    """A finding that is new, that says something else than before, or that is gone (as it was)."""

    change: Literal["new", "changed", "fixed"]
    found: Found


def finding_changes(before: Outcome, after: Outcome) -> list[FindingChange]:
    """The changes, new ones first, each in the order of its outcome."""
    matched = match_findings(diagnosed(before.source, before), diagnosed(after.source, after))
    old = {found.fingerprint: found for found in _all(before)}
    new = {found.fingerprint for found in matched.new}
    fixed = {found.fingerprint for found in matched.fixed}
    changes = [FindingChange("new", found) for found in _all(after) if found.fingerprint in new]
    same = [found for found in _all(after) if found.fingerprint in matched.known and found.fingerprint in old]
    changes += [FindingChange("changed", found) for found in same if said(found) != said(old[found.fingerprint])]
    return changes + [FindingChange("fixed", found) for found in _all(before) if found.fingerprint in fixed]


def said(found: Found) -> tuple[object, ...]:
    """What a reader sees of a finding: what stays the same of it is no news."""
    if isinstance(found, Unexplained):
        return (found.symptom,)
    return (found.title, found.severity, found.confidence, frozenset(found.explains))


def _all(outcome: Outcome) -> tuple[Found, ...]:
    return (*outcome.diagnoses, *outcome.unexplained)
