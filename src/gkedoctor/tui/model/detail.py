"""One finding in full, in the order of every report: cause, evidence, rivals, fix, verify."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from gkedoctor.diagnose.model import Diagnosis, ResolvedEvidence, RuledOutCause, UnconfirmedCause, Unexplained
from gkedoctor.report.not_checked import not_checked_lines
from gkedoctor.report.phrases import since, value
from gkedoctor.report.verdict import closing
from gkedoctor.tui.model.findings import severity_of, sign, suffering
from gkedoctor.tui.model.lines import Line, Link, Open, Page, short
from gkedoctor.tui.model.state import Found, ViewState
from gkedoctor.tui.model.times import before

_AFFECTED = 8


def detail_lines(found: Found, scene: ViewState, width: int, *, brief: bool = False) -> list[Line]:
    """The page of a finding. `brief`: without rivals that were ruled out."""
    page = Page(width)
    page.text(found.says, "title")
    if isinstance(found, Unexplained):
        _symptom(found, page)
        return page.lines
    name = short(str(found.root), width - 22)
    page.add(
        (sign(found), severity_of(found)), (f"  {found.playbook}  {name}", "dim"), entry="root", act=Open(found.root)
    )
    page.head("CAUSE", found.confidence)
    page.text(found.cause, indent="  ")
    if found.since:
        page.text(f"since {since(found.since)}{before(found.since, scene.graph.clock)}", "dim", "  ")
    _evidence(found.evidence, page)
    _affected(found, page)
    if not brief:
        _rivals("RULED OUT", found.ruled_out, page)
    _rivals("NOT KNOWN", found.not_known, page)
    page.head("FIX", "c f copies" if found.fix.commands else "")
    page.text(found.fix.say, indent="  ")
    page.commands(found.fix.commands, "fix", "the command")
    if found.verify:
        page.head("VERIFY", "c v copies")
        page.commands(found.verify, "verify", "the command")
    _docs(found.docs, page)
    return page.lines


def summary_lines(scene: ViewState, width: int) -> list[Line]:
    """What stands in place of a finding: what was looked at."""
    page = Page(width)
    page.text(f"{closing(scene.answer)}.", "title")
    for note in scene.answer.notes:
        page.text(f"note: {note}", "unknown")
    unseen = not_checked_lines(scene.outcome.not_checked)
    if unseen:
        page.head("NOT LOOKED AT", "`Not checked` has all of it")
    for hole in unseen:
        page.text(hole, "dim", "  ", rest="    ")
    return page.lines


def _symptom(found: Unexplained, page: Page) -> None:
    page.add(("? unkn", "unknown"), (f"  {found.ref}", "dim"), entry="root", act=Open(found.ref))
    page.head("CAUSE", "not found")
    page.text(
        "None of the playbooks knows a cause for this. Its events and logs may tell more: Enter opens it.", indent="  "
    )
    _rivals("NOT KNOWN", found.not_known, page)


def _evidence(evidence: Sequence[ResolvedEvidence], page: Page) -> None:
    if evidence:
        page.head("EVIDENCE", "enter shows it in the object")
    number = 0
    for ref, proofs in groupby(evidence, key=lambda p: p.ref):
        page.text(str(ref), "key", "  ", rest="    ")
        for proof in proofs:
            number += 1
            entry, act = ("evidence", number), Open(proof.ref, proof.path)
            label = f"{proof.label}: " if proof.label else ""
            page.text(f"{label}{value(proof.value)}", "value", "    ", rest="      ", entry=entry, act=act)
            page.text(proof.path, "dim", "      ", entry=entry, act=act)


def _affected(found: Diagnosis, page: Page) -> None:
    affected = suffering(found)
    if affected:
        page.head("AFFECTS", str(len(affected)))
    for i, one in enumerate(affected[:_AFFECTED]):
        page.text(f"{one.ref}: {one.symptom}", "", "  ", rest="    ", entry=("affects", i), act=Open(one.ref))
    if len(affected) > _AFFECTED:
        page.text(f"and {len(affected) - _AFFECTED} more: unfold the finding with the right arrow", "dim", "  ")


def _rivals(head: str, rivals: Sequence[RuledOutCause | UnconfirmedCause], page: Page) -> None:
    if rivals:
        page.head(head)
    for i, rival in enumerate(rivals):
        page.text(f"{rival.cause}: {rival.why}", "", "  ", rest="    ", entry=(head, i))


def _docs(docs: Sequence[str], page: Page) -> None:
    if docs:
        page.head("DOCS", "o opens")
    for i, url in enumerate(docs):
        page.text(url, "link", "  ", rest="    ", entry=("docs", i), act=Link(url))
