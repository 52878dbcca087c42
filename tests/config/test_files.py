"""Where the configuration is found, and how its mistakes are told."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from gkedoctor.config.files import NAME, find, read
from gkedoctor.config.model import Settings
from gkedoctor.errors import ConfigError
from gkedoctor.playbook.library import public_names

GOOD = """\
config: 1
fail_on: medium
min_severity: low
playbooks: [ops]
suppress:
  - cause: missing-secret
    namespace: ["dev-*", sandbox]
    reason: the sandbox has no secrets
  - object: Deployment/shop/cart-*
    playbook: GKE-CFG-001
    until: 2026-12-31
    reason: >-
      moves in
      December
"""


def written(folder: Path, text: str) -> Path:
    (folder / "ops").mkdir(exist_ok=True)
    path = folder / NAME
    path.write_text(text, encoding="utf-8")
    return path


def test_everything(tmp_path: Path) -> None:
    held = read(written(tmp_path, GOOD), tmp_path, public_names)
    assert (held.fail_on, held.min_severity, held.playbooks) == ("medium", "low", (tmp_path / "ops",))
    first, second = held.rules
    assert (first.place, first.causes, first.namespaces) == (f"{NAME}:6", ("missing-secret",), ("dev-*", "sandbox"))
    assert (second.place, second.until, second.reason) == (f"{NAME}:9", date(2026, 12, 31), "moves in December")
    assert not second.ended(datetime(2026, 12, 31, 23, 59, tzinfo=UTC))
    assert second.ended(datetime(2027, 1, 1, tzinfo=UTC))


def test_an_empty_file_sets_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, "# nothing yet\n")
    assert read(path, tmp_path, public_names) == Settings(path=path)


RULE = "suppress:\n  - cause: oom-killed\n    reason: known\n"


@pytest.mark.parametrize(
    ("text", "line", "column", "says", "hint"),
    [
        ("supress: []\n", 1, 1, "unknown key `supress`", "did you mean `suppress`?"),
        (RULE + "    untill: 2026-01-01\n", 4, 5, "unknown key `untill`", "did you mean `until`?"),
        ("fail_on: hihg\n", 1, 10, "`hihg` is not a severity", "did you mean `high`?"),
        ("min_severity: never\n", 1, 15, "`never` is not a severity", None),
        ("suppress:\n  - cause: oom-kiled\n    reason: x\n", 2, 12, "unknown cause `oom-kiled`", "`oom-killed`"),
        ("suppress:\n  - cause: [oom-killed, a]\n    reason: x\n", 2, 25, "unknown cause `a`", None),
        ("suppress:\n  - object: Deploymet/a\n    reason: x\n", 2, 13, "unknown kind `Deploymet`", "`Deployment`"),
        ("suppress:\n  - object: cart\n    reason: x\n", 2, 13, "`cart` is not an object", "KIND/NAME"),
        ("suppress:\n  - cause: oom-killed\n", 2, 5, "missing required field `reason`", None),
        ("suppress:\n  - cause: oom-killed\n    reason: ' '\n", 3, 13, "the reason is empty", None),
        ("suppress:\n  - reason: x\n", 2, 5, "this would suppress everything", "namespace"),
        (RULE + "    until: soon\n", 4, 12, "`soon` is not a date", "2026-12-31"),
        (RULE + "    until: 2026-02-31\n", 4, 12, "`2026-02-31` is not a date", None),
        ("playbooks: [nowhere]\n", 1, 13, "no folder of playbooks", None),
        ("config: 2\n", 1, 9, "invalid enum value 2", None),
        ("a: [\n", 2, 1, "not valid YAML", None),
        ("fail_on: low\nfail_on: high\n", 2, 1, "stands twice", None),
    ],
)
def test_mistakes_have_their_place(
    tmp_path: Path, text: str, line: int, column: int, says: str, hint: str | None
) -> None:
    with pytest.raises(ConfigError) as caught:
        read(written(tmp_path, text), tmp_path, public_names)
    error = caught.value
    assert says in error.message
    assert (error.line, error.column) == (line, column)
    assert hint is None or hint in (error.hint or "")


def test_the_nearest_file_up_to_the_repository(tmp_path: Path) -> None:
    repository, below = tmp_path / "repo", tmp_path / "repo" / "a" / "b"
    below.mkdir(parents=True)
    (tmp_path / NAME).touch()
    (repository / ".git").mkdir()
    assert find(below, {}) is None
    (repository / NAME).touch()
    assert find(below, {}) == repository / NAME
    (repository / "a" / NAME).touch()
    assert find(below, {}) == repository / "a" / NAME


def test_up_to_home_and_outside_of_it_only_here(tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    (home / "work").mkdir(parents=True)
    elsewhere.mkdir()
    (tmp_path / NAME).touch()
    environment = {"HOME": str(home)}
    assert find(home / "work", environment) is None
    (home / NAME).touch()
    assert find(home / "work", environment) == home / NAME
    assert find(elsewhere, environment) is None
    (elsewhere / NAME).touch()
    assert find(elsewhere, environment) == elsewhere / NAME


def test_the_users_own_file_comes_last(tmp_path: Path) -> None:
    own = tmp_path / ".config" / "gkedoctor" / "config.yaml"
    own.parent.mkdir(parents=True)
    own.touch()
    here = tmp_path / "here"
    here.mkdir()
    assert find(here, {"HOME": str(tmp_path)}) == own
    assert find(here, {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "x")}) is None
    assert find(here, {"HOME": "/nowhere", "XDG_CONFIG_HOME": str(tmp_path / ".config")}) == own
    assert find(here, {"HOME": str(tmp_path), "XDG_CONFIG_HOME": "relative"}) == own
