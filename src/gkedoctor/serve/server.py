"""Brings requests in by HTTP, on loopback only. Never calls anybody."""

from __future__ import annotations

import gzip
import select
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from gkedoctor.errors import UsageError
from gkedoctor.serve.api import Api
from gkedoctor.serve.errors import REASONS, ApiError
from gkedoctor.serve.request import Request, Response, refused

LOOPBACK = "127.0.0.1"
_OWN_NAMES = (LOOPBACK, "localhost")
_GZIP_FROM_BYTES = 128 * 1024
"""As the API server does: k8s.io/apiserver/pkg/endpoints/handlers/responsewriters."""

_LARGEST_BODY = 3 * 1024 * 1024
_PATIENCE_SECONDS = 2.0


class Server(ThreadingHTTPServer):
    """Serves an API on 127.0.0.1. `port` 0 picks a free one."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, api: Api, port: int = 0) -> None:
        self.api = api
        self.streams = 0
        self._lock = threading.Lock()
        try:
            super().__init__((LOOPBACK, port), _Handler)
        except OSError as error:
            hint = "--port 0 picks a free one"
            raise UsageError(f"port {port} cannot be used: {error.strerror or error}", hint=hint) from error

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{LOOPBACK}:{self.server_address[1]}"

    def end(self) -> None:
        """Ends all watches as a server does that goes down in order, and closes."""
        self.api.stopping.set()
        until = time.monotonic() + _PATIENCE_SECONDS
        while self.streams and time.monotonic() < until:
            time.sleep(0.01)
        self.server_close()

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
        accept = ",".join(self.headers.get_all("Accept", []))
        return self._api.answer(Request(self.command, unquote(url.path), query, accept, body))

    @property
    def _api(self) -> Api:
        return cast(Server, self.server).api

    def _refuse_strangers(self) -> None:
        """A web page that points its own name at 127.0.0.1 must not read a recording (DNS rebinding)."""
        host = self.headers.get("Host", LOOPBACK).rpartition("@")[2]
        if host.rpartition(":")[0] not in _OWN_NAMES and host not in _OWN_NAMES:
            raise ApiError(403, f"this server is {_OWN_NAMES[0]}, not {host[:80]}")

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
