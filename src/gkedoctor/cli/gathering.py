"""A live collection as the source of the screen: what has come in so far can be diagnosed while the rest is read."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from gkedoctor.cli.live import Live, asked_for

if TYPE_CHECKING:
    from gkedoctor.collect.found import Found, Said
    from gkedoctor.playbook.compiled import CompiledPlaybook
    from gkedoctor.snapshot.intake import Gathered
    from gkedoctor.snapshot.model import Snapshot
    from gkedoctor.tui.source import Taken, Watch

_FIRST = frozenset({"secrets", "pods", "events", "replicasets", "deployments"})
"""Collections that have to be in before anything is shown: secrets among them, for their values are masked by them."""

_MOST = 20_000
"""Objects up to which it is worth while to diagnose what is there before all is there."""


class Gathering:
    """One cluster, collected as often as it is asked for."""

    def __init__(self, live: Live, namespaces: Sequence[str]) -> None:
        self._live, self._namespaces = live, namespaces
        self._lock = threading.Lock()
        self._finds: list[Found] = []
        self._seen = 0
        self._about: Gathered | None = None

    def load(self, playbooks: Sequence[CompiledPlaybook], watch: Watch) -> Taken:
        """Collects all of it, and tells how far it is. SourceError where the cluster cannot be reached."""
        from gkedoctor.collect.run import collect
        from gkedoctor.snapshot.intake import taken_in
        from gkedoctor.snapshot.redact import redact
        from gkedoctor.tui.source import Taken

        asked = asked_for(self._live, playbooks, fallback=self._namespaces)
        asked.patience.stopped = watch.stopped
        asked.taken = self._take
        with self._lock:
            self._finds, self._seen = [], 0

        def tell(said: Said) -> None:
            watch.say(said.collector, said.objects, said.state, said.trouble)

        collected = collect(asked, tell)
        redact(collected.gathered)
        return Taken(taken_in(collected.gathered), collected.interrupted)

    def _take(self, gathered: Gathered, find: Found) -> None:
        with self._lock:
            self._about = gathered
            self._finds.append(find)

    def so_far(self) -> Snapshot | None:
        """What has come in; None where that is nothing new, not enough, or too much to do it twice.

        What is still being read is unknown to every playbook, so that none takes it for missing.
        """
        from gkedoctor.snapshot.intake import Gathered, taken_in
        from gkedoctor.snapshot.redact import redact

        with self._lock:
            finds, about = list(self._finds), self._about
            if about is None or len(finds) == self._seen or not {f.collection for f in finds} >= _FIRST:
                return None
            self._seen = len(finds)
        if sum(len(f.items) for f in finds) > _MOST:
            return None
        part = Gathered(about.source, recorded_at=about.recorded_at, versions=dict(about.versions))
        part.elsewhere = "still being read"
        for find in finds:
            part.add(find.collection, msgspec.json.decode(msgspec.json.encode(find.items)), find.state)
        redact(part)
        return taken_in(part)
