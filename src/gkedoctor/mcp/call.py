"""One call of a tool: whether it was cancelled, and where its progress goes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from gkedoctor.errors import SourceError

if TYPE_CHECKING:
    from gkedoctor.collect.results import CollectorProgress


class CallCancelled(SourceError):  # noqa: N818  # an end, not a fault
    """The client cancelled the call, or is gone."""


class Call:
    """`stopped`: set where the client cancels; readings of clusters end then. `say` sends one line of progress."""

    def __init__(self, say: Callable[[str], None] = lambda line: None) -> None:
        self.stopped = threading.Event()
        self.say = say

    def check(self) -> None:
        """CallCancelled where the client does not wait any more."""
        if self.stopped.is_set():
            raise CallCancelled("the call was cancelled")

    def collected(self, progress: CollectorProgress) -> None:
        """Progress of a collector, from any of its threads."""
        self.say(f"{progress.collector}: {progress.objects} objects{f', {progress.state}' if progress.state else ''}")
