"""What benchmarks tell: scores, verdicts and the chart."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from benchmarks.chart import drawn
from benchmarks.generator import Planted, score
from benchmarks.measuring import Measured, line

SECRET = Planted("missing-secret", "Secret/shop/keys")
ADDRESS = Planted("unused-address", "Address/old")


def found(cause: str, kind: str, name: str, severity: str = "high", **where: str) -> dict[str, Any]:
    return {"cause": cause, "severity": severity, "root": {"kind": kind, "name": name, **where}}


def test_a_fault_counts_as_found_with_its_cause_and_its_root() -> None:
    report = {"diagnoses": [found("missing-secret", "Secret", "keys", namespace="shop")]}
    assert score([SECRET], report).missed == ()
    assert score([SECRET], {"diagnoses": []}).missed == ("missing-secret Secret/shop/keys",)
    elsewhere = {"diagnoses": [found("missing-secret", "Secret", "keys", namespace="other")]}
    assert (score([SECRET], elsewhere).recall, score([SECRET], elsewhere).precision) == (0.0, 0.0)


def test_advice_is_no_invention_and_counts_where_it_was_planted() -> None:
    report = {"diagnoses": [found("unused-address", "Address", "old", "advisory")]}
    assert score([], report).invented == ()
    assert score([ADDRESS], report).recall == 1.0


def test_a_figure_says_whether_its_promise_is_kept() -> None:
    assert Measured("a", 2.9, 3).ok
    assert Measured("a", 3.1, 3).ok is False
    assert Measured("a", 0.9, 1, least=True).ok is False
    assert Measured("a", 0.9).ok is None
    assert "not ok" in line(Measured("a", 3.1, 3))


def test_the_chart_is_well_formed_and_names_each_line() -> None:
    points = [(1_000.0, 0.5), (100_000.0, 30.0)]
    tree = ElementTree.fromstring(drawn("cost <of> size", {"one & all": points, "other": points}, "Pods", "seconds"))
    texts = [each.text for each in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert {"one & all, 30 s", "other, 30 s", "100,000"} <= set(texts)
