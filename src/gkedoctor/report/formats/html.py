"""The report as one HTML file: nothing comes from outside of it, it prints, and it can be read without its script.

The Content-Security-Policy allows its own style and script by their hashes, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from gkedoctor import __version__
from gkedoctor.config.suppress import Suppressed
from gkedoctor.diagnose.model import Diagnosis, Outcome, ResolvedEvidence, Unexplained
from gkedoctor.playbook.model import Severity
from gkedoctor.report import page as assets
from gkedoctor.report.answer import Answer
from gkedoctor.report.escaping import is_link
from gkedoctor.report.formats import Page
from gkedoctor.report.page.markup import Markup, element, joined
from gkedoctor.report.page.svg_diagram import consequences, way
from gkedoctor.report.phrases import (
    asides,
    closing,
    counted,
    counts,
    holes,
    in_file,
    moment,
    place,
    recorded,
    since,
    unread,
    value,
    verdict,
)

_LONGEST_VALUE = 2000
_MOST_DRAWN = 12
"""Who suffers is drawn up to this many; all of them stand in a list below."""
_MOST_BOXES = 4


def render(answer: Answer, page: Page) -> str:
    """The whole file. The width of the page does not matter."""
    style, script = _asset("page.css"), _asset("page.js")
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_policy(style, script)),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"gkedoctor: {closing(answer)}"),
        element("style", style),
    )
    body = element("body", *_body(answer), element("script", script))
    return f"<!doctype html>{element('html', head, body, lang='en')}\n"


def _asset(name: str) -> Markup:
    return Markup((Path(assets.__file__).parent / name).read_text(encoding="utf-8"))


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _body(answer: Answer) -> Iterable[Markup]:
    outcome = answer.outcome
    yield _header(answer)
    if len(outcome.diagnoses) + len(outcome.unexplained) > 1:
        yield _toolbar(outcome)
    sections = [_diagnosis(found, new=answer.is_new(found.fingerprint) is True) for found in outcome.diagnoses]
    sections += [_unexplained(outcome.unexplained)] if outcome.unexplained else []
    sections += [_suppressed(answer.suppressed)] if answer.suppressed and answer.show_suppressed else []
    unseen = [*map(unread, answer.problems), *holes(outcome.not_checked), *answer.notes]
    sections += [_unseen(unseen)] if unseen else []
    yield element("main", *sections)
    yield element("footer", element("p", f"gkedoctor {__version__}, from {outcome.source}"))


def _header(answer: Answer) -> Markup:
    outcome = answer.outcome
    told = verdict(answer)
    cluster = " · ".join(part for part in (outcome.cluster, outcome.project, outcome.location) if part)
    calm = not (outcome.diagnoses or outcome.unexplained or asides(answer))
    grave = outcome.diagnoses[0].severity if outcome.diagnoses else "ok" if calm else "unknown"
    when = [f"live {moment(outcome.recorded_at)}"] if outcome.live else recorded(outcome)
    where = [cluster or outcome.source, *(joined(" · ", element("strong", text)) for text in when)]
    return element(
        "header",
        element("p", *where),
        element("h1", told[:1].upper() + told[1:]),
        element("p", f"in {counts(outcome.looked_at)}"),
        *(element("p", f"{text[:1].upper()}{text[1:]}.", class_="partly") for text in asides(answer)),
        class_=grave,
    )


def _toolbar(outcome: Outcome) -> Markup:
    """Shown by the script alone: without it, it would do nothing."""
    found = {d.severity for d in outcome.diagnoses}
    buttons = [
        element("button", severity, type="button", data_severity=severity, aria_pressed="true", class_=severity)
        for severity in Severity
        if severity in found
    ]
    return element(
        "nav",
        element("input", type="search", id="filter", placeholder="Filter: name, kind, cause", aria_label="Filter"),
        *(buttons if len(buttons) > 1 else []),
        element("button", "fold all", type="button", id="fold"),
        element("span", "", id="shown", role="status"),
        hidden=True,
    )


def _diagnosis(found: Diagnosis, *, new: bool) -> Markup:
    drawings = [_drawing("Way of the request", way(found.path))] if found.path else []
    drawings += [_affected(found)] if any(c.ref != found.root for c in found.explains) else []
    summary = element(
        "summary",
        element("span", f"new, {found.severity}" if new else found.severity, class_="chip"),
        element("h2", found.title),
        element("p", *_facts(found), class_="facts"),
    )
    columns = [element("div", *_words(found), class_="words")]
    columns += [element("div", *drawings, class_="drawings")] if drawings else []
    return element(
        "details",
        summary,
        element("div", *columns, class_="columns"),
        open=True,
        id=f"d-{found.fingerprint}",
        class_=f"finding {found.severity}",
        data_severity=found.severity,
    )


def _facts(found: Diagnosis) -> Iterable[Markup]:
    yield joined("mend ", element("code", place(found.root)))
    if found.location is not None:
        yield joined(" · ", element("code", in_file(found.location)))
    yield joined(" · ", element("code", found.cause), f" ({found.confidence})")
    if found.since:
        yield joined(f" · since {since(found.since)}")
    yield joined(f" · {found.playbook}")


def _words(found: Diagnosis) -> Iterable[Markup]:
    if found.evidence:
        yield _part("Because", element("dl", *_evidence(found.evidence)))
    for label, rivals in (("Ruled out", found.ruled_out), ("Not known", found.not_known)):
        if rivals:
            listed = [element("li", element("code", rival.cause), f": {rival.why}") for rival in rivals]
            head = element("summary", element("h3", f"{label} ({len(rivals)})"))
            yield element("details", head, element("ul", *listed), class_="more")
    yield _part("Fix", element("p", found.fix.say), *_commands(found.fix.commands))
    if found.verify:
        yield _part("Verify", *_commands(found.verify))
    if found.docs:
        yield _part("Read on", element("ul", *(element("li", _link(doc)) for doc in found.docs)))


def _evidence(evidence: Sequence[ResolvedEvidence]) -> Iterable[Markup]:
    for ref, proofs in groupby(evidence, key=lambda p: p.ref):
        yield element("dt", element("code", str(ref)))
        for proof in proofs:
            label = [element("span", proof.label, class_="quiet")] if proof.label else []
            shown = element("code", value(proof.value, _LONGEST_VALUE), class_="value")
            yield element("dd", *label, element("span", proof.path, class_="path"), shown)


def _affected(found: Diagnosis) -> Markup:
    tree = consequences(found, _MOST_DRAWN)
    if len(found.explains) <= _MOST_DRAWN:
        return _drawing("What follows", tree)
    listed = [element("li", element("code", str(c.ref)), f": {c.symptom}") for c in found.explains]
    head = element("summary", element("h3", f"All {len(listed)} in order"))
    rest = element("details", head, element("ol", *listed), class_="more")
    return joined(_drawing(f"What follows (the first {_MOST_DRAWN} of {len(listed)})", tree), rest)


def _drawing(label: str, svg: Markup) -> Markup:
    return element("section", element("h3", label), svg)


def _part(label: str, *children: Markup) -> Markup:
    return element("section", element("h3", label), *children)


def _commands(commands: Sequence[str]) -> Iterable[Markup]:
    """One box each, so that a click selects it; many stand together. Line ends stay: a heredoc needs them."""
    boxes = [[command] for command in commands] if len(commands) <= _MOST_BOXES else [commands]
    for box in boxes:
        lines = [_line(line) for command in box for line in command.rstrip("\n").split("\n")]
        yield element("pre", element("code", Markup("\n".join(lines))))


def _line(line: str) -> Markup:
    """A line of a command. Browsers break `--global` after its dashes unless it is an element."""
    return Markup(" ".join(element("span", word) if "-" in word else joined(word) for word in line.split(" ")))


def _link(doc: str) -> Markup:
    return element("a", doc, href=doc, rel="noreferrer") if is_link(doc) else element("code", doc)


def _unexplained(found: Sequence[Unexplained]) -> Markup:
    items = []
    for item in found:
        rivals = [element("li", "not known: ", element("code", n.cause), f": {n.why}") for n in item.not_known]
        nested = [element("ul", *rivals)] if rivals else []
        items.append(element("li", element("code", str(item.ref)), f": {item.symptom}", *nested))
    head = element("summary", element("h2", f"No cause found for {counted(len(found), 'symptom')}"))
    return element("details", head, element("ul", *items), open=True, class_="finding unknown")


def _suppressed(found: Sequence[Suppressed]) -> Markup:
    items = []
    for one in found:
        until = f" until {one.rule.until}" if one.rule.until else ""
        by = element("span", f" (by {one.rule.place}{until}: {one.rule.reason})", class_="quiet")
        items.append(element("li", element("code", str(one.finding.place)), f": {one.finding.says}", by))
    head = element("summary", element("h2", f"Suppressed ({len(found)})"))
    return element("details", head, element("ul", *items), class_="unseen")


def _unseen(lines: Sequence[str]) -> Markup:
    head = element("summary", element("h2", "Not looked at"))
    return element("details", head, element("ul", *(element("li", line) for line in lines)), open=True, class_="unseen")
