"""Whether the server still is of the same cluster: another one may be created at its address, or a recording served.

The uid of the Namespace `kube-system` stands for a cluster, as in `k8s.cluster.uid` of OpenTelemetry; a recording that
is served is another one where it was made at another time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from gkedoctor.collect.deadline import CollectionStopped, RequestFailed, RequestLimits
from gkedoctor.collect.served_recording import recording_header
from gkedoctor.collect.watch.connection import WatchClient

_PATH = "/api/v1/namespaces/kube-system"
_LIMITS = RequestLimits(attempts=1, seconds=5.0)
_UNKNOWN = (401, 403, 404)
"""Statuses with which a server does not say which one it is."""

_RECORDING = "a recording without namespaces"


class AnotherCluster(Exception):  # noqa: N818  # no fault: what was known is of another one
    """Another cluster answers than the one that was followed."""


class Identity(NamedTuple):
    """What a cluster is known by, each empty where it is not known. `recorded`: when a recording was made."""

    uid: str = ""
    recorded: str = ""

    def differs(self, other: Identity) -> bool:
        """Whether it certainly is another one."""
        return any(mine and theirs and mine != theirs for mine, theirs in zip(self, other, strict=True))


class _Metadata(msgspec.Struct):
    uid: str = ""


class _Namespace(msgspec.Struct):
    metadata: _Metadata


class _Reading(NamedTuple):
    began: float
    ended: float
    failed: RequestFailed | None = None


class IdentityCheck:
    """Asks again which cluster it is after a connection was lost. Safe to use from several threads."""

    def __init__(self, client: WatchClient, known: Identity, changed: Callable[[AnotherCluster], None]) -> None:
        self._client, self._known, self._changed = client, known, changed
        self._lock = threading.Lock()
        self._last = _Reading(float("-inf"), float("-inf"))

    def verify(self, since: float) -> None:
        """For who lost the connection at a time. One reading answers for all.

        RequestFailed where the server does not answer. CollectionStopped where it is another one, after `changed`.
        """
        asked = self._client.deadline.clock()
        with self._lock:
            if self._last.failed is None and self._last.began >= since:
                return
            if self._last.failed is None or self._last.ended < asked:
                self._last = self._read()
            if self._last.failed is not None:
                failed = self._last.failed
                raise RequestFailed(failed.reason, code=failed.code, retry_after=failed.retry_after)

    def _read(self) -> _Reading:
        clock = self._client.deadline.clock
        began = clock()
        try:
            found = Identity(self._uid(), self._recorded())
        except RequestFailed as failed:
            self._client.renew_if_changed()
            return _Reading(began, clock(), failed)
        if self._known.differs(found):
            reason = "another cluster answers at this address"
            self._changed(AnotherCluster(reason))
            raise CollectionStopped(reason)
        self._known = Identity(*(mine or theirs for mine, theirs in zip(self._known, found, strict=True)))
        return _Reading(began, clock())

    def _uid(self) -> str:
        try:
            body = self._client.get(_PATH, limits=_LIMITS).body
            return msgspec.json.decode(body, type=_Namespace).metadata.uid
        except RequestFailed as failed:
            if failed.code not in _UNKNOWN:
                raise
            if failed.code != 404 or not self._known.uid:
                return ""
            if recording_header(self._client) is None:  # every cluster has it: this is no API server
                raise RequestFailed(failed.reason) from failed
            return _RECORDING
        except (msgspec.DecodeError, RecursionError) as error:
            raise RequestFailed(f"the response is not valid JSON: {str(error)[:120]}") from error

    def _recorded(self) -> str:
        if self._known.uid and not self._known.recorded:
            return ""
        header = recording_header(self._client)
        return header.recorded_at.isoformat() if header is not None else ""
