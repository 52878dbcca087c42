"""Brings requests in by HTTP, on loopback only. Never calls anybody."""

from __future__ import annotations

import gzip
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from gkedoctor.errors import UsageError
from gkedoctor.serve.access import Access
from gkedoctor.serve.api import Api
from gkedoctor.serve.errors import REASONS, ApiError
from gkedoctor.serve.request import Request, Response, refused

LOOPBACK = "127.0.0.1"
_OWN_NAMES = (LOOPBACK, "localhost")
_GZIP_FROM_BYTES = 128 * 1024
"""As the API server does: k8s.io/apiserver/pkg/endpoints/handlers/responsewriters."""

_LARGEST_BODY = 3 * 1024 * 1024
_PATIENCE_SECONDS = 2.0
_IDLE_SECONDS = 20.0
"""For the handshake, and from the end of one answer until the whole next request is there."""

_LOOK_SECONDS = 0.5
_MOST_CONNECTIONS = 512


class Server(ThreadingHTTPServer):
    """Serves an API on 127.0.0.1. `port` 0 picks a free one."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, api: Api, port: int = 0, access: Access | None = None, *, idle: float = _IDLE_SECONDS) -> None:
        self.api, self.access = api, access
        self.streams = 0
        self._lock = threading.Lock()
        self._tls = access.context() if access is not None else None
        self._idle, self._looked = idle, 0.0
        self._reading: dict[socket.socket, float] = {}
        self._open = threading.BoundedSemaphore(_MOST_CONNECTIONS)
        try:
            super().__init__((LOOPBACK, port), _Handler)
        except OSError as error:
            hint = "--port 0 picks a free one"
            raise UsageError(f"port {port} cannot be used: {error.strerror or error}", hint=hint) from error

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{'http' if self.access is None else 'https'}://{LOOPBACK}:{self.server_address[1]}"

    def end(self) -> None:
        """Ends all watches as a server does that goes down in order, and closes."""
        self.api.stopping.set()
        until = time.monotonic() + _PATIENCE_SECONDS
        while self.streams and time.monotonic() < until:
            time.sleep(0.01)
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        """A thread for each connection, up to a bound: what is beyond it is closed."""
        if not self._open.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """One connection, with TLS where there is a token. The handshake is slow, and belongs in this thread."""
        try:
            if self._tls is not None:
                request.settimeout(self._idle)
                request = self._tls.wrap_socket(request, server_side=True)
                request.settimeout(None)
            super().process_request_thread(request, client_address)
        except OSError:  # no handshake: the client went away, or speaks no TLS
            self.shutdown_request(request)
        finally:
            self._open.release()

    def begin_reading(self, connection: socket.socket) -> None:
        """A request may come in from now on; its head and body have to be there within the idle time."""
        with self._lock:
            self._reading[connection] = time.monotonic()

    def end_reading(self, connection: socket.socket) -> None:
        """The request is there, or the connection is closed."""
        with self._lock:
            self._reading.pop(connection, None)

    def service_actions(self) -> None:
        """Called by `serve_forever` all the time: hangs up on those who wait too long, so that no thread is kept."""
        now = time.monotonic()
        if now - self._looked < _LOOK_SECONDS:
            return
        self._looked = now
        with self._lock:
            late = [connection for connection, began in self._reading.items() if now - began > self._idle]
        for connection in late:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def count_stream(self, change: int) -> None:
        """Keeps the number of open streams."""
        with self._lock:
            self.streams += change

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no fault; anything else is told as Python does."""
        import sys

        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "gkedoctor"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1

    def handle_one_request(self) -> None:
        """Reads one request, and answers it."""
        server = cast(Server, self.server)
        server.begin_reading(self.connection)
        try:
            super().handle_one_request()
        finally:
            server.end_reading(self.connection)

    def _serve(self) -> None:
        self._send(self._answer())

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve  # noqa: N815

    def _answer(self) -> Response:
        try:
            self._refuse_strangers()
            url = urlsplit(self.path)
            query = dict(parse_qsl(url.query, keep_blank_values=True))
            body = self._body()
        except ApiError as error:
            self.close_connection = True
            return refused(error)
        finally:
            cast(Server, self.server).end_reading(self.connection)
        accept = ",".join(self.headers.get_all("Accept", []))
        return self._api.answer(Request(self.command, unquote(url.path), query, accept, body))

    @property
    def _api(self) -> Api:
        return cast(Server, self.server).api

    def _refuse_strangers(self) -> None:
        """A web page that points its own name at 127.0.0.1 must not read a recording (DNS rebinding)."""
        access = cast(Server, self.server).access
        hosts = self.headers.get_all("Host", [])
        if len(hosts) != 1:
            raise ApiError(400, "a request needs one Host header")  # RFC 9112, 3.2
        host = hosts[0].strip()
        if host.rpartition(":")[0] not in _OWN_NAMES and host not in _OWN_NAMES:
            raise ApiError(403, f"this server is {_OWN_NAMES[0]}, not {host[:80]}")
        if access is not None and not access.lets_in(self.headers.get("Authorization", "")):
            raise ApiError(401, "Unauthorized")

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding"):
            raise ApiError(413, "bodies in chunks are not read: this is a recording, it can only be read")
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdigit()) or int(length) > _LARGEST_BODY:
            raise ApiError(413, "the body is too large")
        return self.rfile.read(int(length))

    def _send(self, response: Response) -> None:
        if response.stream is not None and self.command != "HEAD":
            self._send_stream(response, response.stream)
            return
        body = response.body
        headers = [*response.headers, ("Content-Type", response.content_type)]
        if len(body) >= _GZIP_FROM_BYTES and "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, 1, mtime=0)
            headers += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
        self._send_head(response.code, [*headers, ("Content-Length", str(len(body)))])
        if self.command != "HEAD":
            self.wfile.write(body)

    def _send_head(self, code: int, headers: list[tuple[str, str]]) -> None:
        self.send_response(code)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Cache-Control", "no-cache, private")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()

    def _send_stream(self, response: Response, stream: Iterator[bytes]) -> None:
        chunked = self.request_version != "HTTP/1.0"
        headers = [*response.headers, ("Content-Type", response.content_type)]
        server = cast(Server, self.server)
        server.count_stream(1)
        try:
            self._send_head(response.code, [*headers, *([("Transfer-Encoding", "chunked")] if chunked else [])])
            self.wfile.flush()
            self._send_pieces(stream, chunked)
        finally:
            server.count_stream(-1)

    def _send_pieces(self, stream: Iterator[bytes], chunked: bool) -> None:
        for piece in stream:
            if piece:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
            else:
                self.wfile.flush()
                if self._is_left():
                    self.close_connection = True
                    return
        self.wfile.write(b"0\r\n\r\n" if chunked else b"")
        self.wfile.flush()

    def _is_left(self) -> bool:
        """Whether the client has hung up."""
        try:
            readable, _, _ = select.select([self.connection], [], [], 0)
        except ValueError:  # more than 1,024 open files: it will show when there is something to write
            return False
        return bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What http.server itself refuses, as a Status."""
        self.close_connection = True
        known = code if code in REASONS else 405 if code == 501 else 400
        self._send(refused(ApiError(known, message or "the request cannot be read")))

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is logged."""
