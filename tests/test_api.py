"""The Python API: its examples are run, and it takes what the command takes."""

from __future__ import annotations

import doctest
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

import gkedoctor
from gkedoctor import api
from gkedoctor.errors import PlaybookError, SourceError, UsageError
from gkedoctor.report.formats import names

from .collect.kube_api import KubeApi
from .conftest import PLAYBOOKS, RECORDINGS, ROOT, recorded
from .lint.running import lint


def test_the_examples_hold() -> None:
    result = doctest.testmod(api)
    assert result.attempted >= 12
    assert result.failed == 0


@pytest.mark.parametrize("form", names())
def test_every_format_is_rendered(form: str) -> None:
    assert api.render(api.diagnose(api.load(RECORDINGS / "two-problems")), form).strip()


def test_lint_says_the_same_as_the_command(tmp_path: Path) -> None:
    (tmp_path / "cart.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: cart}\nspec:\n  serviceAccountName: cart\n"
        "  containers: [{name: web, image: cart, envFrom: [{secretRef: {name: cart-db}}]}]\n---\nkind: A\nkind: B\n"
    )
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    found = api.lint(tmp_path, complete=True, now=moment)
    assert [problem.line for problem in found.problems] == [9]
    told = api.render(found.outcome, "json", problems=found.problems)
    assert told == lint(tmp_path, "--complete", "-o", "json", "--now", "2026-11-22T00:00:00Z").out


def test_lint_over_a_recording_takes_its_clock(tmp_path: Path) -> None:
    cluster = api.load(RECORDINGS / "two-problems")
    (tmp_path / "a.yaml").write_text("apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n")
    assert api.lint(str(tmp_path), cluster=cluster).outcome.recorded_at == cluster.clock


def test_a_path_may_be_text() -> None:
    assert api.load(str(RECORDINGS / "two-problems")) is not None


def test_errors_are_those_of_gkedoctor() -> None:
    with pytest.raises(SourceError):
        api.load("no/such/file")
    with pytest.raises(UsageError) as caught:
        api.render(api.diagnose(api.load(RECORDINGS / "two-problems")), "sarfi")
    assert caught.value.hint == "did you mean `sarif`?"


def test_further_playbooks_are_checked(tmp_path: Path) -> None:
    (tmp_path / "GKE-CFG-001.yaml").write_text((PLAYBOOKS / "config" / "configuration-missing.yaml").read_text())
    with pytest.raises(PlaybookError, match="is also in"):
        api.diagnose(api.load(RECORDINGS / "two-problems"), [tmp_path])


def test_a_live_cluster_is_diagnosed_like_its_recording(tmp_path: Path) -> None:
    with KubeApi.of(recorded("db-host")) as server:
        live = api.collect(kubeconfig=server.kubeconfig(tmp_path), google_cloud=False)
    known = api.diagnose(api.load(RECORDINGS / "db-host"))
    assert [found.fingerprint for found in api.diagnose(live).diagnoses] == [d.fingerprint for d in known.diagnoses]


def test_types_are_published() -> None:
    assert (Path(gkedoctor.__file__).parent / "py.typed").is_file()
    assert all("return" in getattr(api, name).__annotations__ for name in api.__all__ if name[0].islower())


def test_it_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gkedoctor", "--version"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout == f"gkedoctor {gkedoctor.__version__}\n"
