"""The words of causes: shipped ones are fixed, those of others have a prefix, and mistakes are told with a place."""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gkedoctor.errors import PlaybookError, UsageError
from gkedoctor.playbook.library import Library, retired_ids
from gkedoctor.playbook.loader import Source, shipped_causes
from gkedoctor.playbook.vocabulary import Vocabulary, read_causes, unknown_word
from gkedoctor.strict_yaml import read_source
from tests.conftest import PLAYBOOKS, shipped_playbooks

CONTRACT = Path(__file__).with_name("causes.tsv")
"""The contract with other tools: the words, in their order. How their meaning is said may improve."""


def own(text: str) -> Vocabulary:
    return shipped_causes().with_file(Source("causes.yaml", text))


def error_of(text: str) -> PlaybookError:
    with pytest.raises(PlaybookError) as caught:
        own(text)
    return caught.value


def test_shipped_words_are_those_of_the_contract() -> None:
    _, *rows = (line.split("\t") for line in CONTRACT.read_text(encoding="utf-8").splitlines())
    assert list(shipped_causes()) == [word for word, _, _ in rows]


def test_every_shipped_word_has_a_playbook() -> None:
    given_by_playbooks = {cause.cause for playbook in shipped_playbooks() for cause in playbook.model.causes}
    assert set(shipped_causes()) <= given_by_playbooks


def test_shipped_words_say_by_which_changes_they_come_about() -> None:
    without = {word for word in shipped_causes() if not shipped_causes().likely_changes(word)}
    assert without == {"org-policy-violation"}


def test_shipped_words_say_which_fields_they_stand_on() -> None:
    declared = {word: shipped_causes().stands_on(word) for word in shipped_causes()}
    assert [word for word, fields in declared.items() if fields is None] == []
    assert [word for word, fields in declared.items() if not fields] == [
        "gcp-quota-exceeded", "gcp-permission-denied", "org-policy-violation",
    ]  # fmt: skip


def test_fields_that_no_cause_stands_on_are_not_declared() -> None:
    definitions = shipped_causes().values()
    file = read_causes(read_source(PLAYBOOKS / "causes.yaml"))
    assert set(file.fields) == {name for one in definitions for name in one.stands_on or ()}


def test_a_word_of_ones_own_may_stand_on_fields_of_its_own() -> None:
    causes = own("fields: {history: ['x$']}\ncauses: {acme/x: {root: r, means: m, stands_on: [history, image]}}")
    assert causes.stands_on("acme/x") == ("x$", r"\.image$")
    assert own("causes: {acme/x: {root: r, means: m}}").stands_on("acme/x") is None
    error = error_of("causes: {acme/x: {root: r, means: m, stands_on: [imag]}}")
    assert "unknown name of `fields` `imag`" in str(error)
    assert error.hint == "did you mean `image`?"


def test_a_word_of_ones_own_stands_beside_the_shipped_ones() -> None:
    causes = own("causes: {acme/no-history: {root: workload, means: no old ReplicaSet, likely_changes: ['x$']}}")
    assert causes["acme/no-history"].root == "workload"
    assert causes.likely_changes("acme/no-history") == ("x$",)
    assert "missing-secret" in causes
    assert pickle.loads(pickle.dumps(causes))["acme/no-history"].means == "no old ReplicaSet"


def test_groups_of_changes_come_after_the_causes_own() -> None:
    text = (
        "changes: {mine: {fields: [a], like: [tls]}}\n"
        "causes: {acme/x: {root: r, means: m, likely_changes: [b], changes_like: [mine]}}"
    )
    assert own(text).likely_changes("acme/x") == ("b", "a", *own(text).likely_changes("certificate-expired"))


def test_what_is_not_known_has_no_likely_changes() -> None:
    assert own("causes: {acme/x: {root: r, means: m}}").likely_changes("acme/x") == ()
    assert shipped_causes().likely_changes("gremlins") == ()


GOOD = "{root: r, means: m}"


