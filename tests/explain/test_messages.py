"""Real messages of kubectl, the Cloud Console, Events and the talk that it all began with: each leads to its page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gkedoctor.errors import PlaybookError
from gkedoctor.explain.listing import listing
from gkedoctor.explain.search import MOST, HitReason, Index, causes_for
from gkedoctor.playbook.library import Library, shipped_names
from gkedoctor.playbook.loader import load_playbook, read_source
from tests.conftest import PLAYBOOKS, RECORDINGS, recorded

FILES = ("messages.txt", "public_messages.txt")
"""Those of the talk and of recordings, and those that people published in issues and forums."""
LINES = [line for name in FILES for line in (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()]
MESSAGES = [tuple(line.split(" => ", 1)) for line in LINES]


NOISE = ("is not allocated; repairing", "cgroup v1", "invalid capacity 0 on image filesystem")
"""Warnings of the recorded clusters that mean no failure."""


@pytest.fixture(scope="module")
def index(playbooks: Library) -> Index:
    return Index(playbooks)


@pytest.mark.parametrize(("page", "message"), MESSAGES, ids=[message[:60] for _, message in MESSAGES])
def test_a_message_leads_to_its_page_first(index: Index, page: str, message: str) -> None:
    best = index.hits(message)[0]
    wanted, _, cause = page.partition("/")
    assert best.playbook.id == wanted
    assert not cause or best.cause == cause


def test_every_phrase_leads_to_its_playbook(index: Index) -> None:
    """Not always first: several may be met by the same word, and the most typical comes first."""
    for phrase, playbook, _ in index.phrases():
        found = [hit.playbook.id for hit in index.hits(phrase.replace("…", "x"))]
        assert playbook.id in found, phrase


def test_phrases_are_worth_looking_for(index: Index) -> None:
    for phrase, playbook, _ in index.phrases():
        assert len(phrase.replace("…", "").strip()) >= 3, (playbook.id, phrase)
        assert phrase == phrase.strip()
    for playbook in index.library:
        phrases = playbook.model.seen_as
        assert phrases, playbook.id
        assert len(set(phrases)) == len(phrases), playbook.id


def test_capitals_quotes_and_line_ends_do_not_matter(index: Index) -> None:
    assert index.hits("DOES NOT\n  have Minimum Availability")[0].playbook.id == "GKE-ROL-001"
    assert index.hits("error: secret “db” not found")[0].playbook.id == "GKE-CFG-001"


def test_the_same_question_gets_the_same_answer(playbooks: Library) -> None:
    first = [(h.playbook.id, h.rank) for h in Index(playbooks).hits("502")]
    again = [(h.playbook.id, h.rank) for h in Index(Library(reversed(playbooks), shipped_names)).hits("502")]
    assert first == again
    assert len(first) <= MOST


def test_in_use_is_not_ip_in_use(index: Index) -> None:
    assert [h.playbook.id for h in index.hits("IN_USE")] == ["GKE-GCP-001"]
    assert index.hits("IP_IN_USE_BY_ANOTHER_RESOURCE")[0].playbook.id == "GKE-ING-004"


def test_words_are_the_last_resort(index: Index) -> None:
    hits = index.hits("tls certificate expired")
    assert {h.why for h in hits} == {HitReason.WORDS}
    assert hits[0].playbook.id in {"GKE-ING-003", "GKE-ING-026"}


def test_nothing_is_found_for_nonsense(index: Index) -> None:
    assert index.hits("xyzzy") == []
    assert index.hits("") == []
    assert index.hits("( [ * \x1b[31m") == []


def test_a_whole_log_is_cut_and_answered(index: Index) -> None:
    assert index.hits('secret "db" not found ' + "x" * 1_000_000)[0].playbook.id == "GKE-CFG-001"


def test_causes_that_no_playbook_says_are_named(playbooks: Library) -> None:
    assert "backend-timeout" in causes_for("backend timeout", playbooks.causes)
    assert causes_for("xyzzy", playbooks.causes) == []


NO_PAGE = (Path(__file__).parent / "no_page.txt").read_text(encoding="utf-8").splitlines()
"""Messages of other tools and other faults, which no playbook explains."""


@pytest.mark.parametrize("message", NO_PAGE)
def test_a_message_that_no_page_fits_leads_to_none(index: Index, message: str) -> None:
    assert [(hit.playbook.id, hit.by) for hit in index.hits(message)] == []


PATTERN = re.compile(r"\(\?|\.\*|\{0,|\\[dsSwWb]|\[\^|\[\?|&&|\|\||\{\{|`|%\{|[a-z]\|[a-z]")
"""What stands in regular expressions, in JMESPath and in templates, and in no sentence."""


@pytest.mark.parametrize("message", [message for _, message in MESSAGES])
def test_an_answer_holds_no_pattern_and_no_expression(index: Index, message: str) -> None:
    answer = listing("MESSAGE", index.hits(message), index.library, 100)
    assert [line for line in answer.splitlines() if PATTERN.search(line)] == []


def test_an_answer_says_what_the_message_means_before_the_pages(index: Index) -> None:
    hits = index.hits("toomanyrequests: You have reached your pull rate limit")
    first, *rest = listing("it", hits, index.library, 200).splitlines()
    assert first.endswith("and the limit is reached.")
    assert [line.split(":")[0].strip() for line in rest[:3]] == ["cause", "fix", "docs"]
    assert hits[0].cause == "image-pull-rate-limit"


def test_a_message_of_a_folder_of_ones_own_leads_to_its_playbook(tmp_path: Path) -> None:
    text = (PLAYBOOKS / "config" / "configuration-missing.yaml").read_text(encoding="utf-8")
    (tmp_path / "own.yaml").write_text(text.replace("GKE-CFG-001", "GKE-CFG-901", 1), encoding="utf-8")
    (tmp_path / "messages").mkdir()
    (tmp_path / "messages" / "acme.yaml").write_text(
        "messages: 1\nprogram: acme-operator\nread_from: [log]\nsource: https://acme.example\nentries:\n"
        "  vault-sealed: {match: vault is sealed, meaning: The vault is sealed., page: GKE-CFG-901,"
        " examples: [vault is sealed]}\n",
        encoding="utf-8",
    )
    own = load_playbook(read_source(tmp_path / "own.yaml"))
    (hit,) = Index(Library([own])).hits("acme: the vault is sealed")
    assert (hit.playbook.id, hit.by) == ("GKE-CFG-901", "The vault is sealed.")


@pytest.mark.parametrize("name", sorted(path.name for path in RECORDINGS.iterdir()))
def test_every_warning_that_was_ever_recorded_leads_somewhere(index: Index, name: str) -> None:
    """Events as the real components wrote them, by a phrase or a pattern: words alone would be chance."""
    events = recorded(name).collection("events").objects
    warnings = {event.get("message") or "" for event in events if event.get("type") == "Warning"}
    for message in sorted(warnings):
        if not any(noise in message for noise in NOISE):
            hits = index.hits(message)
            assert hits and hits[0].why is not HitReason.WORDS, message


def test_lint_refuses_a_phrase_that_is_in_every_message(tmp_path: Path) -> None:
    text = (PLAYBOOKS / "config" / "configuration-missing.yaml").read_text(encoding="utf-8")
    file = tmp_path / "GKE-CFG-001.yaml"
    file.write_text(text.replace("  - 'CreateContainerConfigError'\n", "  - 'no'\n", 1))
    with pytest.raises(PlaybookError, match="in too many messages") as caught:
        load_playbook(read_source(file))
    assert caught.value.source_line == "  - 'no'"
