"""What follows the API server: a thread for each list, one that looks whether the server answers, one for new kinds."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from gkedoctor.collect.collector import CollectRequest
from gkedoctor.collect.deadline import CollectionStopped, RequestFailed
from gkedoctor.collect.kubernetes import Cluster, KubernetesLister, reached
from gkedoctor.collect.results import Listing
from gkedoctor.collect.watch.connection import CONNECTIONS, WatchClient
from gkedoctor.collect.watch.discovery import Discovery
from gkedoctor.collect.watch.identity import AnotherCluster, Identity, IdentityCheck
from gkedoctor.collect.watch.reflector import Access, Change, Reflector, Relisted, Scope, ScopeStatus
from gkedoctor.live.heartbeat import Heartbeat, check_server
from gkedoctor.live.polled_lists import PolledLists
from gkedoctor.live.served_kinds import KindServed, ServedKinds
from gkedoctor.snapshot.intake import Gathered
from gkedoctor.snapshot.kinds import Kind
from gkedoctor.snapshot.model import Status

_FIRST = ("pods", "events", "nodes", "deployments", "replicasets", "services", "endpointslices", "ingresses")
"""The lists that get the first connections."""

_NAMESPACE = re.compile(r"/namespaces/([^/]+)/")


class Fault(NamedTuple):
    """What ends a thread, and the session with it."""

    error: BaseException


WatchMessage = Change | ScopeStatus | Heartbeat | KindServed | Fault
Put = Callable[[WatchMessage], None]


def run_thread(name: str, work: Callable[[], None], put: Callable[[Fault], None]) -> None:
    """Does the work in a thread; what it raises is raised again by the thread that follows."""

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  # handed over whole
            put(Fault(error))

    threading.Thread(target=run, name=f"watch-{name}", daemon=True).start()


def scopes_of(listing: Listing) -> list[tuple[Scope, str]]:
    """The lists that a listing is made of, and from which version on each can be watched."""
    found = []
    for watch in listing.watches:
        named = _NAMESPACE.search(watch.path)
        found.append((Scope(listing.collection, watch.path, named[1] if named is not None else None), watch.version))
    return found


class FirstReading(NamedTuple):
    """What was read at first, of which the lists are followed."""

    identity: Identity
    scopes: list[tuple[Scope, str]]
    not_served: tuple[Kind, ...]


def first_reading(request: CollectRequest, gathered: Gathered, listings: Iterable[Listing]) -> FirstReading:
    """What is followed of a first collection."""
    order = {name: i for i, name in enumerate(_FIRST)}
    scopes = [scope for listing in listings for scope in scopes_of(listing)]
    scopes.sort(key=lambda entry: (order.get(entry[0].collection, len(order)), entry[0]))
    followed = {scope.collection for scope, _ in scopes}
    missing = tuple(kind for kind in request.kinds if not kind.cloud and kind.collection not in followed
                    and _is_not_served(gathered, kind.collection))  # fmt: skip
    recorded = gathered.recorded_at.isoformat() if gathered.recorded_at is not None else ""
    return FirstReading(Identity(_uid(gathered), recorded), scopes, missing)


def _is_not_served(gathered: Gathered, collection: str) -> bool:
    state = gathered.states.get(collection)
    return state is None or state.status is Status.DISABLED


def _uid(gathered: Gathered) -> str:
    """The uid of the Namespace `kube-system`; empty where it is not known."""
    for item in gathered.objects.get("namespaces", ()):
        metadata: Any = item.get("metadata") if isinstance(item, dict) else None
        if isinstance(metadata, dict) and metadata.get("name") == "kube-system":
            return str(metadata.get("uid") or "")
    return ""


class Watches:
    """Starts all threads, and those for kinds that are served later. For one thread."""

    def __init__(self, request: CollectRequest, client: WatchClient, interval: float, put: Put) -> None:
        self._request, self._client, self._interval, self._put = request, client, interval, put
        self._cluster: Cluster = reached(client)
        client.has_version = bool(self._cluster.version)
        self._followed = 0
        self._comparable: list[Reflector] = []
        self._version = -1
        self._polled: dict[str, PolledLists] = {}
        self.started = threading.Event()
        """Set once lists can be followed that were not read at first."""

        self._served: ServedKinds | None = None
        self._access: Access | None = None

    @property
    def is_recorded(self) -> bool:
        """Whether it is a recording that is served: its clock stands still."""
        return bool(self._cluster.recorded)

    def start(self, first: FirstReading) -> None:
        """Follows what was read."""
        client, identity = self._client, first.identity
        known = identity if self.is_recorded else identity._replace(recorded="")
        check = IdentityCheck(client, known, self._another_cluster, self._newest)
        try:
            check.verify(client.deadline.clock())
        except CollectionStopped:  # it is another cluster already
            return
        except RequestFailed:
            pass  # whoever follows a list says so
        self._version = check.version
        self._access = Access(
            client.stream, self._lister(self._cluster).pages, client.renew_again, client.deadline, self._interval,
            Discovery(client).served_at, lambda: client.recoveries, client.permitted, check.verify,
        )  # fmt: skip
        for scope, version in first.scopes:
            self.follow(scope, version)
        self._thread("heartbeat", partial(check_server, client, self._put))
        if not self.is_recorded:
            self._served = ServedKinds(client, self._cluster, first.not_served, self._lister, self._put)
            self._thread("discovery", self._served.run)
        self.started.set()

    def _newest(self) -> int:
        """The last resourceVersion of the lists that share one etcd with Namespaces, as far as it is known."""
        return max((reflector.version for reflector in list(self._comparable)), default=-1)

    def add(self, listing: Listing) -> None:
        """Follows a kind that is served now."""
        for scope, version in scopes_of(listing):
            self.follow(scope, version)

    def gone(self, change: Relisted) -> None:
        """A list that is not followed any more, for its kind is not served."""
        kind = next((kind for kind in self._request.kinds if kind.collection == change.scope.collection), None)
        if self._served is not None and kind is not None:
            self._served.gone(kind)

    def _lister(self, cluster: Cluster) -> KubernetesLister:
        request = self._request
        return KubernetesLister(self._client, cluster, only=request.only, fallback=request.fallback)

    def _another_cluster(self, error: AnotherCluster) -> None:
        self._put(Fault(error))

    def _thread(self, name: str, work: Callable[[], None]) -> None:
        run_thread(name, work, self._put)

    def follow(self, scope: Scope, version: str) -> None:
        """Follows one list from a version on; where all connections are in use, reads it at an interval."""
        assert self._access is not None
        if self._followed < CONNECTIONS:
            self._followed += 1
            access = _narrowed(self._access, self._lister(self._cluster), scope.selector)
            reflector = Reflector(scope, version, access, self._put, self._put)
            if 0 <= reflector.version <= self._version:  # Events may have an etcd of their own, ahead of this one
                self._comparable.append(reflector)
            self._thread(scope.collection, reflector.run)
            return
        polled = self._polled.get(scope.selector)
        if polled is None:
            access = _narrowed(self._access, self._lister(self._cluster), scope.selector)
            polled = self._polled[scope.selector] = PolledLists(access, self._put)
            self._thread("poll", polled.run)
        polled.add(scope)


def _narrowed(access: Access, lister: KubernetesLister, selector: str) -> Access:
    """The access to a list that a field selector narrows."""
    if not selector:
        return access
    narrow, stream = ("fieldSelector", selector), access.stream
    return replace(
        access,
        stream=lambda path, query, silence: stream(path, [*query, narrow], silence),
        pages=lambda path, collection: lister.pages(path, collection, selector),
    )
