"""Reads each format back with a parser that is not ours, and checks that nothing is in it that was not meant."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import yaml
from markdown_it import MarkdownIt
from prometheus_client.parser import text_string_to_metric_families

from gkedoctor.report.answer import Answer
from gkedoctor.report.escaping import inert
from gkedoctor.report.formats import Page, md, renderer
from gkedoctor.report.page import __file__ as page
from gkedoctor.report.schemas import SCHEMAS

SCHEMA = Path(__file__).parent / "schemas" / "sarif-2.1.0-rtm.5.json"


def check(form: str, answer: Answer) -> None:
    """Renders an answer, and checks all that can be said of the format."""
    text = renderer(form).render(answer, Page())
    assert renderer(form).render(answer, Page()) == text
    assert all(char.isprintable() or char == "\n" for char in text), "something in it does not print"
    assert text == "" or text.endswith("\n")
    text.encode()
    CHECKS[form](text, answer)


def _json(text: str, answer: Answer) -> None:
    report = json.loads(text)
    jsonschema.Draft202012Validator(SCHEMAS["report"]()).validate(report)
    assert len(report["diagnoses"]) == len(answer.outcome.diagnoses)


def _yaml(text: str, answer: Answer) -> None:
    assert yaml.safe_load(text) == json.loads(renderer("json").render(answer, Page()))


def _name(text: str, answer: Answer) -> None:
    outcome = answer.outcome
    lines = text.splitlines()
    assert all(len(line.split(" ")) == 3 for line in lines)
    unseen = 0 if outcome.complete else len(outcome.not_checked)
    assert len(lines) == len(outcome.diagnoses) + len(outcome.unexplained) + unseen


def _prometheus(text: str, answer: Answer) -> None:
    outcome = answer.outcome
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    found = [sample.labels for sample in samples if sample.name == "gkedoctor_diagnosis"]
    assert [labels["name"] for labels in found] == [inert(d.root.name) for d in outcome.diagnoses]
    totals = {s.labels["severity"]: s.value for s in samples if s.name == "gkedoctor_diagnoses"}
    assert len(totals) == 5
    assert sum(totals.values()) == len(outcome.diagnoses)
    assert len({(sample.name, tuple(sample.labels.items())) for sample in samples}) == len(samples)


def _junit(text: str, answer: Answer) -> None:
    outcome = answer.outcome
    root = ET.fromstring(text)
    assert {element.tag for element in root.iter()} <= {
        "testsuites", "testsuite", "testcase", "failure", "error", "skipped", "system-out", "properties",
        "property",
    }  # fmt: skip
    for element in [root, *root.iter("testsuite")]:
        for attribute, tag in {
            "tests": "testcase",
            "failures": "failure",
            "errors": "error",
            "skipped": "skipped",
        }.items():
            assert element.attrib[attribute] == str(len(list(element.iter(tag))))
    faults = [d for d in outcome.diagnoses if d.severity != "advisory"]
    assert len(list(root.iter("failure"))) == len(faults) + len(outcome.unexplained)
    assert len(list(root.iter("error"))) == len(answer.problems)
    assert len(list(root.iter("skipped"))) == sum(
        [len(outcome.not_checked), len(answer.suppressed), not outcome.complete]
    )


@cache
def _sarif_schema() -> jsonschema.Draft4Validator:
    return jsonschema.Draft4Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def _sarif(text: str, answer: Answer) -> None:
    log = json.loads(text)
    _sarif_schema().validate(log)
    (run,) = log["runs"]
    outcome = answer.outcome
    found = len(outcome.diagnoses) + len(outcome.unexplained) + len(answer.suppressed) + len(answer.problems)
    assert len(run["results"]) == found
    files = {d.location.file for d in outcome.diagnoses if d.location} | {p.path for p in answer.problems}
    assert sum("suppressions" in result for result in run["results"]) == len(answer.suppressed)
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        for location in [*result["locations"], *result.get("relatedLocations", [])]:
            uri = location["physicalLocation"]["artifactLocation"]["uri"]
            assert uri in files or re.fullmatch(r"cluster(/[A-Za-z0-9._~%-]+)+\.yaml", uri)
            assert not {".", ".."} & set(uri.split("/"))
        assert not re.search(r"(?<!\\)(\\\\)*[][]", result["message"]["text"]), "a bracket could begin a link"


_TOKENS = {
    "inline", "text", "code_inline", "softbreak", "fence", "hr", "heading", "paragraph", "bullet_list", "list_item",
    "strong", "link", "html_block",
}  # fmt: skip


def _md(text: str, answer: Answer) -> None:
    assert len(text) <= md.LIMIT
    links = {doc for found in answer.outcome.diagnoses for doc in found.docs}
    tokens = MarkdownIt("gfm-like").parse(text)
    flat = [*tokens, *(child for token in tokens for child in token.children or [])]
    assert {re.sub("_(open|close)$", "", token.type) for token in flat} <= _TOKENS
    for token in flat:
        if token.type == "link_open":
            assert token.attrs["href"] in links
        if token.type == "html_block":
            _is_fold(token.content)
        if token.type == "text" and token.content not in links:
            assert not re.search(r"@|://|www\.|#\d|[<>`*_[\]~|\\]", token.content), token.content
    headings = sum(token.type == "heading_open" for token in tokens)
    assert headings <= len(answer.outcome.diagnoses) + 2
    fences = sum(2 + len(found.fix.alternatives) for found in answer.outcome.diagnoses)
    assert sum(token.type == "fence" for token in tokens) <= fences


def _is_fold(html: str) -> None:
    assert re.fullmatch(r"</details>\n|<details><summary>[A-Z][a-z]+[a-z ,()\d]*</summary>\n", html), html


class _Elements(HTMLParser):
    """The elements and texts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.raw: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in ("meta", "input"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("script", "style"):
            self.raw[self.open[-1]] = self.raw.get(self.open[-1], "") + data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


_ELEMENTS = {
    "html", "head", "meta", "title", "style", "body", "script", "header", "main", "footer", "nav", "input",
    "button", "span", "strong", "p", "h1", "h2", "h3", "details", "summary", "section", "div", "dl",
    "dt", "dd", "ul", "ol", "li", "pre", "code", "a", "svg", "g", "path", "circle",
    "text", "table", "thead", "tbody", "tr", "th", "td", "b",
}  # fmt: skip
_ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "type", "id", "placeholder", "aria-label", "aria-pressed",
    "class", "data-severity",
    "role", "hidden", "open", "href", "rel", "viewbox", "width", "height", "x", "y", "cx", "cy",
    "r", "d", "transform",
}  # fmt: skip


