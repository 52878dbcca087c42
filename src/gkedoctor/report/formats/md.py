"""The report as Markdown for a ticket: GitHub's dialect, which Jira and Google's Issue Tracker read as well.

Text out of the cluster stands in code spans, where it can neither mark up, link nor mention. What does not fit is cut
from the end and said so: of what is not told in full, the first line is there for as long as there is room.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from gkedoctor import __version__
from gkedoctor.config.suppress import Suppressed
from gkedoctor.diagnose.model import Diagnosis, Outcome, ResolvedEvidence, RuledOutCause, UnconfirmedCause, Unexplained
from gkedoctor.report.answer import Answer
from gkedoctor.report.escaping import inert, is_link
from gkedoctor.report.formats import Page
from gkedoctor.report.markdown import code as _code
from gkedoctor.report.markdown import text as _text
from gkedoctor.report.phrases import asides, counted, counts, holes, in_file, recorded, since, unread, value, verdict

LIMIT = 32_767
"""Characters that a field of Jira takes: the smallest of them. GitHub takes 65,536."""

_TAIL = 6_000
"""Characters that are kept free for what was not looked at and for the last lines."""
_PROOFS, _AFFECTED, _OPEN, _UNSEEN = 3, 20, 40, 20
"""Lines of a list that are shown at once; further evidence is folded, the rest is counted."""
_LONGEST_TITLE = 400


def render(answer: Answer, page: Page) -> str:
    """The ticket. The page does not matter."""
    head = "\n".join(_head(answer)) + "\n"
    tail = "\n".join(_tail(answer)) + "\n"
    return head + "".join(_blocks(answer, LIMIT - _TAIL - len(head))) + tail


def _blocks(answer: Answer, room: int) -> Iterator[str]:
    """A block a diagnosis. Half of the room is for the gravest in full, the other for the first lines of the rest."""
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
    return f"\n## {number}{new}{found.severity}: {_text(found.title, _LONGEST_TITLE)}\n\n"


def _versions(head: str, found: Diagnosis) -> Iterator[str]:
    """A diagnosis in full, and without what is folded."""
    for lines in ([*_body(found), *_folded(found)], [*_body(found), "", "(shortened)"]):
        yield head + "\n".join(lines) + "\n"


def _line(head: str, found: Diagnosis) -> str:
    return f"{head}{_code(str(found.root))}: {_cause(found)}. Shortened: `gkedoctor report -o html` has all.\n"


def _head(answer: Answer) -> Iterator[str]:
    outcome = answer.outcome
    found = verdict(answer)
    of = f" of cluster {_code(outcome.cluster)}" if outcome.cluster else ""
    place = ", ".join(_code(part) for part in (outcome.project, outcome.location) if part)
    where = f"{counts(outcome.looked_at)}{of}{f' ({place})' if place else ''}"
    yield f"**{found[:1].upper()}{found[1:]}** in {', '.join([where, *recorded(outcome)])}."
    if beside := "; ".join(asides(answer)):
        yield f"{beside[:1].upper()}{beside[1:]}."


def _body(found: Diagnosis) -> Iterator[str]:
    yield f"- **Cause:** {_cause(found)}"
    yield f"- **To mend:** {_code(str(found.root))}"
    if found.location is not None:
        yield f"- **In:** {_code(in_file(found.location))}"
    if found.since:
        yield f"- **Since:** {_text(since(found.since))}"
    yield from _part("Affected", _cut([f"{_code(str(c.ref))}: {_text(c.symptom)}" for c in found.explains], _AFFECTED))
    yield from _part("Because", _evidence(found.evidence[:_PROOFS]))
    yield from ["", f"**Fix.** {_text(found.fix.say)}"]
    yield from _fence(found.fix.commands)
    if found.verify:
        yield from ["", "**Verify**"]
        yield from _fence(found.verify)
    if found.docs:
        yield from ["", f"Read on: {', '.join(map(_link, found.docs))}"]


def _cause(found: Diagnosis) -> str:
    return f"{_code(found.cause)} ({found.confidence}), found by {_code(found.playbook)}"


def _folded(found: Diagnosis) -> Iterator[str]:
    """Rivals and further evidence, behind one line."""
    further = found.evidence[_PROOFS:]
    lists: list[tuple[str, Iterable[str]]] = [
        ("ruled out", map(_rival, found.ruled_out)),
        ("not known", map(_rival, found.not_known)),
        ("further evidence", _evidence(further)),
    ]
    numbers = (len(found.ruled_out), len(found.not_known), len(further))
    told = [f"{label} ({number})" for (label, _), number in zip(lists, numbers, strict=True) if number]
    if told:
        summary = ", ".join(told)
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
    """What was not seen, and where it comes from. Never longer than `_TAIL`."""
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
    found = outcome.unexplained
    if found:
        yield from ["", f"## No cause found for {counted(len(found), 'symptom')}", ""]
        yield from (f"- {line}" for line in _cut([_symptom(item) for item in found], _OPEN))


def _symptom(item: Unexplained) -> str:
    doubts = "; ".join(_rival(rival) for rival in item.not_known)
    return f"{_code(str(item.ref))}: {_text(item.symptom)}{f' (not known: {doubts})' if doubts else ''}"


def _suppressed(answer: Answer) -> Iterator[str]:
    if answer.suppressed and answer.show_suppressed:
        yield from ["", "**Suppressed**", ""]
        yield from (f"- {line}" for line in _cut([_hidden(one) for one in answer.suppressed], _OPEN))


def _hidden(one: Suppressed) -> str:
    until = f" until {one.rule.until}" if one.rule.until else ""
    by = f"by {_code(one.rule.place)}{until}: {_text(one.rule.reason)}"
    return f"{_code(str(one.finding.place))}: {_text(one.finding.says)} ({by})"


def _unseen(answer: Answer) -> Iterator[str]:
    unseen = [*map(unread, answer.problems), *holes(answer.outcome.not_checked), *answer.notes]
    if unseen:
        yield from ["", "**Not looked at**", ""]
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
