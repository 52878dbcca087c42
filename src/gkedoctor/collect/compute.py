"""The Compute Engine API through google-cloud-compute, in its REST form: camelCase, enums by name, `id` as a string.

The library costs over a second to import; it is imported by the thread that reads, beside the Kubernetes lists.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

from gkedoctor.collect.deadline import CollectionStopped, Deadline, RequestFailed
from gkedoctor.collect.google_errors import cloud_state, no_answer, refusal, unusable
from gkedoctor.collect.google_session import guard, token_requests
from gkedoctor.collect.own_backends import belongs
from gkedoctor.collect.paging import Pages
from gkedoctor.collect.results import COMPLETE, Listing
from gkedoctor.collect.thread_pool import run_all
from gkedoctor.snapshot.kinds import COMPUTE_OPERATIONS, LISTED_IN
from gkedoctor.snapshot.model import CollectionState, Status

_PAGE = 500
_MOST_ASKED = 1000
"""Backend services or endpoint groups that are asked one by one."""

_TOGETHER = 4
"""Requests at a time of what is asked one by one: well below the API's limit of 1,500 reads a minute
(cloud.google.com/compute/api-quota) at 100 ms and more for each."""

_MOST_REFUSED = 5
"""Equal refusals after which no further one is asked for, where none was answered."""

_OF_GKE = re.compile(r"k8s|gke|gkegw|gkemcg|a[0-9a-f]{31}$")
_DESCRIBED = re.compile(r"kubernetes\.io|cluster-uid|\"namespace\"")
_LINK = re.compile(r"projects/([^/]+)/(?:global|regions/([^/]+)|zones/([^/]+))/(\w+)/([^/]+)$")


_Refusals = list[RequestFailed | CollectionStopped]


class _Client(NamedTuple):
    """How one collection is listed: the client's class, the request's, and whether scopes are put together."""

    client: str
    request: str
    aggregated: bool = True


_AGGREGATED = (
    "ForwardingRules", "TargetHttpProxies", "TargetHttpsProxies", "TargetPools", "UrlMaps", "BackendServices",
    "HealthChecks", "NetworkEndpointGroups", "InstanceGroups", "Instances", "SslCertificates", "Addresses", "Disks",
    "Subnetworks", "Routers", "ServiceAttachments",
)  # fmt: skip

LISTS: Mapping[str, _Client] = MappingProxyType(
    {
        f"compute.{name[0].lower()}{name[1:]}": _Client(f"{name}Client", f"AggregatedList{name}Request")
        for name in _AGGREGATED
    }
    | {
        f"compute.{name[0].lower()}{name[1:]}": _Client(f"{name}Client", f"List{name}Request", aggregated=False)
        for name in ("Firewalls", "Networks", "Regions")
    }
    | {"compute.projects": _Client("ProjectsClient", "GetProjectRequest", aggregated=False)}
)
_RECORDS: Mapping[str, _Client] = MappingProxyType(
    {COMPUTE_OPERATIONS: _Client("GlobalOperationsClient", "AggregatedListGlobalOperationsRequest")}
)
"""Read for a time only, and not among the lists of objects."""

_MOST_RECORDS = 10_000
"""Operations after which no further page is read: of a project with many node pools, all would take minutes."""

SHARED = frozenset({"compute.firewalls", "compute.networks", "compute.subnetworks"})
"""What the host project of a Shared VPC holds for the cluster."""


class Compute:
    """One project's Compute API. `only`: the namespaces whose backends are asked for their health; all where empty.

    The clients of all services send over the connections of `session`, with its credentials.
    """

    def __init__(
        self, session: Any, endpoint: str | None, project: str, deadline: Deadline, only: Sequence[str] = ()
    ) -> None:
        self.only = only
        self.session, self.endpoint, self.project, self.deadline = session, endpoint, project, deadline
        self._lock = threading.Lock()
        self._clients: dict[str, Any] = {}
        self.lists = LISTS
        self.collections = frozenset({*LISTS, *LISTED_IN})

    def listed(self, collection: str, hosts: Sequence[str], matching: str = "") -> Listing:
        """A collection of the project, with that of the Shared VPC's host where it has a part in it.

        `matching`: only what this filter of the API lets through (`name = "web"`); the host's part is read whole.
        """
        if collection == "compute.projects":
            return self._project()
        found = self._list(collection, self.project, matching)
        for host in hosts if collection in SHARED else ():
            more = self._list(collection, host)
            state = found.state
            if more.state.status is not Status.COMPLETE:
                reason = f"host project {host}: {more.state.reason}"
                state = CollectionState(Status.PARTIAL, reason=reason, needs=more.state.needs)
            found = Listing(collection, [*found.items, *more.items], state)
        return found

    def health(self, services: Sequence[Any], groups: Sequence[Any], base: CollectionState | None) -> Listing:
        """`getHealth` of each backend service of GKE, for each of its groups."""
        mine = {link for group in groups if _is_of_gke(group) if (link := _tail(group.get("selfLink")))}
        named = {str(group.get("name")): group for group in groups}
        asked = [service for service in services if _is_of_gke(service) or _groups(service) & mine]
        return self.health_of([service for service in asked if belongs(service, self.only, named)], base)

    def health_of(self, services: Sequence[Any], base: CollectionState | None) -> Listing:
        """`getHealth` of these backend services, for each of their groups. `base`: the state of their own listing."""
        return self._one_by_one("compute.backendServicesHealth", services, self._health_of_service, base)

    def _health_of_service(self, service: Any, refused: _Refusals) -> dict[str, Any]:
        backends = []
        for group in _group_links(service):
            answer = self._tried(partial(self._health, service, group), refused)
            if answer is not None:
                backends.append({"group": group, "healthStatus": answer.get("healthStatus") or []})
        return {"name": service.get("name"), "backends": backends}

    def endpoints(self, groups: Sequence[Any], base: CollectionState | None) -> Listing:
        """The endpoints of each zonal group of GKE, with their health."""
        asked = [group for group in groups if _is_of_gke(group) and _zone(group) and belongs(group, self.only, {})]
        return self._one_by_one("compute.networkEndpoints", asked, self._endpoints_of_group, base)

    def _endpoints_of_group(self, group: Any, refused: _Refusals) -> dict[str, Any] | None:
        answer = self._tried(partial(self._endpoints, group), refused)
        return {"name": group.get("name"), "endpoints": answer} if answer is not None else None

    def _one_by_one(
        self,
        collection: str,
        asked: Sequence[Any],
        ask: Callable[[Any, _Refusals], dict[str, Any] | None],
        base: CollectionState | None,
    ) -> Listing:
        """What each of the objects is asked for, a few at a time, until that is hopeless."""
        refused: _Refusals = []
        answers: dict[int, dict[str, Any]] = {}

        def one(at: int) -> None:
            if _is_hopeless(refused, [*answers.values()]):
                return
            answer = ask(asked[at], refused)
            if answer is not None:
                answers[at] = _placed(asked[at], answer)

        run_all([partial(one, at) for at in range(min(len(asked), _MOST_ASKED))], _TOGETHER, collection)
        items = [answers[at] for at in sorted(answers)]
        return Listing(collection, items, _state(collection, base, refused, items, len(asked) > _MOST_ASKED))

    def _list(self, collection: str, project: str, matching: str = "") -> Listing:
        kind = LISTS.get(collection) or _RECORDS[collection]
        items: list[Any] = []
        warnings: list[str] = []
        token, pages = "", Pages()
        while True:
            try:
                page = self.deadline.retry(partial(self._page, kind, project, token, matching))
                before = len(items)
                for part, warning in _parts(page, kind.aggregated):
                    items.extend(part)
                    warnings += [warning] if warning else []
                token = page.get("nextPageToken") or ""
                if not token:
                    break
                if collection in _RECORDS and len(items) >= _MOST_RECORDS:
                    warnings.append(f"only {len(items):,} were read")
                    break
                pages.followed(token, len(items) - before)
            except (RequestFailed, CollectionStopped) as refused:
                return Listing(collection, items, cloud_state(collection, refused, some=bool(items)))
        if not warnings:
            return Listing(collection, items, COMPLETE)
        reason = "; ".join(sorted(set(warnings)))[:300]
        return Listing(collection, items, CollectionState(Status.PARTIAL, reason=reason))

    def _page(self, kind: _Client, project: str, token: str, matching: str) -> dict[str, Any]:
        from google.cloud import compute_v1

        fields = {"project": project, "max_results": _PAGE, "page_token": token or None, "filter": matching or None}
        request = getattr(compute_v1, kind.request)(**fields)
        client = self._client(kind.client)
        ask = client.aggregated_list if kind.aggregated else client.list
        return self._asked(lambda: next(iter(ask(request, retry=None, timeout=self.deadline.timeout()).pages)))

    def _project(self) -> Listing:
        """Name and quotas only: the common instance metadata holds SSH keys and worse."""
        from google.cloud import compute_v1

        name = "compute.projects"
        try:
            found = self.deadline.retry(lambda: self._asked(lambda: self._client("ProjectsClient").get(
                compute_v1.GetProjectRequest(project=self.project), retry=None, timeout=self.deadline.timeout()
            )))  # fmt: skip
        except (RequestFailed, CollectionStopped) as refused:
            state = cloud_state(name, refused)
            return Listing(name, (), state)
        kept = {
            key: found[key] for key in ("id", "kind", "name", "quotas", "selfLink", "xpnProjectStatus") if key in found
        }
        return Listing(name, [kept], COMPLETE)

    def _health(self, service: Any, group: str) -> dict[str, Any]:
        from google.cloud import compute_v1

        region = _region(service)
        resource = compute_v1.ResourceGroupReference(group=group)
        common = {
            "project": self.project,
            "backend_service": service["name"],
            "resource_group_reference_resource": resource,
        }
        if region:
            request: Any = compute_v1.GetHealthRegionBackendServiceRequest(region=region, **common)
            client = self._client("RegionBackendServicesClient")
        else:
            request = compute_v1.GetHealthBackendServiceRequest(**common)
            client = self._client("BackendServicesClient")
        return self._asked(lambda: client.get_health(request, retry=None, timeout=self.deadline.timeout()))

    def _endpoints(self, group: Any) -> list[Any]:
        from google.cloud import compute_v1

        wanted = compute_v1.NetworkEndpointGroupsListEndpointsRequest(health_status="SHOW")
        items: list[Any] = []
        token, pages = "", Pages()
        while True:
            request = compute_v1.ListNetworkEndpointsNetworkEndpointGroupsRequest(
                project=self.project,
                zone=_zone(group),
                network_endpoint_group=group["name"],
                network_endpoint_groups_list_endpoints_request_resource=wanted,
                max_results=_PAGE,
                page_token=token or None,
            )
            client = self._client("NetworkEndpointGroupsClient")
            ask = partial(client.list_network_endpoints, request, retry=None, timeout=self.deadline.timeout())
            page = self._asked(lambda ask=ask: next(iter(ask().pages)))  # type: ignore[misc]
            items.extend(page.get("items") or [])
            token = page.get("nextPageToken") or ""
            if not token:
                return items
            pages.followed(token, len(page.get("items") or []))

    def _tried(self, ask: Callable[[], Any], refused: _Refusals) -> Any:
        try:
            return self.deadline.retry(ask)
        except (RequestFailed, CollectionStopped) as error:
            refused.append(error)
            return None

    def _client(self, name: str) -> Any:
        """One client per service, whose session is behind the check of what may leave."""
        from google.cloud import compute_v1

        with self._lock:
            if name not in self._clients:
                options = {"api_endpoint": self.endpoint} if self.endpoint else {}
                client = getattr(compute_v1, name)(credentials=self.session.credentials, client_options=options)
                session = client.transport._session
                session._auth_request = token_requests(self.deadline)  # its own, else, waits for two minutes
                guard(session, self.session.get_adapter("https://"))
                self._clients[name] = client
            return self._clients[name]

    def _asked(self, ask: Callable[[], Any]) -> dict[str, Any]:
        """The answer as the REST API says it."""
        import requests
        from google.api_core.exceptions import GoogleAPICallError
        from google.auth.exceptions import GoogleAuthError
        from google.protobuf.json_format import ParseError  # type: ignore[import-untyped]

        try:
            answer = ask()
        except GoogleAPICallError as error:
            headers = getattr(error.response, "headers", None)
            raise refusal(int(error.code or 0), _said_by(error), headers) from error
        except GoogleAuthError as error:
            raise unusable(error) from error
        except requests.RequestException as error:
            raise no_answer(error) from error
        except (ParseError, ValueError) as error:
            raise RequestFailed(f"the response is not valid JSON: {str(error)[:120]}") from error
        plain: dict[str, Any] = type(answer).to_dict(
            answer,
            preserving_proto_field_name=False,
            use_integers_for_enums=False,
            always_print_fields_with_no_presence=False,
        )
        return plain


def _said_by(error: Any) -> str:
    """The reason in front, by which an API that is off is told from a permission that is missing."""
    reasons = " ".join(str(entry.get("reason", "")) for entry in error.errors or () if isinstance(entry, dict))
    return f"{error.message} {reasons}".strip()


def _parts(page: Mapping[str, Any], aggregated: bool) -> Iterator[tuple[Sequence[Any], str]]:
    """The objects of a page with the warnings that matter; a scope without objects says so in a warning too."""
    if not aggregated:
        yield page.get("items") or (), _warning("", page.get("warning"))
        return
    for scope, entry in (page.get("items") or {}).items():
        lists = [value for key, value in entry.items() if key != "warning" and isinstance(value, list)]
        yield [item for part in lists for item in part], _warning(scope, entry.get("warning"))
    missing = page.get("unreachables") or ()
    yield (), f"no response from: {', '.join(missing)}" if missing else _warning("", page.get("warning"))


def _warning(scope: str, warning: Any) -> str:
    if not isinstance(warning, Mapping) or warning.get("code") in (None, "NO_RESULTS_ON_PAGE"):
        return ""
    text = str(warning.get("message") or warning["code"])
    return f"{scope}: {text}" if scope else text


def _state(
    name: str,
    base: CollectionState | None,
    refused: Sequence[RequestFailed | CollectionStopped],
    items: Sequence[Any],
    too_many: bool,
) -> CollectionState:
    """What is asked one by one is as complete as the list it starts from, and as the answers."""
    if base is not None and not base.is_read:
        return base
    if refused:
        return cloud_state(name, refused[0], some=len(items) > 0 and not _all_refused(items))
    if too_many:
        return CollectionState(Status.PARTIAL, reason=f"only the first {_MOST_ASKED} were read")
    return base or COMPLETE


def _is_hopeless(refused: Sequence[RequestFailed | CollectionStopped], items: Sequence[Any]) -> bool:
    """Whether the time is over, or the first requests of many were refused alike and none was answered."""
    if any(isinstance(one, CollectionStopped) for one in refused):
        return True
    codes = {one.code for one in refused if isinstance(one, RequestFailed)}
    return len(refused) >= _MOST_REFUSED and len(codes) == 1 and _all_refused(items)


def _all_refused(items: Sequence[Any]) -> bool:
    return not any(item.get("backends") or item.get("endpoints") for item in items)


def _placed(of: Any, item: dict[str, Any]) -> dict[str, Any]:
    """Names repeat over zones and regions: the item says where it belongs."""
    return item | {key: of[key] for key in ("region", "zone") if key in of}


def _is_of_gke(item: Any) -> bool:
    name, described = str(item.get("name") or ""), str(item.get("description") or "")
    groups = _group_links(item)
    return bool(
        _OF_GKE.match(name)
        or _DESCRIBED.search(described)
        or any(_OF_GKE.match(group.rpartition("/")[2]) for group in groups)
    )


def _group_links(service: Any) -> list[str]:
    return [b["group"] for b in service.get("backends") or () if isinstance(b, Mapping) and b.get("group")]


def _groups(service: Any) -> set[str]:
    return {tail for link in _group_links(service) if (tail := _tail(link))}


def _tail(link: Any) -> str:
    found = _LINK.search(link) if isinstance(link, str) else None
    return found[0] if found is not None else ""


def _zone(item: Any) -> str:
    return str(item.get("zone") or "").rpartition("/")[2]


def _region(item: Any) -> str:
    return str(item.get("region") or "").rpartition("/")[2]
