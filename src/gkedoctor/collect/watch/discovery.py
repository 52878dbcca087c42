"""Whether a kind that was served is served no more: 404 for its list alone does not show that.

A server that restarts, another one behind the same address and a proxy answer 404 as well. What a cluster serves is
what `/apis` lists, once `/version` and a list of the core API answer too.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping

import msgspec

from gkedoctor.collect.deadline import RequestFailed
from gkedoctor.collect.kubernetes import api_groups
from gkedoctor.collect.kubernetes_client import KubernetesClient

_KEPT_SECONDS = 2.0
"""How long one reading answers for all lists: they fail together."""

_ANSWERING = ("/version", "/api/v1/namespaces")
_LIST = re.compile(r"/apis/(?P<group>[^/]+)/(?P<version>[^/]+)/(?P<rest>(?:namespaces/[^/]+/)?(?P<resource>[^/]+))")

_BUILT_IN = frozenset(
    f"{name}.k8s.io"
    for name in (
        "admissionregistration", "apiextensions", "apiregistration", "authentication", "authorization", "certificates",
        "coordination", "discovery", "events", "flowcontrol.apiserver", "networking", "node", "rbac.authorization",
        "scheduling", "storage",
    )
)  # fmt: skip
"""Groups with a dot that kube-apiserver serves itself (kubernetes.io/docs/reference/kubernetes-api)."""

_Groups = Mapping[str, tuple[str, ...]]


class _Resource(msgspec.Struct):
    name: str


class _Resources(msgspec.Struct):
    """`APIResourceList`."""

    resources: list[_Resource]


class Discovery:
    """What the API server serves now. Safe to use from several threads."""

    def __init__(self, client: KubernetesClient) -> None:
        self._client, self._lock = client, threading.Lock()
        self._read: tuple[float, _Groups | RequestFailed] | None = None

    def served_at(self, path: str, refused: RequestFailed) -> str | None:
        """Where the list is served now, of which `path` was refused with 404; None where its kind certainly is gone.

        RequestFailed where that is not certain: the list could not be read, and that is all that is known.
        """
        found, groups = _LIST.fullmatch(path), self._groups()
        if found is None or _is_built_in(found["group"]):
            raise RequestFailed(refused.reason)
        versions = groups.get(found["group"], ())
        if versions and found["version"] not in versions:
            return f"/apis/{found['group']}/{versions[0]}/{found['rest']}"
        if versions and self._has(found):
            raise RequestFailed(refused.reason)
        return None

    def _has(self, found: re.Match[str]) -> bool:
        """Whether the group has the resource, as far as it lists them."""
        try:
            listed = self._client.document(f"/apis/{found['group']}/{found['version']}", _Resources)
        except RequestFailed as failed:
            raise RequestFailed(failed.reason) from failed
        return found["resource"] in {resource.name for resource in listed.resources}

    def _groups(self) -> _Groups:
        """The groups that are served, once the server answers as an API server does."""
        clock = self._client.deadline.clock
        with self._lock:
            if self._read is None or clock() - self._read[0] >= _KEPT_SECONDS:
                self._read = (clock(), _outcome(self._ask))
            read = self._read[1]
        if isinstance(read, RequestFailed):
            raise RequestFailed(read.reason)
        return read

    def _ask(self) -> _Groups:
        for path in _ANSWERING:
            query = [("limit", "1")] if path != "/version" else []
            try:
                self._client.get(path, query)
            except RequestFailed as failed:
                if failed.code != 403:  # a denial is an answer of an API server too
                    raise
        return api_groups(self._client)


def _outcome(ask: Callable[[], _Groups]) -> _Groups | RequestFailed:
    try:
        return ask()
    except RequestFailed as failed:
        return failed


def _is_built_in(group: str) -> bool:
    return "." not in group or group in _BUILT_IN
