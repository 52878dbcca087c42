"""A request and its answer, without the network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from gkedoctor.serve.errors import ApiError, bad_request
from gkedoctor.serve.negotiation import JSON


class Request(NamedTuple):
    """What was asked, as far as it matters."""

    method: str
    path: str
    query: Mapping[str, str] = {}
    accept: str = ""
    body: bytes = b""

    def number(self, name: str) -> int | None:
        """A whole number of the query; None where it is not there. ApiError 400 for what is none."""
        text = self.query.get(name, "")
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) < 16):
            raise bad_request(f'invalid value for "{name}": "{text}" is no number of at least 0')
        return int(text)

    def flag(self, name: str) -> bool:
        """A truth value of the query."""
        return self.query.get(name, "false").lower() in ("true", "1", "")


class Response(NamedTuple):
    """An answer: a body, or a stream that may last. An empty piece of a stream is a pause in it."""

    body: bytes = b""
    content_type: str = JSON
    code: int = 200
    stream: Iterator[bytes] | None = None
    headers: tuple[tuple[str, str], ...] = ()


def answer(document: Any, content_type: str = JSON, code: int = 200, warning: str = "") -> Response:
    """A document as JSON. `warning`: what kubectl prints on standard error."""
    return Response(msgspec.json.encode(document) + b"\n", content_type, code, headers=warnings(warning))


def warnings(text: str) -> tuple[tuple[str, str], ...]:
    """The header that carries a warning (RFC 7234, 5.5)."""
    if not text:
        return ()
    plain = " ".join(text.encode("ascii", "replace").decode().split())
    quoted = plain.replace("\\", "\\\\").replace('"', '\\"')
    return (("Warning", f'299 gkedoctor "{quoted}"'),)


def refused(error: ApiError) -> Response:
    """The answer that a refusal is."""
    headers = (("Allow", "GET, HEAD"),) if error.code == 405 else ()
    return answer(error.status(), code=error.code)._replace(headers=headers)
