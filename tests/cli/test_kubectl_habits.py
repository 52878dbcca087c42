"""What people type who know kubectl: kinds and names in two words, names alone, pasted URLs, examples by name."""

from __future__ import annotations

import json

import pytest

from gkedoctor.cli.kubectl import completions
from gkedoctor.errors import ExitCode
from tests.conftest import RECORDINGS as RECORDED

from .conftest import Gkedoctor

TWO = "example:two-problems"


def test_kind_and_name_are_two_words_or_one(gkedoctor: Gkedoctor) -> None:
    assert gkedoctor("report", "deploy", "alpha", "--from", TWO) == gkedoctor("report", "deploy/alpha", "--from", TWO)
    assert "only one object" in gkedoctor("report", "deploy", "alpha", "beta", "--from", TWO).err


def test_a_name_that_one_object_has_is_enough(gkedoctor: Gkedoctor) -> None:
    result = gkedoctor("report", "alpha-76bfd4dfcc-d9qkh", "--from", TWO)
    assert result.code == ExitCode.FOUND
    assert "alpha-keys" in result.out


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("alpha", "name one of them: svc/alpha -n two-problems, deploy/alpha -n two-problems"),
        ("alpah", "did you mean `alpha`?"),
        ("deployments", "`deployments` is a kind; name an object: deployments/alpha, deployments/beta"),
        ("deploy/foo", "there is: alpha, beta"),
        ("foos/x", "kinds are named as in kubectl"),
    ],
)
def test_what_names_no_object_lists_the_candidates(gkedoctor: Gkedoctor, asked: str, hint: str) -> None:
    result = gkedoctor("report", asked, "--from", TWO)
    assert (result.code, result.out) == (ExitCode.USAGE, "")
    assert hint in result.err


def test_a_path_starts_at_a_url_as_a_browser_shows_it(gkedoctor: Gkedoctor) -> None:
    recording = RECORDED / "ing-healthy"
    host = "teratail.example"
    by_host = gkedoctor("path", host, "--from", recording)
    assert gkedoctor("path", f"https://{host}/foo?x=1", "--from", recording).out == by_host.out


def test_a_path_passes_a_pod_a_route_and_a_backend_service(gkedoctor: Gkedoctor) -> None:
    pods = json.loads((RECORDED / "ing-healthy" / "kubernetes" / "pods.json").read_text(encoding="utf-8"))
    pod = next(p["metadata"]["name"] for p in pods if p["metadata"]["namespace"] == "ing-healthy")
    found = json.loads(gkedoctor("path", f"Pod/{pod}", "--json", "--from", RECORDED / "ing-healthy").out)
    assert found["path"]
    cloud = RECORDED / "ing-healthy" / "google"
    names = [path for path in cloud.rglob("*backendServices*") if "Health" not in path.name] if cloud.is_dir() else []
    for service in json.loads(names[0].read_text(encoding="utf-8"))[:1] if names else ():
        asked = f"BackendService/{service['name']}"
        assert json.loads(gkedoctor("path", asked, "--json", "--from", RECORDED / "ing-healthy").out)["path"]
    routes = json.loads((RECORDED / "gateway-healthy" / "kubernetes" / "httproutes.json").read_text(encoding="utf-8"))
    route = routes[0]["metadata"]
    asked = f"HTTPRoute/{route['namespace']}/{route['name']}"
    found = json.loads(gkedoctor("path", asked, "--json", "--from", RECORDED / "gateway-healthy").out)
    assert found["path"][0]["kind"] == "Gateway"


def test_examples_are_listed_and_suggested(gkedoctor: Gkedoctor) -> None:
    listed = gkedoctor("report", "--from", "example:")
    assert listed.code == ExitCode.OK
    assert f"{TWO}\n" in listed.out
    assert "did you mean `example:two-problems`?" in gkedoctor("report", "--from", "example:two-problem").err


def test_the_demo_ends_with_what_to_try_next(gkedoctor: Gkedoctor) -> None:
    result = gkedoctor("demo")
    assert result.code == ExitCode.OK
    assert "missing-secret" in result.out
    assert "gkedoctor diagnose " in result.err.splitlines()[-1]
    assert "did you mean" in gkedoctor("demo", "two-problem").err


def test_playbooks_show_falls_through_to_a_cause(gkedoctor: Gkedoctor) -> None:
    assert gkedoctor("playbooks", "show", "missing-secret").out == gkedoctor("explain", "missing-secret").out


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["report", "-o", "ht"], "html"),
        (["report", "--from", TWO, "-n", "two"], "two-problems"),
        (["report", "--from", TWO, "deploy/al"], "deploy/alpha"),
        (["report", "dep"], "deploy/"),
        (["report", "--from", "example:two"], TWO),
        (["playbooks", "show", "GKE-CFG-00"], "GKE-CFG-001"),
        (["diagnose", "--theme", "textual-l"], "textual-light"),
        (["demo", "two"], "two-problems"),
    ],
)
def test_a_shell_completes(arguments: list[str], word: str) -> None:
    *words, _ = completions(arguments)
    assert word in [line.split("\t")[0] for line in words]


def test_contexts_of_the_kubeconfig_are_completed(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "config"
    file.write_text("contexts: [{name: gke_p_z_shop}, {name: kind}]", encoding="utf-8")
    monkeypatch.setenv("KUBECONFIG", str(file))
    assert next(iter(completions(["report", "--context", "gke"]))) == "gke_p_z_shop"
