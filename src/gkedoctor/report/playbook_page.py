"""A playbook as a page to read: what it looks at, its rival causes, and how each is told from the others."""

from __future__ import annotations

from collections.abc import Iterator

from gkedoctor.playbook.model import Cause, Playbook
from gkedoctor.report.wrap import wrapped


def playbook_page(model: Playbook, width: int) -> str:
    """The page. Expressions stand as the author wrote them: `{{ … }}` is filled in for each finding."""
    lines = [*wrapped(f"{model.id}: {model.title}", width), "", *wrapped(_one_line(model.about), width), ""]
    lines += _field("checks", _subject(model), width)
    lines += _field("symptom", model.symptom.say, width)
    lines += _field("when", model.symptom.when, width, "  ")
    for expression in model.explained_by:
        lines += _field("may follow from", expression, width)
    for cause in model.causes:
        lines += ["", *_cause(cause, width)]
    return "\n".join(lines) + "\n"


def _subject(model: Playbook) -> str:
    steps = f" ({', '.join(model.candidates)})" if model.candidates else ""
    experimental = ", experimental" if model.maturity == "experimental" else ""
    return f"{model.kinds[0]}{steps}, {model.severity}{experimental}"


def _cause(cause: Cause, width: int) -> Iterator[str]:
    yield from _field("cause", f"{cause.cause} ({cause.confidence})", width)
    yield from _field("says", cause.title, width, "  ")
    yield from _field("when", cause.when, width, "  ")
    if cause.certain_if:
        yield from _field("certain if", cause.certain_if, width, "  ")
    for rule in cause.ruled_out_if:
        yield from _field("ruled out if", f"{_one_line(rule.when)}: {rule.say}", width, "  ")
    yield from _field("help", cause.fix.say, width, "  ")
    yield from (f"    {command.run}" for command in cause.fix.commands)
    yield from [f"    the commands of {cause.fix.run_all}"] if cause.fix.run_all else []
    yield "  verify:"
    yield from (f"    {command}" for command in cause.verify)
    for link in cause.docs:
        yield f"  docs: {link}"


def _field(label: str, text: str, width: int, indent: str = "") -> list[str]:
    return wrapped(f"{label}: {_one_line(text)}", width, indent, indent + "  ")


def _one_line(text: str) -> str:
    return " ".join(text.split())
