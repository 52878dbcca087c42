"""A mistake in a test file of a playbook is told with file, line and what was probably meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from gkedoctor.diagnose.cases import load_cases, run_file
from gkedoctor.errors import PlaybookError
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.snapshot.sources import load

HEAD = "playbook: GKE-CFG-001\ncases:\n  - name: one\n    expect: []\n"


def no_recording(name: str) -> Snapshot:
    raise AssertionError(name)


@pytest.mark.parametrize(
    ("given", "line", "says", "hint"),
    [
        ("    givn: {}\n", 5, "unknown key `givn`", "did you mean `given`?"),
        ("    given:\n      objcts: []\n", 6, "unknown key `objcts`", "did you mean `objects`?"),
        ("    given:\n      objects:\n        - {kind: Secert, metadata: {name: a}}\n", 7, "`Secert`", "`Secret`"),
        ("    given:\n      objects:\n        - {metadata: {name: a}}\n", 7, "needs a `kind`", None),
        ("    given:\n      objects:\n        - text\n", 7, "needs a `kind`", None),
        ("    given:\n      objects:\n        - {kind: Secret}\n", 7, "needs `metadata: {name: …}`", None),
        ("    given:\n      deny: [Secert]\n", 6, "unknown kind `Secert`", "`Secret`"),
        ("    given:\n      now: yesterday\n", 6, "is no time", "2026-01-01T12:00:00Z"),
        ("    given:\n      logs: {cart: text}\n", 6, "names no container", "NAMESPACE/POD/CONTAINER"),
        ("    given: {}\n    todo: maybe\n", 6, "expected `bool`, got `str`", None),
        ("", 3, "missing required field `given`", None),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, given: str, line: int, says: str, hint: str | None) -> None:
    path = tmp_path / "a.test.yaml"
    path.write_text(HEAD + given, encoding="utf-8")
    with pytest.raises(PlaybookError) as caught:
        load_cases(path)
    assert says in caught.value.message
    assert (caught.value.path, caught.value.line) == (str(path), line)
    assert hint is None or hint in (caught.value.hint or "")


@pytest.mark.parametrize("key", ["confidence", "severity"])
def test_a_misspelt_enumeration_lists_what_may_stand_there(tmp_path: Path, key: str) -> None:
    path = tmp_path / "a.test.yaml"
    expect = f"{{cause: missing-secret, root: Secret/shop/a, {key}: x9}}"
    path.write_text(f"playbook: GKE-CFG-001\ncases:\n  - name: one\n    given: {{}}\n    expect: [{expect}]\n")
    with pytest.raises(PlaybookError) as caught:
        load_cases(path)
    assert "invalid enum value 'x9'" in caught.value.message
    assert caught.value.line == 5
    assert (caught.value.hint or "").startswith("one of ")


@pytest.mark.parametrize(
    ("patch", "says"),
    [
        ("{ref: Secret/shop/dbx, remove: true}", "8:17: the patch changes `Secret/shop/dbx`, which does not exist"),
        ("{ref: Secert/shop/db, remove: true}", "8:17: the patch changes `Secert/shop/db`: unknown kind `Secert`"),
        ("{ref: Secret/shop/db, unset: [spec.a.b]}", "at a path that does not exist"),
        ("{ref: Secret/shop/db, set: {metadata.name.x: 1}}", "at a path that does not exist"),
        ('{ref: Secret/shop/db, set: {"metadata.list[3]": 1}}', "at a path that does not exist"),
    ],
)
def test_a_patch_that_meets_nothing_fails_its_case_alone(tmp_path: Path, patch: str, says: str) -> None:
    path = tmp_path / "a.test.yaml"
    objects = "    given:\n      objects: [{kind: Secret, metadata: {name: db, list: []}}]\n"
    path.write_text(f"{HEAD}{objects}      patch:\n        - {patch}\n  - {{name: two, given: {{}}, expect: []}}\n")
    one, two = run_file(path, [], no_recording)
    assert one.failures[0].startswith(f"{path}:8:")
    assert says in one.failures[0]
    assert two.failures == ()


def test_a_recording_that_cannot_be_read_fails_its_case_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.test.yaml"
    path.write_text(f"{HEAD}    given: {{recording: nope}}\n  - {{name: two, given: {{}}, expect: []}}\n")
    one, two = run_file(path, [], lambda name: load(tmp_path / name))
    assert one.failures == (f"{path}:5:24: {tmp_path}/nope does not exist",)
    assert two.failures == ()
