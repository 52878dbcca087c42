"""Whether the server still is of the same cluster: another one may be created at its address, or a recording served.

The uid of the Namespace `kube-system` stands for a cluster, as in `k8s.cluster.uid` of OpenTelemetry; a recording that
is served is another one where it was made at another time. A cluster whose etcd was restored is the same one, with a
resourceVersion that is before those that were seen: its API server takes a watch from a version that is still to come,
without an error and without events (seen with Kubernetes 1.36).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from gkedoctor.collect.deadline import CollectionStopped, RequestFailed, RequestLimits
from gkedoctor.collect.json_decoders import json_decoder
from gkedoctor.collect.served_recording import recording_header
from gkedoctor.collect.watch.connection import WatchClient

_LIST, _NAME = "/api/v1/namespaces", "kube-system"
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


class _Metadata(msgspec.Struct, rename={"version": "resourceVersion"}):
    name: str = ""
    uid: str = ""
    version: str = ""


class _Namespace(msgspec.Struct):
    metadata: _Metadata


class _Namespaces(msgspec.Struct):
    metadata: _Metadata
    items: list[_Namespace] = []


class _Reading(NamedTuple):
    """`version`: the resourceVersion of the server then, -1 where it is not known. `back`: that it went back.

    `compared`: whether versions were.
    """

    began: float
    ended: float
    version: int = -1
    failed: RequestFailed | None = None
    back: str = ""
    compared: bool = True


class IdentityCheck:
    """Asks again which cluster it is after a connection was lost. Safe to use from several threads."""

    def __init__(
        self,
        client: WatchClient,
        known: Identity,
        changed: Callable[[AnotherCluster], None],
        newest: Callable[[], int] = lambda: -1,
    ) -> None:
        """`newest`: the last resourceVersion that was seen of any list whose versions can be compared."""
        self._client, self._known, self._changed, self._newest = client, known, changed, newest
        self._lock = threading.Lock()
        self._last = _Reading(float("-inf"), float("-inf"))

    @property
    def version(self) -> int:
        """The server's resourceVersion when it was asked last; -1 where it is not known."""
        return self._last.version

    def verify(self, since: float, quiet: bool = False) -> None:
        """For who lost the connection at a time. One reading answers for all.

        `quiet`: it was not lost but quiet for long: a GET of one object will do, for an idle cluster is not listed.

        RequestFailed where the server does not answer, with 410 where its resourceVersion went back. CollectionStopped
        where it is another one, after `changed`.
        """
        asked = self._client.deadline.clock()
        with self._lock:
            known = self._last
            if known.began < since or known.failed is not None or not (known.compared or quiet):
                if known.failed is None or known.ended < asked:
                    known = self._last = self._read(quiet)
                if (failed := known.failed) is not None:
                    raise RequestFailed(failed.reason, code=failed.code, retry_after=failed.retry_after)
            if known.back:
                raise RequestFailed(known.back, code=410)

    def _read(self, quiet: bool) -> _Reading:
        clock, newest = self._client.deadline.clock, self._newest()
        began = clock()
        try:
            uid, version = (self._named(), -1) if quiet else self._uid()
            found = Identity(uid, self._recorded())
        except RequestFailed as failed:
            self._client.renew_if_changed()
            return _Reading(began, clock(), failed=failed)
        if self._known.differs(found):
            reason = "another cluster answers at this address"
            self._changed(AnotherCluster(reason))
            raise CollectionStopped(reason)
        self._known = Identity(*(mine or theirs for mine, theirs in zip(self._known, found, strict=True)))
        back = f"the resourceVersion went back from {newest} to {version}" if 0 <= version < newest else ""
        return _Reading(began, clock(), version, back=back, compared=not quiet)

    def _uid(self) -> tuple[str, int]:
        """The uid of `kube-system`, and the version of the list that it is in."""
        try:
            body = self._client.get(_LIST, [("fieldSelector", f"metadata.name={_NAME}")], limits=_LIMITS).body
            found = json_decoder(_Namespaces).decode(body)
            version = int(found.metadata.version) if found.metadata.version.isdigit() else -1
            named = (item.metadata.uid for item in found.items if item.metadata.name == _NAME)  # whoever serves more
            uid = next(named, None)
            uid = uid if uid is not None else self._without_name()
        except RequestFailed as failed:
            if failed.code not in _UNKNOWN:
                raise
            if failed.code == 404:
                return self._without_name(), -1
            return self._named() if failed.code == 403 else "", -1
        except (msgspec.DecodeError, RecursionError) as error:
            raise RequestFailed(f"the response is not valid JSON: {str(error)[:120]}") from error
        return uid, version

    def _named(self) -> str:
        """The uid for who may not list Namespaces; empty where that is denied as well."""
        try:
            body = self._client.get(f"{_LIST}/{_NAME}", limits=_LIMITS).body
            return str(json_decoder(_Namespace).decode(body).metadata.uid)
        except RequestFailed as failed:
            if failed.code not in _UNKNOWN:
                raise
            return ""
        except (msgspec.DecodeError, RecursionError) as error:
            raise RequestFailed(f"the response is not valid JSON: {str(error)[:120]}") from error

    def _without_name(self) -> str:
        """Every cluster has that Namespace: a server without it is a recording, or no API server."""
        if not self._known.uid:
            return ""
        if recording_header(self._client) is None:
            raise RequestFailed(f"the API server has no Namespace {_NAME}")
        return _RECORDING

    def _recorded(self) -> str:
        if self._known.uid and not self._known.recorded:
            return ""
        header = recording_header(self._client)
        return header.recorded_at.isoformat() if header is not None else ""
