"""The Kubernetes API as bytes: the official client for credentials, proxies and TLS, and nothing of its models.

Its models are slow and reject a whole list for one odd object (kubernetes 37: `V1OwnerReference` without a uid).
"""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from gkedoctor import __version__
from gkedoctor.collect.addresses import without_login
from gkedoctor.collect.deadline import NO_LIMITS, CollectionStopped, Deadline, RequestFailed, RequestLimits, retry_after
from gkedoctor.collect.kubeconfig import ClusterAddress, Login, configured
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
        self._api, self.address = _connected(login, deadline)
        self._renewals = 0
        self._accepted = False

    def get(
        self, path: str, query: Query = (), accept: str = "application/json", limits: RequestLimits = NO_LIMITS
    ) -> HttpResponse:
        """One answer with a status of 2xx; Refused for any other, after patience is at an end."""
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
    ) -> HttpResponse:
        headers = {"Accept": accept, "Accept-Encoding": "gzip"}
        renewals = self._renewals
        answer = call(self._api, method, path, query, headers, body, self.deadline, seconds)
        if answer.status == 401 and self._renewed(renewals):
            answer = call(self._api, method, path, query, headers, body, self.deadline, seconds)
        if 200 <= answer.status < 300:
            self._accepted = True
            return answer
        raise RequestFailed(_message(answer), code=answer.status, retry_after=retry_after(answer.headers))

    def _renewed(self, seen: int) -> bool:
        """Reads the credentials again, once, where they were good before: a token ends after an hour."""
        with self._lock:
            if self._renewals > seen:
                return True
            if not self._accepted or self._renewals:
                return False
            try:
                self._api, _ = _connected(self.login, self.deadline)
            except SourceError:
                return False
            self._renewals += 1
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
    """The one place that touches the client's inner calls, which change with its generator."""
    from urllib3.exceptions import HTTPError, NewConnectionError
    from urllib3.exceptions import TimeoutError as TimeoutException

    seconds = deadline.timeout(limit)
    ends = deadline.clock() + seconds
    try:
        request = api.param_serialize(
            method,
            path,
            query_params=list(query),
            header_params=dict(headers) | ({"Content-Type": "application/json"} if body is not None else {}),
            body=body,
            auth_settings=["BearerToken"],
        )
        with traced(deadline.trace, deadline.clock, method, request[1]) as exchange:
            response = api.call_api(*request, _request_timeout=seconds).response
            exchange.answered(response)
            received = _body(response, ends, deadline)
            exchange.read(response, received)
        return HttpResponse(response.status, dict(response.headers), received)
    except (HTTPError, OSError) as error:
        if not isinstance(error, TimeoutError | TimeoutException) or isinstance(error, NewConnectionError):
            raise RequestFailed(_network_reason(error)) from error
        deadline.check()
        raise RequestFailed(f"timed out: no response within {seconds:.3g} s", timed_out=True) from error
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
        return msgspec.json.decode(answer.body, type=shape)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise RequestFailed(f"the response is not valid JSON: {str(error)[:120]}") from error


class _Failure(msgspec.Struct):
    message: str = ""
    reason: str = ""


def _message(answer: HttpResponse) -> str:
    """What the server's Status says, in one line."""
    try:
        message = msgspec.json.decode(answer.body, type=_Failure).message
    except (msgspec.DecodeError, RecursionError, ValueError):
        message = ""
    return " ".join(message.split())[:300] or f"the API server returned {answer.status}"


def _network_reason(error: Exception) -> str:
    """What a network error says, without the object's address and the tuple that urllib3 puts around it."""
    text = " ".join(str(error).split())
    inner = re.search(r", \w{1,80}\(['\"](.{1,300})['\"]\)\)$", text[-1000:])
    said = inner[1] if inner is not None else text.rpartition(">: ")[2] or text or type(error).__name__
    return without_login(re.sub(r"^\w+\(host=[^)]*\): ", "", said))[:200]


def _connected(login: Login, deadline: Deadline) -> tuple[Any, ClusterAddress]:
    """A client with the credentials of the kubeconfig, or of the Pod that this runs in."""
    from kubernetes import client

    from gkedoctor.collect.connections import limit_responses

    configuration = client.Configuration()
    place = configured(login, configuration, deadline)
    configuration.retries = False
    configuration.connection_pool_maxsize = 16
    api = client.ApiClient(configuration)
    api.user_agent = f"gkedoctor/{__version__}"
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
