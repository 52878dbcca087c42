"""Where a command gets its snapshot: a recording with --from, else the live cluster by the flags of `report`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from gkedoctor.cli.live import cluster_options, read_live, refuse_live_flags, wish
from gkedoctor.cli.pace import progress

if TYPE_CHECKING:
    from gkedoctor.cli.first_answers import Look
    from gkedoctor.playbook.compiled import CompiledPlaybook
    from gkedoctor.snapshot.model import Snapshot

F = TypeVar("F", bound=Callable[..., Any])

INTERRUPTED = "interrupted with Ctrl-C: this is a diagnosis of what had been read"


class Taken(NamedTuple):
    """The snapshot to look at, and what is to be said of how it was taken."""

    snapshot: Snapshot
    live: bool = False
    notes: tuple[str, ...] = ()


class Purpose(NamedTuple):
    """What a live collection is for: these playbooks; `fallback`: namespaces to try where the whole is denied."""

    playbooks: Iterable[CompiledPlaybook] = ()
    fallback: Sequence[str] = ()
    first: Look | None = None


def source_options(command: F) -> F:
    """Adds --from, and the flags that say which cluster is read without it."""
    source = click.option(
        "--from", "source", type=click.Path(path_type=Path), metavar="PATH",
        help="A recording instead of the live cluster: a snapshot, `kubectl get -o json`, a dump, a support bundle.",
    )  # fmt: skip
    return source(cluster_options(command))


def take(source: Path | None, flags: Mapping[str, Any], purpose: Purpose) -> Taken:
    """The recording, or the cluster as it is now. UsageError for flags of the one together with the other."""
    if source is None:
        recorded = read_live(wish(flags).asked(purpose.playbooks, fallback=purpose.fallback), purpose.first)
        return Taken(recorded.snapshot, live=True, notes=(INTERRUPTED,) if recorded.interrupted else ())
    refuse_live_flags(click.get_current_context(), [*flags])
    from gkedoctor.snapshot.sources import load

    return Taken(load(source))


def patiently(source: Path | None) -> Any:
    """Says after a second that a recording is being read; a live collection shows its own progress."""
    return progress(f"reading {source} …") if source is not None else nullcontext()


def tell(notes: Iterable[str]) -> None:
    """Notes go to standard error."""
    for note in notes:
        click.echo(f"gkedoctor: note: {note}", err=True)
