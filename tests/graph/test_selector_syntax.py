"""Label selectors as text: one grammar for `-l`, for queries of `serve` and for what kubectl takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gkedoctor.graph.core.selector_syntax import SelectorError, parse_label_selector, selects


@pytest.mark.parametrize(
    ("text", "labels", "expected"),
    [
        ("", {}, True),
        (" ", None, True),
        ("a=1", {"a": "1"}, True),
        ("app=cart", {"app": "cart"}, True),
        ("app==cart", {"app": "cart"}, True),
        ("app!=cart", {"app": "cart"}, False),
        ("app!=cart", {}, True),
        ("a==1,b!=2", {"a": "1", "b": "3"}, True),
        ("env in (prod, live),app", {"env": "live", "app": ""}, True),
        ("env in(prod)", {"env": "prod"}, True),
        ("env  notin ( prod )", {"env": "prod"}, False),
        ("env notin (prod)", {}, True),
        ("env in (prod,)", {"env": ""}, True),
        ("a in (1,2),b", {"a": "2"}, False),
        ("!old", {"old": "yes"}, False),
        ("!old", None, True),
        ("! a", {"a": ""}, False),
        ("a>1", {"a": "2"}, True),
        ("a < 1", {"a": "2"}, False),
        ("app.kubernetes.io/name=cart", {"app.kubernetes.io/name": "cart"}, True),
        ("app=", {"app": ""}, True),
        ("app=,tier", {"app": "", "tier": "x"}, True),
        ("in=notin", {"in": "notin"}, True),
    ],
)
def test_a_selector_means_what_it_means_to_kubectl(text: str, labels: dict[str, str] | None, expected: bool) -> None:
    assert selects(parse_label_selector(text), labels) is expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("=x", "found '=', expected: identifier"),
        ("app=cart,", "found '', expected: identifier after ','"),
        ("app in cart", "found 'cart', expected: '('"),
        ("a in", "found '', expected: '('"),
        ("a in (", "found '', expected: ',' or ')'"),
        ("a in (b", "found '', expected: ',' or ')'"),
        ("a in ()", "for 'in', 'notin' operators, values set can't be empty"),
        ("a=b=c", "found '=', expected: ',' or 'end of string'"),
        ("a===b", "found '=', expected: identifier"),
        ("(a)", "found '(', expected: identifier"),
        ("a b", "found 'b', expected: in, notin, =, ==, !=, gt, lt"),
        ("a,=b", "found '=', expected: identifier after ','"),
        ("a)b", "found ')', expected: in, notin, =, ==, !=, gt, lt"),
        ("!", "found '', expected: identifier"),
        ("!a=b", "found '=', expected: ',' or 'end of string'"),
        ("a>b", "for 'Gt', 'Lt' operators, the value must be an integer"),
        ("a=b*", "invalid label value 'b*'"),
        ("-a=b", "invalid label key '-a'"),
        (f"{'a' * 64}=b", f"invalid label key '{'a' * 64}'"),
    ],
)
def test_what_is_no_selector_is_refused_in_the_words_of_the_api_server(text: str, why: str) -> None:
    with pytest.raises(SelectorError, match="not a label selector") as caught:
        parse_label_selector(text)
    assert caught.value.why == why


NAME = st.from_regex(r"[a-z0-9]([a-z0-9_.-]{0,6}[a-z0-9])?", fullmatch=True)
VALUES = st.lists(NAME, min_size=1, max_size=3)
REQUIREMENT = st.one_of(
    st.builds(lambda k: {"key": k, "operator": "Exists"}, NAME),
    st.builds(lambda k: {"key": k, "operator": "DoesNotExist"}, NAME),
    st.builds(lambda k, o, v: {"key": k, "operator": o, "values": v}, NAME, st.sampled_from(["In", "NotIn"]), VALUES),
    st.builds(
        lambda k, o, n: {"key": k, "operator": o, "values": [str(n)]},
        NAME, st.sampled_from(["Gt", "Lt"]), st.integers(0, 99),
    ),
)  # fmt: skip
SIGNS = {"In": "in", "NotIn": "notin", "Gt": ">", "Lt": "<"}


def written(requirement: Mapping[str, Any]) -> str:
    key, operator, values = requirement["key"], requirement["operator"], requirement.get("values")
    if values is None:
        return str(key if operator == "Exists" else f"!{key}")
    return f"{key} {SIGNS[operator]} {values[0] if operator in ('Gt', 'Lt') else '(' + ', '.join(values) + ')'}"


@given(st.lists(REQUIREMENT, max_size=4))
def test_what_is_written_is_read_back(requirements: list[dict[str, Any]]) -> None:
    assert list(parse_label_selector(",".join(map(written, requirements)))) == requirements


@given(st.text("ab=!<>(), in1", max_size=14))
def test_any_text_is_a_selector_or_an_error(text: str) -> None:
    try:
        parse_label_selector(text)
    except SelectorError as error:
        assert error.why and error.hint
