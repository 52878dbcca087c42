"""The report as Markdown for a ticket: GitHub's dialect, which Jira and Google's Issue Tracker read as well.

Text out of the cluster stands in code spans, where it can neither mark up, link nor mention. What does not fit is cut
from the end and the text says so: of what is not shown in full, the first line is there for as long as there is room.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from gkedoctor import __version__
from gkedoctor.config.suppress import Suppressed
from gkedoctor.diagnose.model import Diagnosis, Outcome, ResolvedEvidence, RuledOutCause, UnconfirmedCause, Unexplained
from gkedoctor.report.answer import Answer
from gkedoctor.report.change_text import change_sentences
from gkedoctor.report.escaping import inert, is_link
from gkedoctor.report.formats import Page
from gkedoctor.report.markdown import code as _code
from gkedoctor.report.markdown import text as _text
from gkedoctor.report.not_checked import not_checked_lines, ways_to_check
from gkedoctor.report.phrases import (
    affected,
    began,
    belongs_to,
    counted,
    counts,
    in_file,
    only_reads,
    recorded,
    title,
    unread,
    value,
)  # fmt: skip
from gkedoctor.report.verdict import asides, between, unknown_paths, verdict

LIMIT = 32_767
"""Characters that a field of Jira takes: the smallest of them. GitHub takes 65,536."""

_TAIL = 6_000
"""Characters that are kept free for what was not checked and for the last lines."""
_PROOFS, _AFFECTED, _OPEN, _UNSEEN = 3, 20, 40, 20
"""Lines of a list that are shown at once; further evidence is folded, the rest is counted."""
_LONGEST_TITLE = 400


def render(answer: Answer, page: Page) -> str:
    """The ticket. The page does not matter."""
    head = "\n".join(_head(answer)) + "\n"
    tail = "\n".join(_tail(answer)) + "\n"
    return head + "".join(_blocks(answer, LIMIT - _TAIL - len(head))) + tail


def _blocks(answer: Answer, room: int) -> Iterator[str]:
    """A block a diagnosis. Half of the room is for the first in full, the other for the first lines of the rest."""
    diagnoses = answer.outcome.diagnoses
    heads = [_heading(number, answer) for number in range(len(diagnoses))]
    shortest = [_line(head, found) for head, found in zip(heads, diagnoses, strict=True)]
    kept = min(sum(map(len, shortest)), room // 2)
    cut = 0
    for head, line, found in zip(heads, shortest, diagnoses, strict=True):
        kept = max(kept - len(line), 0)
        block = next((b for b in _versions(head, found) if len(b) <= room - kept), line)
        if cut or len(block) > room:
            cut += 1
            continue
        room -= len(block)
        yield block
    if cut:
        yield f"\n**{counted(cut, 'further finding')} did not fit here.** `gkedoctor report -o html` has all.\n"


def _heading(index: int, answer: Answer) -> str:
    found = answer.outcome.diagnoses[index]
    number = f"{index + 1}. " if len(answer.outcome.diagnoses) > 1 else ""
    new = "new, " if answer.is_new(found.fingerprint) else ""
    return f"\n## {number}{new}{found.severity}: {_text(title(found, answer), _LONGEST_TITLE)}\n\n"


def _versions(head: str, found: Diagnosis) -> Iterator[str]:
    """A diagnosis in full, and without what is folded."""
    for lines in ([*_body(found), *_folded(found)], [*_body(found), "", "(shortened)"]):
        yield head + "\n".join(lines) + "\n"


def _line(head: str, found: Diagnosis) -> str:
    return f"{head}{_code(str(found.root))}: {_cause(found)}. Shortened: `gkedoctor report -o html` has all.\n"


def _head(answer: Answer) -> Iterator[str]:
    outcome = answer.outcome
    of = f"cluster {_code(outcome.cluster)}" if outcome.cluster else ""
    place = ", ".join(_code(part) for part in (outcome.project, outcome.location) if part)
    where = " of ".join(part for part in (counts(outcome.looked_at), of) if part) + (f" ({place})" if place else "")
    yield f"**{verdict(answer)}**{between(answer) if where else ', '}{', '.join([where, *recorded(outcome)])}."
    if beside := "; ".join(asides(answer)):
        yield f"{beside[:1].upper()}{beside[1:]}."


def _body(found: Diagnosis) -> Iterator[str]:
    yield from ["**Fix**", "", _text(found.fix.say)]
    yield from _paragraph(only_reads(found.fix))
    yield from _fence(found.fix.commands)
    for way in found.fix.alternatives:
        yield from ["", f"**Or:** {_text(way.say)}"]
        yield from _fence(way.commands)
    yield from _paragraph(belongs_to(found.fix))
    if found.verify:
        yield from ["", "**Verify**"]
        yield from _fence(found.verify)
    yield from ["", f"- **Object:** {_code(str(found.root))}"]
    if found.location is not None:
        yield f"- **In:** {_code(in_file(found.location))}"
    if found.since:
        yield f"- **Since:** {_text(began(found))}"
    yield f"- **Cause:** {_cause(found)}"
    yield from _part("Affected", _cut([f"{_code(str(c.ref))}: {_text(c.symptom)}" for c in affected(found)], _AFFECTED))
    yield from _part("Changed", map(_text, change_sentences(found)))
    yield from _part("Evidence", _evidence(found.evidence[:_PROOFS]))
    if found.docs:
        yield from ["", f"Documentation: {', '.join(map(_link, found.docs))}"]


def _paragraph(text: str) -> list[str]:
    return ["", _text(text)] if text else []


def _cause(found: Diagnosis) -> str:
    return f"{_code(found.cause)} ({found.confidence}), playbook {_code(found.playbook)}"


def _folded(found: Diagnosis) -> Iterator[str]:
    """Other possible causes and further evidence, behind one line."""
    further = found.evidence[_PROOFS:]
    others = [f"{_code(r.cause)} (ruled out): {_text(r.why)}" for r in found.ruled_out]
    others += [f"{_code(n.cause)} (not checked): {_text(n.why)}" for n in found.not_known]
    lists: list[tuple[str, Iterable[str]]] = [
        ("other possible causes", others),
        ("further evidence", _evidence(further)),
    ]
    numbers = (len(others), len(further))
    heads = [f"{label} ({number})" for (label, _), number in zip(lists, numbers, strict=True) if number]
    if heads:
        summary = ", ".join(heads)
        yield from ["", f"<details><summary>{summary[:1].upper()}{summary[1:]}</summary>"]
        for label, items in lists:
            yield from _part(label[:1].upper() + label[1:], items)
        yield from ["", "</details>"]


def _part(label: str, items: Iterable[str]) -> Iterator[str]:
    listed = list(items)
    if listed:
        yield from ["", f"**{label}**", "", *(line if line.startswith("  ") else f"- {line}" for line in listed)]


def _evidence(evidence: Sequence[ResolvedEvidence]) -> Iterator[str]:
    for ref, proofs in groupby(evidence, key=lambda p: p.ref):
        yield _code(str(ref))
        for proof in proofs:
            label = f" ({_text(proof.label)})" if proof.label else ""
            yield f"  - {_code(proof.path)}: {_code(value(proof.value))}{label}"


def _rival(rival: RuledOutCause | UnconfirmedCause) -> str:
    return f"{_code(rival.cause)}: {_text(rival.why)}"


def _tail(answer: Answer) -> Iterator[str]:
    """What was not checked, and where it comes from. Never longer than `_TAIL`."""
    outcome = answer.outcome
    lines = [*_open(outcome), *_suppressed(answer), *_unseen(answer)]
    footer = ", ".join([f"gkedoctor {__version__}", f"from {_code(outcome.source)}", *recorded(outcome)])
    footer += ", not live." if recorded(outcome) and not outcome.live else "."
    room = _TAIL - len(footer) - 200
    kept: list[str] = []
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            kept += ["", "(and more, which did not fit here)"]
            break
        kept.append(line)
    yield from [*kept, "", "---", "", footer]


def _open(outcome: Outcome) -> Iterator[str]:
    if outcome.recovering:
        yield from ["", "## Fixed, not retried yet", ""]
        for item in outcome.recovering[:_OPEN]:
            yield f"- {_symptom(item)}"
            yield from (f"  - {_code(command)}" for command in (item.recovery.commands if item.recovery else ()))
    found = outcome.open
    if found:
        yield from ["", f"## No known cause for {counted(len(found), 'symptom')}", ""]
        yield from (f"- {line}" for line in _cut([_symptom(item) for item in found], _OPEN))


def _symptom(item: Unexplained) -> str:
    doubts = "; ".join(_rival(rival) for rival in item.not_known)
    return f"{_code(str(item.ref))}: {_text(item.symptom)}{f' (not checked: {doubts})' if doubts else ''}"


def _suppressed(answer: Answer) -> Iterator[str]:
    if answer.suppressed and answer.show_suppressed:
        yield from ["", "**Suppressed**", ""]
        yield from (f"- {line}" for line in _cut([_hidden(one) for one in answer.suppressed], _OPEN))


def _hidden(one: Suppressed) -> str:
    until = f" until {one.rule.until}" if one.rule.until else ""
    by = f"by {_code(one.rule.place)}{until}: {_text(one.rule.reason)}"
    return f"{_code(str(one.finding.place))}: {_text(one.finding.says)} ({by})"


def _unseen(answer: Answer) -> Iterator[str]:
    ways = [*unknown_paths(answer.outcome), *ways_to_check(answer.outcome)]
    unseen = [*map(unread, answer.problems), *ways, *not_checked_lines(answer.outcome.not_checked), *answer.notes]
    if unseen:
        yield from ["", "**Not checked**", ""]
        yield from (f"- {line}" for line in _cut([_text(line) for line in unseen], _UNSEEN))


def _cut(items: Sequence[str], most: int) -> list[str]:
    more = len(items) - most
    return [*items[:most], f"and {more} more"] if more > 0 else list(items)


def _fence(commands: Sequence[str]) -> Iterator[str]:
    """Commands in a fence that nothing in them can close."""
    lines = [inert(line) for command in commands for line in command.rstrip("\n").split("\n")]
    if lines:
        longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
        fence = "`" * max(3, longest + 1)
        yield from ["", f"{fence}sh", *lines, fence]


def _link(doc: str) -> str:
    return f"<{doc}>" if is_link(doc) else _code(doc)