@pytest.mark.parametrize(
    ("text", "line", "says", "hint"),
    [
        (f"causes:\n  no-history: {GOOD}", 2, "no word for a cause of one's own", "acme/no-rollback-history"),
        (f"causes:\n  Acme/NoHistory: {GOOD}", 2, "no word for a cause of one's own", "acme/no-rollback-history"),
        (f"causes:\n  acme/x/y: {GOOD}", 2, "no word for a cause of one's own", "acme/no-rollback-history"),
        (f"causes:\n  acme/x: {GOOD}\n  acme/x: {GOOD}", 3, "stands twice", None),
        ("causes:\n  acme/x:\n    rot: r\n    means: m", 3, "unknown key `rot`", "did you mean `root`?"),
        ("causes:\n  acme/x:\n    root: r", 3, "missing required field `means`", None),
        ("causes:\n  acme/x:\n    root: 5\n    means: m", 3, "expected `str`, got `int`", None),
        ("causs: {}", 1, "unknown key `causs`", "did you mean `causes`?"),
        ("causes:\n  acme/x: {root: r, means: m, changes_like: [strat]}", 2, "unknown group", "did you mean `start`?"),
        ("causes:\n  acme/x: {root: r, means: m, likely_changes: ['(']}", 2, "not a regular expression", None),
        ("changes:\n  a: {fields: [], like: [b]}\n  b: {fields: [], like: [a]}", 2, "names itself", None),
        ("causes: []", 1, "expected `object`, got `array`", None),
        ("causes: [", 2, "not valid YAML", None),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, line: int, says: str, hint: str | None) -> None:
    error = error_of(text)
    assert says in error.message
    assert (error.path, error.line) == ("causes.yaml", line)
    assert hint is None or hint in (error.hint or "")


def test_a_word_that_two_files_declare_is_an_error() -> None:
    text = f"causes: {{acme/x: {GOOD}}}"
    with pytest.raises(PlaybookError, match=r"cause `acme/x` is also in causes\.yaml"):
        own(text).with_file(Source("other.yaml", text))


@given(st.from_regex(r"[a-z0-9]+(-[a-z0-9]+){0,2}/[a-z0-9]+(-[a-z0-9]+){0,2}", fullmatch=True).filter(str.isascii))
def test_any_prefix_and_word_in_lower_case_may_be_declared(word: str) -> None:
    assert word in own(f'causes: {{"{word}": {GOOD}}}')


def test_a_word_whose_prefix_nobody_declares_may_be_right() -> None:
    causes = own(f"causes: {{acme/no-history: {GOOD}}}")
    assert unknown_word("acme/no-history", causes) is None
    assert unknown_word("acme/no-histroy", causes) == "acme/no-history"
    assert unknown_word("globex/anything", causes) is None
    assert unknown_word("missing-secert", causes) == "missing-secret"
    assert unknown_word("globex/", causes) == ""


def test_retired_ids_lead_to_playbooks_and_are_not_given_again() -> None:
    names = shipped_playbooks().names
    ids = {playbook.id for playbook in shipped_playbooks()}
    assert set(names.retired.values()) <= ids
    assert not set(names.retired) & ids
    assert (PLAYBOOKS / "retired.yaml").is_file()


def test_a_retired_id_finds_the_playbook_that_took_its_place(tmp_path: Path) -> None:
    file = tmp_path / "retired.yaml"
    file.write_text("retired: {GKE-OLD-001: GKE-OLD-002, GKE-OLD-002: GKE-CFG-001}\n")
    retired = retired_ids(file)
    assert retired == {"GKE-OLD-001": "GKE-CFG-001", "GKE-OLD-002": "GKE-CFG-001"}
    names = shipped_playbooks().names._replace(retired=retired)
    found = Library(shipped_playbooks(), lambda: names).find("gke-old-001")
    assert found is not None
    assert found.id == "GKE-CFG-001"


@pytest.mark.parametrize("text", ["retired: {A: B, B: A}", "retired: {A: A}", "retired: [A]", "rtired: {}"])
def test_a_broken_list_of_retired_ids_is_an_error(tmp_path: Path, text: str) -> None:
    file = tmp_path / "retired.yaml"
    file.write_text(text)
    with pytest.raises(UsageError, match=re.escape(str(file)) + "|back to itself|expected|unknown key"):
        retired_ids(file)
