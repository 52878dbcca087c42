"""A Kubernetes API on a raw socket, which answers one path in a way that no HTTP library would."""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

Misbehave = Callable[[socket.socket, str], None]
"""Is given the connection, once a request was read from it, and the request's path with its query."""


class RawServer:
    """Serves discovery and empty lists, but for one path (`""`: for every one) that `misbehave` answers."""

    def __init__(self, path: str, misbehave: Misbehave, context: ssl.SSLContext | None = None) -> None:
        self.path, self.misbehave, self.context = path, misbehave, context
        self.requests: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def kubeconfig(self, folder: Path, **cluster: Any) -> str:
        """The file that leads here."""
        made = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "x",
            "clusters": [{"name": "c", "cluster": {"server": self.url} | cluster}],
            "users": [{"name": "u", "user": {"token": "t0ken"}}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        }
        file = folder / "raw.json"
        file.write_text(json.dumps(made))
        return str(file)

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self._socket.close()

    def __enter__(self) -> RawServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError, ssl.SSLError), connection:
            if self.path == "tls":  # before there is a request
                self.misbehave(connection, "")
                return
            head = b""
            while b"\r\n\r\n" not in head:
                part = connection.recv(65536)
                if not part:
                    return
                head += part
            path = head.split(b" ", 2)[1].decode()
            self.requests.append(path)
            if self.path in ("", path.partition("?")[0]):
                self.misbehave(connection, path)
            else:
                connection.sendall(answer(discovery(path)))


def discovery(path: str) -> Any:
    """What a small cluster says of itself; every list is empty."""
    if path == "/version":
        return {"gitVersion": "v1.36.0", "platform": "linux/amd64"}
    return {"groups": []} if path == "/apis" else {"apiVersion": "v1", "metadata": {}, "items": []}


def answer(body: Any, *headers: str, status: str = "200 OK") -> bytes:
    """A proper answer. `body`: bytes as they are, anything else as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(content)}",
             "Connection: close", *headers, "", ""]  # fmt: skip
    return "\r\n".join(lines).encode() + content


def sends(*parts: bytes) -> Misbehave:
    """Sends the parts, and closes the connection."""

    def misbehave(connection: socket.socket, _path: str) -> None:
        for part in parts:
            connection.sendall(part)

    return misbehave


def drips(first: bytes, then: bytes = b"a", seconds: float = 0.05) -> Misbehave:
    """Sends something, and then goes on for ever, a little at a time."""

    def misbehave(connection: socket.socket, _path: str) -> None:
        connection.sendall(first)
        while True:
            connection.sendall(then)
            time.sleep(seconds)

    return misbehave


def hangs(connection: socket.socket, _path: str) -> None:
    """Says nothing until the other end has enough."""
    while connection.recv(65536):
        pass


def resets(connection: socket.socket, _path: str) -> None:
    """Closes with a reset in place of an orderly end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Pages(NamedTuple):
    """Pages of a list: how many objects each has, and what token it sends, by the number of the page."""

    objects: int
    token: Callable[[int], str]

    def __call__(self, connection: socket.socket, path: str) -> None:
        number = int((path.partition("continue=")[2] or "t0").partition("&")[0].rpartition("t")[2]) + 1
        items = [{"metadata": {"name": f"p{number}-{i}", "namespace": "n"}} for i in range(self.objects)]
        connection.sendall(answer({"apiVersion": "v1", "metadata": {"continue": self.token(number)}, "items": items}))
