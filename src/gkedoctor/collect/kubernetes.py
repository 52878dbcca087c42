"""The Kubernetes collector: one bulk list per kind, page by page, and namespace by namespace where it must be."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote

import msgspec

from gkedoctor.collect.account import Account
from gkedoctor.collect.deadline import CollectionStopped, Deadline, RequestFailed, RequestLimits
from gkedoctor.collect.json_decoders import json_decoder
from gkedoctor.collect.kubeconfig import Login
from gkedoctor.collect.kubernetes_client import KubernetesClient
from gkedoctor.collect.paging import Pages
from gkedoctor.collect.raw_objects import object_of
from gkedoctor.collect.results import COMPLETE, Listing, WatchStart, state_of
from gkedoctor.collect.served_recording import PLATFORM, combined_state, recording_header
from gkedoctor.errors import UnreachableError
from gkedoctor.snapshot.compressed import AppendableObjects
from gkedoctor.snapshot.custom_kinds import is_custom
from gkedoctor.snapshot.field_history import slimmed
from gkedoctor.snapshot.kinds import Kind
from gkedoctor.snapshot.model import CollectionState, Status, permission
from gkedoctor.snapshot.redaction.trimming import trimmed

T = TypeVar("T")

PAGE = 500
_MAX_NAMESPACES = 200
"""Beyond it, asking namespace by namespace would be a load on the API server that nobody asked for."""

_CONNECT_LIMITS = RequestLimits(attempts=2)
"""Who cannot reach the cluster wants to know at once."""

_UNREACHABLE_HINT = "kubectl cluster-info. To read Google Cloud only: --project ID. To read a recording: --from FILE"

_KEEP_LAST_APPLIED = frozenset({"secrets", "configmaps"})
"""Kept with the last applied configuration until they were redacted: it may hold older values to mask."""

NOT_WATCHABLE = (403, 404, 405)
"""Statuses of lists that are read at an interval, if at all."""

_STABLE: dict[str, tuple[str, ...]] = {"autoscaling": ("v2", "v1")}


class Cluster(NamedTuple):
    """What is known before anything is listed. `groups` is None where discovery was refused.

    `recorded`: where this is a recording that is served, what it says of its own collections.
    """

    version: str
    now: datetime
    groups: dict[str, tuple[str, ...]] | None
    recorded: Mapping[str, CollectionState] = MappingProxyType({})


class _Meta(msgspec.Struct, rename={"token": "continue", "version": "resourceVersion", "rest": "remainingItemCount"}):
    token: str | None = None
    version: str | None = None
    rest: int | None = None


class ListPage(msgspec.Struct, rename={"version": "apiVersion", "meta": "metadata"}):
    """One page of a list: its items are decoded one by one, with `slim`."""

    items: list[msgspec.Raw] | None
    version: str = ""
    meta: _Meta = msgspec.field(default_factory=_Meta)


class _GroupVersion(msgspec.Struct):
    version: str


class _Group(msgspec.Struct, rename={"preferred": "preferredVersion"}):
    name: str
    versions: list[_GroupVersion]
    preferred: _GroupVersion | None = None


class _Groups(msgspec.Struct):
    groups: list[_Group]


class _Version(msgspec.Struct, rename={"version": "gitVersion"}):
    version: str = ""
    platform: str = ""


def connected(login: Login, deadline: Deadline) -> tuple[KubernetesClient, Cluster]:
    """The way into a cluster, and what it says of itself. UnreachableError where there is none in time."""

    def connect() -> tuple[KubernetesClient, Cluster]:
        client = KubernetesClient(login, deadline)
        return client, reached(client)

    return in_time(deadline, connect)


def in_time(deadline: Deadline, connect: Callable[[], T]) -> T:
    """What `connect` returns; UnreachableError where the time limit ends it."""
    try:
        return deadline.within(connect, "connect")
    except CollectionStopped as stopped:
        message = f"cannot reach the cluster: {stopped.reason}"
        raise UnreachableError(message, hint=_UNREACHABLE_HINT) from stopped


def reached(client: KubernetesClient) -> Cluster:
    """The cluster's version and clock; UnreachableError where it does not answer or refuses the credentials."""
    try:
        answer = client.get("/version", limits=_CONNECT_LIMITS)
    except (RequestFailed, CollectionStopped) as refused:
        if not isinstance(refused, RequestFailed) or refused.code not in (403, 404):
            raise _unreachable(client, refused) from refused
        return Cluster("", datetime.now(UTC), _groups(client))
    try:
        said = json_decoder(_Version).decode(answer.body)
    except msgspec.DecodeError as error:
        message = f"{client.address.host} is not a Kubernetes API server: /version is not JSON"
        raise UnreachableError(message, hint="kubectl cluster-info") from error
    known = recording_header(client) if said.platform == PLATFORM else None
    if known is not None:
        return Cluster(said.version, known.recorded_at, _groups(client), known.states)
    return Cluster(said.version, _clock(answer.headers.get("Date")), _groups(client))


