"""What collectors hand over: a part of a collection with its true state, a log, or a word on how far they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gkedoctor.snapshot.compressed import IterableObjects
from gkedoctor.snapshot.model import CollectionState, Status, permission

KUBERNETES, LOG_LINES, COMPUTE, CONTAINER = "Kubernetes", "logs", "Compute Engine", "GKE API"
UPTIME_CHECKS, EVENT_HISTORY, CHANGES = "uptime checks", "Event history", "changes"
"""The collectors, as a user reads them."""


class WatchStart(NamedTuple):
    """A list of the Kubernetes API, and from which of its states on it can be watched.

    `version`: the resourceVersion of the listing; empty where none was read to its end.
    """

    path: str
    version: str = ""


class Listing(NamedTuple):
    """All that one collector read of one collection. `watches`: the lists of the Kubernetes API that it is made of."""

    collection: str
    items: IterableObjects
    state: CollectionState
    watches: tuple[WatchStart, ...] = ()


class ContainerLog(NamedTuple):
    """The last lines of one run of one container."""

    namespace: str
    pod: str
    container: str
    previous: bool
    text: str


class CollectorProgress(NamedTuple):
    """How far a collector is. `state`: `""` while it works."""

    collector: str
    objects: int
    state: str = ""
    trouble: str = ""


def trouble_of(found: Listing) -> str:
    """Why a listing is not complete, with its name; empty where it is."""
    state = found.state
    return f"{found.collection}: {state.status}: {state.reason}" if state.status is not Status.COMPLETE else ""


OnProgress = Callable[[CollectorProgress], None]

COMPLETE = CollectionState(Status.COMPLETE)


def state_of(collection: str, code: int, reason: str, *, some: bool = False) -> CollectionState:
    """The state of a collection whose reading ended with this HTTP status. `some`: after a part was read."""
    if some:
        return CollectionState(Status.PARTIAL, reason=reason, needs=permission(collection) if code == 403 else "")
    if code == 403:
        return CollectionState(Status.DENIED, reason=reason, needs=permission(collection))
    if code == 404:
        return CollectionState(Status.DISABLED, reason="not served by this cluster")
    return CollectionState(Status.FAILED, reason=reason)
