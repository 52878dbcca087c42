"""Connections that keep the time-out of a request as a whole.

http.client gives each read of a socket the whole time-out again: response headers at 2 bytes a second, or
`100 Continue` for ever, are never too late for it. Here every read of a response gets what is left of the time-out.
A TLS handshake needs no help: CPython ends it after the socket's time-out as a whole (ssl.SSLSocket.do_handshake).
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from http.client import HTTPResponse
from socket import socket
from typing import Any

Clock = Callable[[], float]


def limit_responses(manager: Any, clock: Clock) -> None:
    """Makes the connections of a `urllib3.PoolManager` end a response in time, its headers and its body alike.

    The reads of a response that is late raise TimeoutError, which urllib3 knows as a `ReadTimeoutError`.
    """
    manager.pool_classes_by_scheme = {
        scheme: type(pool.__name__, (pool,), {"ConnectionCls": _limited(pool.ConnectionCls, clock)})
        for scheme, pool in manager.pool_classes_by_scheme.items()
    }


def _limited(connection: type[Any], clock: Clock) -> type[Any]:
    """The class of connections whose responses end in time, also that of a proxy to CONNECT.

    Each response carries `reused`: whether its connection had answered before.
    """

    def response(self: Any, sock: socket, *args: Any, **kwargs: Any) -> HTTPResponse:
        seconds = self.timeout if isinstance(self.timeout, int | float) else math.inf
        return HTTPResponse(_TimedSocket(sock, clock, clock() + seconds), *args, **kwargs)  # type: ignore[arg-type]

    def getresponse(self: Any) -> Any:
        answer = connection.getresponse(self)
        answer.reused = getattr(self, "answered_on", None) is self.sock and self.sock is not None
        self.answered_on = self.sock
        return answer

    return type(connection.__name__, (connection,), {"response_class": response, "getresponse": getresponse})


class _TimedSocket:
    """The part of a socket that http.client reads a response from."""

    def __init__(self, sock: socket, clock: Clock, ends: float) -> None:
        self._socket, self._clock, self._ends = sock, clock, ends

    def makefile(self, mode: str) -> io.BufferedReader:
        """A buffered file over the socket, as `socket.makefile` makes one."""
        raw = self._socket.makefile(mode, buffering=0)  # type: ignore[call-overload]
        return io.BufferedReader(_TimedReads(raw, self._socket, self._clock, self._ends))


class _TimedReads(io.RawIOBase):
    """Reads of a socket, each with what is left of the time for all of them."""

    def __init__(self, raw: io.RawIOBase, sock: socket, clock: Clock, ends: float) -> None:
        self._raw, self._socket, self._clock, self._ends = raw, sock, clock, ends

    def readable(self) -> bool:
        """Always."""
        return True

    def fileno(self) -> int:
        """The socket's, for urllib3 asks whether the other end has hung up."""
        return self._raw.fileno()

    def readinto(self, buffer: Any) -> int | None:
        """Reads once. TimeoutError where the time is over."""
        if math.isfinite(self._ends):
            left = self._ends - self._clock()
            if left <= 0:
                raise TimeoutError("timed out")
            self._socket.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Gives the socket back."""
        self._raw.close()
        super().close()
