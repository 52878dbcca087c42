"""A question about one front end costs what that front end has, however many there are in the project."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from benchmarks.narrow_google import CAREFUL, LIMIT, QUESTIONS

from gkedoctor.cli.app import run as gkedoctor
from tests.collect.compute_api import ComputeApi, error
from tests.collect.kube_api import KubeApi
from tests.collect.many_front_ends import many_front_ends, planes

ILL = "shop-5"


@pytest.fixture(scope="module")
def objects() -> dict[str, list[Any]]:
    """Twelve front ends, of which one has unhealthy endpoints."""
    made = many_front_ends(12)
    for item in made["compute.backendServicesHealth"]:
        for status in item["backends"][0]["healthStatus"] if ILL in item["name"] else ():
            status["healthState"] = "UNHEALTHY"
    return made


@pytest.fixture
def servers(objects: dict[str, list[Any]], monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[KubeApi, ComputeApi]]:
    of_kube, of_cloud = planes(objects)
    with KubeApi(of_kube) as kube, ComputeApi(of_cloud) as google:
        for name, url in google.environment.items():
            monkeypatch.setenv(name, url)
        yield kube, google


def arguments(kube: KubeApi, folder: Path) -> list[str]:
    return ["--project", "teratail-prod", "--kubeconfig", kube.kubeconfig(folder)]


@pytest.mark.parametrize(("what", "question"), QUESTIONS[::2])
def test_requests_of_one_front_end(
    servers: tuple[KubeApi, ComputeApi], tmp_path: Path, what: str, question: Any
) -> None:
    kube, google = servers
    assert gkedoctor([*question, *arguments(kube, tmp_path)]) == 0, what
    paths = [asked.path for asked in google.asked]
    assert sum(path.endswith("/getHealth") for path in paths) == 4  # three zones, and the default backend
    assert len(paths) <= CAREFUL * LIMIT and len(paths) == 12
    assert len(kube.asked) <= 60


def test_the_narrow_question_finds_what_the_whole_finds(
    servers: tuple[KubeApi, ComputeApi], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kube, google = servers
    found = []
    for question in (["report", "ingress/app", "-n", ILL], ["report"]):
        google.asked.clear()
        gkedoctor([*question, "--json", *arguments(kube, tmp_path)])
        told = json.loads(capsys.readouterr().out)
        mine = [d for d in told["diagnoses"] if d["root"].get("namespace") == ILL or ILL in str(d["explains"])]
        found.append([(d["cause"], d["root"], d["title"]) for d in mine])
    assert found[0] == found[1] and found[0]
    assert not [asked for asked in google.asked if asked.path.endswith("listNetworkEndpoints")]


def test_what_is_not_granted_stays_unknown(
    servers: tuple[KubeApi, ComputeApi], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kube, google = servers
    message = "Required 'compute.backendServices.list' permission for 'projects/teratail-prod'"
    google.fault = lambda asked: error(403, message) if asked.path.endswith("/backendServices") else None
    assert gkedoctor(["report", "ingress/app", "-n", "shop-3", "--json", *arguments(kube, tmp_path)]) == 4
    told = json.loads(capsys.readouterr().out)
    denied = {entry["collection"]: entry["needs"] for entry in told["not_checked"]}
    assert denied["compute.backendServices"] == "compute.backendServices.list"
