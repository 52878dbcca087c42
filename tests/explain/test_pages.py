"""The pages of playbooks and causes, in the terminal and as Markdown."""

from __future__ import annotations

import re

import pytest
from markdown_it import MarkdownIt

from gkedoctor.errors import ExitCode
from gkedoctor.explain.example import example
from gkedoctor.explain.markdown import to_markdown
from gkedoctor.explain.pages import cause_page, playbook_page
from gkedoctor.explain.placeholders import command_with_placeholders, with_placeholders
from gkedoctor.explain.related_playbooks import explaining_kinds, related_playbooks
from gkedoctor.explain.steps import STEP_WORDS
from gkedoctor.explain.terminal import to_terminal
from gkedoctor.graph.workloads.pods import STEPS
from gkedoctor.playbook.compiled import CompiledPlaybook
from tests.cli.conftest import Gkedoctor
from tests.conftest import shipped_playbooks

LIBRARY = shipped_playbooks()
BY_ID = {playbook.id: playbook for playbook in LIBRARY}


@pytest.mark.parametrize("playbook", LIBRARY, ids=lambda p: p.id)
def test_every_playbook_has_a_page_with_an_example(playbook: CompiledPlaybook) -> None:
    shown = example(playbook, LIBRARY, 76)
    assert shown is not None
    page = to_terminal(playbook_page(playbook, LIBRARY, shown), 80)
    assert page.startswith(f"{playbook.id}: ")
    assert "(none)" not in page
    assert "{{" not in page.split("Names in the conditions:")[0]
    assert playbook.causes == () or f"[{playbook.id}]" in shown.report
    markdown = to_markdown(playbook_page(playbook, LIBRARY, shown), lambda page: f"{page}.md")
    headings = [t for t in MarkdownIt("commonmark").parse(markdown) if t.type == "heading_open"]
    assert headings[0].tag == "h1"


@pytest.mark.parametrize("word", LIBRARY.causes)
def test_every_cause_has_a_page(word: str) -> None:
    page = to_terminal(cause_page(word, LIBRARY), 80)
    said = {p.id for p in LIBRARY for cause in p.model.causes if cause.cause == word}
    assert all(playbook in page for playbook in said)
    assert said or "No playbook can say it yet" in page


def test_a_symptom_without_causes_leads_on() -> None:
    assert {"Pod", "ReplicaSet", "ResourceQuota"} <= set(explaining_kinds(BY_ID["GKE-ROL-001"]))
    further = {playbook.id for playbook in related_playbooks(BY_ID["GKE-ROL-001"], LIBRARY)}
    assert {"GKE-CFG-001", "GKE-IMG-001", "GKE-ADM-010", "GKE-PRB-001"} <= further
    for playbook in LIBRARY:
        assert playbook.causes or related_playbooks(playbook, LIBRARY), playbook.id


def test_the_steps_are_those_of_the_graph() -> None:
    assert tuple(STEP_WORDS) == STEPS


def test_holes_read_as_words() -> None:
    assert with_placeholders("Secret {{ object.name }} is\n gone, so {{ affected }} wait: {{ a || b }}") == (
        "Secret NAME is gone, so its Pods wait: …"
    )
    assert (
        command_with_placeholders("kubectl -n {{ namespace }} scale {{ stopped[0].kind }}\n")
        == "kubectl -n NAMESPACE scale KIND"
    )


@pytest.mark.parametrize("asked", ["GKE-CFG-001", "gke-cfg-001", "missing-secret", "Missing-Secret"])
def test_an_id_and_a_cause_show_their_page(gkedoctor: Gkedoctor, asked: str) -> None:
    result = gkedoctor("explain", asked)
    assert result.code == ExitCode.OK
    assert result.out.splitlines()[0].lower().startswith(asked.lower())


def test_a_message_lists_pages_and_what_they_follow_from(gkedoctor: Gkedoctor) -> None:
    out = gkedoctor("explain", "Does not have minimum availability").out
    assert "GKE-ROL-001: A Deployment lacks replicas" in out
    assert "only a consequence" in out
    assert "GKE-CFG-001" in out
    assert out.endswith("gkedoctor explain GKE-ROL-001 shows the page\n")


def test_words_need_no_quotes(gkedoctor: Gkedoctor) -> None:
    assert "api-version-removed" in gkedoctor("explain", "no", "matches", "for", "kind").out


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("GKE-CGF-001", "did you mean `GKE-CFG-001`?"),
        ("missing-secert", "did you mean `missing-secret`?"),
        ("backend_timeout", "backend-timeout"),
    ],
)
def test_what_is_unknown_suggests_the_nearest(gkedoctor: Gkedoctor, asked: str, hint: str) -> None:
    result = gkedoctor("explain", asked)
    assert (result.code, result.out) == (ExitCode.USAGE, "")
    assert hint in result.err


@pytest.mark.parametrize("asked", ["frobnicate", "npm ERR! missing script: start"])
def test_a_message_that_no_page_fits_is_told_with_exit_1(gkedoctor: Gkedoctor, asked: str) -> None:
    result = gkedoctor("explain", asked)
    assert (result.code, result.out) == (ExitCode.FOUND, "")
    assert f"no page fits `{asked}`" in result.err
    assert "`gkedoctor playbooks list`" in result.err


def test_a_page_shows_its_conditions_to_authors_only(gkedoctor: Gkedoctor) -> None:
    page, everything = gkedoctor("explain", "GKE-POD-002").out, gkedoctor("explain", "GKE-POD-002", "--all").out
    assert "&&" in everything
    assert "Names in the conditions" in everything
    assert "&&" not in page
    assert "Names in the conditions" not in page
    assert len(page.splitlines()) < len(everything.splitlines())


@pytest.mark.parametrize("playbook", LIBRARY, ids=lambda p: p.id)
def test_a_sentence_names_things_and_no_names_of_the_author(playbook: CompiledPlaybook) -> None:
    """`so`, `told` and `late_where` are half sentences that a playbook puts together; nobody can read them."""
    for text in (playbook.model.symptom.say, *(t for c in playbook.model.causes for t in (c.title, c.fix.say))):
        shown = re.findall(r"(?<![A-Za-z_])[A-Z]+_[A-Z_]+(?![A-Za-z_])", with_placeholders(text))
        assert [word for word in shown if word not in text] == []


def test_the_page_comes_as_markdown_too(gkedoctor: Gkedoctor) -> None:
    assert gkedoctor("explain", "GKE-CFG-001", "-o", "md").out.startswith("# GKE-CFG-001: ")
