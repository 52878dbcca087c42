"""`gkedoctor playbooks test`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gkedoctor.cli.commands.playbooks.case_coverage import coverage_warnings, recordings_in
from gkedoctor.cli.stdout import write_result
from gkedoctor.errors import ExitCode, UsageError
from gkedoctor.snapshot.garbage import paused_garbage_collector

if TYPE_CHECKING:
    from gkedoctor.diagnose.cases import CaseResult, LoadRecording
    from gkedoctor.playbook.library import Library

_WARNINGS_SHOWN = 5


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH…]", type=click.Path(path_type=Path))
@click.option("--recordings", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Folder of the recordings that cases use. Default: the shipped ones.")  # fmt: skip
def test(paths: tuple[Path, ...], recordings: Path | None) -> int:
    """Run the cases beside playbooks, each against all playbooks.

    PATH is a folder, a playbook or a .test.yaml; without it, the shipped
    ones. Exits 1 if a case fails.

    \b
    Examples:
      gkedoctor playbooks test
      gkedoctor playbooks test my-playbooks/ --recordings my-recordings/
    """
    from gkedoctor import shipped
    from gkedoctor.diagnose.cases import case_files, run_file

    folders = paths or (shipped.playbooks(),)
    playbooks = _playbooks(folders)
    load = recordings_in(recordings or shipped.recorded_clusters())
    with paused_garbage_collector():
        by_file = {path: run_file(path, playbooks, load) for path in case_files(folders)}
        # tests of gkedoctor itself hold the shipped ones to it
        warnings = list(_coverage(by_file, playbooks, load)) if paths else []
    results = [result for found in by_file.values() for result in found]
    if not results:
        raise UsageError(
            f"no cases in {', '.join(map(str, folders))}", hint="the cases of NAME.yaml are in NAME.test.yaml beside it"
        )
    write_result("".join(f"{line}\n" for line in _lines(results, warnings)))
    return ExitCode.FOUND if any(map(_fails, results)) else ExitCode.OK


def _playbooks(paths: Sequence[Path]) -> Library:
    """The shipped playbooks and those in the folders that are tested."""
    from gkedoctor import shipped
    from gkedoctor.cli.library import library

    home = shipped.playbooks().resolve()
    folders = {path if path.is_dir() else path.parent for path in paths}
    return library(sorted(folder for folder in folders if not folder.resolve().is_relative_to(home)))


def _coverage(by_file: Mapping[Path, Sequence[CaseResult]], playbooks: Library, load: LoadRecording) -> Iterator[str]:
    """What the cases of a playbook do not reach, where all of them hold: a failure is to be seen to first."""
    from gkedoctor.diagnose.cases import load_cases
    from gkedoctor.playbook.loader import cases_beside

    for path, results in by_file.items():
        file = load_cases(path)
        playbook = playbooks.find(file.playbook)
        is_own = playbook is not None and cases_beside(Path(playbook.path)).resolve() == path.resolve()
        if playbook is not None and is_own and not any(map(_fails, results)):
            yield from coverage_warnings(playbook, file.cases, load)


def _fails(result: CaseResult) -> bool:
    return bool(result.failures) and not result.todo


def _lines(results: Sequence[CaseResult], warnings: Sequence[str]) -> Iterator[str]:
    """What fails and why, what is still to do, what no case reaches, then one line of counts."""
    for result in results:
        if result.failures:
            yield f"{'todo' if result.todo else 'FAIL'} {result.playbook}: {result.name}"
            yield from (f"       {failure}" for failure in result.failures)
        elif result.todo:
            yield f"done {result.playbook}: {result.name} holds now; remove its `todo`"
    unsourced = [result for result in results if result.unsourced]
    for result in unsourced[:_WARNINGS_SHOWN]:
        yield f"warn {result.playbook}: {result.name}: a status is written by hand; name what it follows in `source`"
    if len(unsourced) > _WARNINGS_SHOWN:
        yield f"warn and {len(unsourced) - _WARNINGS_SHOWN} more"
    yield from warnings
    without = f", {len(unsourced)} without a source" if unsourced else ""
    failing = sum(map(_fails, results))
    todo = sum(result.todo for result in results)
    yield f"{len(results)} cases: {len(results) - failing - todo} hold, {failing} fail, {todo} to do{without}"
