"""One finding in full, in the order of every report: fix, since, affected, cause and evidence, other causes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from gkedoctor.diagnose.model import Diagnosis, ResolvedEvidence, RuledOutCause, UnconfirmedCause, Unexplained
from gkedoctor.report.change_text import change_sentences
from gkedoctor.report.not_checked import not_checked_lines
from gkedoctor.report.phrases import began, belongs_to, only_reads, value
from gkedoctor.report.verdict import closing
from gkedoctor.report.wrap import columns
from gkedoctor.tui.model.findings import severity_of, sign, suffering
from gkedoctor.tui.model.lines import Line, Link, Open, Page
from gkedoctor.tui.model.session import Found
from gkedoctor.tui.model.state import ViewState
from gkedoctor.tui.model.times import ago

_AFFECTED = 8


def detail_lines(found: Found, scene: ViewState, width: int, *, brief: bool = False) -> list[Line]:
    """The page of a finding. `brief`: without causes that were ruled out."""
    page = Page(width)
    page.text(found.says, "title")
    mark = scene.verified.get(found.fingerprint) or scene.session.mark(found.fingerprint)
    if isinstance(found, Unexplained):
        _symptom(found, mark, page)
        return page.lines
    _about(found, mark, page)
    if found.fingerprint not in scene.fingerprints:
        page.text("This finding is gone. It is shown as it was last seen.", "ok", "")
    _fix(found, page)
    if found.since:
        page.gap()
        since = ago(found.since, scene.graph.clock, live=scene.outcome.live)
        page.text(f"since {began(found)}{since}", "dim")
    _changes(found, page)
    _affected(found, page)
    page.head("CAUSE", found.confidence)
    page.text(found.cause, indent="  ")
    _evidence(found.evidence, page)
    _others([*found.not_known, *(() if brief else found.ruled_out)], page)
    _docs(found.docs, page)
    return page.lines


def _changes(found: Diagnosis, page: Page) -> None:
    """The recorded changes that it stands on, or that there is none."""
    sentences = change_sentences(found)
    if sentences:
        page.head("CHANGED")
    for sentence in sentences:
        page.text(sentence, indent="  ", rest="    ")


def _about(found: Diagnosis, mark: str, page: Page) -> None:
    """Severity, object, playbook and mark: on one line if they fit, else the object on a line of its own."""
    told = (mark, "ok" if mark.startswith("fixed") else "new")
    name, act = str(found.root), Open(found.root)
    used = 8 + columns(name) + 2 + len(found.playbook) + (2 + columns(mark) if mark else 0)
    head = (sign(found), severity_of(found))
    if used <= page.width:
        page.add(head, f"  {name}", (f"  {found.playbook}", "dim"), "  ", told, entry="root", act=act)
        return
    page.add(head, (f"  {found.playbook}", "dim"), "  ", told, entry="root", act=act)
    page.text(name, "dim", " " * 8, entry="root", act=act)


def summary_lines(scene: ViewState, width: int) -> list[Line]:
    """What stands in place of a finding: the verdict."""
    page = Page(width)
    page.text(f"{closing(scene.answer)}.", "title")
    for note in scene.answer.notes:
        page.text(f"note: {note}", "unknown")
    unseen = not_checked_lines(scene.outcome.not_checked)
    if unseen:
        page.head("NOT CHECKED", "the view `Not checked` lists all")
    for hole in unseen:
        page.text(hole, "dim", "  ", rest="    ")
    return page.lines


def _fix(found: Diagnosis, page: Page) -> None:
    """What to do, other ways, and how to see that it worked."""
    fix = found.fix
    page.head("FIX", "c f copies" if fix.commands else "")
    for text in (fix.say, only_reads(fix)):
        if text:
            page.text(text, indent="  ")
    page.commands(fix.commands, "fix", "the command")
    for i, way in enumerate(fix.alternatives):
        page.text(f"Or: {way.say}", indent="  ")
        page.commands(way.commands, f"or {i}", "the command")
    if owner := belongs_to(fix):
        page.text(owner, "unknown", "  ")
    if found.verify:
        page.head("VERIFY", "c v copies")
        page.commands(found.verify, "verify", "the command")


def _symptom(found: Unexplained, mark: str, page: Page) -> None:
    head, name, act = ("? unkn", "unknown"), str(found.ref), Open(found.ref)
    if 8 + columns(name) + 2 + columns(mark) <= page.width:
        page.add(head, f"  {name}  ", (mark, "new"), entry="root", act=act)
    else:
        page.add(head, "  ", (mark, "new"), entry="root", act=act)
        page.text(name, "dim", " " * 8, entry="root", act=act)
    page.head("CAUSE", "not known")
    page.text("No playbook has a cause for this symptom. e shows its Events, l its logs.", indent="  ")
    _others(found.not_known, page)


def _evidence(evidence: Sequence[ResolvedEvidence], page: Page) -> None:
    if evidence:
        page.head("EVIDENCE", "enter shows it where it stands")
    number = 0
    for ref, proofs in groupby(evidence, key=lambda p: p.ref):
        page.text(str(ref), "key", "  ", rest="    ")
        for proof in proofs:
            number += 1
            entry, act = ("evidence", number), Open(proof.ref, proof.path, proof.value)
            label = f"{proof.label}: " if proof.label else ""
            page.text(f"{label}{value(proof.value)}", "value", "    ", rest="      ", entry=entry, act=act)
            page.text(proof.path, "dim", "      ", entry=entry, act=act)


def _affected(found: Diagnosis, page: Page) -> None:
    affected = suffering(found)
    if affected:
        page.head("AFFECTED", str(len(affected)))
    for i, one in enumerate(affected[:_AFFECTED]):
        page.text(f"{one.ref}: {one.symptom}", "", "  ", rest="    ", entry=("affects", i), act=Open(one.ref))
    if len(affected) > _AFFECTED:
        page.text(f"and {len(affected) - _AFFECTED} more: unfold the finding with the right arrow", "dim", "  ")


def _others(causes: Sequence[RuledOutCause | UnconfirmedCause], page: Page) -> None:
    if causes:
        page.head("OTHER POSSIBLE CAUSES")
    for i, one in enumerate(causes):
        state = "ruled out" if isinstance(one, RuledOutCause) else "not checked"
        page.text(f"{one.cause} ({state}): {one.why}", "", "  ", rest="    ", entry=("other", i))


def _docs(docs: Sequence[str], page: Page) -> None:
    if docs:
        page.head("DOCS", "o opens")
    for i, url in enumerate(docs):
        page.text(url, "link", "  ", rest="    ", entry=("docs", i), act=Link(url))
