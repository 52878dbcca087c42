"""The functions of playbooks."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gkedoctor.graph.core.cidr import in_cidr
from gkedoctor.playbook.expression import Expression
from gkedoctor.playbook.functions import Functions, signatures

NOON = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


def evaluate(source: str, **names: Any) -> Any:
    return Expression(source).evaluate(names, Functions(NOON))


def test_age_counts_from_the_clock_of_the_snapshot() -> None:
    assert evaluate("age(t)", t="2026-01-01T11:58:00Z") == 120
    assert evaluate("age(t)", t="not a time") is None
    assert evaluate("age(t)", t=None) is None


def test_condition_finds_the_entry_itself() -> None:
    ready = {"type": "Ready", "status": "False"}
    assert evaluate("condition(pod, 'Ready')", pod={"status": {"conditions": [{"type": "X"}, ready]}}) is ready


@pytest.mark.parametrize("regex", ["[0-9", "(", "a{99999999999}", "(?P<n", "*"])
def test_an_invalid_pattern_out_of_the_data_is_null(regex: str) -> None:
    for call in ("matches(m, r)", "capture(m, r)", "line(m, r)"):
        assert evaluate(call, m=["[0-9"], r=regex) is None


def test_matching_ignores_case_and_takes_lists() -> None:
    assert evaluate("matches(m, 'insufficient (cpu|memory)')", m="1 Insufficient CPU") is True
    assert evaluate("matches(m, 'refused')", m=["ok", "connection Refused"]) is True
    assert evaluate("matches(m, 'x')", m=None) is False
    assert evaluate("capture(m, '(?P<n>[0-9]+) pods').n", m=["none", "12 pods"]) == "12"


def test_where_sees_a_name_from_outside_the_list() -> None:
    assert evaluate("where(l, 'n', w)[0].v", l=[{"n": "a", "v": 1}, {"n": "b", "v": 2}], w="b") == 2


def test_ref_names_an_object_that_does_not_exist() -> None:
    assert evaluate("name(ref('Secret', 'shop', 'db'))") == "Secret db"
    assert evaluate("ref('Secret', 'shop', nothing)") is None


networks = st.builds(
    lambda i, p: ipaddress.ip_network((i, p), strict=False), st.integers(0, 2**32 - 1), st.integers(8, 32)
)


@given(networks, st.lists(networks, max_size=4))
def test_a_range_lies_in_another_if_all_its_addresses_do(inner: Any, outer: list[Any]) -> None:
    first, last = int(inner.network_address), int(inner.broadcast_address)
    expected = any(int(o.network_address) <= first and last <= int(o.broadcast_address) for o in outer)
    assert in_cidr(str(inner), [str(o) for o in outer]) == expected


@pytest.mark.parametrize("address", ["", "x", None, 5.5, "***HIDDEN***"])
def test_what_is_no_address_is_in_no_range(address: Any) -> None:
    assert not in_cidr(address, ["0.0.0.0/0"])


def test_every_function_says_what_it_does() -> None:
    ours = [n for n in vars(Functions) if n.startswith("_func_")]
    assert ours
    for name in ours:
        assert (getattr(Functions, name).__doc__ or "").startswith(name.removeprefix("_func_") + "(")
        assert name.removeprefix("_func_") in signatures()


@pytest.mark.parametrize(
    ("kind", "commands"),
    [
        ("StatefulSet", ["kubectl -n shop edit StatefulSet cart"]),
        ("Pod", ["kubectl -n shop get pod cart -o json > cart.json", "kubectl -n shop replace --force -f cart.json"]),
    ],
)
def test_a_bare_pod_is_made_anew_and_others_are_edited(kind: str, commands: list[str]) -> None:
    workload = {"kind": kind, "metadata": {"namespace": "shop", "name": "cart"}}
    assert evaluate("change(w)", w=workload) == commands


def test_a_job_is_made_anew_without_what_the_api_server_gave_it() -> None:
    save, replace = evaluate("change(w)", w={"kind": "Job", "metadata": {"namespace": "shop", "name": "import"}})
    assert ".spec.selector" in save
    assert "controller-uid" in save
    assert replace == "kubectl -n shop replace --force -f import.json"
    assert evaluate("change(w)", w=None) == []
