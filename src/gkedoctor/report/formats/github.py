"""The report as annotations of GitHub Actions: each finding stands beside its line in a pull request.

Escapes: https://github.com/actions/toolkit, packages/core/src/command.ts (escapeData, escapeProperty).
"""

from __future__ import annotations

from collections.abc import Iterator

from gkedoctor.diagnose.model import Diagnosis
from gkedoctor.errors import ManifestError
from gkedoctor.playbook.model import Severity
from gkedoctor.report.answer import Answer
from gkedoctor.report.escaping import inert
from gkedoctor.report.formats import Page
from gkedoctor.report.phrases import title
from gkedoctor.report.verdict import closing
from gkedoctor.snapshot.model import KEPT_NOTE

_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "warning",
    Severity.ADVISORY: "notice",
}
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def render(answer: Answer, page: Page) -> str:
    """A line a finding, and one for what was found in all. The page does not matter."""
    return "".join(f"{line}\n" for line in _lines(answer))


def _lines(answer: Answer) -> Iterator[str]:
    yield from map(_problem, answer.problems)
    yield from (_diagnosis(found, answer) for found in answer.outcome.diagnoses)
    for found in answer.outcome.symptoms:
        yield _command(
            "warning",
            {"title": "no known cause" if found.recovery is None else "fixed, not retried yet"},
            f"{found.ref}: {found.symptom}",
        )
    for entry in answer.outcome.not_checked:
        yield _command("notice", {"title": "not checked"}, f"{entry.collection}: {entry.detail or entry.reason}")
    for one in answer.suppressed if answer.show_suppressed else ():
        yield _command("notice", {"title": "suppressed"}, f"{one.finding.says} ({one.rule.place}: {one.rule.reason})")
    for note in answer.notes:
        if note == KEPT_NOTE:
            yield _command("warning", {"title": "credentials"}, note)
    yield _command("notice", {"title": "gkedoctor"}, closing(answer))


def _diagnosis(found: Diagnosis, answer: Answer) -> str:
    at = found.location
    place = {"file": at.file, "line": at.line, "col": at.column} if at is not None else {}
    head = f"{found.severity}[{found.playbook}] {found.cause}"
    commands = found.fix.commands if at is None else ()
    lines = [line for command in commands for line in command.rstrip("\n").split("\n")]
    return _command(
        _LEVELS[found.severity], {**place, "title": head}, f"{title(found, answer)}. {found.fix.say}", *lines
    )


def _problem(found: ManifestError) -> str:
    place = {"file": found.path, "line": found.line or 1, "col": found.column or 1}
    hint = f"; {found.hint}" if found.hint else ""
    return _command("error", {**place, "title": "cannot be read"}, f"{found.message}{hint}")


def _command(level: str, properties: dict[str, object], *lines: str) -> str:
    pairs = ",".join(f"{key}={inert(str(value)).translate(_PROPERTY)}" for key, value in properties.items())
    message = "\n".join(map(inert, lines)).translate(_DATA)
    return f"::{level} {pairs}::{message}"
