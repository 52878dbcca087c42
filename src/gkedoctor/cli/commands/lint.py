"""`gkedoctor lint`."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gkedoctor.cli.choice_option import Choice
from gkedoctor.cli.error_output import file_excerpt
from gkedoctor.cli.examples import RecordingPath
from gkedoctor.cli.exit_codes import NEVER, verdict
from gkedoctor.cli.help_groups import GroupedCommand
from gkedoctor.cli.live import cluster_options
from gkedoctor.cli.messages import print_message
from gkedoctor.cli.options import take_options
from gkedoctor.cli.output_option import OutputOptions, OutputType, outputs, write
from gkedoctor.cli.progress import progress
from gkedoctor.cli.settings import ConfigOptions, config_options, settings
from gkedoctor.cli.shared_options import color_option, json_option, output_file_option, playbooks_option
from gkedoctor.cli.source import Purpose, take, tell
from gkedoctor.errors import ExitCode, UsageError
from gkedoctor.playbook.model import Severity
from gkedoctor.report.formats import names
from gkedoctor.snapshot.garbage import paused_garbage_collector

if TYPE_CHECKING:
    from gkedoctor.cli.source import Taken
    from gkedoctor.manifests.loading import Manifests
    from gkedoctor.playbook.compiled import CompiledPlaybook
    from gkedoctor.report.answer import Answer

_SEVERITIES = [str(severity) for severity in Severity]


@click.command(cls=GroupedCommand)
@click.argument("paths", metavar="PATH…", nargs=-1, type=click.Path(path_type=Path))
@click.option("--from", "source", type=RecordingPath(), metavar="PATH",
              help="Recorded cluster: its objects need not be in the files.")  # fmt: skip
@click.option("--with-cluster", is_flag=True, help="Check against the live cluster. Only reads.")
@click.option("--complete", is_flag=True, help="The files are complete: other objects do not exist.")
@click.option(
    "-n", "--namespace", default="default", metavar="NAME", help="Namespace for manifests that do not set one."
)
@click.option("-o", "--output", "wanted_outputs", type=OutputType(), multiple=True,
              help=f"{', '.join(names())}. Default: text. Repeatable.")  # fmt: skip
@json_option
@click.option(
    "--min-severity", type=Choice(_SEVERITIES), metavar="SEVERITY", help="Leave out findings below this severity."
)
@click.option("--fail-on", type=Choice([*_SEVERITIES, NEVER]), metavar="SEVERITY",
              help="Exit 1 if a finding is at or above. Default: medium.")  # fmt: skip
@playbooks_option
@click.option("--details", is_flag=True, help="All findings with all evidence.")
@click.option("--show-suppressed", is_flag=True, help="List suppressions, also those that match nothing.")
@click.option("--now", type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z"]), hidden=True,
              help="Current time where there is no cluster, for repeatable runs.")  # fmt: skip
@config_options
@cluster_options
@output_file_option
@color_option
def lint(source: Path | None, with_cluster: bool, fail_on: str | None, folders: tuple[Path, ...], **given: Any) -> int:
    """Check manifests for problems before you apply them.

    PATH is a file or folder with YAML or JSON, or - for standard input, as
    `helm template` and `kubectl kustomize` print it. Objects that are not in
    the files may exist elsewhere: findings about them are advisory, unless
    --complete, --from or --with-cluster shows what exists.

    Exit 0 if no finding is at or above --fail-on, 1 if one is, 3 if a file
    cannot be read or no object is found, 4 if nothing was found but part of
    the cluster could not be checked.

    \b
    Examples:
      gkedoctor lint production/
      gkedoctor lint - -n shop
      gkedoctor lint production/ --from cluster.gkesnap -o github
    """
    from gkedoctor.cli.library import library
    from gkedoctor.service import lint as service

    details = given.pop("details")
    options, shown = take_options(service.LintOptions, given), take_options(OutputOptions, given)
    configured = take_options(ConfigOptions, given)
    if not options.paths:
        raise UsageError("PATH is missing", hint="gkedoctor lint production/, or - for standard input")
    if source is not None and with_cluster:
        raise UsageError("--from and --with-cluster cannot be used together")
    if source is None and not with_cluster:
        _refuse_cluster_flags(list(given))
    held, places = settings(configured), outputs(shown)
    with paused_garbage_collector(freeze=True), progress("reading manifests …"):
        playbooks = library([*held.playbooks, *folders])
        manifests = service.read_manifests(options, sys.stdin.buffer)
        base = _cluster(source, given, playbooks, manifests) if source or with_cluster else None
        snapshot, live, notes = base or (None, False, ())
        answer = service.lint(manifests, options, playbooks, held, snapshot, live=live, notes=notes)
    _tell_how_much(manifests, answer)
    tell(answer.notes)
    write(answer, places, shown.color, details=details)
    found = verdict(answer.outcome, fail_on or held.fail_on or Severity.MEDIUM)
    unread = bool(answer.problems) or not manifests.objects
    return ExitCode.SOURCE if unread and found is not ExitCode.FOUND else found


def _refuse_cluster_flags(names: Sequence[str]) -> None:
    context = click.get_current_context()
    for name in names:
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            flag = next(p for p in context.command.params if p.name == name).opts[0]
            raise UsageError(f"{flag} is for a live cluster", hint="add --with-cluster, or leave it out")


def _cluster(
    source: Path | None, flags: Mapping[str, Any], playbooks: Sequence[CompiledPlaybook], manifests: Manifests
) -> Taken:
    """What the files are laid over; where the whole cluster is denied, the namespaces of the files."""
    namespaces = sorted({ref.namespace for ref in manifests.objects if ref.namespace})
    return take(source, {**flags, "logs": False}, Purpose(playbooks, namespaces))


def _tell_how_much(manifests: Manifests, answer: Answer) -> None:
    """What cannot be read, and how much was, on standard error."""
    from gkedoctor.report.phrases import counted

    for problem in answer.problems:
        print_message(file_excerpt(problem) + "\n")
    others = f" ({counted(manifests.others.total(), 'other')} left out)" if manifests.others else ""
    told = [
        counted(manifests.files, "file"), counted(manifests.documents, "document") + others,
        counted(len(manifests.objects), "object"), counted(len(answer.problems), "problem"),
    ]  # fmt: skip
    print_message(f"gkedoctor: read {', '.join(told)}")
    if not manifests.objects:
        print_message("gkedoctor: no Kubernetes object was found: is this the right PATH?")
