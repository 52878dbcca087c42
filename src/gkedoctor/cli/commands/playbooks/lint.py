"""`gkedoctor playbooks lint`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gkedoctor.cli.commands.playbooks.case_coverage import coverage_warnings, recordings_in
from gkedoctor.cli.error_output import file_excerpt
from gkedoctor.cli.stdout import write_result
from gkedoctor.errors import ExitCode, FileError, PlaybookError, UsageError

if TYPE_CHECKING:
    from gkedoctor.playbook.compiled import CompiledPlaybook
    from gkedoctor.playbook.library import Names
    from gkedoctor.playbook.loader import Source


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH…]", type=click.Path(path_type=Path))
def lint(paths: tuple[Path, ...]) -> int:
    """Check playbooks and messages for mistakes, with file, line and column.

    Without PATH, checks the shipped ones. Exit 2 if there is a mistake. Lines
    with `warn` are not mistakes: they name a cause or another part of a
    playbook that no case reaches.

    \b
    Examples:
      gkedoctor playbooks lint
      gkedoctor playbooks lint my-playbooks/configuration-missing.yaml
    """
    from gkedoctor import shipped
    from gkedoctor.report.phrases import counted

    folders = paths or (shipped.playbooks(),)
    sources = list(_sources(folders))
    messages = list(_message_sources(folders))
    found = [*_complaints(sources, folders), *_of_messages(messages, folders)]
    looked_at = f"in {counted(len(sources), 'playbook')}"
    if messages:
        looked_at += f" and {counted(len(messages), 'message file')}"
    summary = f"found {counted(len(found), 'problem')} {looked_at}" if found else f"nothing is wrong {looked_at}"
    # tests of gkedoctor itself hold the shipped ones to it
    warnings = list(_warnings(sources, {error.path for error in found})) if paths else []
    write_result(
        "".join(f"{file_excerpt(error)}\n\n" for error in found) + "".join(f"{line}\n" for line in (*warnings, summary))
    )
    return ExitCode.USAGE if found else ExitCode.OK


def _sources(paths: Sequence[Path]) -> Iterator[Source]:
    from gkedoctor.playbook.loader import TEST_SUFFIX, read_source, sources
    from gkedoctor.playbook.message_files import is_message_file

    for path in paths:
        if path.is_dir():
            yield from sources([path])
        elif is_message_file(path):
            continue
        elif path.name.endswith(TEST_SUFFIX):
            raise UsageError(f"{path} holds cases", hint="run them with `gkedoctor playbooks test`")
        else:
            yield read_source(path)


def _warnings(sources: Sequence[Source], broken: set[str]) -> Iterator[str]:
    """What the cases beside playbooks do not reach, for files in which nothing is wrong."""
    from gkedoctor import shipped
    from gkedoctor.diagnose.cases import load_cases
    from gkedoctor.playbook.loader import cases_beside, load_playbook

    load = recordings_in(shipped.recorded_clusters())
    for source in sources:
        cases = cases_beside(Path(source.path))
        if cases.is_file() and not broken & {source.path, str(cases)}:
            yield from coverage_warnings(load_playbook(source, check=False), load_cases(cases).cases, load)


def _message_sources(paths: Sequence[Path]) -> Iterator[Source]:
    from gkedoctor.playbook.message_files import message_sources

    return message_sources(paths)


def _of_messages(sources: Sequence[Source], paths: Sequence[Path]) -> Iterator[FileError]:
    """What is wrong with files of messages; the causes that they name are those that the playbooks may give."""
    from gkedoctor.messages import messages_beside
    from gkedoctor.playbook.message_files import message_problems

    if not sources:
        return
    try:
        causes = _names(paths).causes
    except FileError:  # said of the playbooks
        causes = None
    messages = messages_beside(str(Path(source.path).parent) for source in sources)
    for source in sources:
        yield from message_problems(source, messages, causes)


def _complaints(sources: Sequence[Source], paths: Sequence[Path]) -> Iterator[FileError]:
    """Everything that is wrong, file by file. What breaks a file's shape hides what else is wrong with it."""
    from gkedoctor.playbook.loader import load_playbook

    try:
        names = _names(paths)
    except FileError as error:
        yield error
        names = None
    else:
        yield from _slips_of_causes(paths)
    first: dict[str, str] = {}
    for source in sources:
        try:
            playbook = load_playbook(source, check=False)
        except PlaybookError as error:
            yield error
            continue
        yield from _contents(source, playbook, names)
        yield from _surroundings(playbook, first.setdefault(playbook.id, source.path))


def _slips_of_causes(paths: Sequence[Path]) -> Iterator[FileError]:
    """What is most likely misspelled in the files of causes below the folders, or beside the playbooks."""
    from gkedoctor.playbook.cause_slips import slips
    from gkedoctor.playbook.vocabulary import CAUSES_FILE
    from gkedoctor.strict_yaml import read_source

    folders = dict.fromkeys(path if path.is_dir() else path.parent for path in paths)
    for path in dict.fromkeys(path for folder in folders for path in sorted(folder.rglob(CAUSES_FILE))):
        yield from slips(read_source(path))


def _names(paths: Sequence[Path]) -> Names:
    """The causes that the playbooks may give: shipped ones, those of packages, those in the folders of the files."""
    from gkedoctor import shipped
    from gkedoctor.playbook.library import public_names

    home = shipped.playbooks().resolve()
    folders = dict.fromkeys(path if path.is_dir() else path.parent for path in paths)
    return public_names([folder for folder in folders if not folder.resolve().is_relative_to(home)])


def _contents(source: Source, playbook: CompiledPlaybook, names: Names | None) -> Iterator[FileError]:
    from gkedoctor.playbook.check import problems
    from gkedoctor.playbook.loader import playbook_error
    from gkedoctor.strict_yaml import error_at

    for problem in problems(playbook, names.causes if names else None):
        yield playbook_error(source, problem)
    if names and playbook.id in names.retired:
        now = names.retired[playbook.id]
        yield error_at(source, "$.id", f"`{playbook.id}` was retired and stands for {now}", hint="use another number")


def _surroundings(playbook: CompiledPlaybook, first: str) -> Iterator[FileError]:
    """What is wrong with where the file is: its cases, a second playbook of the same id."""
    from gkedoctor.diagnose.cases import load_cases
    from gkedoctor.playbook.loader import cases_beside

    path = Path(playbook.path)
    if first != playbook.path:
        yield PlaybookError(f"playbook {playbook.id} is also in {first}", path=playbook.path)
    cases = cases_beside(path)
    if not cases.is_file():
        hint = f"write {cases.name} beside it: one case to find, one to be silent"
        yield PlaybookError(f"{playbook.id} has no cases", path=playbook.path, hint=hint)
        return
    try:
        named = load_cases(cases).playbook
    except PlaybookError as error:
        yield error
        return
    if named != playbook.id:
        yield PlaybookError(f"the cases belong to `{named}`", path=str(cases), hint=f"write `playbook: {playbook.id}`")
