"""Hosts of rules: an Ingress, an HTTPRoute and a URL map each read `*` in a way of their own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gkedoctor.graph.core.hostnames import (
    hostnames_intersect,
    ingress_host_matches,
    route_host_matches,
    url_map_host_matches,
)

LABEL = st.text("abc0-", min_size=1, max_size=4)
HOST = st.lists(LABEL, min_size=1, max_size=4).map(".".join)
PATTERN = st.one_of(HOST, HOST.map("*.{}".format))


@pytest.mark.parametrize(
    ("pattern", "host", "ingress", "route", "url_map"),
    [
        ("shop.example", "shop.example", True, True, True),
        ("Shop.Example", "shop.EXAMPLE", True, True, True),
        ("*.shop.example", "a.shop.example", True, True, True),
        ("*.shop.example", "a.b.shop.example", False, True, True),
        ("*.shop.example", "shop.example", False, False, False),
        ("*.shop.example", "shopXexample", False, False, False),
        ("*.shop.example", "ashop.example", False, False, False),
        ("*-api.example", "v1-api.example", False, False, True),
        ("*", "shop.example", False, False, True),
        ("*", "localhost", False, False, True),
        ("shop.example:8080", "shop.example", False, False, True),
        ("shop.[a-z]xample", "shop.example", False, False, False),
        ("", "shop.example", False, False, False),
    ],
)
def test_each_kind_of_rule_reads_a_host_its_own_way(
    pattern: str, host: str, ingress: bool, route: bool, url_map: bool
) -> None:
    assert ingress_host_matches(pattern, host) is ingress
    assert route_host_matches(pattern, host) is route
    assert url_map_host_matches(pattern, host) is url_map


@given(PATTERN, HOST)
def test_what_an_ingress_takes_a_route_takes_and_what_a_route_takes_a_url_map_takes(pattern: str, host: str) -> None:
    assert (
        ingress_host_matches(pattern, host) <= route_host_matches(pattern, host) <= url_map_host_matches(pattern, host)
    )


@given(PATTERN, PATTERN, HOST)
def test_hostnames_that_take_one_host_intersect(one: str, other: str, host: str) -> None:
    assert hostnames_intersect(one, other) is hostnames_intersect(other, one)
    if route_host_matches(one, host) and route_host_matches(other, host):
        assert hostnames_intersect(one, other)


@pytest.mark.parametrize(
    ("listener", "route", "met"),
    [
        ("test.example.com", "*.example.com", True),
        ("*.example.com", "foo.test.example.com", True),
        ("*.example.com", "example.com", False),
        ("*.example.com", "*.test.example.com", True),
        ("*.example.com", "*.example.net", False),
        ("*.a.example", "*.ba.example", False),
    ],
)
def test_hostnames_of_listener_and_route_intersect_as_the_spec_says(listener: str, route: str, met: bool) -> None:
    assert hostnames_intersect(listener, route) is met
