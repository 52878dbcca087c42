"""The Kubernetes API as bytes: the official client for credentials, proxies and TLS, and nothing of its models.

Its models are slow and reject a whole list for one odd object (kubernetes 37: `V1OwnerReference` without a uid).
"""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import msgspec

from gkedoctor import __version__
from gkedoctor.collect.addresses import without_login
from gkedoctor.collect.deadline import NO_LIMITS, CollectionStopped, Deadline, RequestFailed, RequestLimits, retry_after
from gkedoctor.collect.json_decoders import json_decoder
from gkedoctor.collect.kubeconfig import ClusterAddress, Login, configured
from gkedoctor.collect.raw_objects import decoded
from gkedoctor.collect.read_only import assert_read_only
from gkedoctor.collect.trace import traced
from gkedoctor.errors import SourceError

_CHUNK = 1 << 18
_LARGEST = 768 << 20
"""Bytes. No page of 500 objects is larger: etcd takes 1.5 MB an object."""

_ALWAYS_FINE = 64 << 20
_MAX_RATIO = 60
"""Bytes out of each byte that was sent, beyond `_ALWAYS_FINE`: lists of objects have 10 to 30, what is made to fill
memory about 1,000."""

Query = Sequence[tuple[str, str]]


class HttpResponse(NamedTuple):
    """What came back: the whole body, decompressed."""

    status: int
    headers: Mapping[str, str]
    body: bytes | bytearray


class KubernetesClient:
    """One cluster's API; safe to use from several threads."""

    def __init__(self, login: Login, deadline: Deadline) -> None:
        self.login, self.deadline = login, deadline
        self._lock = threading.Lock()
        self._api, self.address = api_client(login, deadline)
        self._renewals = 0
        self._accepted = False

    def get(
        self, path: str, query: Query = (), accept: str = "application/json", limits: RequestLimits = NO_LIMITS
    ) -> HttpResponse:
        """One response with a status of 2xx; RequestFailed for any other, after the last attempt."""
        return self.deadline.retry(lambda: self._asked("GET", path, query, accept, None, limits.seconds), limits)

    def document(self, path: str, shape: type[Any] | Any, query: Query = ()) -> Any:
        """A JSON answer decoded; one that is cut off or malformed counts as a fault that may pass."""
        return self.deadline.retry(lambda: _decoded(self._asked("GET", path, query, "application/json", None), shape))

    def review(self, path: str, body: Mapping[str, Any], shape: Any) -> Any:
        """The answer to a SelfSubject review: a POST that creates nothing."""
        return self.deadline.retry(lambda: _decoded(self._asked("POST", path, (), "application/json", body), shape))

    def _asked(
        self,
        method: str,
        path: str,
        query: Query,
        accept: str,
        body: Mapping[str, Any] | None,
        seconds: float = math.inf,
        if_none_match: str = "",
    ) -> HttpResponse:
        headers = {"Accept": accept, "Accept-Encoding": "gzip"}
        if if_none_match:
            headers["If-None-Match"] = if_none_match
        renewals = self._renewals
        answer = call(self._api, method, path, query, headers, body, self.deadline, seconds)
        if answer.status == 401 and self.renew(renewals):
            answer = call(self._api, method, path, query, headers, body, self.deadline, seconds)
        if 200 <= answer.status < 300:
            self._accepted = True
            return answer
        raise refusal(answer)

    def renew(self, seen: int) -> bool:
        """Reads the credentials again, unless another thread did since `seen`: a token ends after an hour.

        False for credentials that no request was accepted with: reading them again is of no use.
        """
        with self._lock:
            if self._renewals > seen:
                return True
            return self._accepted and self._renew()

    def _renew(self) -> bool:
        """Puts new credentials in the place of the old. Expects the lock."""
        try:
            self._api, _ = api_client(self.login, self.deadline)
        except SourceError:
            return False
        self._renewals += 1
        self._accepted = False  # until the server has taken the new ones: it is not asked again and again
        return True


def call(
    api: Any,
    method: str,
    path: str,
    query: Query,
    headers: Mapping[str, str],
    body: Mapping[str, Any] | None,
    deadline: Deadline,
    limit: float = math.inf,
) -> HttpResponse:
    """The whole answer. RequestFailed where there is none in time."""
    seconds = deadline.timeout(limit)
    ends = deadline.clock() + seconds
    with network_failures(deadline, f"timed out: no response within {seconds:.3g} s"):
        request = _request(api, method, path, query, headers, body)
        with traced(deadline.trace, deadline.clock, method, request[1]) as exchange:
            response = send(api, request, seconds)
            exchange.answered(response)
            received = _body(response, ends, deadline)
            exchange.read(response, received)
        return HttpResponse(response.status, dict(response.headers), received)
    raise AssertionError("unreachable: a failure is raised as another one")


def _request(
    api: Any, method: str, path: str, query: Query, headers: Mapping[str, str], body: Mapping[str, Any] | None
) -> Any:
    """A request as the client sends it."""
    return api.param_serialize(
        method,
        path,
        query_params=list(query),
        header_params=dict(headers) | ({"Content-Type": "application/json"} if body is not None else {}),
        body=body,
        auth_settings=["BearerToken"],
    )


def send(api: Any, request: Any, timeout: float | tuple[float, float]) -> Any:
    """A response of which the body is still to be read. `timeout`: seconds, or those to connect and between two reads.

    This and `_request` are all that touches the client's inner calls, which change with its generator.
    """
    return api.call_api(*request, _request_timeout=timeout).response


