"""What was read of Google Cloud again: what counts of it, and what is said of a reading that failed."""

from __future__ import annotations

from typing import NamedTuple

from gkedoctor.collect.results import Listing
from gkedoctor.collect.watch.reflector import Scope, ScopeStatus
from gkedoctor.live.cloud_following import CloudRead
from gkedoctor.live.followed_lists import FollowedLists
from gkedoctor.live.freshness import CLOUD
from gkedoctor.snapshot.incremental import IncrementalSnapshot
from gkedoctor.snapshot.model import CollectionState, Status

_LASTING = 3
"""Whole readings in a row after which a worse state counts: changes of IAM take about two minutes to be everywhere
(cloud.google.com/iam/docs/access-change-propagation), and a zone that does not answer for once is no news."""


class Taken(NamedTuple):
    """Whether anything changed, and how the collection is read now."""

    changed: bool
    status: ScopeStatus


class CloudLists:
    """The collections of Google Cloud. For one thread."""

    def __init__(self, lists: FollowedLists) -> None:
        self._lists = lists
        self._worse: dict[str, int] = {}
        self._lost: set[str] = set()

    def take(self, objects: IncrementalSnapshot, read: CloudRead, now: float) -> Taken:
        """Takes in a collection. One that is worse than before counts only if it stays so; one that failed never."""
        name, state = read.listing.collection, read.listing.state
        known = objects.state(name)
        if _is_worse(state, known):
            self._worse[name] = self._worse.get(name, 0) + (not read.part)
            if read.part or state.status is Status.FAILED or self._worse[name] < _LASTING:
                return Taken(False, ScopeStatus(_scope(name), now, f"{name}: {state.reason}", read.retry_at))
            self._lists.denied(name, state.reason)
            self._lost.add(name)
        elif name in self._lost and not read.part:
            self._lost.discard(name)
            self._lists.permitted(name)
        self._worse.pop(name, None)
        _put(objects, read.listing, part=read.part)
        return Taken(True, ScopeStatus(_scope(name), now, refused=name in self._lost))


def _is_worse(state: CollectionState, known: CollectionState) -> bool:
    """Whether less is known than before, or as little as before a reading that counts."""
    if state.status is Status.COMPLETE or not known.is_read:
        return False
    return known.status is Status.COMPLETE or state.status is not Status.PARTIAL


def _scope(name: str) -> Scope:
    return Scope(CLOUD.collection, name)


def _put(objects: IncrementalSnapshot, listing: Listing, *, part: bool) -> None:
    if part:
        for item in listing.items:
            objects.put(listing.collection, item)
        return
    objects.replace(listing.collection, listing.items)
    objects.set_state(listing.collection, listing.state)
