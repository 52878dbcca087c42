"""The last line of a report: what was found in how much, never wider than what was checked."""

from __future__ import annotations

from gkedoctor.diagnose.model import Diagnosis, Outcome, Unexplained
from gkedoctor.playbook.model import Severity
from gkedoctor.report.answer import Answer
from gkedoctor.report.escaping import inert
from gkedoctor.report.not_checked import gaps, summary, ways_to_check
from gkedoctor.report.phrases import counted, counts, recorded, severities, title

_MOST_PATHS = 2
_FOUND = "Found"
_CHECKED_ALONE = "No problems in what was checked"


def verdict(answer: Answer) -> str:
    """`Found 1 critical and 2 symptoms without a known cause`; `No problems found` only where all was checked."""
    outcome = answer.outcome
    faults = _faults(answer)
    found = [severities(faults)] if faults else []
    if outcome.open:
        found.append(f"{counted(len(outcome.open), 'symptom')} without a known cause")
    if outcome.recovering:
        found.append(f"{counted(len(outcome.recovering), 'fixed fault')} not retried yet")
    if found:
        return f"{_FOUND} {' and '.join(found)}"
    if not outcome.complete:
        return "Not enough was checked to rule out problems"
    if answer.left_out != 0 or answer.suppressed or answer.problems:
        return "No faults shown"
    return _CHECKED_ALONE if gaps(outcome) else "No problems found"


def headline(answer: Answer) -> str:
    """What a reader has to know first: the title of the first finding, else the verdict."""
    outcome = answer.outcome
    faults = _faults(answer)
    if faults:
        return title(faults[0], answer)
    return outcome.open[0].symptom if outcome.open else verdict(answer)


def is_healthy(answer: Answer) -> bool:
    """Whether there is neither a fault nor a doubt."""
    outcome = answer.outcome
    hidden = answer.left_out != 0 or answer.suppressed or answer.problems
    return outcome.complete and not (_faults(answer) or outcome.symptoms or hidden)


def _faults(answer: Answer) -> list[Diagnosis]:
    """The findings that break something now."""
    return [d for d in answer.outcome.diagnoses if d.severity is not Severity.ADVISORY]


def closing(answer: Answer) -> str:
    """One line: what was found, in how much, of which cluster and moment, and what lies outside of the question."""
    head = f"{verdict(answer)}{extent(answer)}"
    return "; ".join([", ".join([head, *recorded(answer.outcome)]), *asides(answer)])


def extent(answer: Answer) -> str:
    """How much was checked, of which cluster, to stand behind the verdict: ` in 4 pods, 2 services of teratail`."""
    checked = counts(answer.outcome.looked_at)
    before = between(answer)
    if not answer.outcome.cluster:
        return f"{before}{checked}" if checked else ""
    cluster = inert(answer.outcome.cluster)
    return f"{before}{checked} of {cluster}" if checked else f"{before}{cluster}"


def between(answer: Answer) -> str:
    """What stands between the verdict and how much was checked."""
    return ": " if verdict(answer) == _CHECKED_ALONE else " in "


def not_checked_note(answer: Answer, *, in_short: bool = True) -> str:
    """What was not checked, in short, and what would make it known; empty where there is no gap."""
    outcome = answer.outcome
    short = summary(gaps(outcome)) if in_short else ""
    parts = [f"Not checked: {short}; --details lists all."] if short else []
    if in_short and verdict(answer).startswith(_FOUND):
        return " ".join(parts)
    return " ".join([*parts, *unknown_paths(outcome), *ways_to_check(outcome)])


def unknown_paths(outcome: Outcome) -> list[str]:
    """Request paths of which a hop is not known, as sentences."""
    hops = outcome.unknown_hops
    told = [
        f"Request path of {inert(str(one.frontend))} is unknown at {inert(one.hop.kind)}: {inert(one.why)}."
        for one in hops[:_MOST_PATHS]
    ]
    more = len(hops) - _MOST_PATHS
    return [*told, f"The same holds for {counted(more, 'more request path')}."] if more > 0 else told


def asides(answer: Answer) -> list[str]:
    """What a reader has to know of a report beside its findings, in a few words each."""
    outcome = answer.outcome
    found: list[Diagnosis | Unexplained] = [*outcome.diagnoses, *outcome.symptoms]
    said = ["not everything was checked"] if not outcome.complete and verdict(answer).startswith(_FOUND) else []
    notes = [d for d in outcome.diagnoses if d.severity is Severity.ADVISORY]
    said += [severities(notes)] if notes else []
    if answer.known is not None:
        new = sum(answer.is_new(one.fingerprint) is True for one in found)
        said.append(f"{new} new, {len(found) - new} known from the baseline")
    if answer.problems:
        said.append(f"{counted(len(answer.problems), 'problem')} in the files themselves")
    if answer.suppressed:
        said.append(f"{len(answer.suppressed)} suppressed")
    if answer.left_out is None:
        said.append("other namespaces were not checked")
    elif answer.left_out:
        said.append(f"{counted(answer.left_out, 'finding')} outside this selection")
    return said
