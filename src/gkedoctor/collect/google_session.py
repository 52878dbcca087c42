"""Sessions for Google's APIs: nothing but reading leaves, and every answer comes within the limits or not at all."""

from __future__ import annotations

from typing import Any

import msgspec

from gkedoctor import __version__
from gkedoctor.collect.connections import limit_responses
from gkedoctor.collect.deadline import Deadline, RequestFailed
from gkedoctor.collect.google_errors import hidden_error, message_of, no_answer, refusal, unusable
from gkedoctor.collect.json_decoders import json_decoder
from gkedoctor.collect.read_only import assert_read_only
from gkedoctor.collect.trace import traced

_CHUNK = 1 << 18
_LARGEST = 256 << 20
"""Bytes: half a megabyte for each of the 500 objects of a page."""


_USER_AGENT = f"gkedoctor/{__version__} (gzip)"
"""Google compresses for a program whose name has `gzip` in it, beside the header (cloud.google.com/compute/docs/api/
how-tos/performance); for python-requests it does not."""


def guard(session: Any, adapter: Any) -> None:
    """Sends all of a session's requests through an adapter of `guarded_adapter`. Sessions may share one."""
    session.headers["User-Agent"] = _USER_AGENT
    _mount(session, adapter)


def guarded_adapter(deadline: Deadline) -> Any:
    """Checks each request where neither library can get past it; answers come in time. One pool of connections."""
    from requests.adapters import HTTPAdapter

    class _Guarded(_timed(HTTPAdapter, deadline)):  # type: ignore[misc]
        def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
            assert_read_only(request.method, request.url)
            if "/aggregated/" in request.url and "returnPartialSuccess" not in request.url:
                request.prepare_url(request.url, {"returnPartialSuccess": "true"})
            ends = deadline.clock() + deadline.timeout()
            with traced(deadline.trace, deadline.clock, request.method, request.url) as exchange:
                response = super().send(request, *args, **(kwargs | {"stream": True}))
                exchange.answered(response.raw)
                response._content = body = _in_time(response, ends, deadline)
                exchange.read(response.raw, body)
            if response.ok and not body.lstrip().startswith(b"{"):  # protobuf reads [] as a message without fields
                raise RequestFailed("the response is not a JSON object")
            error = hidden_error(body) if response.ok else None
            if error is not None:
                raise error
            return response

    return _Guarded(pool_maxsize=8)


def token_requests(deadline: Deadline) -> Any:
    """What the login library sends its requests for tokens with: in time as well, which its own two minutes are not."""
    import requests
    from google.auth.transport.requests import Request
    from requests.adapters import HTTPAdapter

    class _Traced(_timed(HTTPAdapter, deadline)):  # type: ignore[misc]
        def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
            with traced(deadline.trace, deadline.clock, request.method, request.url) as exchange:
                response = super().send(request, *args, **kwargs)
                exchange.answered(response.raw)
            return response

    session = requests.Session()
    _mount(session, _Traced(max_retries=1))
    return Request(session)


def _mount(session: Any, adapter: Any) -> None:
    for scheme in ("https://", "http://"):
        session.mount(scheme, adapter)


def _timed(adapter: type[Any], deadline: Deadline) -> type[Any]:
    """The class of adapters whose requests end within the limits of a collection, however slowly they are answered."""

    class _Timed(adapter):  # type: ignore[misc]
        def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
            super().init_poolmanager(*args, **kwargs)
            limit_responses(self.poolmanager, deadline.clock)

        def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
            known = proxy in self.proxy_manager
            manager = super().proxy_manager_for(proxy, **kwargs)
            if not known:
                limit_responses(manager, deadline.clock)
            return manager

        def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
            return super().send(request, *args, **(kwargs | {"timeout": deadline.timeout()}))

    return _Timed


def _in_time(response: Any, ends: float, deadline: Deadline) -> bytes:
    """The body, read as it comes: the time-out of requests starts anew with each byte that drips in."""
    from urllib3.exceptions import HTTPError

    body = bytearray()
    try:
        while part := response.raw.read1(_CHUNK, decode_content=True):
            body += part
            if len(body) > _LARGEST:
                raise RequestFailed(f"the response is too large: more than {_LARGEST >> 20} MiB", code=-1)
            if deadline.clock() > ends:
                raise RequestFailed(f"the response was not complete within {deadline.request:g} s")
    except HTTPError as error:
        raise RequestFailed(f"the response was cut off: {' '.join(str(error).split())[:200]}") from error
    except RequestFailed:
        response.close()
        raise
    response.raw.release_conn()
    return bytes(body)


def ask(session: Any, url: str, deadline: Deadline, shape: Any, body: Any = None) -> Any:
    """One GET by REST, decoded; a POST where the question has a body."""
    import requests
    from google.auth.exceptions import GoogleAuthError

    try:
        method = "GET" if body is None else "POST"
        limit = deadline.timeout()
        answer = session.request(method, url, json=body, timeout=limit, max_allowed_time=limit)
        if answer.status_code != 200:
            raise refusal(answer.status_code, message_of(answer.content, answer.text), answer.headers)
        return json_decoder(shape).decode(answer.content)
    except GoogleAuthError as error:
        raise unusable(error) from error
    except requests.RequestException as error:
        raise no_answer(error) from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise RequestFailed(f"the response is not valid JSON: {str(error)[:120]}") from error
