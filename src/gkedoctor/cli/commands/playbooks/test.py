"""`gkedoctor playbooks test`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gkedoctor.cli.stdout import write_result
from gkedoctor.errors import ExitCode, UsageError
from gkedoctor.snapshot.garbage import paused_garbage_collector

if TYPE_CHECKING:
    from gkedoctor.diagnose.cases import CaseResult, LoadRecording
    from gkedoctor.playbook.library import Library

_RECORDINGS_KEPT = 8
_WARNINGS_SHOWN = 5


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH…]", type=click.Path(path_type=Path))
@click.option("--recordings", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Where the recordings are that cases name (default: the shipped ones).")  # fmt: skip
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
    load = _loader(recordings or shipped.recorded_clusters())
    with paused_garbage_collector():
        results = [result for path in case_files(folders) for result in run_file(path, playbooks, load)]
    if not results:
        raise UsageError(
            f"no cases in {', '.join(map(str, folders))}", hint="the cases of NAME.yaml are in NAME.test.yaml beside it"
        )
    write_result("".join(f"{line}\n" for line in _lines(results)))
    return ExitCode.FOUND if any(map(_fails, results)) else ExitCode.OK


def _playbooks(paths: Sequence[Path]) -> Library:
    """The shipped playbooks and those in the folders that are tested."""
    from gkedoctor import shipped
    from gkedoctor.cli.library import library

    home = shipped.playbooks().resolve()
    folders = {path if path.is_dir() else path.parent for path in paths}
    return library(sorted(folder for folder in folders if not folder.resolve().is_relative_to(home)))


def _loader(folder: Path) -> LoadRecording:
    from gkedoctor.snapshot.model import Snapshot
    from gkedoctor.snapshot.sources import load

    @lru_cache(maxsize=_RECORDINGS_KEPT)
    def recording(name: str) -> Snapshot:
        return load(folder / name)

    return recording


def _fails(result: CaseResult) -> bool:
    return bool(result.failures) and not result.todo


def _lines(results: Sequence[CaseResult]) -> Iterator[str]:
    """What fails and why, what is still to do, which status has no source, then one line of counts."""
    for result in results:
        if result.failures:
            yield f"{'todo' if result.todo else 'FAIL'} {result.playbook}: {result.name}"
            yield from (f"       {failure}" for failure in result.failures)
        elif result.todo:
            yield f"done {result.playbook}: {result.name} holds by now; take its `todo` away"
    unsourced = [result for result in results if result.unsourced]
    for result in unsourced[:_WARNINGS_SHOWN]:
        yield f"warn {result.playbook}: {result.name}: a status is written by hand; name what it follows in `source`"
    if len(unsourced) > _WARNINGS_SHOWN:
        yield f"warn and {len(unsourced) - _WARNINGS_SHOWN} more"
    without = f", {len(unsourced)} without a source" if unsourced else ""
    failing = sum(map(_fails, results))
    todo = sum(result.todo for result in results)
    yield f"{len(results)} cases: {len(results) - failing - todo} hold, {failing} fail, {todo} to do{without}"
