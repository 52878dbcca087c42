"""The report as JUnit XML, for CI systems: one suite a playbook, one case an object to mend.

A diagnosis is a failure; an advisory is a case that passes and says something. What is suppressed and what was not
looked at is skipped, in suites of their own, so that a pipeline never takes it for tested. A manifest that cannot be
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
from gkedoctor.report.phrases import closing, value

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
        yield _suite(playbook if title == playbook else f"{playbook}: {title}", [_diagnosis(d) for d in found])
    if outcome.unexplained:
        yield _suite("no cause found", [_unexplained(item) for item in outcome.unexplained])
    if answer.suppressed:
        yield _suite("suppressed", [_suppressed(one) for one in answer.suppressed])
    if outcome.not_checked:
        yield _suite("not looked at", [_not_checked(entry) for entry in outcome.not_checked])


def _suite(name: str, cases: Iterable[ET.Element], answer: Answer | None = None) -> ET.Element:
    suite = ET.Element("testsuite", name=inert(name))
    if answer is not None:
        properties = ET.SubElement(suite, "properties")
        for key in ("source", "cluster", "project", "location"):
            if told := getattr(answer.outcome, key):
                ET.SubElement(properties, "property", name=key, value=inert(told))
    suite.extend(cases)
    return suite


def _whole(answer: Answer) -> ET.Element:
    case = _case("gkedoctor", "everything that matters could be looked at")
    if not answer.outcome.complete:
        ET.SubElement(case, "skipped", message="not everything could be looked at")
    ET.SubElement(case, "system-out").text = "\n".join(map(inert, [closing(answer), *answer.notes]))
    return case


def _diagnosis(found: Diagnosis) -> ET.Element:
    """The same name in every run, so that a CI system can tell an old failure from a new one."""
    case = _case(f"{found.playbook}.{found.cause}", str(found.root))
    if found.location is not None:
        case.set("file", inert(found.location.file))
        case.set("line", str(found.location.line))
    text = "\n".join(_lines(found))
    if found.severity is Severity.ADVISORY:
        ET.SubElement(case, "system-out").text = text
    else:
        ET.SubElement(case, "failure", type=found.severity, message=inert(found.title)).text = text
    return case


def _lines(found: Diagnosis) -> Iterator[str]:
    yield f"{found.severity}: {inert(found.title)}"
    yield f"cause: {found.cause} ({found.confidence}), mend {inert(str(found.root))}"
    if found.since:
        yield f"since: {inert(found.since)}"
    yield from (f"because: {inert(str(p.ref))} {inert(p.path)}: {value(p.value)}" for p in found.evidence)
    yield from (f"affects: {inert(str(c.ref))}: {inert(c.symptom)}" for c in found.explains)
    yield from (f"ruled out: {inert(r.cause)}: {inert(r.why)}" for r in found.ruled_out)
    yield from (f"not known: {inert(n.cause)}: {inert(n.why)}" for n in found.not_known)
    yield f"fix: {inert(found.fix.say)}"
    yield from _commands(found.fix.commands)
    if found.verify:
        yield "verify:"
        yield from _commands(found.verify)


def _commands(commands: Iterable[str]) -> Iterator[str]:
    for command in commands:
        yield from map(inert, command.rstrip("\n").split("\n"))


def _unexplained(item: Unexplained) -> ET.Element:
    case = _case("gkedoctor.no-cause-found", str(item.ref))
    failure = ET.SubElement(case, "failure", type="no-cause-found", message=inert(item.symptom))
    failure.text = "\n".join(f"not known: {inert(n.cause)}: {inert(n.why)}" for n in item.not_known) or None
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
    case = _case("gkedoctor.not-looked-at", entry.collection)
    told = ", ".join(
        part for part in (entry.reason, entry.detail, f"needs {entry.needs}" if entry.needs else "") if part
    )
    ET.SubElement(case, "skipped", message=inert(told))
    return case


def _case(classname: str, name: str) -> ET.Element:
    return ET.Element("testcase", classname=inert(classname), name=inert(name), time="0")


def _count(element: ET.Element) -> None:
    """The numbers of cases, and of those that did not pass."""
    element.set("tests", str(len(list(element.iter("testcase")))))
    for attribute, tag in _COUNTED.items():
        element.set(attribute, str(len(list(element.iter(tag)))))
