"""`--trace`: a line on standard error for each request that was sent, and a summary at the end."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

from gkedoctor.cli.messages import print_message
from gkedoctor.report.phrases import counted

if TYPE_CHECKING:
    from gkedoctor.collect.trace import RequestRecord

_MAX_HELD = 10_000


class RequestTrace:
    """Prints requests as they end. `held`: keeps them until `summary`: a screen uses the terminal until then."""

    def __init__(self, *, held: bool = False) -> None:
        self._lock = threading.Lock()
        self._held: deque[str] | None = deque(maxlen=_MAX_HELD) if held else None
        self._hosts: dict[str, _HostTotals] = {}

    def __call__(self, record: RequestRecord) -> None:
        """Takes one request. Called from several threads."""
        with self._lock:
            self._hosts.setdefault(record.host, _HostTotals()).add(record)
            if self._held is not None:
                self._held.append(line(record))
            else:
                print_message(line(record))

    def summary(self) -> None:
        """Prints what is held, and the totals of each host."""
        with self._lock:
            for held in self._held or ():
                print_message(held)
            for host, totals in sorted(self._hosts.items()):
                print_message(f"trace: {host}: {totals.line}")


class _HostTotals:
    """Sums of one host. `seconds`: of all requests together, which run side by side."""

    def __init__(self) -> None:
        self.requests = self.failed = self.connections = self.received = self.decoded = 0
        self.seconds = 0.0

    def add(self, record: RequestRecord) -> None:
        """Adds one request."""
        self.requests += 1
        self.failed += not 200 <= record.status < 300
        self.connections += record.reused is False
        self.received, self.decoded = self.received + record.received, self.decoded + record.decoded
        self.seconds += record.seconds

    @property
    def line(self) -> str:
        """`41 requests (2 failed), 4 connections, 120,034 bytes received (1,402,333 decompressed), 3.2 s`."""
        failed = f" ({self.failed:,} failed)" if self.failed else ""
        return (
            f"{counted(self.requests, 'request')}{failed}, {counted(self.connections, 'connection')}, "
            f"{_size(self.received, self.decoded)}, {self.seconds:.1f} s in all requests"
        )


def line(record: RequestRecord) -> str:
    """One request: `trace: GET https://10.0.0.2/api/v1/pods?limit=500 200 12 ms, new connection, 4,311 bytes`."""
    connection = {True: ", reused connection", False: ", new connection", None: ""}[record.reused]
    result = str(record.status or "no response")
    why = f": {record.error}" if record.error else f", {_size(record.received, record.decoded)}"
    return f"trace: {record.method} {record.url} {result} {record.seconds * 1000:.0f} ms{connection}{why}"


def _size(received: int, decoded: int) -> str:
    return f"{received:,} bytes" + (f" ({decoded:,} decompressed)" if decoded != received else "")
