"""Kinds that were not served when the cluster was read: they are read once they are, for operators get installed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import NamedTuple

from gkedoctor.collect.deadline import CollectionStopped, RequestFailed
from gkedoctor.collect.kubernetes import Cluster, KubernetesLister
from gkedoctor.collect.results import Listing
from gkedoctor.collect.watch.connection import WatchClient
from gkedoctor.collect.watch.served_resources import Served, ServedResources
from gkedoctor.snapshot.kinds import Kind
from gkedoctor.snapshot.model import Status

_EVERY_SECONDS = 30.0


class KindServed(NamedTuple):
    """A kind that is served now, and what was read of it."""

    listing: Listing


class ServedKinds:
    """Waits for kinds to be served. `run` is for a thread of its own; the rest for any."""

    def __init__(
        self,
        client: WatchClient,
        cluster: Cluster,
        kinds: Iterable[Kind],
        new_lister: Callable[[Cluster], KubernetesLister],
        put: Callable[[KindServed], None],
    ) -> None:
        """`kinds`: those that are not served."""
        self._client, self._cluster = client, cluster
        self._new_lister, self._put = new_lister, put
        self._resources = ServedResources(client)
        self._lock = threading.Lock()
        self._waiting = {kind.collection: kind for kind in kinds}
        self._forgotten = False

    def gone(self, kind: Kind) -> None:
        """A kind that is not served any more."""
        with self._lock:
            self._waiting[kind.collection] = kind
            self._forgotten = True

    def run(self) -> None:
        """Until the deadline is stopped."""
        deadline = self._client.deadline
        while not deadline.stopped.is_set():
            deadline.pause(_EVERY_SECONDS)
            try:
                self.look()
            except RequestFailed:  # who follows a list says that the server does not answer
                self._resources.forget()
            except CollectionStopped:
                return

    def look(self) -> None:
        """Reads what is served, and of it what was not. RequestFailed."""
        with self._lock:
            waiting = list(self._waiting.values())
            if self._forgotten:
                self._resources.forget()
            self._forgotten = False
        served = self._resources.changed({kind.group for kind in waiting}) if waiting else None
        for kind in waiting if served is not None else ():
            if (kind.group, kind.resource) in (served or {}):
                self._read(kind, served or {})

    def _read(self, kind: Kind, served: Served) -> None:
        groups = dict(self._cluster.groups or {}) | {kind.group: served[kind.group, kind.resource]}
        listing = self._new_lister(self._cluster._replace(groups=groups)).collection(kind)
        if listing.state.status in (Status.DISABLED, Status.FAILED):  # it is said to be served before it is
            self._resources.forget()
            return
        with self._lock:
            self._waiting.pop(kind.collection, None)
        self._put(KindServed(listing))
