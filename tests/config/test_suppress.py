"""Which findings a rule takes out, and which it does not."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from gkedoctor.config.annotation import IGNORE, parse
from gkedoctor.config.model import SuppressionRule
from gkedoctor.config.suppress import FilteredOutcome, suppress
from gkedoctor.config.validation import Mistake
from gkedoctor.diagnose.cases import Given, given_snapshot
from gkedoctor.diagnose.model import Consequence, Unexplained
from gkedoctor.graph import Ref
from tests.conftest import shipped_playbooks
from tests.report.outcomes import MISSING_SECRET, SICK

TWO = msgspec.structs.replace(
    MISSING_SECRET,
    explains=(Consequence(Ref("Deployment", "cart", "shop"), "x"), Consequence(Ref("Deployment", "pay", "pay"), "x")),
)


def sifted(
    *rules: SuppressionRule, objects: tuple[Any, ...] = (), finding: Any = MISSING_SECRET, now: str | None = None
) -> FilteredOutcome:
    snapshot = given_snapshot(Given(objects=objects, now=now), lambda name: None)  # type: ignore[arg-type,return-value]
    diagnoses, unexplained = ((), (finding,)) if isinstance(finding, Unexplained) else ((finding,), ())
    outcome = msgspec.structs.replace(SICK, diagnoses=diagnoses, unexplained=unexplained)
    return suppress(outcome, snapshot, rules, shipped_playbooks())


def rule(**fields: Any) -> SuppressionRule:
    return SuppressionRule("file:1", "known", **fields)


def deployment(name: str, ignore: str, namespace: str = "shop") -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace, "annotations": {IGNORE: ignore}}
    return {"kind": "Deployment", "metadata": metadata, "spec": {}}


@pytest.mark.parametrize(
    ("fields", "fits"),
    [
        ({"causes": ("missing-secret",)}, True),
        ({"causes": ("missing-*",)}, True),
        ({"causes": ("oom-killed",)}, False),
        ({"playbooks": ("GKE-CFG-*",)}, True),
        ({"playbooks": ("GKE-IMG-*",)}, False),
        ({"namespaces": ("sh*",)}, True),
        ({"namespaces": ("s",)}, False),
        ({"objects": ("Secret/shop-*",)}, True),
        ({"objects": ("Secret/shop/shop-db",)}, True),
        ({"objects": ("Secret/other/shop-db",)}, False),
        ({"objects": ("Deployment/cart",)}, True),
        ({"objects": ("Deployment/ca",)}, False),
        ({"objects": ("Deployment/cart",), "causes": ("oom-killed",)}, False),
        ({"objects": ("Deployment/cart",), "namespaces": ("other",)}, False),
        ({"causes": ("missing-secret",), "until": date(2026, 1, 1)}, True),
        ({"causes": ("missing-secret",), "until": date(2025, 12, 31)}, False),
    ],
)
def test_rules(fields: dict[str, Any], fits: bool) -> None:
    result = sifted(rule(**fields))
    assert (len(result.suppressed), len(result.outcome.diagnoses)) == ((1, 0) if fits else (0, 1))


def test_what_hits_others_too_is_not_hidden_by_one_of_them() -> None:
    assert not sifted(rule(objects=("Deployment/cart",)), finding=TWO).suppressed
    assert sifted(rule(objects=("Deployment/*",)), finding=TWO).suppressed
    annotated = deployment("cart", "missing-secret")
    assert not sifted(objects=(annotated,), finding=TWO).suppressed
    assert sifted(objects=(annotated, deployment("pay", "*", "pay")), finding=TWO).suppressed


def test_a_symptom_without_a_cause_is_met_by_place_alone() -> None:
    open_ = SICK.unexplained[0]
    assert sifted(rule(namespaces=("batch",)), finding=open_).suppressed
    assert not sifted(rule(namespaces=("batch",), causes=("oom-killed",)), finding=open_).suppressed


def test_an_ended_rule_speaks_up_and_says_whether_it_is_needed() -> None:
    ended = rule(causes=("missing-secret",), until=date(2025, 12, 1))
    assert sifted(ended).notes == (
        "file:1: this suppression ended on 2025-12-01, and its findings are still there (1): known",
    )
    idle = rule(causes=("oom-killed",), until=date(2025, 12, 1))
    assert sifted(idle).notes == ("file:1: this suppression ended on 2025-12-01: known",)


def test_a_rule_that_meets_nothing_is_idle() -> None:
    result = sifted(rule(causes=("oom-killed",)))
    assert (result.notes, result.idle) == ((), ("file:1: this suppression matches nothing: known",))
    assert sifted(rule(causes=("missing-secret",))).idle == ()


def test_the_annotation_of_the_workload() -> None:
    result = sifted(objects=(deployment("cart", "missing-secret; until=2026-12-31; reason=moves"),))
    (one,) = result.suppressed
    assert (one.rule.place, one.rule.reason) == ("annotation of Deployment/shop/cart", "moves")
    assert not sifted(objects=(deployment("cart", "oom-killed"),)).suppressed


def test_the_annotation_of_the_root() -> None:
    secret = {"kind": "Secret", "metadata": {"name": "shop-db", "namespace": "shop", "annotations": {IGNORE: "*"}}}
    assert sifted(objects=(secret,), finding=TWO).suppressed


def test_an_annotation_that_ended_speaks_up() -> None:
    result = sifted(objects=(deployment("cart", "*; until=2025-01-01"),))
    assert not result.suppressed
    assert "annotation of Deployment/shop/cart: this suppression ended on 2025-01-01" in result.notes[0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("missing-secrt", "did you mean `missing-secret`?"),
        ("", "names no cause"),
        ("*; util=2026-01-01", "did you mean `until=`?"),
        ("*; until=tomorrow", "is not a date"),
        ("*; 2026-01-01", "unknown part"),
    ],
)
def test_an_annotation_that_cannot_be_read_is_said_and_suppresses_nothing(text: str, says: str) -> None:
    result = sifted(objects=(deployment("cart", text),))
    assert not result.suppressed
    assert says in result.notes[0]
    assert "Deployment/shop/cart" in result.notes[0]


def test_annotations_are_read_leniently_about_space() -> None:
    found = parse(
        " missing-secret , oom-killed ;until = 2026-12-31;; reason = a=b ", "x", lambda: shipped_playbooks().causes
    )
    assert not isinstance(found, Mistake)
    assert (found.causes, found.until, found.reason) == (("missing-secret", "oom-killed"), date(2026, 12, 31), "a=b")
