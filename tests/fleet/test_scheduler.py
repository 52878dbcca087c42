"""The same on a Dask cluster of this machine, whose workers are killed."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gkedoctor.errors import ExitCode, SourceError
from gkedoctor.fleet.diagnose_recording import DiagnosisInputs
from gkedoctor.fleet.model import Fleet, Recording
from gkedoctor.fleet.process_pool import here
from gkedoctor.fleet.run import gathered
from gkedoctor.fleet.scheduler import run_on_dask
from gkedoctor.playbook.library import Library, load_library
from tests.conftest import ROOT

from .conftest import Copies, Gkedoctor

dask = pytest.importorskip("dask")
distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A scheduler here, with two workers in processes that are started anew when they die; one death is enough."""
    quick = {"distributed.scheduler.allowed-failures": 0, "distributed.worker.daemon": True}
    with (
        dask.config.set(quick),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0",
            silence_logs="CRITICAL",
        ) as made,
    ):  # fmt: skip
        yield made


def recordings(folder: Path) -> list[Recording]:
    return [Recording(path.name, path.as_uri()) for path in sorted(folder.iterdir())]


def ignored(done: int, failures: int) -> None:
    pass


def undisturbed(some: list[Recording], kit: DiagnosisInputs) -> Fleet:
    return gathered(some, here(some, kit), ignored)


def killer(cluster: Any, deaths: int) -> Any:
    """Kills a worker after each of the first results."""

    def told(done: int, failures: int) -> None:
        if done <= deaths:
            pids = [nanny.pid for nanny in cluster.workers.values() if nanny.pid]
            with contextlib.suppress(ProcessLookupError):  # it is being started anew
                os.kill(pids[done % len(pids)], signal.SIGKILL)

    return told


def test_workers_that_are_killed_change_nothing(cluster: Any, copies: Copies, kit: DiagnosisInputs) -> None:
    some = recordings(copies(**{f"c{number:02}": "two-problems" for number in range(30)}, d="ing-healthy"))
    fleet = gathered(some, run_on_dask(cluster.scheduler_address, some, kit), killer(cluster, 4))
    assert fleet == undisturbed(some, kit)


class _Deadly(tuple[Any, ...]):
    """Rules that kill whoever asks them."""

    def __iter__(self) -> Iterator[Any]:
        os.kill(os.getpid(), signal.SIGKILL)
        return iter(())


def test_what_kills_every_worker_is_given_up(cluster: Any, copies: Copies) -> None:
    some = recordings(copies(a="two-problems"))
    fleet = gathered(
        some, run_on_dask(cluster.scheduler_address, some, DiagnosisInputs(Library(()), _Deadly())), ignored
    )
    assert [failed.message for failed in fleet.failed] == ["each of the 3 workers that tried was killed"]


def test_the_command_prints_what_it_prints_without_a_scheduler(
    gkedoctor: Gkedoctor, cluster: Any, copies: Copies
) -> None:
    url = copies(eu="two-problems", us="teratail-healthy").as_uri()
    remote = gkedoctor("fleet", url, "--scheduler", cluster.scheduler_address, "--json")
    assert remote.out == gkedoctor("fleet", url, "-j", 1, "--json").out
    assert remote.code == ExitCode.FOUND


def test_a_path_is_refused_for_workers_that_do_not_see_it(gkedoctor: Gkedoctor, copies: Copies) -> None:
    result = gkedoctor("fleet", copies(eu="two-problems"), "--scheduler", "tcp://127.0.0.1:1")
    assert (result.code, result.out) == (ExitCode.USAGE, "")
    assert "is a path on this machine" in result.err


def test_a_scheduler_that_does_not_answer_is_told(kit: DiagnosisInputs) -> None:
    results = run_on_dask("tcp://127.0.0.1:1", [Recording("x", "file:///x")], kit, patience=0.3)
    with pytest.raises(SourceError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:1"):
        next(results)


def test_a_scheduler_without_workers_is_told(kit: DiagnosisInputs) -> None:
    with distributed.LocalCluster(
        n_workers=0, host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs="CRITICAL"
    ) as empty:
        results = run_on_dask(empty.scheduler_address, [Recording("x", "file:///x")], kit, patience=0.3)
        with pytest.raises(SourceError, match="has no worker"):
            next(results)


def test_a_scheduler_without_the_extra_says_what_to_install(
    gkedoctor: Gkedoctor, copies: Copies, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    result = gkedoctor("fleet", copies(eu="two-problems").as_uri(), "--scheduler", "tcp://127.0.0.1:1")
    assert (result.code, result.out) == (ExitCode.USAGE, "")
    assert result.err.endswith("hint: pip install 'gkedoctor[fleet]'\n")


def test_a_cause_of_ones_own_reaches_the_workers(cluster: Any, tmp_path: Path) -> None:
    """An annotation that misspells it is told by the worker, which so knows the word."""
    own = ROOT / "examples" / "playbook-package" / "src" / "acme_playbooks"
    metadata = {"name": "cart", "namespace": "shop", "annotations": {"gkedoctor.dev/ignore": "acme/no-history"}}
    item = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": {"revisionHistoryLimit": 0}}
    item["status"] = {"observedGeneration": 1}
    (tmp_path / "eu.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": [item]}))
    some = [Recording("eu", (tmp_path / "eu.json").as_uri())]
    with_own = DiagnosisInputs(load_library([own], lambda note: None))
    fleet = gathered(some, run_on_dask(cluster.scheduler_address, some, with_own), ignored)
    assert [cause.cause for cause in fleet.causes] == ["acme/no-rollback-history"]
    assert any("unknown cause `acme/no-history`" in note for one in fleet.clusters for note in one.notes)
