"""Real messages of kubectl, the Cloud Console, Events, logs, browsers and issues: each leads to its page."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from gkedoctor.errors import PlaybookError
from gkedoctor.explain.answer import MOST_LINES, lines, of_cause, of_hits
from gkedoctor.explain.known_messages import FILE, KnownMessage, read_known
from gkedoctor.explain.likely_causes import likely_causes
from gkedoctor.explain.search import MOST, HitReason, Index, SearchHit
from gkedoctor.playbook.library import Library, shipped_names
from gkedoctor.playbook.loader import load_playbook, read_source
from tests.conftest import PLAYBOOKS, RECORDINGS, recorded, shipped_playbooks

MESSAGES = read_known(FILE.read_text(encoding="utf-8"))
WITHOUT_ITSELF = 0.82
"""The share of messages that lead to their page where `explain` does not know them: what a new message may expect."""

NOISE = ("is not allocated; repairing", "cgroup v1", "invalid capacity 0 on image filesystem")
"""Warnings of the recorded clusters that mean no failure."""


@cache
def _index() -> Index:
    return Index(shipped_playbooks())


@cache
def _hits(message: str) -> tuple[SearchHit, ...]:
    return tuple(_index().hits(message))


@pytest.fixture(scope="module")
def index() -> Index:
    return _index()


@pytest.mark.parametrize("known", MESSAGES, ids=[known.text[:60] for known in MESSAGES])
def test_a_message_leads_to_its_page_first(known: KnownMessage) -> None:
    best = _hits(known.text)[0]
    assert best.playbook.id in known.pages
    assert set(known.pages) <= {playbook.id for playbook in _index().library}
    assert known.cause is None or known.cause in _index().library.causes


def test_a_message_that_is_not_known_most_often_leads_to_its_page(index: Index) -> None:
    """Each known message as if it were new: the figure may only rise."""
    found = [index.hits(known.text, besides=known.text) for known in MESSAGES]
    right = sum(bool(hits) and hits[0].playbook.id in k.pages for hits, k in zip(found, MESSAGES, strict=True))
    assert len(MESSAGES) > 600
    assert right / len(MESSAGES) > WITHOUT_ITSELF


def test_every_phrase_leads_to_its_playbook(index: Index) -> None:
    """Not always first: several may be met by the same word, and the most typical comes first."""
    for phrase, playbook, _ in index.phrases():
        found = [hit.playbook.id for hit in index.hits(phrase.replace("…", "x"))]
        assert playbook.id in found or len(found) == MOST or index.outside(phrase), phrase


def test_phrases_are_worth_searching_for(index: Index) -> None:
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


def test_the_style_of_an_identifier_does_not_matter(index: Index) -> None:
    for asked in ("FailedNotVisible", "FAILED_NOT_VISIBLE", "failed-not-visible"):
        assert index.hits(asked)[0].playbook.id == "GKE-ING-009", asked


def test_the_same_question_gets_the_same_answer() -> None:
    library = shipped_playbooks()
    first = [(h.playbook.id, h.rank) for h in Index(library).hits("502")]
    again = [(h.playbook.id, h.rank) for h in Index(Library(reversed(library), shipped_names)).hits("502")]
    assert first == again
    assert len(first) <= MOST


def test_in_use_is_not_ip_in_use(index: Index) -> None:
    assert index.hits("IN_USE")[0].playbook.id == "GKE-GCP-001"
    assert index.hits("IP_IN_USE_BY_ANOTHER_RESOURCE")[0].playbook.id == "GKE-ING-004"


def test_words_that_a_known_sentence_has_too_are_the_last_resort(index: Index) -> None:
    hits = index.hits("the tls certificate expired")
    assert {h.why for h in hits} == {HitReason.SIMILAR}
    assert hits[0].playbook.id in {"GKE-ING-003", "GKE-ING-026", "GKE-ING-014"}


def test_nothing_is_found_for_nonsense(index: Index) -> None:
    assert index.hits("xyzzy") == []
    assert index.hits("") == []
    assert index.hits("( [ * \x1b[31m") == []


def test_a_whole_log_is_cut_and_answered(index: Index) -> None:
    assert index.hits('secret "db" not found ' + "x" * 1_000_000)[0].playbook.id == "GKE-CFG-001"


NO_PAGE = (Path(__file__).parent / "no_page.txt").read_text(encoding="utf-8").splitlines()
"""Messages of other tools and other faults, which no playbook explains."""


@pytest.mark.parametrize("message", NO_PAGE)
def test_a_message_that_no_page_fits_leads_to_none(index: Index, message: str) -> None:
    assert [(hit.playbook.id, hit.by) for hit in index.hits(message)] == []


def test_there_are_enough_messages_that_no_page_fits() -> None:
    assert len(set(NO_PAGE)) >= 50


PATTERN = re.compile(r"\(\?|\.\*|\{0,|\\[dsSwWb]|\[\^|\[\?|&&|\|\||\{\{|%\{|[a-z]\|[a-z]")
"""What stands in regular expressions, in JMESPath and in templates, and in no sentence."""


@pytest.mark.parametrize("known", MESSAGES, ids=[known.text[:60] for known in MESSAGES])
def test_an_answer_has_twelve_lines_and_no_pattern(known: KnownMessage) -> None:
    library = _index().library
    answer = lines(of_hits(_hits(known.text), library), library, 80)
    assert [line for line in answer if PATTERN.search(line)] == []
    assert len(answer) <= MOST_LINES + 2, answer  # where one cause alone takes more
    assert any(line.startswith("Run: gkedoctor ") for line in answer)


def test_an_answer_says_what_the_message_means_first(index: Index) -> None:
    hits = index.hits("toomanyrequests: You have reached your pull rate limit")
    first, *rest = lines(of_hits(hits, index.library), index.library, 200)
    assert first.endswith("and the limit is reached.")
    assert rest[0].startswith("Cause: image-pull-rate-limit")
    assert [line.split(":")[0] for line in rest] == ["Cause", "Fix", "Run", "More"]


def test_a_message_of_several_causes_lists_them_in_order(index: Index) -> None:
    answer = lines(of_hits(index.hits("exit code 137"), index.library), index.library, 100)
    causes = [line.split()[1] for line in answer if re.match(r"  \d\. ", line)]
    assert causes[:2] == ["oom-killed:", "liveness-probe-kills-container:"]


def test_a_message_of_kubectl_itself_is_about_no_page(index: Index) -> None:
    outside = index.outside("The connection to the server localhost:8080 was refused - did you specify the right host")
    assert outside is not None
    assert "API server" in outside.entry.meaning


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
def test_every_warning_that_was_ever_recorded_leads_somewhere(name: str) -> None:
    """Events as the real components wrote them, by a phrase, a pattern or a sentence like them."""
    events = recorded(name).collection("events").objects
    warnings = {event.get("message") or "" for event in events if event.get("type") == "Warning"}
    for message in sorted(warnings):
        if not any(noise in message for noise in NOISE):
            assert _hits(message), message


def test_lint_refuses_a_phrase_that_is_in_every_message(tmp_path: Path) -> None:
    text = (PLAYBOOKS / "config" / "configuration-missing.yaml").read_text(encoding="utf-8")
    file = tmp_path / "GKE-CFG-001.yaml"
    file.write_text(text.replace("  - 'CreateContainerConfigError'\n", "  - 'no'\n", 1))
    with pytest.raises(PlaybookError, match="in too many messages") as caught:
        load_playbook(read_source(file))
    assert caught.value.source_line == "  - 'no'"


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        ("Startup probe failed: HTTP probe failed with statuscode: 500", "liveness-probe-kills-container"),
        ("Readiness probe failed: HTTP probe failed with statuscode: 503", "readiness-probe-failing"),
        ("Readiness probe failed: HTTP probe failed with statuscode: 401", "readiness-probe-unauthorized"),
        ("couldn't find key host in ConfigMap shop/settings", "missing-configmap-key"),
        ('MountVolume.SetUp failed for volume "tls" : secret "shop-tls" not found', "missing-secret"),
    ],
)
def test_the_first_cause_is_the_one_that_the_message_shows(index: Index, message: str, cause: str) -> None:
    assert of_hits(index.hits(message), index.library).causes[0] == cause


def test_causes_that_share_no_word_with_a_message_are_not_named(index: Index) -> None:
    (playbook,) = (p for p in index.library if p.id == "GKE-PRB-001")
    assert likely_causes("xyzzy frobnicate", playbook, index.library) == ()


def test_the_fix_of_a_cause_is_that_of_its_most_general_entry(index: Index) -> None:
    assert of_cause("missing-secret", index.library).fix.startswith("Create the Secret")


def test_a_message_of_another_cloud_is_about_no_page_unless_an_operator_reads_secrets_there(index: Index) -> None:
    denied = "User: arn:aws:sts::1:assumed-role/app is not authorized to perform: "
    assert index.hits(denied + "ecs:RunTask on resource: x") == []
    assert index.hits(denied + "secretsmanager:GetSecretValue on resource: db")[0].cause == "secret-not-produced"
