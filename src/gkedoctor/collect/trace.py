"""What was sent and what came back, one record a request: for `--trace`, and for tests that count."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from gkedoctor.collect.addresses import without_login

_PAGE_TOKEN = re.compile(r"(?<=[?&])(continue|pageToken)=[^&]*")


class RequestRecord(NamedTuple):
    """One request that has ended. Never a header or a body: they hold credentials.

    `status`: 0 where no response came, and `error` says why not. `seconds`: until the whole body was there.
    `received`, `decoded`: bytes of the body on the wire, and after decompression. `reused`: whether an open
    connection carried it, None where that is not known.
    """

    method: str
    url: str
    status: int
    seconds: float
    received: int = 0
    decoded: int = 0
    reused: bool | None = None
    error: str = ""

    @property
    def host(self) -> str:
        """Host and port."""
        return urlsplit(self.url).netloc


OnRequest = Callable[[RequestRecord], None]
"""Called as each request ends, by the thread that sent it."""


@dataclass
class Exchange:
    """What is known of a request so far; whoever sends it fills this in."""

    status: int = 0
    received: int = 0
    decoded: int = 0
    reused: bool | None = None

    def answered(self, response: Any) -> None:
        """Takes note of the status and connection of an `urllib3.HTTPResponse`."""
        self.status, self.reused = response.status, getattr(response, "reused", None)

    def read(self, response: Any, body: bytes | bytearray) -> None:
        """Takes note of a body that was read."""
        self.received, self.decoded = response.tell(), len(body)


@contextmanager
def traced(on_request: OnRequest | None, clock: Callable[[], float], method: str, url: str) -> Iterator[Exchange]:
    """Reports the request that is sent inside, also one that fails."""
    exchange = Exchange()
    if on_request is None:
        yield exchange
        return
    began, error = clock(), ""
    try:
        yield exchange
    except Exception as failed:
        error = " ".join(str(failed).split())[:200] or type(failed).__name__
        raise
    finally:
        seconds = clock() - began
        on_request(RequestRecord(
            method, _shown(url), exchange.status, seconds, exchange.received, exchange.decoded, exchange.reused, error
        ))  # fmt: skip


def _shown(url: str) -> str:
    """The URL without user and password, and without the tokens of pages, which are long and say nothing."""
    return _PAGE_TOKEN.sub(r"\1=…", without_login(url))