def open_stream(api: Any, path: str, query: Query, timeout: tuple[float, float], deadline: Deadline) -> Any:
    """The response to a GET whose body has no end."""
    request = _request(api, "GET", path, query, {"Accept": "application/json"}, None)
    with traced(deadline.trace, deadline.clock, "GET", request[1]) as exchange:
        response = send(api, request, timeout)
        exchange.answered(response)
    return response


@contextmanager
def network_failures(deadline: Deadline, late: str) -> Iterator[None]:
    """Raises what the client raises as RequestFailed. `late`: the reason of a request that timed out."""
    from urllib3.exceptions import HTTPError, NewConnectionError
    from urllib3.exceptions import TimeoutError as TimeoutException

    try:
        yield
    except (HTTPError, OSError) as error:
        if not isinstance(error, TimeoutError | TimeoutException) or isinstance(error, NewConnectionError):
            raise RequestFailed(_network_reason(error)) from error
        deadline.check()
        raise RequestFailed(late, timed_out=True) from error
    except api_exception() as error:
        raise RequestFailed(f"no connection: {without_login(str(error.reason)).splitlines()[-1]}") from error
    except _config_exception() as error:
        raise RequestFailed(f"no credentials: {error}", code=401) from error
    except SourceError as error:
        raise RequestFailed(error.message, code=401) from error
    except ValueError as error:  # whose text has the header in it
        raise RequestFailed(
            "the token or the impersonated user has characters that are not allowed in a header", code=-1
        ) from error


def api_exception() -> type[Any]:
    """The client's own error, which it raises for TLS faults."""
    from kubernetes.client.exceptions import ApiException

    error: type[Any] = ApiException
    return error


def _config_exception() -> type[Any]:
    """What the client raises for a token that cannot be read again."""
    from kubernetes.config import ConfigException

    error: type[Any] = ConfigException
    return error


def _body(response: Any, ends: float, deadline: Deadline) -> bytearray:
    """The body read as it comes, so that a server that drips cannot hold a thread beyond the limit."""
    body = bytearray()
    try:
        while part := response.read1(_CHUNK, decode_content=True):
            body += part
            deadline.check()
            if deadline.clock() > ends:
                raise RequestFailed(f"the response was not complete within {deadline.request:g} s", timed_out=True)
            if len(body) > _LARGEST or len(body) > max(_ALWAYS_FINE, _MAX_RATIO * response.tell()):
                raise RequestFailed(f"the response is too large: more than {len(body) >> 20} MiB", code=-1)
    except (RequestFailed, CollectionStopped):
        response.close()
        raise
    if response.status < 200:  # an interim answer, for which http.client waits for no final one: that is still to come
        response.close()
    response.release_conn()
    return body


def _decoded(answer: HttpResponse, shape: Any) -> Any:
    try:
        return decoded(answer.body, json_decoder(shape).decode)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise RequestFailed(f"the response is not valid JSON: {str(error)[:120]}") from error


class _Failure(msgspec.Struct):
    message: str = ""
    reason: str = ""


def refusal(answer: HttpResponse) -> RequestFailed:
    """The failure that a response with another status than 2xx stands for."""
    return RequestFailed(_message_of(answer), code=answer.status, retry_after=retry_after(answer.headers))


def _message_of(answer: HttpResponse) -> str:
    """What the server's Status says, in one line."""
    try:
        message = str(json_decoder(_Failure).decode(answer.body).message)
    except (msgspec.DecodeError, RecursionError, ValueError):
        message = ""
    return " ".join(message.split())[:300] or f"the API server returned {answer.status}"


def _network_reason(error: Exception) -> str:
    """What a network error says, without the object's address and the tuple that urllib3 puts around it."""
    text = " ".join(str(error).split())
    inner = re.search(r", \w{1,80}\(['\"](.{1,300})['\"]\)\)$", text[-1000:])
    said = inner[1] if inner is not None else text.rpartition(">: ")[2] or text or type(error).__name__
    return without_login(re.sub(r"^\w+\(host=[^)]*\): ", "", said))[:200]


def api_client(login: Login, deadline: Deadline, *, streams: int = 0) -> tuple[Any, ClusterAddress]:
    """A client with the credentials of the kubeconfig, or of the Pod that this runs in.

    `streams`: how many responses without an end are open at a time; 0 for one whose responses have one in time.
    """
    from kubernetes import client

    from gkedoctor.collect.connections import limit_responses

    configuration = client.Configuration()
    place = configured(login, configuration, deadline)
    configuration.retries = False
    configuration.connection_pool_maxsize = streams or 16
    api = client.ApiClient(configuration)
    api.user_agent = f"gkedoctor/{__version__}"
    if not streams:
        limit_responses(api.rest_client.pool_manager, deadline.clock)
    _guard(api.rest_client.pool_manager, place.acts_as.headers)
    return api, place


def _guard(manager: Any, more: Query) -> None:
    """Puts the check in front of what opens connections: nothing gets past it.

    The headers of an impersonation are put in here too, for the client's headers are a dict, and some repeat.
    """
    from urllib3 import HTTPHeaderDict

    send = manager.urlopen

    def urlopen(method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        assert_read_only(method, url)
        headers = HTTPHeaderDict(kwargs.get("headers") or {})
        for name, value in more:
            headers.add(name, value.encode().decode("latin-1"))  # as client-go sends it: UTF-8
        return send(method, url, *args, **(kwargs | {"redirect": False, "headers": headers}))

    manager.urlopen = urlopen
