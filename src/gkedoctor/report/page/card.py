"""One finding as a card of the HTML report: title, fix, request path and affected objects, evidence, other causes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from gkedoctor.diagnose.model import Diagnosis, ResolvedEvidence
from gkedoctor.report.answer import Answer
from gkedoctor.report.change_text import change_sentences
from gkedoctor.report.docs_site import playbook_link
from gkedoctor.report.escaping import is_link
from gkedoctor.report.page.markup import Markup, element, joined
from gkedoctor.report.page.svg_diagram import consequences, request_path
from gkedoctor.report.phrases import affected, began, belongs_to, in_file, only_reads, place, title, value

_LONGEST_VALUE = 2000
_MOST_DRAWN = 12
"""Affected objects are drawn up to this many; all of them stand in a list below."""
_MOST_BOXES = 4


def card(found: Diagnosis, answer: Answer, *, opened: bool, first: bool) -> Markup:
    """The card of a finding. `first`: its title is the heading of the page."""
    new = answer.is_new(found.fingerprint) is True
    summary = element(
        "summary",
        element("span", f"new, {found.severity}" if new else found.severity, class_="chip"),
        element("h2", title(found, answer)),
        element("p", *_facts(found), class_="facts"),
    )
    drawings = list(_drawings(found))
    parts = [element("div", *_fix(found), class_="fix words")]
    parts += [element("div", *drawings, class_="drawings")] if drawings else []
    parts += [element("div", *_reasons(found), class_="reasons words")]
    return element(
        "details",
        summary,
        element("div", *parts, class_="columns" if drawings else "columns plain"),
        open=opened,
        id=card_id(found),
        class_=f"finding {found.severity}{' first' if first else ''}",
        data_severity=found.severity,
    )


def card_id(found: Diagnosis) -> str:
    """The anchor of a finding."""
    return f"d-{found.fingerprint}"


def playbook_id(playbook: str) -> str:
    """The anchor of a playbook at the end of the page."""
    return f"p-{playbook}"


def _facts(found: Diagnosis) -> Iterable[Markup]:
    yield element("code", place(found.root))
    if found.location is not None:
        yield joined(" · ", element("code", in_file(found.location)))
    if found.since:
        yield joined(f" · since {began(found)}")
    if count := len(affected(found)):
        yield joined(f" · {count} affected")


def _fix(found: Diagnosis) -> Iterable[Markup]:
    fix = found.fix
    reads, owner = only_reads(fix), belongs_to(fix)
    yield _part("Fix", element("p", fix.say), *_note(reads), *_commands(fix.commands), *_note(owner))
    for way in fix.alternatives:
        yield _part("Or", element("p", way.say), *_commands(way.commands))
    if found.verify:
        yield _part("Verify", *_commands(found.verify))


def _note(text: str) -> list[Markup]:
    return [element("p", text, class_="quiet")] if text else []


def _drawings(found: Diagnosis) -> Iterable[Markup]:
    if found.path:
        yield _part("Request path", request_path(found.path))
    if not affected(found):
        return
    tree = consequences(found, _MOST_DRAWN)
    if len(found.explains) <= _MOST_DRAWN:
        yield _part("Affected", tree)
        return
    listed = [element("li", element("code", str(c.ref)), f": {c.symptom}") for c in found.explains]
    head = element("summary", element("h3", f"All {len(listed)} in order"))
    yield _part(f"Affected (the first {_MOST_DRAWN} of {len(listed)})", tree)
    yield element("details", head, element("ol", *listed), class_="more")


def _reasons(found: Diagnosis) -> Iterable[Markup]:
    if changed := change_sentences(found):
        yield _part("Changed", element("ul", *(element("li", sentence) for sentence in changed)))
    cause = [element("code", found.cause), f" ({found.confidence}), playbook ", _playbook(found.playbook)]
    yield _part("Evidence", element("p", "Cause ", *cause), element("dl", *_evidence(found.evidence)))
    lines = [element("li", element("code", r.cause), f" (ruled out): {r.why}") for r in found.ruled_out]
    lines += [element("li", element("code", n.cause), f" (not checked): {n.why}") for n in found.not_known]
    if lines:
        head = element("summary", element("h3", f"Other possible causes ({len(lines)})"))
        yield element("details", head, element("ul", *lines), class_="more")
    if found.docs:
        yield _part("Documentation", element("ul", *(element("li", _link(doc)) for doc in found.docs)))


def _playbook(playbook: str) -> Markup:
    return element("a", playbook, href=playbook_link(playbook) or f"#{playbook_id(playbook)}")


def _evidence(evidence: Sequence[ResolvedEvidence]) -> Iterable[Markup]:
    for ref, proofs in groupby(evidence, key=lambda p: p.ref):
        yield element("dt", element("code", str(ref)))
        for proof in proofs:
            label = [element("span", proof.label, class_="quiet")] if proof.label else []
            shown = element("code", value(proof.value, _LONGEST_VALUE), class_="value")
            yield element("dd", *label, element("span", proof.path, class_="path"), shown)


def _part(label: str, *children: Markup) -> Markup:
    return element("section", element("h3", label), *children)


def _commands(commands: Sequence[str]) -> Iterable[Markup]:
    """One box each, so that a click selects it; many stand together. Line ends stay: a heredoc needs them."""
    boxes = [[command] for command in commands] if len(commands) <= _MOST_BOXES else [commands]
    for box in boxes:
        lines = [_line(line) for command in box for line in command.rstrip("\n").split("\n")]
        if lines:
            yield element("pre", element("code", Markup("\n".join(lines))))


def _line(line: str) -> Markup:
    """A line of a command. Browsers break `--global` after its dashes unless it is an element."""
    return Markup(" ".join(element("span", word) if "-" in word else joined(word) for word in line.split(" ")))


def _link(doc: str) -> Markup:
    return element("a", doc, href=doc, rel="noreferrer") if is_link(doc) else element("code", doc)
