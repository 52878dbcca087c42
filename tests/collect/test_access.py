"""`access`: what is missing and what it costs, and roles that are in step with what the collectors send."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from gkedoctor.cli.app import run as gkedoctor
from gkedoctor.cli.commands.access import role_yaml
from gkedoctor.collect.collector import CollectRequest, collect
from gkedoctor.collect.compute import LISTS
from gkedoctor.collect.deadline import Deadline
from gkedoctor.collect.kubeconfig import Login
from gkedoctor.collect.logs import ContainerRun
from gkedoctor.collect.permissions import cluster_role, google_permissions, role
from gkedoctor.playbook.required_kinds import needed_kinds
from tests.collect.kube_api import KubeApi
from tests.collect.loopback import Asked as Sent
from tests.conftest import ROOT, shipped_playbooks

KINDS = needed_kinds(shipped_playbooks())
_SENT = re.compile(r"/(?:api|apis/([^/]+))/[^/]+(?:/namespaces/[^/]+)?/(?:(\w+)|pods/[^/]+/(log))")


def granted(made: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {
        (group, resource, verb)
        for rule in made["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def used(asked: list[Sent]) -> set[tuple[str, str, str]]:
    """The rights that requests take, by their paths."""
    found = set()
    for sent in asked:
        if match := _SENT.fullmatch(sent.path):
            log = match[3] is not None
            found.add((match[1] or "", "pods/log" if log else match[2], "get" if log else "list"))
    return found


def test_the_cluster_role_is_what_the_collectors_use(tmp_path: Path) -> None:
    with KubeApi({"pods": [{"metadata": {"name": "p", "namespace": "n"}}]}) as api:
        api.operators = True
        runs = [ContainerRun("n", "p", "c", False)]
        asked = CollectRequest(
            Login(api.kubeconfig(tmp_path)), KINDS, Deadline(), select_logs=lambda _clock, _pods: runs
        )
        collect(asked, lambda _said: None)
        assert used(api.asked) == granted(cluster_role(KINDS))


def test_the_namespaced_role_is_what_the_collectors_use_in_a_namespace(tmp_path: Path) -> None:
    namespaced = [kind for kind in KINDS if kind.namespaced]
    with KubeApi({"pods": [{"metadata": {"name": "p", "namespace": "n"}}]}) as api:
        api.operators = True
        runs = [ContainerRun("n", "p", "c", True)]
        login = Login(api.kubeconfig(tmp_path))
        collect(
            CollectRequest(login, namespaced, select_logs=lambda _clock, _pods: runs, only=("n",)), lambda _said: None
        )
        assert used(api.asked) == granted(role(KINDS, "n"))


def test_roles_only_read() -> None:
    assert {verb for _, _, verb in granted(cluster_role(KINDS))} == {"get", "list"}
    assert all(name.rpartition(".")[2] in ("get", "list") for name in google_permissions(KINDS))


def test_the_google_role_names_a_permission_for_each_list() -> None:
    listed = {kind.collection for kind in KINDS if kind.cloud and kind.collection in LISTS}
    have = set(google_permissions(KINDS))
    assert all(f"{name}.list" in have or name == "compute.projects" for name in listed)
    assert {"compute.backendServices.get", "compute.networkEndpointGroups.get", "container.clusters.list"} <= have


@pytest.mark.parametrize("which", ["cluster", "namespace", "gcp"])
def test_the_roles_in_the_repository_are_those_of_today(which: str) -> None:
    text = (ROOT / "manifests" / f"{which}-role.yaml").read_text()
    assert text == role_yaml(which, KINDS, "default"), (
        f"gkedoctor access --print-role {which} > manifests/{which}-role.yaml"
    )
    assert yaml.safe_load(text)


def test_what_is_missing_is_named_with_the_playbooks_that_need_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with KubeApi({}) as api:
        api.may = {"secrets": False, "pods/log": False}
        code = gkedoctor(["access", "--kubeconfig", api.kubeconfig(tmp_path), "--no-gcp"])
        assert all("selfsubjectaccessreviews" in a.path for a in api.asked if a.method == "POST")
        assert all(a.method in ("GET", "POST") for a in api.asked)
    out = capsys.readouterr().out
    assert code == 4
    assert "  missing  list secrets\n" in out and "  missing  get pods/log\n" in out
    assert "  GKE-CFG-001  " in out and "needs secrets" in out
    assert "Without logs, crashes are explained only by exit codes" in out


def test_nothing_missing_is_exit_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with KubeApi({}) as api:
        assert gkedoctor(["access", "-n", "shop", "--kubeconfig", api.kubeconfig(tmp_path), "--no-gcp"]) == 0
    out = capsys.readouterr().out
    assert "permissions in namespace shop" in out and out.endswith("All required permissions are granted.\n")
