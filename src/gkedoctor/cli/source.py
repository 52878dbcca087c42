"""Where a command gets its snapshot: a recording with --from, else the live cluster by the flags of `report`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from gkedoctor.cli.examples import RecordingPath
from gkedoctor.cli.live import cluster_options, parse_options, read_live, refuse_live_flags
from gkedoctor.cli.messages import print_notes
from gkedoctor.cli.progress import progress
from gkedoctor.cli.size import limits, size_option

if TYPE_CHECKING:
    from gkedoctor.cli.early_results import Look
    from gkedoctor.live.collection import CollectionResult
    from gkedoctor.playbook.compiled import CompiledPlaybook
    from gkedoctor.snapshot.model import Snapshot

F = TypeVar("F", bound=Callable[..., Any])


class Taken(NamedTuple):
    """The snapshot to look at, and what is to be said of how it was taken."""

    snapshot: Snapshot
    live: bool = False
    notes: tuple[str, ...] = ()


class Purpose(NamedTuple):
    """What a live collection is for: these playbooks; `fallback`: namespaces to try where the whole is denied.

    `alone`: Google Cloud alone is an answer, where the context of a cluster that does not answer names the project.
    """

    playbooks: Iterable[CompiledPlaybook] = ()
    fallback: Sequence[str] = ()
    first: Look | None = None
    alone: bool = False


def source_options(command: F) -> F:
    """Adds --from, and the flags that say which cluster is read without it."""
    return _source_options(command)


def source_options_without_timeout(command: F) -> F:
    """The same for a command whose --timeout is another one."""
    return _source_options(command, timeout=False)


def _source_options(command: F, *, timeout: bool = True) -> F:
    source = click.option(
        "--from", "source", type=RecordingPath(), metavar="PATH",
        help="Recording to read, or example:NAME.",
    )  # fmt: skip
    return source(size_option(cluster_options(command, timeout=timeout)))


def take(source: Path | None, flags: Mapping[str, Any], purpose: Purpose) -> Taken:
    """The recording, or the cluster as it is now. UsageError for flags of the one together with the other."""
    if source is None:
        asked = parse_options(flags).request(purpose.playbooks, fallback=purpose.fallback, alone=purpose.alone)
        recorded = read_live(asked, purpose.first)
        return Taken(recorded.snapshot, live=True, notes=notes_on(recorded))
    refuse_live_flags(click.get_current_context(), [*flags])
    from gkedoctor.snapshot.model import notes_on_values
    from gkedoctor.snapshot.sources import load

    snapshot = load(source, limits=limits())
    return Taken(snapshot, notes=notes_on_values(snapshot.manifest))


def notes_on(recorded: CollectionResult) -> tuple[str, ...]:
    """What is to be said of how a cluster was read."""
    from gkedoctor.live.collection import INTERRUPTED

    alone = (f"{recorded.unreached}; this is what Google Cloud alone shows",) if recorded.unreached else ()
    return (*recorded.notes, *alone, *((INTERRUPTED,) if recorded.interrupted else ()))


def patiently(source: Path | None) -> Any:
    """Says after a second that a recording is being read; a live collection shows its own progress."""
    return progress(f"reading {source} …") if source is not None else nullcontext()


def tell(notes: Iterable[str]) -> None:
    """Notes go to standard error."""
    print_notes(notes)
