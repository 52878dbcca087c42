"""Processes that diagnose, die and are replaced."""

from __future__ import annotations

from pathlib import Path

from gkedoctor.fleet.diagnose_recording import DiagnosisInputs
from gkedoctor.fleet.model import Failed, Fleet, Recording
from gkedoctor.fleet.process_pool import TRIES, here, run_in_processes
from gkedoctor.fleet.run import gathered

from .conftest import Copies
from .deadly import deadly


def ignored(done: int, failures: int) -> None:
    pass


def recordings(folder: Path) -> list[Recording]:
    return [Recording(path.name, str(path)) for path in sorted(folder.iterdir())]


def undisturbed(some: list[Recording], kit: DiagnosisInputs) -> Fleet:
    return gathered(some, here(some, kit), ignored)


def test_processes_find_what_one_process_finds(copies: Copies, kit: DiagnosisInputs) -> None:
    some = recordings(copies(a="two-problems", b="teratail-healthy", c="two-problems", d="image-dns"))
    assert gathered(some, run_in_processes(some, kit, 3), ignored) == undisturbed(some, kit)


def test_a_killed_worker_costs_a_second_try_and_nothing_else(
    copies: Copies, kit: DiagnosisInputs, tmp_path: Path
) -> None:
    some = recordings(copies(a="two-problems", b="teratail-healthy", c="image-dns"))
    marked = [deadly(some[0].name, Path(some[0].at), 1, tmp_path / "tokens"), *some[1:]]
    assert gathered(some, run_in_processes(marked, kit, 2), ignored) == undisturbed(some, kit)
    assert not list((tmp_path / "tokens").iterdir())


def test_what_kills_every_worker_is_given_up_and_the_rest_is_diagnosed(
    copies: Copies, kit: DiagnosisInputs, tmp_path: Path
) -> None:
    some = recordings(copies(a="two-problems", b="teratail-healthy", c="image-dns"))
    marked = [some[0], deadly(some[1].name, Path(some[1].at), TRIES + 5, tmp_path / "tokens"), some[2]]
    fleet = gathered(some, run_in_processes(marked, kit, 2), ignored)
    assert [cluster.name for cluster in fleet.clusters] == ["a", "c"]
    assert fleet.failed == (
        Failed(
            "b",
            some[1].at,
            "each of the 3 workers that tried was killed",
            "most often that is memory: diagnose it alone, on a larger machine",
        ),
    )
    assert len(list((tmp_path / "tokens").iterdir())) == 5
