"""The Cloud Monitoring API by plain REST: uptime checks and the policies that alert on them, for who asks for them.

`GET /v3/projects/P/uptimeCheckConfigs` and `…/alertPolicies` answer `{uptimeCheckConfigs | alertPolicies,
nextPageToken}` (cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.uptimeCheckConfigs/list).
"""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlencode

import msgspec

from gkedoctor.collect.deadline import CollectionStopped, Deadline, RequestFailed
from gkedoctor.collect.google_errors import cloud_state
from gkedoctor.collect.google_session import ask
from gkedoctor.collect.paging import Pages
from gkedoctor.collect.results import COMPLETE, Listing

_PAGE = 500
_ENDPOINT = "https://monitoring.googleapis.com"


class Monitoring:
    """One project's Cloud Monitoring API."""

    def __init__(self, session: Any, endpoint: str | None, project: str, deadline: Deadline) -> None:
        self.session, self.project, self.deadline = session, project, deadline
        self.root = (endpoint or _ENDPOINT).rstrip("/")

    def listed(self, collection: str) -> Listing:
        """All objects of `monitoring.uptimeCheckConfigs` or `monitoring.alertPolicies`."""
        items: list[Any] = []
        token, pages = "", Pages()
        while True:
            try:
                page = self.deadline.retry(partial(self._page, collection.partition(".")[2], token))
                items += page.items
                token = page.token
                if not token:
                    return Listing(collection, items, COMPLETE)
                pages.followed(token, len(page.items))
            except (RequestFailed, CollectionStopped) as refused:
                return Listing(collection, items, cloud_state(collection, refused, some=bool(items)))

    def _page(self, plural: str, token: str) -> _Checks | _Policies:
        query = urlencode({"pageSize": _PAGE} | ({"pageToken": token} if token else {}))
        url = f"{self.root}/v3/projects/{self.project}/{plural}?{query}"
        page: _Checks | _Policies = ask(self.session, url, self.deadline, _PAGES[plural])
        return page


class _Checks(msgspec.Struct, rename={"items": "uptimeCheckConfigs", "token": "nextPageToken"}):
    items: list[dict[str, Any]] = []
    token: str = ""


class _Policies(msgspec.Struct, rename={"items": "alertPolicies", "token": "nextPageToken"}):
    items: list[dict[str, Any]] = []
    token: str = ""


_PAGES = {"uptimeCheckConfigs": _Checks, "alertPolicies": _Policies}
