"""The report for people: each diagnosis reads like a good compiler's error, and needs no colour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from gkedoctor.config.suppress import Suppressed
from gkedoctor.diagnose.model import Diagnosis, ResolvedEvidence, ResolvedFix, Unexplained
from gkedoctor.graph import Hop
from gkedoctor.playbook.model import Severity
from gkedoctor.report.answer import Answer
from gkedoctor.report.escaping import inert
from gkedoctor.report.formats import Page
from gkedoctor.report.paint import Paint
from gkedoctor.report.path_text import compact_lines
from gkedoctor.report.phrases import closing, counted, holes, in_file, place, value
from gkedoctor.report.wrap import command_lines, wrapped
from gkedoctor.snapshot.model import KEPT_NOTE

_MOST = 20
"""Lines of one list at most; the JSON report has all of them."""

_GUTTER, _UNDER = "   = ", "       "
_COMMAND = "    "
"""Commands are indented without a sign in front, so that a block can be copied and pasted whole."""


def render(answer: Answer, page: Page) -> str:
    """The whole report: diagnoses, symptoms without a cause, what was not looked at, one closing line."""
    outcome = answer.outcome
    advice = [d for d in outcome.diagnoses if d.severity is Severity.ADVISORY and not answer.advice_in_full]
    blocks = [_diagnosis(found, answer, page) for found in outcome.diagnoses if found not in advice]
    blocks += [_advice(advice, page)] if advice else []
    blocks += [_recovering(outcome.recovering, page)] if outcome.recovering else []
    blocks += [_unexplained(outcome.open, page)] if outcome.open else []
    blocks += [_suppressed(answer.suppressed, page)] if answer.suppressed and answer.show_suppressed else []
    unseen = [line for hole in holes(outcome.not_checked) for line in _hole(hole, page)]
    kept = [f"note: {note}" for note in answer.notes if note == KEPT_NOTE]
    blocks.append([*unseen, *kept, *wrapped(closing(answer), page.width, rest="  ")])
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _diagnosis(found: Diagnosis, answer: Answer, page: Page) -> list[str]:
    return [
        *_head(found, answer, page),
        *_path(found.path, page),
        *_labelled(f"cause ({found.confidence})", [found.cause], page),
        *_labelled("since", [inert(found.since)] if found.since else [], page),
        *_because(found.evidence, page),
        *_labelled("affects", _first(f"{inert(str(c.ref))}: {inert(c.symptom)}" for c in found.explains), page),
        *_labelled("ruled out", [f"{r.cause}: {inert(r.why)}" for r in found.ruled_out], page),
        *_labelled("not known", [f"{n.cause}: {inert(n.why)}" for n in found.not_known], page),
        *_sentence("help", found.fix.say, page),
        *_commands(found.fix.commands, page),
        *_alternatives(found.fix, page),
        *([Paint(page.colour).label("verify:")] if found.verify else []),
        *_commands(found.verify, page),
        *_docs(found.docs, page),
    ]


def _head(found: Diagnosis, answer: Answer, page: Page) -> Iterator[str]:
    cluster, new = answer.outcome.cluster, "new " if answer.is_new(found.fingerprint) else ""
    mark = f"{new}{found.severity}[{found.playbook}]:"
    at = _at(found)
    first, *more = wrapped(inert(found.title), page.width, f"{at}{mark} ", "  ")
    yield at + Paint(page.colour).severity(mark, found.severity) + first[len(at) + len(mark) :]
    yield from more
    yield f"  --> {inert(cluster) + '  ' if cluster else ''}{place(found.root)}"
    yield "   |"


def _at(found: Diagnosis) -> str:
    """`shop/cart.yaml:12:9: ` in front of what stands in a file, as compilers do, so that editors can jump to it."""
    return f"{in_file(found.location)}: " if found.location is not None else ""


def _path(path: Sequence[Hop], page: Page) -> Iterator[str]:
    """The way of a request that the fault bars, beside a gutter."""
    if path:
        yield from (f"   |  {line}" for line in compact_lines(path, page.width - 6))
        yield "   |"


def _because(evidence: Sequence[ResolvedEvidence], page: Page) -> Iterator[str]:
    """The evidence by object: its name, then the fields with their values."""
    if evidence:
        yield f"{_GUTTER}{Paint(page.colour).label('because:')}"
    for ref, proofs in groupby(evidence, key=lambda p: p.ref):
        yield f"{_UNDER}{inert(str(ref))}"
        for proof in proofs:
            label = f" ({inert(proof.label)})" if proof.label else ""
            line = f"{inert(proof.path)}: {value(proof.value)}{label}"
            yield from wrapped(line, page.width, _UNDER + "  ", _UNDER + "    ")


def _labelled(label: str, items: Sequence[str], page: Page) -> Iterator[str]:
    """`= label: item`; several items stand below it, one a line."""
    head = f"{_GUTTER}{label}:"
    if len(items) == 1:
        first, *more = wrapped(f"{label}: {items[0]}", page.width, _GUTTER, _UNDER)
        yield _GUTTER + Paint(page.colour).label(f"{label}:") + first[len(head) :]
        yield from more
    elif items:
        yield f"{_GUTTER}{Paint(page.colour).label(f'{label}:')}"
        for item in items:
            yield from wrapped(item, page.width, _UNDER, _UNDER + "  ")


def _sentence(label: str, text: str, page: Page) -> Iterator[str]:
    first, *more = wrapped(f"{label}: {inert(text)}", page.width, rest="  ")
    yield Paint(page.colour).label(f"{label}:") + first[len(label) + 1 :]
    yield from more


def _commands(commands: Sequence[str], page: Page) -> Iterator[str]:
    for command in commands:
        shown = "\n".join(inert(line) for line in command.rstrip("\n").split("\n"))
        yield from command_lines(shown, page.width, _COMMAND)


def _docs(docs: Sequence[str], page: Page) -> Iterator[str]:
    for i, link in enumerate(docs):
        yield f"{Paint(page.colour).label('docs:') if i == 0 else '     '} {inert(link)}"


def _advice(found: Sequence[Diagnosis], page: Page) -> list[str]:
    """What breaks nothing now gets a line, so that a healthy cluster stays quiet."""
    in_files = any(one.location is not None for one in found)
    told_by = "-o json tells all of each" if in_files else "report KIND/NAME tells all of one"
    indent = "" if in_files else "  "
    lines = [Paint(page.colour).label(f"worth knowing ({told_by}):")]
    for one in found[:_MOST]:
        mark = f"{indent}{_at(one)}advisory[{one.playbook}]: "
        lines += wrapped(inert(one.title), page.width, mark, f"{indent}  ")
    if len(found) > _MOST:
        lines.append(f"  and {len(found) - _MOST} more")
    return lines


def _alternatives(fix: ResolvedFix, page: Page) -> Iterator[str]:
    for way in fix.alternatives:
        yield from _sentence("or", way.say, page)
        yield from _commands(way.commands, page)
    if fix.managed_by:
        where = f"This object belongs to {fix.managed_by}. Change it there too, or the next update undoes the fix."
        yield from _sentence("note", where, page)


def _recovering(found: Sequence[Unexplained], page: Page) -> list[str]:
    lines = [Paint(page.colour).label("fixed, not retried yet:")]
    for item in found[:_MOST]:
        lines += wrapped(f"{inert(str(item.ref))}: {inert(item.symptom)}", page.width, "  ", "    ")
        lines += _commands(item.recovery.commands if item.recovery else (), page)
    if len(found) > _MOST:
        lines.append(f"  and {len(found) - _MOST} more")
    return lines


def _unexplained(found: Sequence[Unexplained], page: Page) -> list[str]:
    head = f"no cause found for {counted(len(found), 'symptom')}:"
    lines = [Paint(page.colour).label(head)]
    for item in found[:_MOST]:
        lines += wrapped(f"{inert(str(item.ref))}: {inert(item.symptom)}", page.width, "  ", "    ")
        for rival in item.not_known:
            lines += wrapped(f"not known: {rival.cause}: {inert(rival.why)}", page.width, "    ", "      ")
    if len(found) > _MOST:
        lines.append(f"  and {len(found) - _MOST} more")
    return lines


def _suppressed(found: Sequence[Suppressed], page: Page) -> list[str]:
    lines = [Paint(page.colour).label("suppressed:")]
    for one in found:
        lines += wrapped(f"{inert(str(one.finding.place))}: {inert(one.finding.says)}", page.width, "  ", "    ")
        until = f" until {one.rule.until}" if one.rule.until else ""
        lines += wrapped(f"by {inert(one.rule.place)}{until}: {inert(one.rule.reason)}", page.width, "    ", "      ")
    return lines


def _hole(hole: str, page: Page) -> list[str]:
    return wrapped(f"not looked at: {hole}", page.width, rest="  ")


def _first(items: Iterable[str]) -> list[str]:
    listed = list(items)
    more = len(listed) - _MOST
    return [*listed[:_MOST], f"and {more} more"] if more > 0 else listed
