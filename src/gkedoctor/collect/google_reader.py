"""Parts of Google Cloud: what a question needs of each collection, by name or filter, and the health of what it names.

A list that is narrowed by names is one request for all of them, and complete for each: a name that is not in the
response does not exist. The library and the credentials are loaded with the first read.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from gkedoctor.collect.deadline import CollectionStopped, Deadline, RequestFailed
from gkedoctor.collect.google_location import NO_PLACE, GoogleLocation, GoogleOptions
from gkedoctor.collect.results import COMPUTE, CollectorProgress, Listing, OnProgress, trouble_of
from gkedoctor.collect.thread_pool import run_all
from gkedoctor.snapshot.kinds import LISTED_IN, UPTIME
from gkedoctor.snapshot.model import CollectionState, Status, not_asked, permission
from gkedoctor.snapshot.part import Read

if TYPE_CHECKING:
    from gkedoctor.collect.google_apis import GoogleApis

_THREADS = 6
_NAMES_OF_ONE_LIST = 40
"""Names of at most 63 characters: below 4 KiB of a URL, of which servers take 8 KiB."""

_MOST_NAMES = 160
"""Names of one collection beyond which the whole list is fewer requests or as many, at 500 objects a page."""

_HEALTH, _CLUSTERS = "compute.backendServicesHealth", "container.clusters"


class PartListing(NamedTuple):
    """What came of one read."""

    read: Read
    listing: Listing


class GoogleReader:
    """Reads parts of one project, and keeps what it has read: nothing is requested twice."""

    def __init__(
        self, options: GoogleOptions, place: GoogleLocation | None, deadline: Deadline, tell: OnProgress
    ) -> None:
        self._options, self._place, self._deadline, self._tell = options, place, deadline, tell
        self._lock = threading.Lock()
        self._known: dict[Read, Listing] = {}
        self._apis: GoogleApis | None = None

    def read(self, reads: Sequence[Read]) -> list[PartListing]:
        """Answers each of the reads; RequestFailed and the like are the state of a listing, and never raised."""
        asked = [read for read in dict.fromkeys(reads) if read not in self._known]
        if asked:
            self._answer(asked)
            self._tell_how_far(asked)
        return [PartListing(read, self._known[read]) for read in reads]

    def _tell_how_far(self, asked: Sequence[Read]) -> None:
        count = sum(len(found.items) for found in self._known.values())
        troubles = [trouble for read in asked if (trouble := trouble_of(self._known[read]))]
        for trouble in troubles or [""]:
            self._tell(CollectorProgress(COMPUTE, count, "", trouble))

    def _answer(self, asked: Sequence[Read]) -> None:
        apis = self._connected()
        if isinstance(apis, CollectionState):
            for read in asked:
                needs = permission(read.collection)
                state = CollectionState(apis.status, reason=apis.reason, needs=needs)
                self._keep(read, Listing(read.collection, (), state))
            return
        self._together(apis, [Read(name) for name in self._first(asked)])
        lists = [read for read in asked if read.collection not in LISTED_IN]
        parents = [read._replace(collection=LISTED_IN[read.collection]) for read in asked if read not in lists]
        self._together(apis, [*lists, *parents])
        run_all([partial(self._of_each, apis, name, asked) for name in LISTED_IN], len(LISTED_IN), "google")

    def _first(self, asked: Iterable[Read]) -> list[str]:
        """The clusters: they name the host project of a Shared VPC."""
        from gkedoctor.collect.compute import SHARED

        needed = {read.collection for read in asked} & {*SHARED, _CLUSTERS}
        return [_CLUSTERS] if needed and Read(_CLUSTERS) not in self._known else []

    def _together(self, apis: GoogleApis, reads: Iterable[Read]) -> None:
        new = [read for read in dict.fromkeys(reads) if read not in self._known]
        whole = {read.collection for read in new if read.is_whole} | {r.collection for r in self._known if r.is_whole}
        tasks: list[Callable[[], None]] = []
        by_name: dict[str, list[Read]] = {}
        for read in new:
            if read.collection in whole and not read.is_whole:
                continue
            if read.name and not read.selector and read.collection in apis.compute.lists:
                by_name.setdefault(read.collection, []).append(read)
            else:
                tasks.append(partial(self._list, apis, read))
        for name, group in by_name.items():
            if len(group) > _MOST_NAMES:
                tasks.append(partial(self._list, apis, Read(name)))
            else:
                tasks += [partial(self._named, apis, part) for part in _chunks(group)]
        if tasks:
            run_all(tasks, _THREADS, "google")
        for read in new:
            if read not in self._known:
                self._keep(read, narrowed(self._known[Read(read.collection)], read))

    def _list(self, apis: GoogleApis, read: Read) -> None:
        found = _listed(apis, read.collection, self._hosts(apis), read.selector)
        self._keep(read, narrowed(found, read))
        if not read.selector and not read.is_whole:  # this API has no filter for it, so all is there
            self._keep(Read(read.collection), found)

    def _named(self, apis: GoogleApis, reads: Sequence[Read]) -> None:
        """One list for several names."""
        names = sorted({read.name for read in reads})
        matching = " OR ".join(f'(name = "{name}")' for name in names) if len(names) > 1 else f'name = "{names[0]}"'
        found = _listed(apis, reads[0].collection, self._hosts(apis), matching)
        for read in reads:
            self._keep(read, narrowed(found, read))

    def _of_each(self, apis: GoogleApis, collection: str, asked: Sequence[Read]) -> None:
        """What is asked one object at a time, of the objects that the reads name."""
        reads = [read for read in asked if read.collection == collection]
        if not reads:
            return
        parents = [self._known[read._replace(collection=LISTED_IN[collection])] for read in reads]
        bad = next((one.state for one in parents if one.state.status is not Status.COMPLETE), parents[0].state)
        objects = list({id(item): item for one in parents for item in one.items}.values())
        if collection == _HEALTH and not any(read.is_whole for read in reads):
            found = apis.compute.health_of(objects, bad)
        elif collection == _HEALTH:
            found = apis.compute.health(objects, self._groups(), bad)
        else:
            found = apis.compute.endpoints(objects, bad)
        for read in reads:
            self._keep(read, narrowed(found, read))

    def _groups(self) -> Sequence[Any]:
        known = self._known.get(Read("compute.networkEndpointGroups"))
        return list(known.items) if known is not None else ()

    def _hosts(self, apis: GoogleApis) -> Sequence[str]:
        return apis.container.host_projects(self._known.get(Read(_CLUSTERS)))

    def _keep(self, read: Read, found: Listing) -> None:
        with self._lock:
            self._known[read] = found

    def _connected(self) -> GoogleApis | CollectionState:
        """The APIs; a state for all that is read of them, where there is no way in."""
        if self._place is None:
            return CollectionState(Status.NOT_ASKED, reason=NO_PLACE)
        if self._apis is None:
            from gkedoctor.collect.google_apis import GoogleApis
            from gkedoctor.collect.google_cloud import google_session

            try:
                session = google_session(self._options, self._deadline)
            except (RequestFailed, CollectionStopped) as refused:
                return CollectionState(Status.FAILED, reason=refused.reason)
            self._apis = GoogleApis(session, self._options, self._place, self._deadline)
        return self._apis


def _listed(apis: GoogleApis, collection: str, hosts: Sequence[str], matching: str) -> Listing:
    """A list, narrowed by a filter where the API takes one."""
    if collection == _CLUSTERS:
        return apis.container.clusters()
    if collection in apis.rest.collections:
        return apis.rest.listed(collection)
    if collection in UPTIME:
        return apis.monitoring.listed(collection)
    if collection not in apis.compute.lists:
        return Listing(collection, (), not_asked(collection, "not read for a part of the cluster"))
    return apis.compute.listed(collection, hosts, matching)


def narrowed(found: Listing, read: Read) -> Listing:
    """The part of a listing that one of several reads asked for."""
    if not read.name and not read.namespace:
        return found
    return Listing(found.collection, [item for item in found.items if _is_asked(item, read)], found.state)


def _is_asked(item: Any, read: Read) -> bool:
    if read.name and item.get("name") != read.name:
        return False
    return not read.namespace or _location(item) == read.namespace


def _location(item: Any) -> str:
    """`global`, a region or a zone."""
    return str(item.get("zone") or item.get("region") or item.get("location") or "global").rpartition("/")[2]


def _chunks(reads: Sequence[Read]) -> Iterator[Sequence[Read]]:
    for start in range(0, len(reads), _NAMES_OF_ONE_LIST):
        yield reads[start : start + _NAMES_OF_ONE_LIST]