def _unreachable(client: KubernetesClient, error: RequestFailed | CollectionStopped) -> UnreachableError:
    if isinstance(error, RequestFailed) and error.code == 401:
        message = f"{client.address.host} does not accept the credentials: {error.reason}"
        return UnreachableError(message, hint="gcloud auth login, then: kubectl get --raw /version")
    message = f"cannot reach the cluster at {client.address.host}: {error.reason}"
    return UnreachableError(message, hint=_UNREACHABLE_HINT)


def _clock(date: str | None) -> datetime:
    """The server's clock, by which the ages of objects count; this machine's where it says none."""
    try:
        return parsedate_to_datetime(date).astimezone(UTC) if date else datetime.now(UTC)
    except ValueError:
        return datetime.now(UTC)


def _groups(client: KubernetesClient) -> dict[str, tuple[str, ...]] | None:
    try:
        return api_groups(client)
    except (RequestFailed, CollectionStopped):
        return None


def api_groups(client: KubernetesClient) -> dict[str, tuple[str, ...]]:
    """The versions of every API group that is served, the preferred one first. RequestFailed where that is refused."""
    found: _Groups = client.document("/apis", _Groups)
    return {group.name: _ordered(group) for group in found.groups}


def _ordered(group: _Group) -> tuple[str, ...]:
    preferred = [group.preferred.version] if group.preferred is not None else []
    return tuple(dict.fromkeys([*preferred, *(v.version for v in group.versions)]))


@dataclass
class ListResult:
    """What was read of one listing, and how it ended."""

    items: AppendableObjects
    refused: RequestFailed | CollectionStopped | None = None
    watch: WatchStart | None = None
    """The list that was read, where it is served and not denied."""

    @property
    def code(self) -> int:
        return self.refused.code if isinstance(self.refused, RequestFailed) else 0


class KubernetesLister:
    """Lists kinds. `only`: the namespaces a user named to record; `fallback`: those to try where all are denied.

    `new_buffer` makes what the objects of a kind are put into.
    """

    def __init__(
        self,
        client: KubernetesClient,
        cluster: Cluster,
        new_buffer: Callable[[], AppendableObjects] = list,
        *,
        only: Sequence[str] = (),
        fallback: Sequence[str] = (),
    ) -> None:
        self.client, self.cluster, self.new_buffer, self.only = client, cluster, new_buffer, tuple(only)
        self._fallback = tuple(fallback)
        self._lock = threading.Lock()
        self._known: tuple[tuple[str, ...], bool] | None = None
        self.account = Account(client)

    def collection(self, kind: Kind) -> Listing:
        """Everything of one kind that may be read, with the true state of it."""
        recorded = self.cluster.recorded.get(kind.collection)
        if recorded is None:
            return self._read(kind, self.only)
        if not recorded.is_read:
            return Listing(kind.collection, (), recorded)
        found = self._read(kind, self.only or recorded.namespaces or ())
        return found._replace(state=combined_state(recorded, found.state))

    def _read(self, kind: Kind, only: tuple[str, ...]) -> Listing:
        versions = versions_of(kind, self.cluster.groups)
        if not versions:
            return Listing(kind.collection, (), state_of(kind.collection, 404, ""))
        if kind.namespaced and only:
            return self._by_namespace(kind, versions, only, all_known=False)
        part = self._listed(kind, versions)
        if part.code == 403 and not part.items and kind.namespaced:
            namespaces, all_known = self.namespaces()
            if namespaces:
                return self._by_namespace(kind, versions, namespaces, all_known=all_known, refused=part.refused)
        return Listing(kind.collection, part.items, _judged(kind, part), _watches([part]))

    def serves(self, kind: Kind) -> bool:
        """Whether to ask for a kind."""
        return is_served(kind, self.cluster.groups)

    def namespaces(self) -> tuple[tuple[str, ...], bool]:
        """The namespaces to try one by one, and whether these are all that there are."""
        with self._lock:
            if self._known is None:
                self._known = self._find_namespaces()
            return self._known

    def _find_namespaces(self) -> tuple[tuple[str, ...], bool]:
        if self._fallback:
            return self._fallback, False
        part = self.pages("/api/v1/namespaces", "namespaces")
        names = tuple(sorted(item["metadata"]["name"] for item in part.items))
        if names and part.refused is None and len(names) <= _MAX_NAMESPACES:
            return names, True
        return self.account.own_namespaces(part.refused.reason if part.refused is not None else ""), False

    def _listed(self, kind: Kind, versions: Iterable[str], namespace: str = "") -> ListResult:
        """The listing in the first version that serves the kind."""
        part = ListResult([], RequestFailed("not served by this cluster", code=404))
        for version in versions:
            part = self.pages(list_path(kind, version, namespace), kind.collection)
            if part.code != 404:
                break
        return part

    def pages(self, path: str, collection: str, selector: str = "") -> ListResult:
        """All pages; from the start once more where the list changed under us (410 Gone).

        `selector`: a field selector that narrows it.
        """
        first = self._walk(path, collection, selector)
        if first.code != 410:
            return first
        second = self._walk(path, collection, selector)
        if second.code != 410:
            return second
        longer = max(first, second, key=lambda part: len(part.items))
        return ListResult(
            longer.items, RequestFailed("the list changed faster than it could be read (410 Gone)", code=410)
        )

    def _walk(self, path: str, collection: str, selector: str) -> ListResult:
        narrowed = [("fieldSelector", selector)] if selector else []
        part, token, pages = ListResult(self.new_buffer(), watch=WatchStart(path)), "", Pages()
        version = ""
        while True:
            query = [*narrowed, ("limit", str(PAGE)), *([("continue", token)] if token else [])]
            try:
                page: ListPage = self.client.document(path, ListPage, query)
                part.items.extend(slim(collection, item, page.version) for item in page.items or ())
                token, version = page.meta.token or "", version or page.meta.version or ""
                if not token:
                    part.watch = WatchStart(path, version)
                    return part
                pages.followed(token, len(page.items or ()))
            except (RequestFailed, CollectionStopped) as refused:
                part.refused = refused
                return part

    def _by_namespace(
        self,
        kind: Kind,
        versions: tuple[str, ...],
        namespaces: tuple[str, ...],
        *,
        all_known: bool,
        refused: RequestFailed | CollectionStopped | None = None,
    ) -> Listing:
        items = self.new_buffer()
        parts: list[ListResult] = []
        unread: dict[str, str] = {}
        for namespace in namespaces:
            part = self._in_namespace(kind, versions, namespace)
            if part.code == 404 and not part.items:
                return Listing(kind.collection, (), state_of(kind.collection, 404, ""))
            items.extend(part.items)
            parts.append(part)
            if part.refused is not None:
                refused = part.refused  # it says more than that the whole cluster is denied
                unread[namespace] = part.refused.reason
        if len(unread) == len(namespaces) and not items and refused is not None:
            return Listing(kind.collection, (), _judged(kind, ListResult([], refused)), _watches(parts))
        return Listing(
            kind.collection,
            items,
            CollectionState(
                Status.PARTIAL if unread else Status.COMPLETE,
                needs=permission(kind.collection) if unread else "",
                namespaces=None if all_known else namespaces,
                unread=dict(sorted(unread.items())),
            ),
            _watches(parts),
        )

    def _in_namespace(self, kind: Kind, versions: tuple[str, ...], namespace: str) -> ListResult:
        rules = self.account.rules(namespace) if not self.only else None
        if rules is not None and not rules.may_list(kind):
            return ListResult([], RequestFailed(f"no permission to list {kind.collection} in {namespace}", code=403))
        return self._listed(kind, versions, namespace)


