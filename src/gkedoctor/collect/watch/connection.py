"""Connections whose responses have no end: they may stay silent for a while, and can be cut from another thread.

HTTP/1.1 takes one connection a watch. The API server does not count them among the requests that it serves at a time
(kubernetes.io/docs/concepts/cluster-administration/flow-control: watches are counted only while they begin).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from gkedoctor.collect.deadline import Deadline, RequestFailed, RequestLimits
from gkedoctor.collect.kubeconfig import Login, context_of, files_of
from gkedoctor.collect.kubernetes_client import (
    HttpResponse,
    KubernetesClient,
    api_client,
    network_failures,
    open_stream,
    refusal,
)
from gkedoctor.errors import SourceError

CONNECTIONS = 100
"""Watches at a time. More lists than these are read at an interval."""

_CHUNK = 1 << 16
_LONGEST_REFUSAL = 1 << 16
_HEARTBEAT = RequestLimits(attempts=1, seconds=5.0)


class WatchClient(KubernetesClient):
    """A cluster's API that can be watched as well. Safe to use from several threads."""

    def __init__(self, login: Login, deadline: Deadline) -> None:
        super().__init__(login, deadline)
        self._given, self.login = login, login._replace(context=self.address.context)  # whatever becomes current
        self._files = files_of(login)
        self._streams, _ = api_client(self.login, deadline, streams=CONNECTIONS)
        self._open: dict[Any, float] = {}
        self.recoveries = 0
        """How often the server could be reached again after it could not."""

        self.newest = deadline.clock()
        """When the server last sent anything, on the clock of the deadline."""

        self.has_version = False
        """Whether the server answered with its version, which some accounts may not read."""

    def stream(self, path: str, query: Sequence[tuple[str, str]], silence: float) -> Iterator[bytes]:
        """The body of a response as it comes, after an empty piece when it begins.

        RequestFailed where it is refused, cut, or silent for so many seconds.
        """
        with self._lock:
            renewals, api = self._renewals, self._streams
        late = f"no data for {silence:.3g} s"
        with self._cuts(), network_failures(self.deadline, late):
            response = self._opened(api, path, query, silence)
        try:
            if response.status == 401 and self.renew(renewals):
                raise RequestFailed("the credentials were read again", code=401, retry_after=0.0)
            self._refuse(response)
            yield b""
            yield from self._chunks(response, late)
        finally:
            self._closed(response)

    def _opened(self, api: Any, path: str, query: Sequence[tuple[str, str]], silence: float) -> Any:
        self.deadline.check()
        response = open_stream(api, path, query, (self.deadline.request, silence), self.deadline)
        with self._lock:
            self._open[response] = self.deadline.clock()
        return response

    def _refuse(self, response: Any) -> None:
        """Raises RequestFailed for any status but 200."""
        if response.status == 200:
            self._accepted = True
            self.newest = self.deadline.clock()
            return
        body = response.read(_LONGEST_REFUSAL)
        raise refusal(HttpResponse(response.status, dict(response.headers), body))

    def _chunks(self, response: Any, late: str) -> Iterator[bytes]:
        while True:
            with self._cuts(), network_failures(self.deadline, late):
                chunk = response.read1(_CHUNK)
            if not chunk:
                return
            self.newest = self.deadline.clock()
            yield chunk

    @contextmanager
    def _cuts(self) -> Iterator[None]:
        """Says in plain words that a connection was cut: urllib3 shows a tuple of its parts."""
        try:
            yield
        except RequestFailed as failed:
            if failed.reason.startswith("('Connection "):
                raise RequestFailed("the connection was cut") from failed
            raise

    def _closed(self, response: Any) -> None:
        with self._lock:
            self._open.pop(response, None)
        with suppress(Exception):  # it is cut already
            response.close()

    def renew_again(self) -> None:
        """Reads the credentials again though the last ones were refused: somebody may have logged in meanwhile."""
        with self._lock:
            self._renew()

    def renew_if_changed(self) -> None:
        """Reads the kubeconfig again if it was written since: a cluster that is created again has another address."""
        files = files_of(self.login)
        if files == self._files:
            return
        self._files = files
        with self._lock:
            if self._renew() or self._given.context is not None:
                return
            before, self.login = self.login, self._given  # the context is gone, and none was chosen by its name
            if self._renew():
                self.login = self._given._replace(context=context_of(self._given))
            else:
                self.login = before

    def unless_same(self, path: str, accept: str, etag: str) -> HttpResponse | None:
        """A response; None where it is the one that had this ETag. RequestFailed for any other status than 2xx."""
        try:
            return self.deadline.retry(lambda: self._asked("GET", path, (), accept, None, if_none_match=etag))
        except RequestFailed as failed:
            if failed.code != 304:
                raise
            return None

    def _renew(self) -> bool:
        try:
            streams, _ = api_client(self.login, self.deadline, streams=CONNECTIONS)
        except SourceError:
            return False
        if not super()._renew():
            return False
        self._streams = streams
        return True

    def heartbeat(self) -> str | None:
        """Asks for the server's version, the smallest answer that there is; what time it is there, if it says so.

        RequestFailed where no answer comes, and for 404 where there was a version before: that is another server.
        """
        try:
            headers = self.get("/version", limits=_HEARTBEAT).headers
            self.has_version = True
        except RequestFailed as failed:
            if failed.code != 403 and (failed.code != 404 or self.has_version):
                raise
            headers = {}
        self.newest = self.deadline.clock()
        return headers.get("Date")

    def recovered(self, since: float) -> None:
        """The server can be reached again: what is older than its failure may be dead without knowing it."""
        self.recoveries += 1
        self.cut(since)

    def permitted(self) -> None:
        """Something is permitted again: what else was refused is tried at once."""
        with self._lock:
            self.recoveries += 1

    def cut(self, before: float = math.inf) -> None:
        """Ends the streams that were opened before: each goes on from where it was over a new connection."""
        with self._lock:
            streams = [response for response, at in self._open.items() if at < before]
        for response in streams:
            with suppress(Exception):  # it is cut already
                response.shutdown()
