"""Lists by plain REST, of what google-cloud-compute has no client for: legacy health checks and Filestore instances.

`GET compute/v1/projects/P/global/httpHealthChecks` answers `{items, nextPageToken}`
(cloud.google.com/compute/docs/reference/rest/v1/httpHealthChecks/list); `GET v1/projects/P/locations/-/instances` of
file.googleapis.com answers `{instances, nextPageToken, unreachable}`
(cloud.google.com/filestore/docs/reference/rest/v1/projects.locations.instances/list).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec

from gkedoctor.collect.deadline import CollectionStopped, Deadline, RequestFailed
from gkedoctor.collect.google_errors import cloud_state
from gkedoctor.collect.google_session import ask
from gkedoctor.collect.paging import Pages
from gkedoctor.collect.results import COMPLETE, Listing
from gkedoctor.snapshot.model import CollectionState, Status


class _List(NamedTuple):
    """Where a collection is listed, and what its parameter for the size of a page is called."""

    host: str
    path: str
    size: str
    page: int


LISTS: Mapping[str, _List] = MappingProxyType(
    {
        "compute.httpHealthChecks": _List(
            "https://compute.googleapis.com", "compute/v1/projects/{}/global/httpHealthChecks", "maxResults", 500
        ),
        "file.instances": _List("https://file.googleapis.com", "v1/projects/{}/locations/-/instances", "pageSize", 500),
    }
)


class RestLists:
    """The lists of one project. `endpoints`: of an API (`compute`), where it is not at its usual place."""

    def __init__(self, session: Any, endpoints: Mapping[str, str | None], project: str, deadline: Deadline) -> None:
        self.session, self.endpoints, self.project, self.deadline = session, endpoints, project, deadline
        self.collections = frozenset(LISTS)

    def listed(self, collection: str) -> Listing:
        """All objects of a collection of `LISTS`, with its true state."""
        items: list[Any] = []
        missing: set[str] = set()
        token, pages = "", Pages()
        while True:
            try:
                page = self.deadline.retry(partial(self._page, collection, token))
                items += page.found
                missing.update(page.unreachable)
                token = page.token
                if not token:
                    break
                pages.followed(token, len(page.found))
            except (RequestFailed, CollectionStopped) as refused:
                return Listing(collection, items, cloud_state(collection, refused, some=bool(items)))
        reason = f"no response from: {', '.join(sorted(missing))}"
        return Listing(collection, items, CollectionState(Status.PARTIAL, reason=reason) if missing else COMPLETE)

    def _page(self, collection: str, token: str) -> _Page:
        where = LISTS[collection]
        host = self.endpoints.get(collection.partition(".")[0]) or where.host
        query = urlencode({where.size: where.page} | ({"pageToken": token} if token else {}))
        url = f"{host.rstrip('/')}/{where.path.format(self.project)}?{query}"
        page: _Page = ask(self.session, url, self.deadline, _Page)
        return page


class _Page(msgspec.Struct, rename={"token": "nextPageToken"}):
    items: list[dict[str, Any]] = []
    instances: list[dict[str, Any]] = []
    token: str = ""
    unreachable: list[str] = []

    @property
    def found(self) -> list[dict[str, Any]]:
        """The objects, whatever the API calls their field."""
        return [*self.items, *self.instances]
