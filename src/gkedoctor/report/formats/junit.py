"""The report as JUnit XML, for CI systems: one suite a playbook, one case an object to fix.

A diagnosis is a failure; an advisory is a case that passes and has an output. What is suppressed and what was not
checked is skipped, in suites of their own, so that a pipeline never takes it for tested. A manifest that cannot be
read is an error. The first case is the recording itself: a healthy cluster has one that passes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC
from itertools import groupby
from xml.etree import ElementTree as ET

from gkedoctor.config.suppress import Suppressed
from gkedoctor.diagnose.model import Diagnosis, NotChecked, Unexplained
from gkedoctor.errors import ManifestError
from gkedoctor.playbook.model import Severity
from gkedoctor.report.answer import Answer
from gkedoctor.report.escaping import inert
from gkedoctor.report.formats import Page
from gkedoctor.report.phrases import affected, began, belongs_to, only_reads, title, value
from gkedoctor.report.verdict import closing

_COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def render(answer: Answer, page: Page) -> str:
    """The XML document. The page does not matter."""
    root = ET.Element("testsuites", name="gkedoctor")
    suites = list(_suites(answer))
    root.extend(suites)
    _count(root)
    for suite in suites:
        _count(suite)
        suite.set("time", "0")
        suite.set("timestamp", f"{answer.outcome.recorded_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}")
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suites(answer: Answer) -> Iterator[ET.Element]:
    outcome = answer.outcome
    yield _suite("gkedoctor", [_whole(answer)], answer)
    if answer.problems:
        yield _suite("cannot be read", map(_problem, answer.problems))
    for playbook, found in groupby(sorted(outcome.diagnoses, key=lambda d: d.playbook), key=lambda d: d.playbook):
        title = answer.title_of(playbook)
        yield _suite(playbook if title == playbook else f"{playbook}: {title}", [_diagnosis(d, answer) for d in found])
    if outcome.recovering:
        yield _suite("fixed, not retried yet", [_unexplained(item, "not-retried-yet") for item in outcome.recovering])
    if outcome.open:
        yield _suite("no known cause", [_unexplained(item, "no-cause-found") for item in outcome.open])
    if answer.suppressed:
        yield _suite("suppressed", [_suppressed(one) for one in answer.suppressed])
    if outcome.not_checked:
        yield _suite("not checked", [_not_checked(entry) for entry in outcome.not_checked])


def _suite(name: str, cases: Iterable[ET.Element], answer: Answer | None = None) -> ET.Element:
    suite = ET.Element("testsuite", name=inert(name))
    if answer is not None:
        properties = ET.SubElement(suite, "properties")
        for key in ("source", "cluster", "project", "location"):
            if named := getattr(answer.outcome, key):
                ET.SubElement(properties, "property", name=key, value=inert(named))
    suite.extend(cases)
    return suite


def _whole(answer: Answer) -> ET.Element:
    case = _case("gkedoctor", "everything that is needed was checked")
    if not answer.outcome.complete:
        ET.SubElement(case, "skipped", message="not everything was checked")
    ET.SubElement(case, "system-out").text = "\n".join(map(inert, [closing(answer), *answer.notes]))
    return case


def _diagnosis(found: Diagnosis, answer: Answer) -> ET.Element:
    """The same name in every run, so that a CI system can tell an old failure from a new one."""
    case = _case(f"{found.playbook}.{found.cause}", str(found.root))
    if found.location is not None:
        case.set("file", inert(found.location.file))
        case.set("line", str(found.location.line))
    shown = title(found, answer)
    text = "\n".join([f"{found.severity}: {inert(shown)}", *_lines(found)])
    if found.severity is Severity.ADVISORY:
        ET.SubElement(case, "system-out").text = text
    else:
        ET.SubElement(case, "failure", type=found.severity, message=inert(shown)).text = text
    return case


def _lines(found: Diagnosis) -> Iterator[str]:
    """The fix first, then what it is about and what proves it."""
    yield f"Fix: {inert(found.fix.say)}"
    yield from [note] if (note := only_reads(found.fix)) else []
    yield from _commands(found.fix.commands)
    for way in found.fix.alternatives:
        yield f"Or: {inert(way.say)}"
        yield from _commands(way.commands)
    yield from [note] if (note := belongs_to(found.fix)) else []
    if found.verify:
        yield "Verify:"
        yield from _commands(found.verify)
    yield f"Object: {inert(str(found.root))}"
    if found.since:
        yield f"Since: {began(found)}"
    yield from (f"Affected: {inert(str(c.ref))}: {inert(c.symptom)}" for c in affected(found))
    yield f"Cause: {found.cause} ({found.confidence})"
    yield from (f"Evidence: {inert(str(p.ref))} {inert(p.path)}: {value(p.value)}" for p in found.evidence)
    yield from (f"Ruled out: {inert(r.cause)}: {inert(r.why)}" for r in found.ruled_out)
    yield from (f"Not checked: {inert(n.cause)}: {inert(n.why)}" for n in found.not_known)


def _commands(commands: Iterable[str]) -> Iterator[str]:
    for command in commands:
        yield from map(inert, command.rstrip("\n").split("\n"))


def _unexplained(item: Unexplained, kind: str) -> ET.Element:
    case = _case(f"gkedoctor.{kind}", str(item.ref))
    failure = ET.SubElement(case, "failure", type=kind, message=inert(item.symptom))
    lines = [*map(inert, item.recovery.commands if item.recovery else ())]
    lines += [f"Not checked: {inert(n.cause)}: {inert(n.why)}" for n in item.not_known]
    failure.text = "\n".join(lines) or None
    return case


def _suppressed(one: Suppressed) -> ET.Element:
    case = _case("gkedoctor.suppressed", str(one.finding.place))
    until = f" until {one.rule.until}" if one.rule.until else ""
    message = f"{one.finding.says} (suppressed by {one.rule.place}{until}: {one.rule.reason})"
    ET.SubElement(case, "skipped", message=inert(message))
    return case


def _problem(found: ManifestError) -> ET.Element:
    case = _case("gkedoctor.cannot-be-read", found.place)
    error = ET.SubElement(case, "error", type="cannot-be-read", message=inert(found.message))
    error.text = inert(found.hint) if found.hint else None
    return case


def _not_checked(entry: NotChecked) -> ET.Element:
    case = _case("gkedoctor.not-checked", entry.collection)
    why = ", ".join(
        part for part in (entry.reason, entry.detail, f"needs {entry.needs}" if entry.needs else "") if part
    )
    ET.SubElement(case, "skipped", message=inert(why))
    return case


def _case(classname: str, name: str) -> ET.Element:
    return ET.Element("testcase", classname=inert(classname), name=inert(name), time="0")


def _count(element: ET.Element) -> None:
    """The numbers of cases, and of those that did not pass."""
    element.set("tests", str(len(list(element.iter("testcase")))))
    for attribute, tag in _COUNTED.items():
        element.set(attribute, str(len(list(element.iter(tag)))))
