"""Uptime checks: which entrance they look at, what of it they ask for, and who hears of them."""

from __future__ import annotations

from typing import Any

import pytest

from gkedoctor.diagnose.cases import Case, Given, given_snapshot, load_cases
from gkedoctor.diagnose.engine import diagnose
from gkedoctor.graph import Graph, Unknown
from gkedoctor.graph.frontends.frontend import frontends
from gkedoctor.graph.frontends.routing import paths_for, serves, takes_path
from gkedoctor.snapshot.model import Snapshot
from tests.conftest import PLAYBOOKS, recorded, shipped_playbooks
from tests.diagnose.toys import snapshot

CASES = [
    pytest.param(case, id=f"{name}: {case.name}")
    for name in ("uptime-check-missing", "uptime-check-misconfigured")
    for case in load_cases(PLAYBOOKS / "monitoring" / f"{name}.test.yaml").cases
]


@pytest.mark.parametrize("case", CASES)
def test_a_case_brings_this_advice_and_no_other(case: Case) -> None:
    """`expect` of a case leaves other advice open; here it does not."""
    outcome = diagnose(given_snapshot(case.given, recorded), shipped_playbooks())
    found = {(d.cause, str(d.root)) for d in outcome.diagnoses if d.playbook.startswith("GKE-MON")}
    wanted = {(e.cause, e.root) for e in case.expect}
    assert found == wanted
    assert all(d.fix.commands and "None" not in "".join(d.fix.commands) for d in outcome.diagnoses)


def ingress(*rules: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {
        "kind": "Ingress", "metadata": {"name": "shop", "namespace": "shop"} | metadata, "spec": {"rules": list(rules)},
        "status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.9"}]}},
    }  # fmt: skip


def rule(host: str | None, *paths: tuple[str, str]) -> dict[str, Any]:
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    entries = [{"path": path, "pathType": kind, "backend": backend} for path, kind in paths]
    return ({"host": host} if host else {}) | {"http": {"paths": entries}}


@pytest.mark.parametrize(
    ("own", "kind", "taken", "left"),
    [
        ("/*", "ImplementationSpecific", ["/", "/a/b"], []),
        ("/shop/*", "ImplementationSpecific", ["/shop", "/shop/", "/shop/a"], ["/", "/shopping"]),
        ("/shop", "ImplementationSpecific", ["/shop"], ["/shop/", "/shop/a", "/"]),
        ("/shop", "Prefix", ["/shop", "/shop/", "/shop/a"], ["/shopping", "/"]),
        ("/", "Prefix", ["/", "/a"], []),
        ("/up", "Exact", ["/up"], ["/up/", "/upper"]),
    ],
)
def test_a_path_is_taken_as_the_controller_takes_it(own: str, kind: str, taken: list[str], left: list[str]) -> None:
    (found,) = frontends(Graph(snapshot(ingress(rule("a.example", (own, kind))))))
    assert [takes_path(found, "a.example", path) for path in taken] == [True] * len(taken)
    assert [takes_path(found, "a.example", path) for path in left] == [False] * len(left)


def test_a_pattern_of_another_controller_is_not_judged() -> None:
    made = ingress(rule("a.example", ("/api(/|$)(.*)", "ImplementationSpecific")))
    (found,) = frontends(Graph(snapshot(made)))
    assert takes_path(found, "a.example", "/x") is None


def test_the_most_exact_rules_decide_for_a_host() -> None:
    made = ingress(rule("a.example", ("/a", "Exact")), rule("*.example", ("/w", "Exact")), rule(None, ("/n", "Exact")))
    (found,) = frontends(Graph(snapshot(made)))
    assert [paths_for(found, host) for host in ("a.example", "b.example", "x.y")] == [["/a"], ["/w"], ["/n"]]
    assert serves(found, "b.example") and not serves(found, "x.y") and found["anyHost"]


@pytest.mark.parametrize(("name", "served"), [("gce", True), ("nginx", False)])
def test_gke_reads_a_wildcard_as_a_url_map_does_and_others_as_one_label(name: str, served: bool) -> None:
    made = ingress(rule("*.example", ("/", "Prefix")), annotations={"kubernetes.io/ingress.class": name})
    (found,) = frontends(Graph(snapshot(made)))
    assert serves(found, "a.example") and serves(found, "a.b.example") is served


def alerts(text: str, part: str = "conditionThreshold", field: str = "filter") -> bool:
    name = "projects/p/uptimeCheckConfigs/safe-1"
    resource = {"type": "uptime_url", "labels": {"host": "safe.example"}}
    policy = {"kind": "AlertPolicy", "name": "projects/p/alertPolicies/1", "conditions": [{part: {field: text}}]}
    graph = Graph(given_snapshot_of({"kind": "UptimeCheckConfig", "name": name, "monitoredResource": resource}, policy))
    (check,) = graph.all("UptimeCheckConfig")
    found = graph.follow("alert_policies", check)
    assert not isinstance(found, Unknown)
    return bool(found)


def given_snapshot_of(*objects: dict[str, Any]) -> Snapshot:
    return given_snapshot(Given(objects=objects), recorded)


PASSED = 'metric.type="monitoring.googleapis.com/uptime_check/check_passed"'


@pytest.mark.parametrize(
    ("text", "part", "field", "met"),
    [
        (f'{PASSED} AND metric.label.check_id="safe-1"', "conditionThreshold", "filter", True),
        (f'{PASSED} AND metric.label.check_id="other-1"', "conditionThreshold", "filter", False),
        (f'{PASSED} AND resource.type="uptime_url"', "conditionAbsent", "filter", True),
        (f'{PASSED} AND metric.check_id=monitoring.regex.full_match("s.*")', "conditionThreshold", "filter", True),
        (f'{PASSED} AND resource.label.host="other.example"', "conditionThreshold", "filter", False),
        (f'{PASSED} AND resource.label.host="safe.example"', "conditionThreshold", "filter", True),
        ('metric.type="kubernetes.io/container/restart_count"', "conditionThreshold", "filter", False),
        ("fetch uptime_url | metric 'x/uptime_check/check_passed' | filter metric.check_id == 'safe-1'",
         "conditionMonitoringQueryLanguage", "query", True),
        ('monitoring_googleapis_com:uptime_check_check_passed{check_id="other-1"} < 1',
         "conditionPrometheusQueryLanguage", "query", False),
        ('monitoring_googleapis_com:uptime_check_check_passed{check_id=~"safe.*"} < 1',
         "conditionPrometheusQueryLanguage", "query", True),
    ],
)  # fmt: skip
def test_a_policy_looks_at_the_checks_that_its_condition_takes_in(text: str, part: str, field: str, met: bool) -> None:
    assert alerts(text, part, field) is met
