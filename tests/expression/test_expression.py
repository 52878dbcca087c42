"""Expressions: jmespath's own answers where all is known, Kleene's where something is not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import jmespath
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.playbook.expression import Expression
from gkedoctor.playbook.functions import Functions
from gkedoctor.playbook.jmespath_compiler import truth
from tests.expression.visiting import Interpreter

FUNCTIONS = Functions(datetime(2026, 1, 1, tzinfo=UTC))
DENIED = Unknown("secrets", "forbidden")


def evaluate(source: str, names: Any) -> Any:
    return Expression(source).evaluate(names, FUNCTIONS)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "b", "True"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)
expressions = st.recursive(
    st.sampled_from(
        ["a", "b", "c", "a.b", "b[0]", "`1`", "'a'", "a[].b", "b[*].a", "c.*", "a[1:]", "@", "{x: a, y: b}", "[a, c]"]
    ),
    lambda inner: st.one_of(
        inner.map(lambda e: f"!({e})"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]} && {p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]} || {p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]} == {p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]} < {p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]} | {p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"{p[0]}[?{p[1]}]"),
        inner.map(lambda e: f"not_null({e}, c)"),
    ),
    max_leaves=5,
)


@given(expressions, st.dictionaries(st.sampled_from("abc"), json_values, max_size=3))
def test_known_values_give_what_jmespath_gives(source: str, names: Any) -> None:
    try:
        expected = jmespath.search(source, names)
    except TypeError:  # jmespath fails where it should say null: an order between a number and a text
        reject()
    assert evaluate(source, names) == expected


logic = st.recursive(
    st.sampled_from(["a", "b", "c", "d", "d.b == 'x'", "a == b", "d[?b]", "d[?b == a]"]),
    lambda inner: st.one_of(
        inner.map(lambda e: f"!({e})"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]} && {p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]} || {p[1]})"),
    ),
    max_leaves=6,
)
calls = st.tuples(
    st.sampled_from(["length({})", "sort_by({}, &a)", "contains({}, 'a')", "join('', {})"]), expressions
).map(lambda p: p[0].format(p[1]))
leaves = st.booleans() | st.sampled_from(["x", "y"])
scopes = st.fixed_dictionaries(
    {"a": leaves, "b": leaves, "c": leaves, "d": st.lists(st.fixed_dictionaries({"b": leaves}), max_size=2)}
)


@given(
    expressions | logic | calls,
    st.dictionaries(st.sampled_from("abcd"), json_values, max_size=4),
    st.sets(st.sampled_from("abcd")),
)
def test_closures_give_what_a_visit_of_the_tree_gives(source: str, real: Any, hidden: set[str]) -> None:
    seen = {**real, **dict.fromkeys(hidden, DENIED)}
    assert evaluate(source, seen) == Interpreter(FUNCTIONS).visit(Expression(source).tree, seen)


@given(logic, scopes, st.sets(st.sampled_from("abcd")))
def test_what_is_known_in_spite_of_unknowns_is_true_whatever_they_are(source: str, real: Any, hidden: set[str]) -> None:
    seen = {name: DENIED if name in hidden else value for name, value in real.items()}
    answer = truth(evaluate(source, seen))
    if not isinstance(answer, Unknown):
        assert answer == truth(evaluate(source, real))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("`false` && hidden", False),
        ("hidden && `false`", False),
        ("`true` || hidden", True),
        ("hidden || `true`", True),
        ("hidden && `true`", DENIED),
        ("!hidden", DENIED),
        ("hidden.any.field[0]", DENIED),
        ("hidden == `null`", DENIED),
        ("length(hidden)", DENIED),
        ("hidden[?ready] | [0]", DENIED),
        ("items[?hidden || ready].name", ["seen"]),
        ("items[?hidden].name", DENIED),
        ("is_unknown(hidden)", True),
    ],
)
def test_unknown_in_expressions(source: str, expected: Any) -> None:
    names = {"hidden": DENIED, "items": [{"name": "seen", "ready": True}, {"name": "x", "hidden": DENIED}]}
    assert evaluate(source, names) == expected


def test_testing_unknown_by_accident_fails_at_once() -> None:
    with pytest.raises(TypeError, match="no truth value"):
        bool(DENIED)


@pytest.mark.parametrize(
    "source", ["length(a)", "contains(a, 'x')", "starts_with(a, 'x')", "a < `1`", "sum(a)", "a.b.c[3].d"]
)
@pytest.mark.parametrize("value", [None, "text", 5, [], {}, [None], {"b": None}])
def test_data_of_an_unexpected_shape_raises_nothing(source: str, value: Any) -> None:
    evaluate(source, {"a": value})


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("pods[?status.phase == 'x'].name", {"pods"}),
        ("a.b || where(c, 'd', e.f)", {"a", "c", "e"}),
        ("{x: a, y: [b]} | x", {"a", "b"}),
        ("condition(@, 'Ready').status", set()),
        ("sort_by(items, &name)[0]", {"items"}),
    ],
)
def test_names_an_expression_looks_up(source: str, names: set[str]) -> None:
    assert Expression(source).names == names
