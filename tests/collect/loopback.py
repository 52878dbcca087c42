"""A server on loopback that speaks HTTP/1.1, remembers what it was asked, and can be told to fail."""

from __future__ import annotations

import gzip
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.reading import only_reads


@dataclass
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""
    pairs: list[tuple[str, str]] = field(default_factory=list)
    peer: str = ""
    connection: int = 0
    """The port of the client: another one for each connection."""


@dataclass
class Reply:
    """`cut`: bytes after which the connection is closed; `drip`: seconds between pieces of the body.

    `stream`: the pieces of a body without a length; where it raises ConnectionError, the connection is cut.
    """

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    drip: float = 0.0
    wait: float = 0.0
    stream: Iterator[bytes] | None = None

    @property
    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return b"" if self.body is None else json.dumps(self.body).encode()


Fault = Callable[[Asked], Reply | None]


class Loopback:
    """Serves `answer` until closed; `fault` is asked first."""

    def __init__(self, answer: Callable[[Asked], Reply]) -> None:  # noqa: C901  # a handler class inside
        self.asked: list[Asked] = []
        self.fault: Fault = lambda _asked: None
        self.answer = answer
        self.zip = True
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                url = urlsplit(self.path)
                length = int(self.headers.get("Content-Length") or 0)
                query = {key: values[0] for key, values in parse_qs(url.query, keep_blank_values=True).items()}
                body, pairs = self.rfile.read(length), self.headers.items()
                asked = Asked(
                    self.command, url.path, query, dict(self.headers), body, pairs, self._peer(), self.client_address[1]
                )
                outer.asked.append(asked)
                try:
                    self._send(outer.fault(asked) or outer.answer(asked))
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815

            def _peer(self) -> str:
                """The common name in the certificate that the client showed."""
                shown = self.connection.getpeercert() if isinstance(self.connection, ssl.SSLSocket) else None
                return str(dict(part[0] for part in shown["subject"]).get("commonName")) if shown else ""

            def _send(self, reply: Reply) -> None:
                if reply.wait:
                    time.sleep(reply.wait)
                if reply.stream is not None:
                    self._send_stream(reply.stream)
                    return
                content = reply.content
                headers = {"Content-Type": "application/json", "Date": self.date_time_string()} | reply.headers
                if outer.zip and "gzip" in self.headers.get("Accept-Encoding", "") and len(content) > 200:
                    content = gzip.compress(content, 1)
                    headers["Content-Encoding"] = "gzip"
                self.send_response_only(reply.status)
                for key, value in headers.items():
                    self.send_header(key, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self._send_body(content, reply)

            def _send_stream(self, stream: Iterator[bytes]) -> None:
                self.send_response_only(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for piece in stream:
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                    self.wfile.flush()
                self.wfile.write(b"0\r\n\r\n")

            def _send_body(self, content: bytes, reply: Reply) -> None:
                if reply.drip:
                    for i in range(len(content)):
                        self.wfile.write(content[i : i + 1])
                        self.wfile.flush()
                        time.sleep(reply.drip)
                    return
                self.wfile.write(content if reply.cut is None else content[: reply.cut])
                if reply.cut is not None:
                    self.wfile.flush()
                    self.close_connection = True

            def log_message(self, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_args: Any) -> None:
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def secure(self, context: ssl.SSLContext) -> None:
        """Speaks TLS from now on."""
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = self.url.replace("http:", "https:")

    def close(self) -> None:
        """Ends, and looks back: whoever asked, also in a process of its own, only read."""
        self._server.shutdown()
        self._server.server_close()
        wrote = [(one.method, one.path) for one in self.asked if not only_reads(one.method, one.path)]
        assert not wrote, wrote

    def __enter__(self) -> Loopback:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
