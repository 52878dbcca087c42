"""Where the app gets what it shows: a recording, or a cluster that is collected while one looks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from gkedoctor.diagnose.model import Outcome
from gkedoctor.diagnose.verification import Claim
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.tui.model.freshness import Freshness
from gkedoctor.tui.model.progress import Step
from gkedoctor.tui.model.state import Sift


@dataclass(frozen=True)
class Taken:
    """A moment that was read. `stopped`: somebody ended it early.

    `outcome`: what was found in it, where the source has diagnosed it. `scope`: the part of a cluster that was read
    (`namespace shop`); empty for all of it.
    """

    snapshot: Snapshot
    stopped: bool = False
    outcome: Outcome | None = None
    scope: str = ""


class Watch:
    """Progress of a source that is read, and whether it has to stop. For several threads."""

    def __init__(self) -> None:
        self.stopped = threading.Event()
        self._began = time.monotonic()
        self._steps: dict[str, Step] = {}
        self._lock = threading.Lock()

    def say(self, collector: str, objects: int, state: str = "", trouble: str = "") -> None:
        """How far a collector is. `state`: empty while it works."""
        with self._lock:
            before = self._steps.get(collector)
            troubles = before.troubles if before is not None else ()
            more = (*troubles, trouble) if trouble else troubles
            self._steps[collector] = Step(collector, objects, time.monotonic() - self._began, state, more)

    def steps(self) -> tuple[Step, ...]:
        """Where each collector is, in the order in which they began."""
        with self._lock:
            return tuple(self._steps.values())

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self._began


class Moment(NamedTuple):
    """What a source that is followed says: another moment, if anything changed; how new it is; and what happened."""

    snapshot: Snapshot | None
    freshness: Freshness
    notices: Sequence[str] = ()
    begun_again: bool = False
    """Whether it is of another cluster than the moments before."""

    outcome: Outcome | None = None
    """What was found in it, where the source has diagnosed it."""


Load = Callable[[Sequence[CompiledPlaybook], Watch], Taken]


def nothing_yet() -> Taken | None:
    """A recording is there at once or not at all."""
    return None


@dataclass(frozen=True)
class Source:
    """Each of its functions is called off the UI's thread. `so_far`: what has come in, while `load` runs."""

    name: str
    load: Load
    playbooks: Callable[[], Sequence[CompiledPlaybook]]
    sift: Sift
    live: bool = False
    so_far: Callable[[], Taken | None] = field(default=nothing_yet)
    interval: float | None = None
    """Seconds between two readings where it is watched."""
    follow: Callable[[], Iterator[Moment]] | None = None
    """What changes after `load`, until `leave` is called; None for a source that can only be read again."""
    leave: Callable[[], None] = field(default=lambda: None)
    reader: Callable[[Claim, Sequence[CompiledPlaybook]], Callable[[], Snapshot]] | None = None
    """What reads a live cluster again for one finding; a recording does not change."""
    whole: Source | None = None
    """All of the cluster of which this reads a part."""
