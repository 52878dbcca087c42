"""The pages of playbooks and causes, in the terminal and as Markdown."""

from __future__ import annotations

import re

import pytest
from markdown_it import MarkdownIt

from gkedoctor.errors import ExitCode
from gkedoctor.explain.answer import MOST_LINES, lines
from gkedoctor.explain.document import Items, Text
from gkedoctor.explain.example import example
from gkedoctor.explain.markdown import to_markdown
from gkedoctor.explain.pages import cause_page, playbook_page
from gkedoctor.explain.placeholders import command_with_placeholders, with_placeholders
from gkedoctor.explain.related_playbooks import explaining_kinds, related_playbooks
from gkedoctor.explain.steps import STEP_WORDS
from gkedoctor.explain.terminal import to_terminal
from gkedoctor.graph.workloads.pods import STEPS
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.service.explain import answer_of, explain, page_of
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
    assert "{{" not in page.split("For authors")[0]
    assert playbook.causes == () or f"[{playbook.id}]" in shown.report
    markdown = to_markdown(playbook_page(playbook, LIBRARY, shown), lambda page: f"{page}.md")
    headings = [t for t in MarkdownIt("commonmark").parse(markdown) if t.type == "heading_open"]
    assert headings[0].tag == "h1"


@pytest.mark.parametrize("word", LIBRARY.causes)
def test_every_cause_has_a_page(word: str) -> None:
    page = to_terminal(cause_page(word, LIBRARY), 80)
    assert LIBRARY.causes[word].check, f"{word}: causes.yaml says with `check` how a person recognizes it"
    said = {p.id for p in LIBRARY for cause in p.model.causes if cause.cause == word}
    assert all(playbook in page for playbook in said)
    assert said or "No playbook detects it yet" in page


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
def test_an_id_and_a_cause_get_a_short_answer_and_with_all_their_page(gkedoctor: Gkedoctor, asked: str) -> None:
    short, page = gkedoctor("explain", asked), gkedoctor("explain", asked, "--all")
    assert (short.code, page.code) == (ExitCode.OK, ExitCode.OK)
    assert len(short.out.splitlines()) <= MOST_LINES
    assert page.out.splitlines()[0].lower().startswith(asked.lower())


@pytest.mark.parametrize("asked", [p.id for p in LIBRARY] + list(LIBRARY.causes))
def test_a_short_answer_has_twelve_lines_without_placeholders_in_sentences(asked: str) -> None:
    found = explain(asked, LIBRARY)
    answer = lines(answer_of(found, LIBRARY), LIBRARY, 80)
    assert len(answer) <= MOST_LINES + 2, answer
    said = " ".join(line for line in answer if not line.startswith(("Run:", "More:")))
    prose = re.sub(r"`[^`]*`", "", said)
    assert not PLACEHOLDER.search(prose), prose


PLACEHOLDER = re.compile(
    r"…\w|\w…|(?<![-\w])(?:NAME|NAMESPACE|SECRETFILE|TOLD|FATE|CLASSLESS|LATE_WHERE|SECRET|PROGRAM)(?![-\w])"
)
"""What stands for a value that only a finding has; `unsupported …` in a quoted message is none."""


@pytest.mark.parametrize("word", [*[p.id for p in LIBRARY], *LIBRARY.causes])
def test_a_page_for_readers_has_no_half_sentences(word: str) -> None:
    blocks = list(page_of(explain(word, LIBRARY), LIBRARY, 100))
    texts = [block.text for block in blocks if isinstance(block, Text)]
    texts += [item.text for block in blocks if isinstance(block, Items) for item in block.items]
    broken = re.compile(r"[a-z](?:TAIL|MORE|SECONDS)\b|\b(?:TOLD|FATE|SECRETFILE|CLASSLESS|LATE_WHERE)\b")
    assert [text for text in texts if broken.search(text)] == []


def test_a_message_says_what_it_follows_from(gkedoctor: Gkedoctor) -> None:
    out = gkedoctor("explain", "Does not have minimum availability").out
    assert "Likely causes" in out
    assert "container-crash-loop" in out
    assert "gkedoctor report deploy/NAME -n NAMESPACE" in out


def test_words_need_no_quotes(gkedoctor: Gkedoctor) -> None:
    assert "api-version-removed" in gkedoctor("explain", "no", "matches", "for", "kind").out


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("GKE-CGF-001", "did you mean `GKE-CFG-001`?"),
        ("missing-secert", "did you mean `missing-secret`?"),
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
    assert "No page fits this message" in result.err
    assert "`gkedoctor playbooks list`" in result.err


def test_a_page_shows_its_conditions_with_all_only(gkedoctor: Gkedoctor) -> None:
    short, everything = gkedoctor("explain", "GKE-POD-002").out, gkedoctor("explain", "GKE-POD-002", "--all").out
    assert "&&" in everything
    assert "names in the conditions:" in everything
    assert "&&" not in short


@pytest.mark.parametrize("playbook", LIBRARY, ids=lambda p: p.id)
def test_a_sentence_names_things_and_no_names_of_the_author(playbook: CompiledPlaybook) -> None:
    """`so`, `told` and `late_where` are half sentences that a playbook puts together; nobody can read them."""
    for text in (playbook.model.symptom.say, *(t for c in playbook.model.causes for t in (c.title, c.fix.say))):
        shown = re.findall(r"(?<![A-Za-z_])[A-Z]+_[A-Z_]+(?![A-Za-z_])", with_placeholders(text))
        assert [word for word in shown if word not in text] == []


def test_the_page_comes_as_markdown_too(gkedoctor: Gkedoctor) -> None:
    assert gkedoctor("explain", "GKE-CFG-001", "-o", "md").out.startswith("# GKE-CFG-001: ")
