"""`lint --with-cluster`: the same answer as over a recording, with only what reads, and nothing called missing that was
not seen."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gkedoctor.serve.kubeconfig import kubeconfig, write_kubeconfig
from tests.collect.kube_api import KubeApi, forbidden
from tests.collect.loopback import Asked, Reply
from tests.conftest import RECORDINGS, recorded
from tests.lint.running import Ran, lint
from tests.serve.conftest import served

NAME = "teratail-healthy"
WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: teratail-healthy}
spec:
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: web
          envFrom:
            - secretRef: {name: SECRET}
"""
HELD = next(s["metadata"]["name"] for s in recorded(NAME).collection("secrets").objects)


@pytest.fixture
def api() -> Iterator[KubeApi]:
    with KubeApi.of(recorded(NAME)) as server:
        yield server


def over(api: KubeApi, folder: Path, secret: str, *arguments: str) -> Ran:
    """A run on a Deployment that reads a Secret, over the cluster behind an API."""
    (folder / "web.yaml").write_text(WEB.replace("SECRET", secret))
    flags = ["--with-cluster", "--no-gcp", "--kubeconfig", api.kubeconfig(folder), "-o", "json"]
    return lint(folder / "web.yaml", *flags, *arguments)


def test_a_secret_of_the_cluster_satisfies_and_one_that_is_nowhere_is_missing(api: KubeApi, tmp_path: Path) -> None:
    there, nowhere = over(api, tmp_path, HELD), over(api, tmp_path, "nowhere")
    assert (there.code, there.causes) == (0, [])
    assert (nowhere.code, nowhere.causes) == (1, [("high", "missing-secret")])
    assert nowhere.report["diagnoses"][0]["confidence"] == "certain"


def test_it_is_the_answer_over_a_recording_but_for_where_it_comes_from(api: KubeApi, tmp_path: Path) -> None:
    live = over(api, tmp_path, "nowhere").report
    known = lint(tmp_path / "web.yaml", "--from", str(RECORDINGS / NAME), "-o", "json").report
    assert live.pop("snapshot")["live"] is True
    assert known.pop("snapshot")["live"] is False
    assert json.dumps(live) == json.dumps(known)


def test_over_a_served_recording_it_is_the_same_again(tmp_path: Path) -> None:
    snapshot = recorded(NAME)
    (tmp_path / "web.yaml").write_text(WEB.replace("SECRET", "nowhere"))
    with served(snapshot) as server:
        config, cluster = tmp_path / "kubeconfig", server.api.recorded
        write_kubeconfig(kubeconfig(f"{server.url}/{cluster.identity}", cluster.name, cluster.moment), config)
        context = f"{cluster.name}-RECORDED"
        flags = ["--with-cluster", "--no-gcp", "--kubeconfig", str(config), "--context", context, "-o", "json"]
        live = lint(tmp_path / "web.yaml", *flags).report
    known = lint(tmp_path / "web.yaml", "--from", str(RECORDINGS / NAME), "-o", "json").report
    assert live["diagnoses"] == known["diagnoses"]


def test_a_denied_listing_is_advice_and_never_missing(api: KubeApi, tmp_path: Path) -> None:
    api.fault = lambda asked: forbidden("secrets") if asked.path.endswith("/secrets") else None
    ran = over(api, tmp_path, "nowhere")
    assert ran.causes == [("advisory", "missing-secret")]
    assert "does not exist" not in ran.report["diagnoses"][0]["title"]
    assert [(hole["collection"], hole["reason"]) for hole in ran.report["not_checked"]] == [("secrets", "denied")]
    assert ran.code == 4


def test_a_denied_listing_that_nothing_asks_for_is_not_spoken_of(api: KubeApi, tmp_path: Path) -> None:
    api.fault = lambda asked: forbidden("configmaps") if asked.path.endswith("/configmaps") else None
    ran = over(api, tmp_path, HELD)
    assert (ran.code, ran.report["not_checked"]) == (0, [])


def test_rights_in_the_namespace_of_the_files_are_enough(api: KubeApi, tmp_path: Path) -> None:
    api.fault = _only_in_namespaces
    there, nowhere = over(api, tmp_path, HELD), over(api, tmp_path, "nowhere")
    assert (there.code, there.causes) == (0, [])
    assert (nowhere.code, nowhere.causes) == (1, [("high", "missing-secret")])


def _only_in_namespaces(asked: Asked) -> Reply | None:
    whole = re.fullmatch(r"/(?:api/v1|apis/[^/]+/[^/]+)/(?P<plural>[a-z]+)", asked.path)
    return forbidden(whole["plural"]) if whole else None


def test_only_what_reads_leaves_the_program(api: KubeApi, tmp_path: Path) -> None:
    over(api, tmp_path, HELD)
    assert {asked.method for asked in api.asked} == {"GET"}
    assert not [asked for asked in api.asked if asked.path.endswith("/log")]


@pytest.mark.parametrize("flags", [["--context", "x"], ["--no-gcp"]])
def test_flags_of_a_cluster_without_one_are_refused(tmp_path: Path, flags: list[str]) -> None:
    ran = lint(tmp_path, *flags)
    assert ran.code == 2
    assert "is for a live cluster" in ran.err
