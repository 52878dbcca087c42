"""`gkedoctor fleet`."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gkedoctor.cli.choice_option import Choice
from gkedoctor.cli.exit_codes import NEVER, fleet_verdict
from gkedoctor.cli.help_groups import GroupedCommand
from gkedoctor.cli.messages import print_note, print_notes
from gkedoctor.cli.options import take_options
from gkedoctor.cli.output_option import OutputOptions, OutputType, outputs, write_rendered
from gkedoctor.cli.progress import Tally
from gkedoctor.cli.settings import ConfigOptions, config_options, settings
from gkedoctor.cli.shared_options import color_option, json_option, output_file_option, playbooks_option
from gkedoctor.cli.size import limits, size_option
from gkedoctor.errors import UsageError
from gkedoctor.playbook.model import Severity
from gkedoctor.report.fleet import names, renderer

if TYPE_CHECKING:
    from gkedoctor.config.model import Settings
    from gkedoctor.fleet.diagnose_recording import DiagnosisInputs
    from gkedoctor.fleet.model import Fleet, Recording, Result

_PATH = click.Path(path_type=Path)
_SEVERITIES = [str(severity) for severity in Severity]


@click.command(cls=GroupedCommand)
@click.argument("sources", metavar="SOURCE…", nargs=-1, required=True)
@click.option(
    "-j", "--jobs", type=click.IntRange(min=1), metavar="N", help="Number of processes. Default: one per core."
)
@click.option("--scheduler", metavar="ADDRESS", help="Use the workers of a Dask scheduler: tcp://host:8786")
@click.option(
    "-o",
    "--output",
    "wanted_outputs",
    type=OutputType(names),
    multiple=True,
    help=f"{', '.join(names())}. Default: text. Repeatable.",
)
@json_option
@click.option(
    "--min-severity", type=Choice(_SEVERITIES), metavar="SEVERITY", help="Leave out findings below this severity."
)
@click.option(
    "--fail-on",
    type=Choice([*_SEVERITIES, NEVER]),
    metavar="SEVERITY",
    help="Exit 1 if a finding is at or above. Default: high.",
)
@playbooks_option
@click.option(
    "--baseline",
    type=_PATH,
    metavar="FILE",
    help="Saved `fleet -o json`: its findings do not count for the exit code.",
)
@size_option
@config_options
@output_file_option
@color_option
def fleet(sources: tuple[str, ...], fail_on: str | None, folders: tuple[Path, ...], **given: Any) -> int:
    """Diagnose many recorded clusters, and find what they have in common.

    Each SOURCE is a recording, a folder of recordings, a file that lists
    recordings one a line, `-` for such a list on standard input, or a URL
    of any of these but a list (gs://… with `pip install 'gkedoctor[fleet]'`).

    The same cause in several clusters is one entry. A recording that cannot
    be diagnosed is named and stops nothing.

    Exit 1 if a finding is at or above --fail-on, else 3 if a recording could
    not be diagnosed, else 4 if nothing was found in a cluster but not
    everything in it could be checked, else 0; 130 after Ctrl-C, with the
    findings up to then.

    \b
    Examples:
      gkedoctor fleet recordings/ -o text -o json=fleet.json
      gkedoctor fleet gs://acme-snapshots/2026-11-22/ --fail-on critical
      gkedoctor fleet gs://acme-snapshots/ --scheduler tcp://dask:8786
    """
    shown = take_options(OutputOptions, given)
    held, places = settings(take_options(ConfigOptions, given)), outputs(shown)
    given["jobs"] = given["jobs"] or _cores()
    found = _diagnosed(sources, held, [*held.playbooks, *folders], **given)
    print_notes(dict.fromkeys(note for cluster in found.clusters for note in cluster.notes))
    write_rendered(places, shown.color, lambda form, page: renderer(form).render(found, page))
    return fleet_verdict(found, fail_on or held.fail_on or Severity.HIGH)


def _diagnosed(
    sources: Sequence[str],
    held: Settings,
    folders: Sequence[Path],
    *,
    jobs: int,
    scheduler: str | None,
    min_severity: str | None,
    baseline: Path | None,
) -> Fleet:
    from gkedoctor.fleet import forkserver as warm_up

    if scheduler is None and jobs > 1:
        warm_up.start()
    from gkedoctor.cli.library import library
    from gkedoctor.fleet.baseline import clusters_of
    from gkedoctor.fleet.diagnose_recording import DiagnosisInputs
    from gkedoctor.fleet.run import gathered

    known = clusters_of(baseline) if baseline is not None else None
    recordings = _recordings(sources)
    severity = Severity(min_severity or held.min_severity or Severity.ADVISORY)
    kit = DiagnosisInputs(library(folders), held.rules, severity, limits())
    results = _results(recordings, kit, min(jobs, len(recordings)), scheduler)
    with Tally(len(recordings), "recordings diagnosed", "failed") as tally, closing(results):
        return gathered(recordings, results, tally.tell, known)


def _recordings(sources: Sequence[str]) -> Sequence[Recording]:
    """The recordings that are meant. What lies beside them is told, for one of them may have an odd name."""
    from gkedoctor.fleet.recordings import lines_of, named
    from gkedoctor.fleet.storage import listing

    words = [word for source in sources for word in (lines_of(sys.stdin.read()) if source == "-" else [source])]
    if not words:
        raise UsageError("the list of recordings is empty", hint="write one path or URL a line")
    found = named(words, listing)
    if found.left_aside:
        first, *more = found.left_aside
        others = f" and {len(more)} more" if more else ""
        print_note(f"ignored (the name is not that of a recording): {first}{others}")
    return found.recordings


def _results(
    recordings: Sequence[Recording], kit: DiagnosisInputs, jobs: int, scheduler: str | None
) -> Generator[Result, None, None]:
    from gkedoctor.fleet import process_pool as crew

    if scheduler is not None:
        from gkedoctor.fleet.scheduler import run_on_dask

        return run_on_dask(scheduler, recordings, kit)
    return crew.here(recordings, kit) if jobs == 1 else crew.run_in_processes(recordings, kit, jobs)


def _cores() -> int:
    """The cores that this process may use: in a container fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
