"""The server: the product's HTTP, with requests that may write."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from gkedoctor.serve.errors import ApiError
from gkedoctor.serve.request import Request, Response, answer, refused
from gkedoctor.serve.resources import Resource
from gkedoctor.serve.server import Server, _Handler
from tests.fixes.api_server.access import reviewed
from tests.fixes.api_server.index import Reader
from tests.fixes.api_server.requests import Write
from tests.fixes.api_server.store import Store
from tests.fixes.api_server.watching import watched
from tests.fixes.api_server.writes import written

REVIEW = ["apis", "authorization.k8s.io", "v1", "selfsubjectaccessreviews"]
Extra = Callable[[Store, bytes], Response]


class WritableApi:
    """Answers requests for one store below `/PREFIX`; kubectl keeps what it discovers by that path."""

    def __init__(self, store: Store, settle: Callable[[Store], None], extra: Extra | None = None) -> None:
        self.store, self.settle, self.extra = store, settle, extra
        self.stopping = threading.Event()
        self.resources: list[Resource] = []
        """Kinds that are served though no object of theirs is there."""

        self._reader: tuple[int, Reader] | None = None

    def serve_also(self, resources: list[Resource]) -> None:
        """Serves kinds of which no object need be there."""
        self.resources = resources
        self.store.served = [resource.collection for resource in resources]
        self._reader = None

    @property
    def reader(self) -> Reader:
        """The store as it is now."""
        with self.store.lock:
            if self._reader is None or self._reader[0] != self.store.version:
                self._reader = self.store.version, Reader(self.store.raw(), self.resources)
            return self._reader[1]

    def reply(self, request: Request, content_type: str, user: str) -> Response:
        """The answer to a request without its prefix."""
        parts = [part for part in request.path.split("/") if part]
        try:
            if parts == ["gcloud"] and self.extra is not None:
                return self.extra(self.store, request.body)
            if request.method == "POST" and parts == REVIEW:
                return reviewed(self.store, request, user)
            if "watch" in request.query and request.flag("watch"):
                return self._watch(request, parts)
            if request.method in ("GET", "HEAD"):
                return self._read(request, parts)
            return written(self.store, self._write(request, parts, content_type))
        except ApiError as error:
            return refused(error)

    def _target(self, parts: list[str]) -> Any:
        rest = parts[2:] if parts[0] == "api" else parts[3:]
        group, version = ("", parts[1]) if parts[0] == "api" else (parts[1], parts[2])
        return self.reader.api._target(group, version, rest)

    def _write(self, request: Request, parts: list[str], content_type: str) -> Write:
        if parts[:1] not in (["api"], ["apis"]) or len(parts) < 3:
            raise ApiError(404, "the server could not find the requested resource")
        target = self._target(parts)
        place = target.namespace or ""
        return Write(request, content_type, target.resource, place, target.name, target.subresource)

    def _watch(self, request: Request, parts: list[str]) -> Response:
        self.settle(self.store)
        target = self._target(parts)
        namespace = target.namespace if target.resource.namespaced else None
        return watched(self.store, self.reader.index, request, target.resource, namespace, self.stopping)

    def _read(self, request: Request, parts: list[str]) -> Response:
        if parts[-1:] == ["scale"]:
            return written(self.store, self._write(request, parts, ""))
        response = self.reader.answer(request)
        if parts[-1:] == ["log"] and response.code in (400, 404) and b"was not recorded" in response.body:
            return Response(b"", "text/plain")  # a container that has just been started has written nothing yet
        return response


class _Apis:
    """Several clusters behind one server, each below its own prefix."""

    def __init__(self) -> None:
        self.found: dict[str, WritableApi] = {}
        self.stopping = threading.Event()


class _WritingHandler(_Handler):
    def _answer(self) -> Response:
        url = urlsplit(self.path)
        try:
            self._refuse_strangers()
            body = self._body()
        except ApiError as error:
            self.close_connection = True
            return refused(error)
        prefix, _, path = unquote(url.path).lstrip("/").partition("/")
        api = cast(_Apis, cast(Server, self.server).api).found.get(prefix)
        if api is None:
            return answer({"message": "no such cluster"}, code=404)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        accept = ",".join(self.headers.get_all("Accept", []))
        request = Request(self.command, f"/{path}", query, accept, body)
        return api.reply(request, self.headers.get("Content-Type", ""), self.headers.get("Impersonate-User", ""))


class WritableServer:
    """One server for any number of clusters."""

    def __init__(self) -> None:
        self._apis = _Apis()
        self._server = Server(cast(Any, self._apis))
        self._server.RequestHandlerClass = _WritingHandler
        self._numbers = iter(range(1, 1_000_000))

    @contextmanager
    def cluster(
        self, store: Store, settle: Callable[[Store], None], extra: Extra | None = None
    ) -> Iterator[tuple[WritableApi, str]]:
        """An API for a store and its address, for as long as it is used."""
        prefix = f"c{next(self._numbers)}"
        api = WritableApi(store, settle, extra)
        self._apis.found[prefix] = api
        try:
            yield api, f"{self._server.url}/{prefix}"
        finally:
            api.stopping.set()
            del self._apis.found[prefix]


@contextmanager
def writable_server() -> Iterator[WritableServer]:
    """A running server on a free port of 127.0.0.1."""
    server = WritableServer()
    thread = threading.Thread(target=server._server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server._server.shutdown()
        server._server.end()
        thread.join(5)
