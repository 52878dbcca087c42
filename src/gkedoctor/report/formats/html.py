"""The report as one HTML file: nothing comes from outside of it, it prints, and it can be read without its script.

The Content-Security-Policy allows its own style and script by their hashes, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from gkedoctor import __version__
from gkedoctor.config.suppress import Suppressed
from gkedoctor.diagnose.model import Outcome, Unexplained
from gkedoctor.graph import Ref
from gkedoctor.playbook.model import Severity
from gkedoctor.report import page as assets
from gkedoctor.report.answer import Answer
from gkedoctor.report.docs_site import playbook_link
from gkedoctor.report.formats import Page
from gkedoctor.report.not_checked import not_checked_lines, ways_to_check
from gkedoctor.report.page.card import card, card_id, playbook_id
from gkedoctor.report.page.markup import Markup, element, joined
from gkedoctor.report.phrases import counted, moment, recorded, unread
from gkedoctor.report.verdict import asides, extent, headline, is_healthy, unknown_paths, verdict

_MOST_OPEN = 3
"""Findings up to which all cards are open; of more there is a table, and only the first is open."""


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
        element("title", f"{headline(answer)} · gkedoctor"),
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
    count = len(outcome.diagnoses) + len(outcome.symptoms)
    indexed = count > _MOST_OPEN
    yield _header(answer)
    if count > 1:
        yield _toolbar(outcome)
    sections = [_index(answer)] if indexed else []
    sections += [card(d, answer, opened=not indexed or i == 0, first=i == 0) for i, d in enumerate(outcome.diagnoses)]
    sections += [_recovering(outcome.recovering)] if outcome.recovering else []
    sections += [_unexplained(outcome.open)] if outcome.open else []
    sections += [_suppressed(answer.suppressed)] if answer.suppressed and answer.show_suppressed else []
    sections += _not_checked(answer)
    yield element("main", *sections, class_="indexed" if indexed else "")
    yield element("footer", *_playbooks(answer), element("p", f"gkedoctor {__version__}, from {outcome.source}"))


def _header(answer: Answer) -> Markup:
    """The first fault as the heading, then what was found in all."""
    outcome = answer.outcome
    cluster = " · ".join(part for part in (outcome.cluster, outcome.project, outcome.location) if part)
    severity = outcome.diagnoses[0].severity if outcome.diagnoses else "ok" if is_healthy(answer) else "unknown"
    when = [f"live {moment(outcome.recorded_at)}"] if outcome.live else recorded(outcome)
    where = [cluster or outcome.source, *(joined(" · ", element("strong", text)) for text in when)]
    head = headline(answer)
    found = extent(answer).lstrip(": ") if head == verdict(answer) else f"{verdict(answer)}{extent(answer)}"
    said = "; ".join(part for part in (found, *asides(answer)) if part)
    return element(
        "header",
        element("p", *where),
        element("h1", head),
        *([element("p", f"{said[:1].upper()}{said[1:]}.", class_="said")] if said else []),
        class_=severity,
    )


def _index(answer: Answer) -> Markup:
    """The findings as a table: severity, namespace, object, title."""
    outcome = answer.outcome
    rows = [_row(d.severity, d.root, element("a", d.title, href=f"#{card_id(d)}")) for d in outcome.diagnoses]
    rows += [_row("unknown", u.ref, joined(u.symptom)) for u in outcome.symptoms]
    head = element("tr", *(element("th", word) for word in ("Severity", "Namespace", "Object", "Finding")))
    return element("div", element("table", element("thead", head), element("tbody", *rows)), class_="index")


def _row(severity: str, ref: Ref, said: Markup) -> Markup:
    chip, name = element("span", severity, class_="chip"), element("code", f"{ref.kind}/{ref.name}")
    cells = (chip, joined(ref.namespace or ""), name, said)
    return element("tr", *(element("td", cell) for cell in cells), class_=severity)


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


def _unexplained(found: Sequence[Unexplained]) -> Markup:
    items = []
    for item in found:
        others = [element("li", "not checked: ", element("code", n.cause), f": {n.why}") for n in item.not_known]
        nested = [element("ul", *others)] if others else []
        items.append(element("li", element("code", str(item.ref)), f": {item.symptom}", *nested))
    head = element("summary", element("h2", f"No known cause for {counted(len(found), 'symptom')}"))
    return element("details", head, element("ul", *items), open=True, class_="finding unknown")


def _suppressed(found: Sequence[Suppressed]) -> Markup:
    items = []
    for one in found:
        until = f" until {one.rule.until}" if one.rule.until else ""
        by = element("span", f" (by {one.rule.place}{until}: {one.rule.reason})", class_="quiet")
        items.append(element("li", element("code", str(one.finding.place)), f": {one.finding.says}", by))
    head = element("summary", element("h2", f"Suppressed ({len(found)})"))
    return element("details", head, element("ul", *items), class_="unseen")


def _recovering(found: Sequence[Unexplained]) -> Markup:
    items = []
    for item in found:
        commands = [element("li", element("code", c)) for c in (item.recovery.commands if item.recovery else ())]
        nested = [element("ul", *commands)] if commands else []
        items.append(element("li", element("code", str(item.ref)), f": {item.symptom}", *nested))
    head = element("summary", element("h2", f"Fixed, not retried yet ({len(found)})"))
    return element("details", head, element("ul", *items), open=True, class_="finding ok")


def _not_checked(answer: Answer) -> list[Markup]:
    """Open where it leaves the answer in doubt."""
    outcome = answer.outcome
    urgent = [*unknown_paths(outcome), *ways_to_check(outcome)]
    lines = [*map(unread, answer.problems), *urgent, *not_checked_lines(outcome.not_checked), *answer.notes]
    if not lines:
        return []
    head = element("summary", element("h2", "Not checked"))
    listed = element("ul", *(element("li", line) for line in lines))
    return [element("details", head, listed, open=not outcome.complete, class_="unseen")]


def _playbooks(answer: Answer) -> Iterable[Markup]:
    """What the ids stand for, where no site has their pages."""
    ids = sorted({d.playbook for d in answer.outcome.diagnoses if playbook_link(d.playbook) is None})
    items = [
        element("li", element("b", i), f" {answer.title_of(i)}: ", element("code", f"gkedoctor playbooks show {i}"),
                id=playbook_id(i))
        for i in ids
    ]  # fmt: skip
    return [element("ul", *items)] if items else []
