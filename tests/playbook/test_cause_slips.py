"""Kinds and fields in a `causes.yaml` that are almost known ones are refused by lint, and by lint alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from gkedoctor.errors import ExitCode
from gkedoctor.playbook.cause_slips import slips
from gkedoctor.playbook.vocabulary import Vocabulary
from gkedoctor.strict_yaml import Source, read_source
from tests.cli.conftest import Gkedoctor
from tests.conftest import PLAYBOOKS

FILE = "causes:\n  acme/a:\n    root: {root}\n    means: it is wrong\n    likely_changes:\n      - '{pattern}'\n"


def told(root: str = "Deployment", pattern: str = "Deployment spec") -> list[tuple[int | None, str, str | None]]:
    source = Source("causes.yaml", FILE.format(root=root, pattern=pattern))
    assert "acme/a" in Vocabulary().with_file(source)  # a report reads it all the same
    return [(error.line, error.message, error.hint) for error in slips(source)]


def test_a_misspelled_kind_of_a_root_names_the_one_that_was_meant() -> None:
    assert told(root="Service or Deploymnet") == [(3, "unknown kind `Deploymnet`", "did you mean `Deployment`?")]


@pytest.mark.parametrize(
    ("pattern", "what", "near"),
    [
        (r"Deployment spec\.replcas", "field `replcas`", "replicas"),
        (r"Deployment metdata\.labels", "field `metdata`", "metadata"),
        (r"Deploymnet spec\.replicas", "kind `Deploymnet`", "Deployment"),
        (r"^(Secret|ConfigMpa) ", "kind `ConfigMpa`", "ConfigMap"),
    ],
)
def test_a_misspelled_change_names_what_was_meant(pattern: str, what: str, near: str) -> None:
    assert told(pattern=pattern) == [(6, f"unknown {what}", f"did you mean `{near}`?")]


@pytest.mark.parametrize(
    "root", ["workload", "Firewall or Service", "License", "Pods of a Job", "the operator's object"]
)
def test_a_root_in_words_or_of_another_kind_is_taken(root: str) -> None:
    assert told(root=root) == []


@pytest.mark.parametrize(
    "pattern", [r"HorizontalPodAutoscaler spec\.(min|max)Replicas", r"Service spec\.ipFamil", r"License spec\.replcas"]
)
def test_a_part_of_a_name_and_an_unknown_kind_are_taken(pattern: str) -> None:
    assert told(pattern=pattern) == []


def test_the_shipped_words_have_no_slip() -> None:
    assert list(slips(read_source(PLAYBOOKS / "causes.yaml"))) == []


def test_lint_tells_of_it(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    assert gkedoctor("playbooks", "new", "GKE-ROL-950", "--cause", "acme/a", "--dir", tmp_path).code == ExitCode.OK
    causes = tmp_path / "causes.yaml"
    causes.write_text(causes.read_text().replace("root: workload", "root: Deploymnet"))
    result = gkedoctor("playbooks", "lint", tmp_path)
    assert result.code == ExitCode.USAGE
    assert "unknown kind `Deploymnet`" in result.out
    assert "found 1 problem in 1 playbook" in result.out
