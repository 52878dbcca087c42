"""A live collection as a snapshot: at its end, and of what has come in so far."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from gkedoctor.collect.collector import Collected, CollectRequest, collect
from gkedoctor.collect.deadline import Deadline
from gkedoctor.collect.google_location import GoogleLocation
from gkedoctor.collect.results import Listing, OnProgress
from gkedoctor.errors import SourceError
from gkedoctor.snapshot.custom_kinds import is_custom
from gkedoctor.snapshot.intake import Gathered, build_snapshot
from gkedoctor.snapshot.kinds import LOGS
from gkedoctor.snapshot.model import Manifest, Snapshot, not_asked

_FIRST = frozenset({"secrets", "pods", "events", "replicasets", "deployments"})
"""Collections that have to be in before anything is said: secrets among them, for their values are masked by them."""

_MOST = 20_000
"""Objects up to which it is worth while to diagnose what is there before all is there."""

_MIN_MASKING_SECONDS = 2.0

INTERRUPTED = "interrupted with Ctrl-C: this is a diagnosis of what had been read"

NO_LOGS = "--no-logs is set"


class CollectionResult(NamedTuple):
    """What a live collection came to. `interrupted`: somebody ended it early.

    `unreached`: why the cluster did not answer, where Google Cloud alone did.
    """

    snapshot: Snapshot
    interrupted: bool
    unreached: str = ""
    notes: tuple[str, ...] = ()


class LiveCollection:
    """One collection. `so_far` may be asked by another thread while `whole` runs."""

    def __init__(self, request: CollectRequest, *, keep_values: bool = False) -> None:
        self._request, self._keep_values = request, keep_values
        self._lock = threading.Lock()
        self._finds: list[Listing] = []
        self._seen = (0, 0)
        self._about: Gathered | None = None

    def gathered(self, tell: OnProgress) -> Collected:
        """Collects all, and masks none of it. SourceError where the cluster cannot be reached."""
        collected = collect(self._request, tell, self._take)
        if self._request.select_logs is None:
            collected.gathered.mark(LOGS, not_asked(LOGS, NO_LOGS))
        return collected

    @property
    def listings(self) -> list[Listing]:
        """The collections that have come in."""
        with self._lock:
            return list(self._finds)

    def whole(self, tell: OnProgress) -> CollectionResult:
        """Collects all, masks it and takes it in. SourceError where the cluster cannot be reached."""
        collected = self.gathered(tell)
        check = masking_limit(self._request.deadline)
        built = build_snapshot(collected.gathered, keep_values=self._keep_values, check=check)
        snapshot = Snapshot(placed(built.manifest, collected.place), built.collections.values())
        return CollectionResult(snapshot, collected.interrupted, collected.unreached, collected.notes)

    def _take(self, gathered: Gathered, find: Listing) -> None:
        with self._lock:
            self._about = gathered
            self._finds.append(find)

    def waiting(self) -> list[str]:
        """The collections that are still being read, by name."""
        with self._lock:
            have = {find.collection for find in self._finds}
        cloud = self._request.cloud is not None
        kinds = [kind for kind in self._request.kinds if not is_custom(kind.collection)]  # most are not served
        return [kind.collection for kind in kinds if (cloud or not kind.cloud) and kind.collection not in have]

    def so_far(self) -> Snapshot | None:
        """What has come in; None where that is nothing new, not enough, or too much to do it twice.

        What is still being read is unknown to every playbook, so that none takes it for missing.
        """
        with self._lock:
            finds, about = list(self._finds), self._about
            if about is None or not {f.collection for f in finds} >= _FIRST:
                return None
            logs = dict(about.logs)  # they come in after the list of Pods, and maybe after every other list
            if self._seen == (len(finds), len(logs)):
                return None
            self._seen = (len(finds), len(logs))
        if sum(len(f.items) for f in finds) > _MOST:
            return None
        part = Gathered(about.source, recorded_at=about.recorded_at, versions=dict(about.versions))
        part.elsewhere = "still being read"
        part.logs = logs
        for find in finds:
            part.add(find.collection, msgspec.json.decode(msgspec.json.encode(find.items)), find.state)
        return build_snapshot(part)


def masking_limit(deadline: Deadline) -> Callable[[], None]:
    """Raises SourceError once masking has taken what is left of the time limit, or a third of it if that is more.

    What was read in time is masked as a rule, for nothing unmasked is kept; this is for texts that are made to be slow.
    """
    seconds = max(deadline.remaining, deadline.overall / 3, _MIN_MASKING_SECONDS)
    ends = deadline.clock() + seconds

    def check() -> None:
        if deadline.clock() > ends:
            raise SourceError(
                f"masking credentials did not finish within {seconds:.0f} s",
                hint="read less (-n NAMESPACE, --no-logs), or allow more time (--timeout 10m)",
            )

    return check


def placed(known: Manifest, place: GoogleLocation | None) -> Manifest:
    """The manifest with the cluster's place, where its objects do not show it: Nodes may be denied."""
    if place is None or known.project not in (None, place.project):
        return known
    return msgspec.structs.replace(
        known,
        project=place.project,
        cluster=known.cluster or place.cluster,
        location=known.location or place.location,
    )