def versions_of(kind: Kind, groups: Mapping[str, tuple[str, ...]] | None) -> tuple[str, ...]:
    """The versions of the group of a kind, the preferred one first; none where the group is not served."""
    if not kind.group:
        return ("v1",)
    if groups is None:
        return _STABLE.get(kind.group, ("v1", "v1beta1"))
    return groups.get(kind.group, ())


def list_path(kind: Kind, version: str, namespace: str = "") -> str:
    """The path of a list: of a namespace, or of all objects of the kind."""
    root = f"/apis/{kind.group}/{version}" if kind.group else f"/api/{version}"
    scope = f"/namespaces/{quote(namespace)}" if namespace else ""
    return f"{root}{scope}/{kind.resource}"


def is_served(kind: Kind, groups: Mapping[str, object] | None) -> bool:
    """Whether to ask for a kind: always, but for one of an operator whose group the cluster does not serve."""
    return not is_custom(kind.collection) or (groups is not None and kind.group in groups)


def _judged(kind: Kind, part: ListResult) -> CollectionState:
    if part.refused is None:
        return COMPLETE
    reason = part.refused.reason
    if part.items:
        reason = f"stopped after {len(part.items)} objects: {reason}"
    return state_of(kind.collection, part.code, reason, some=bool(part.items))


def _watches(parts: Iterable[ListResult]) -> tuple[WatchStart, ...]:
    """The lists that can be followed: a namespace that is denied is none."""
    return tuple(part.watch for part in parts if part.watch is not None and part.code not in NOT_WATCHABLE)


def slim(collection: str, raw: msgspec.Raw, version: str) -> Any:
    """The item with its API version, less what no snapshot keeps.

    Decoded one by one, for a page of 500 Pods is 20 MB as objects; what is no object is left to the intake.
    """
    try:
        item = object_of(raw)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise RequestFailed(f"the response is not valid JSON: {str(error)[:120]}") from error
    if not isinstance(item, dict):
        return item
    if version:
        item.setdefault("apiVersion", version)
    if collection not in _KEEP_LAST_APPLIED:
        return trimmed(collection, item)
    slimmed(collection, item)
    return item
