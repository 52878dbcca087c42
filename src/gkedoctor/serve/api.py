"""Answers requests of the Kubernetes API out of a recording. Knows no network."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from typing import NamedTuple

from gkedoctor.serve import discovery, openapi
from gkedoctor.serve.errors import ApiError, no_such_path
from gkedoctor.serve.listing import listed, single
from gkedoctor.serve.logs import logged
from gkedoctor.serve.request import Request, Response, answer, refused
from gkedoctor.serve.resources import Resource
from gkedoctor.serve.reviews import GROUP, REVIEWS, VERSION, reviewed
from gkedoctor.serve.snapshot_index import SnapshotIndex
from gkedoctor.serve.watch import watched
from gkedoctor.snapshot.model import Snapshot

_HEALTH = ("healthz", "livez", "readyz")
_LIVE = ("exec", "attach", "portforward", "proxy", "ephemeralcontainers", "eviction", "binding")
_RELEASE = re.compile(r"v?(\d+)\.(\d+)(?:\.\S*)?")


class _Target(NamedTuple):
    """What a path under a group and version names."""

    resource: Resource
    namespace: str | None
    name: str = ""
    subresource: str = ""


class Api:
    """The recorded cluster's API. `stopping`: set to end all watches.

    It is also served below `/IDENTITY`, for kubectl keeps what it discovers by address and path: another recording on
    the same port is another cluster.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.recorded = SnapshotIndex(snapshot)
        self.stopping = threading.Event()

    def answer(self, request: Request) -> Response:
        """The answer to any request; a refusal is one too."""
        try:
            parts = [part for part in request.path.split("/") if part]
            return self._answer(request, parts[1:] if parts[:1] == [self.recorded.identity] else parts)
        except ApiError as error:
            return refused(error)

    def _answer(self, request: Request, parts: list[str]) -> Response:
        review = self._review(request, parts)
        if review:
            return reviewed(self.recorded, request, review)
        if request.method not in ("GET", "HEAD"):
            raise self._read_only(request.method)
        match parts:
            case ["api", version, *rest]:
                return self._in_group(request, "", version, rest)
            case ["apis", group, version, *rest]:
                return self._in_group(request, group, version, rest)
            case ["openapi", *rest]:
                return self._openapi(request, rest)
            case ["api"]:
                return discovery.legacy_group(self.recorded, request)
            case ["apis"]:
                return discovery.groups(self.recorded, request)
            case ["apis", group]:
                return discovery.group(self.recorded, group)
        return self._about(parts)

    def _openapi(self, request: Request, parts: list[str]) -> Response:
        match parts:
            case ["v2"]:
                return openapi.version_2(request)
            case ["v3"]:
                return openapi.version_3(self.recorded)
            case ["v3", *place]:
                return openapi.group_version(self.recorded, "/".join(place))
        raise no_such_path()

    def _about(self, parts: list[str]) -> Response:
        """What the server tells of itself."""
        match parts:
            case []:
                return self._root()
            case ["version"]:
                return answer(_version(self.recorded.snapshot))
            case ["gkedoctor", "recording"]:
                return answer({"recorded_at": self.recorded.clock, "states": self.recorded.states})
            case [head, *_] if head in _HEALTH:
                return Response(b"ok", "text/plain")
        raise no_such_path()

    def _review(self, request: Request, parts: list[str]) -> str:
        """Which review is asked for by a POST."""
        if request.method != "POST" or parts[:-1] != ["apis", GROUP, VERSION]:
            return ""
        return parts[-1] if parts[-1] in REVIEWS else ""

    def _read_only(self, what: str) -> ApiError:
        recorded = self.recorded
        return ApiError(
            405,
            f"{what} is not allowed: this is a recording of {recorded.name} ({recorded.moment}), it can only be read",
        )

    def _root(self) -> Response:
        versions = sorted({r.api_version for r in self.recorded.resources if r.group})
        paths = [
            "/api",
            "/api/v1",
            "/apis",
            *(f"/apis/{v}" for v in versions),
            "/openapi/v2",
            "/openapi/v3",
            "/version",
        ]
        return answer({"paths": paths})

    def _in_group(self, request: Request, group: str, version: str, rest: Sequence[str]) -> Response:
        if not rest:
            return discovery.group_version(self.recorded, group, version)
        target = self._target(group, version, rest)
        if target.subresource in _LIVE:
            raise self._read_only(target.subresource)
        if target.subresource == "log" and target.resource.collection == "pods":
            return logged(self.recorded, request, target.resource, target.namespace, target.name)
        if target.subresource not in ("", "status"):
            raise no_such_path()
        if target.name:
            return single(self.recorded, request, target.resource, target.namespace, target.name)
        if "watch" in request.query and request.flag("watch"):
            return watched(self.recorded, request, target.resource, target.namespace, self.stopping)
        return listed(self.recorded, request, target.resource, target.namespace)

    def _target(self, group: str, version: str, rest: Sequence[str]) -> _Target:
        """ApiError 404 for a path that names nothing that is served."""
        namespace = None
        if len(rest) > 2 and rest[0] == "namespaces" and rest[2] not in ("status", "finalize"):
            _, namespace, *rest = rest
        resource = self.recorded.resource(group, version, rest[0])
        name, subresource, *more = [*rest[1:], "", ""]
        in_place = resource is not None and (resource.namespaced if namespace else not (resource.namespaced and name))
        if resource is None or any(more) or not in_place:
            raise no_such_path()
        return _Target(resource, namespace, name, subresource)


def _version(snapshot: Snapshot) -> dict[str, str]:
    """The control plane's version, else the kubelets', as the `version` endpoint tells it."""
    known = snapshot.manifest.versions
    text = (known.get("controlPlane") or known.get("kubelet") or "v1.0.0").split(",")[0].strip()
    found = _RELEASE.match(text)
    major, minor = (found[1], found[2]) if found else ("1", "0")
    return {
        "major": major,
        "minor": minor,
        "gitVersion": text if text.startswith("v") else f"v{text}",
        "gitCommit": "",
        "gitTreeState": "",
        "buildDate": snapshot.clock.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "goVersion": "",
        "compiler": "",
        "platform": "recorded",
    }
