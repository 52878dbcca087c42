"""Selectors against a slow, obvious reading; and names that come near."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gkedoctor.graph.core import label_selectors as selectors
from gkedoctor.graph.core.similar_names import edit_distance, nearest

KEYS = st.sampled_from(["app", "tier", "zone", "n"])
VALUES = st.sampled_from(["web", "db", "a", "3", "10", "-2", ""])
LABELS = st.dictionaries(KEYS, VALUES, max_size=4)
OPERATORS = ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "Near"]
REQUIREMENTS = st.fixed_dictionaries(
    {"key": KEYS, "operator": st.sampled_from(OPERATORS), "values": st.lists(VALUES, max_size=3)}
)
SHORT = st.text(alphabet="abc-", max_size=6)


def plainly(requirement: dict[str, Any], labels: dict[str, str]) -> bool:
    key, values = requirement["key"], requirement["values"]
    if requirement["operator"] == "In":
        return any(labels.get(key) == v for v in values)
    if requirement["operator"] == "NotIn":
        return all(labels.get(key) != v for v in values)
    if requirement["operator"] == "Exists":
        return key in labels
    if requirement["operator"] == "DoesNotExist":
        return key not in labels
    numbers = [labels.get(key, ""), *values[:1]]
    if requirement["operator"] == "Near" or len(numbers) < 2 or not all(n.lstrip("-").isdigit() for n in numbers):
        return False
    have, bound = map(int, numbers)
    return have > bound if requirement["operator"] == "Gt" else have < bound


@given(REQUIREMENTS, LABELS)
def test_one_requirement(requirement: dict[str, Any], labels: dict[str, str]) -> None:
    assert selectors.holds(requirement, labels) == plainly(requirement, labels)


@given(LABELS, st.lists(REQUIREMENTS, max_size=3), LABELS)
def test_a_selector_is_the_conjunction(pairs: dict[str, str], wanted: list[Any], labels: dict[str, str]) -> None:
    selector = {"matchLabels": pairs, "matchExpressions": wanted}
    slowly = all(labels.get(k) == v for k, v in pairs.items()) and all(plainly(w, labels) for w in wanted)
    assert selectors.matches(selector, labels) == slowly


@given(LABELS)
def test_none_matches_nothing_and_empty_everything(labels: dict[str, str]) -> None:
    assert not selectors.matches(None, labels)
    assert selectors.matches({}, labels)
    assert selectors.matches_map({}, labels)


@given(LABELS, LABELS)
def test_what_differs_is_what_keeps_a_map_from_matching(wanted: dict[str, str], labels: dict[str, str]) -> None:
    assert selectors.matches_map(wanted, labels) == (not selectors.differing(wanted, labels))


def slow_distance(a: str, b: str) -> int:
    if not a or not b:
        return len(a) + len(b)
    best = min(slow_distance(a[1:], b) + 1, slow_distance(a, b[1:]) + 1, slow_distance(a[1:], b[1:]) + (a[0] != b[0]))
    if len(a) > 1 and len(b) > 1 and a[0] == b[1] and a[1] == b[0]:
        best = min(best, slow_distance(a[2:], b[2:]) + 1)
    return best


@given(SHORT, SHORT)
def test_edit_distance(a: str, b: str) -> None:
    assert edit_distance(a, b) == min(slow_distance(a, b), 4)


@given(SHORT, st.lists(SHORT, max_size=5))
def test_nearest_is_one_of_the_others(name: str, names: list[str]) -> None:
    found = nearest(name, names)
    assert found is None or (found in names and found != name)


def test_a_long_name_is_not_near_to_everything() -> None:
    assert nearest("nvidia-h100-80gb", ["nvidia-l4", "x"]) is None
    assert nearest("a-name-of-thirty-two-characters-x", ["a-mane-of-thirty-two-charakters-x"]) is not None
