"""The report as SARIF 2.1.0, for code scanning: a rule a playbook, a result a diagnosis.

Sections named in comments: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from gkedoctor import __version__
from gkedoctor.config.suppress import Suppressed
from gkedoctor.diagnose.model import Diagnosis, Location, NotChecked, Unexplained
from gkedoctor.errors import ManifestError
from gkedoctor.graph import Ref
from gkedoctor.playbook.model import Severity
from gkedoctor.report.answer import Answer
from gkedoctor.report.escaping import inert, is_link
from gkedoctor.report.formats import Page
from gkedoctor.report.formats.json import encoded
from gkedoctor.report.json_schema import to_wire
from gkedoctor.report.phrases import title

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.ADVISORY: "note",
}
_OPEN, _UNREADABLE = "no-cause-found", "cannot-be-read"

_Part = dict[str, Any]


def render(answer: Answer, page: Page) -> str:
    """The log with one run. The page does not matter."""
    outcome = answer.outcome
    rules = _rules(answer)
    index = {rule["id"]: i for i, rule in enumerate(rules)}
    shown: list[Diagnosis | Unexplained] = [*outcome.diagnoses, *outcome.symptoms]
    results = [_problem(problem, index) for problem in answer.problems]
    results += [_result(found, index, answer) for found in shown]
    results += [{**_result(s.finding, index, answer), "suppressions": [_suppression(s)]} for s in answer.suppressed]
    driver = {"name": "gkedoctor", "version": __version__, "semanticVersion": __version__, "rules": rules}
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"gkedoctor/{_segment(outcome.cluster or 'cluster')}/"},
        "invocations": [_invocation(answer)],
        "results": results,
        "properties": _about(answer),
    }
    return encoded({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}) + "\n"


def _about(answer: Answer) -> _Part:
    """What was checked, as in the JSON report."""
    wire = to_wire(answer)
    return {
        "snapshot": wire.snapshot,
        "complete": wire.complete,
        "lookedAt": wire.looked_at,
        "leftOut": wire.left_out,
        "notes": wire.notes,
    }


def _findings(answer: Answer) -> list[Diagnosis | Unexplained]:
    """All findings, the suppressed ones at the end."""
    outcome = answer.outcome
    return [*outcome.diagnoses, *outcome.symptoms, *(one.finding for one in answer.suppressed)]


def _rules(answer: Answer) -> list[_Part]:
    listed = _findings(answer)
    first = {found.playbook: found for found in reversed(listed) if isinstance(found, Diagnosis)}
    rules = [_rule(first[playbook], answer.title_of(playbook)) for playbook in sorted(first)]
    if any(isinstance(found, Unexplained) for found in listed):
        text = "A symptom without a known cause"
        rules.append({"id": _OPEN, "shortDescription": _message(text), "defaultConfiguration": {"level": "warning"}})
    if answer.problems:
        text = "A manifest cannot be read"
        rules.append(
            {"id": _UNREADABLE, "shortDescription": _message(text), "defaultConfiguration": {"level": "error"}}
        )
    return rules


def _rule(found: Diagnosis, title: str) -> _Part:
    links = [doc for doc in found.docs if is_link(doc)]
    helped = f"Conditions and other possible causes: gkedoctor playbooks show {found.playbook}"
    return {
        "id": found.playbook,
        "shortDescription": _message(title),
        "help": _message(helped),
        **({"helpUri": links[0]} if links else {}),
    }


def _result(found: Diagnosis | Unexplained, index: dict[str, int], answer: Answer) -> _Part:
    result = _diagnosis(found, index, answer) if isinstance(found, Diagnosis) else _unexplained(found, index)
    # GitHub keeps alerts apart by primaryLocationLineHash alone.
    prints = {"gkedoctor/v1": found.fingerprint, "primaryLocationLineHash": f"{found.fingerprint}:1"}
    new = answer.is_new(found.fingerprint)
    state = {} if new is None else {"baselineState": "new" if new else "unchanged"}
    return {**result, "partialFingerprints": prints, **state}


def _suppression(one: Suppressed) -> _Part:
    until = f" (until {one.rule.until})" if one.rule.until else ""
    return {"kind": "external", "justification": inert(f"{one.rule.place}: {one.rule.reason}{until}")}


def _diagnosis(found: Diagnosis, index: dict[str, int], answer: Answer) -> _Part:
    return {
        "ruleId": found.playbook,
        "ruleIndex": index[found.playbook],
        "level": _LEVELS[found.severity],
        "message": _message(f"{title(found, answer)}. {found.fix.say}"),
        "locations": [_location(found.root, found.location)],
        "relatedLocations": [
            {"id": i, **_location(c.ref), "message": _message(c.symptom)} for i, c in enumerate(found.explains)
        ],
        "properties": {
            "cause": found.cause,
            "confidence": found.confidence,
            "severity": found.severity,
            **({"since": inert(found.since)} if found.since else {}),
            "fix": found.fix.commands,
            **({"managedBy": inert(found.fix.managed_by)} if found.fix.managed_by else {}),
            "verify": found.verify,
        },
    }


def _unexplained(item: Unexplained, index: dict[str, int]) -> _Part:
    return {
        "ruleId": _OPEN,
        "ruleIndex": index[_OPEN],
        "level": "warning",
        "message": _message(item.symptom),
        "locations": [_location(item.ref)],
    }


def _location(ref: Ref, written: Location | None = None) -> _Part:
    """Where it is written. An object without a file has its place in the cluster for one (3.29.3); its name is logical
    (3.33.5)."""
    places = [part for part in (ref.namespace, ref.project, ref.location) if part]
    path = "/".join(_segment(part) for part in ("cluster", *places, ref.kind, f"{ref.name or '_'}.yaml"))
    named = {"name": inert(ref.name), "fullyQualifiedName": inert("/".join([*places, ref.kind, ref.name]))}
    region = {"startLine": written.line, "startColumn": written.column} if written else {"startLine": 1}
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(written.file) if written else path},
            "region": region,
        },
        "logicalLocations": [{**named, "kind": "resource"}],
    }


def _invocation(answer: Answer) -> _Part:
    return {
        "executionSuccessful": True,
        "toolExecutionNotifications": [_not_checked(entry) for entry in answer.outcome.not_checked],
    }


def _problem(found: ManifestError, index: dict[str, int]) -> _Part:
    """A result and no notification: code scanning shows only results beside their lines."""
    region = {"startLine": found.line or 1, "startColumn": found.column or 1}
    place = {"physicalLocation": {"artifactLocation": {"uri": _uri(found.path)}, "region": region}}
    hint = f"; {found.hint}" if found.hint else ""
    return {
        "ruleId": _UNREADABLE,
        "ruleIndex": index[_UNREADABLE],
        "level": "error",
        "message": _message(f"{found.message}{hint}"),
        "locations": [place],
    }


def _not_checked(entry: NotChecked) -> _Part:
    why = f"{entry.collection}: {entry.reason}{f', {entry.detail}' if entry.detail else ''}"
    level = "note" if entry.reason == "not_asked" else "warning"
    return {"descriptor": {"id": f"not-checked/{entry.reason}"}, "level": level, "message": _message(why)}


def _message(text: str) -> _Part:
    """Plain text: brackets would be a link (3.11.6), braces a placeholder (3.11.5)."""
    shown = inert(text).replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return {"text": shown.replace("{", "{{").replace("}", "}}") or "-"}


def _uri(file: str) -> str:
    """A file as a URI: relative to where the program runs, which code scanning takes for the repository's root."""
    path = PurePath(file)
    if path.is_absolute():
        return path.as_uri()
    return "/".join(part if part == ".." else _segment(part) for part in path.parts)


def _segment(text: str) -> str:
    """One step of a path: never up."""
    step = quote(inert(text), safe="")
    return step if step.strip(".") else "_" * max(len(step), 1)
