"""`gkedoctor path`: what it prints, and what it tells the shell."""

from __future__ import annotations

import json

import pytest

from gkedoctor import shipped
from gkedoctor.errors import ExitCode

from .conftest import Cluster, Gkedoctor

RECORDED = shipped.recorded_clusters()


def test_a_way_that_leads_through_exits_0(gkedoctor: Gkedoctor) -> None:
    result = gkedoctor("path", "Ingress/ing-healthy/app", "--from", RECORDED / "ing-healthy")
    assert (result.code, result.err) == (ExitCode.OK, "")
    assert all(line[:9] in ("OK       ", " " * 9) for line in result.out.splitlines())
    assert all(len(line) <= 80 for line in result.out.splitlines())


def test_a_way_that_ends_exits_1_and_says_where(gkedoctor: Gkedoctor) -> None:
    result = gkedoctor("path", "teratail.example", "--from", RECORDED / "ing-basic-auth")
    assert result.code == ExitCode.FOUND
    failing = [line for line in result.out.splitlines() if line.startswith("FAIL")]
    assert len(failing) == 1
    assert "HealthCheck" in failing[0]
    assert "expected 200, 0 of 2 endpoints HEALTHY" in " ".join(result.out.split()).replace("| ", "")


def test_the_namespace_may_be_told_as_to_kubectl(gkedoctor: Gkedoctor) -> None:
    result = gkedoctor("path", "Ingress/app", "-n", "ing-healthy", "--from", RECORDED / "ing-healthy")
    assert (result.code, result.err) == (ExitCode.OK, "")
    refused = gkedoctor("path", "Ingress/shop/app", "-n", "ing-healthy", "--from", RECORDED / "ing-healthy")
    assert refused.code == ExitCode.USAGE


def test_a_host_or_an_address_may_be_limited_to_a_namespace(gkedoctor: Gkedoctor) -> None:
    recording = ("--from", RECORDED / "ing-healthy")
    assert gkedoctor("path", "203.0.113.1", "-n", "ing-healthy", *recording).code == ExitCode.OK
    refused = gkedoctor("path", "203.0.113.1", "-n", "kube-system", *recording)
    assert refused.code == ExitCode.USAGE
    assert "no request to 203.0.113.1 enters through namespace kube-system" in refused.err
    assert "through: Ingress/ing-healthy/app" in refused.err


def test_a_report_on_an_address_or_a_host_is_one_on_what_serves_it(gkedoctor: Gkedoctor) -> None:
    recording = ("--from", RECORDED / "ing-basic-auth", "--json")
    for entry_point in ("teratail.example", "https://teratail.example/login"):
        served, named = (gkedoctor("report", target, *recording) for target in (entry_point, "ingress/teratail"))
        assert (served.code, json.loads(served.out)["diagnoses"]) == (1, json.loads(named.out)["diagnoses"])
    missing = gkedoctor("report", "nothere.example", *recording)
    assert missing.code == ExitCode.USAGE and "no object serves the host nothere.example" in missing.err


def test_what_was_not_collected_exits_4(gkedoctor: Gkedoctor, cluster: Cluster) -> None:
    path = cluster(deny=("Ingress",))
    result = gkedoctor("path", "Ingress/shop/web", "--from", path)
    assert (result.code, result.out) == (ExitCode.INCOMPLETE, "")
    assert "could not be checked" in result.err


def test_json_is_one_object(gkedoctor: Gkedoctor) -> None:
    result = gkedoctor("path", "203.0.113.3", "--json", "--from", RECORDED / "l4-healthy")
    found = json.loads(result.out)
    assert (found["schema"], found["state"], found["path"][0]["kind"]) == ("gkedoctor/path/v1", "OK", "Service")


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("Ingress/ing-healthy/ap", "did you mean `app`?"),
        ("pod/x", "there is: "),
        ("203.0.113.99", "did you mean `203.0.113.1`?"),
        ("lolcat/x", "kinds are named"),
    ],
)
def test_what_is_not_there_exits_2_with_a_hint(gkedoctor: Gkedoctor, asked: str, hint: str) -> None:
    result = gkedoctor("path", asked, "--from", RECORDED / "ing-healthy")
    assert (result.code, result.out) == (ExitCode.USAGE, "")
    assert hint in result.err


def test_the_report_shows_the_way(gkedoctor: Gkedoctor) -> None:
    result = gkedoctor("report", "--from", RECORDED / "teratail-ingress")
    assert "Request path: Ingress teratail-ingress/teratail: FAIL at HealthCheck" in result.out
    details = gkedoctor("report", "--from", RECORDED / "teratail-ingress", "--details")
    assert "    FAIL     |- HealthCheck k8s1-a92bb14e-teratail-ingress-sakura" in details.out
    entry = json.loads(gkedoctor("report", "--json", "--from", RECORDED / "teratail-ingress").out)["diagnoses"][0]
    assert entry["path"][0]["kind"] == "Ingress"