def _html(text: str, answer: Answer) -> None:
    parser = _Elements()
    parser.feed(text)
    parser.close()
    assert parser.open == []
    tags = [tag for tag, _ in parser.found]
    assert set(tags) <= _ELEMENTS
    assert {name for _, attributes in parser.found for name in attributes} <= _ATTRIBUTES
    assert (tags.count("script"), tags.count("style")) == (1, 1)
    assert parser.raw["script"] == (Path(page).parent / "page.js").read_text(encoding="utf-8")
    docs = {doc for found in answer.outcome.diagnoses for doc in found.docs}
    links = {attributes["href"] or "" for _, attributes in parser.found if "href" in attributes}
    anchors = {f"#{attributes['id']}" for _, attributes in parser.found if "id" in attributes}
    assert links <= docs | anchors
    policy = next(a["content"] or "" for _, a in parser.found if a.get("http-equiv"))
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def _text(text: str, answer: Answer) -> None:
    assert text.strip()


_UNESCAPED = (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))


def annotation(line: str) -> tuple[str, dict[str, str], str]:
    """A workflow command as GitHub's runner reads it (actions/runner, src/Runner.Common/ActionCommand.cs)."""
    head, _, data = line.removeprefix("::").partition("::")
    name, _, properties = head.partition(" ")
    pairs = [pair.split("=", 1) for pair in properties.split(",") if "=" in pair]
    return name, {key: _unescaped(value) for key, value in pairs}, _unescaped(data)


def _unescaped(text: str) -> str:
    for escape, char in _UNESCAPED:
        text = text.replace(escape, char)
    return text


def _github(text: str, answer: Answer) -> None:
    outcome = answer.outcome
    lines = text.splitlines()
    assert all(line.startswith("::") for line in lines), "only commands"
    read = [annotation(line) for line in lines]
    assert {name for name, _, _ in read} <= {"error", "warning", "notice"}
    assert all(
        set(properties) <= {"file", "line", "col", "title"} and "title" in properties for _, properties, _ in read
    )
    found = len(outcome.diagnoses) + len(outcome.unexplained) + len(outcome.not_checked) + len(answer.problems)
    found += len(answer.suppressed) if answer.show_suppressed else 0
    assert len(read) == found + 1
    messages = [message for _, _, message in read[len(answer.problems) :]]
    for diagnosis, message in zip(outcome.diagnoses, messages, strict=False):
        assert message.startswith(inert(diagnosis.title))


CHECKS: dict[str, Callable[[str, Answer], None]] = {
    "github": _github, "html": _html, "json": _json, "junit": _junit, "md": _md, "name": _name,
    "prometheus": _prometheus, "sarif": _sarif, "text": _text, "yaml": _yaml,
}  # fmt: skip
