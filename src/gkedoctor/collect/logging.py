"""The Cloud Logging API by plain REST: the Events that the API server has forgotten, for who asks for them.

The API server keeps an Event for an hour; GKE writes each to the log `events` of the cluster's project
(cloud.google.com/kubernetes-engine/docs/how-to/view-logs). `POST /v2/entries:list` takes `{resourceNames, filter,
orderBy, pageSize, pageToken}` and answers `{entries, nextPageToken}`; a page may be empty and not the last
(cloud.google.com/logging/docs/reference/v2/rest/v2/entries/list).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from gkedoctor.collect.deadline import CollectionStopped, Deadline, RequestFailed
from gkedoctor.collect.google_errors import cloud_state
from gkedoctor.collect.google_location import GoogleLocation
from gkedoctor.collect.google_session import ask
from gkedoctor.collect.results import COMPLETE, Listing
from gkedoctor.snapshot.events import logged_event
from gkedoctor.snapshot.kinds import HISTORY
from gkedoctor.snapshot.model import CollectionState, Status, permission

_PAGE = 1000
"""The most that a page may have."""

_MOST_PAGES = 20
_MOST_BYTES = 64 << 20
_ZONE = re.compile(r"([a-z]+-[a-z]+\d+)-[a-z]")
_ENDPOINT = "https://logging.googleapis.com"


class Logging:
    """One cluster's log of Events, and the audit logs of its project."""

    def __init__(self, session: Any, endpoint: str | None, place: GoogleLocation, deadline: Deadline) -> None:
        self.session, self.place, self.deadline = session, place, deadline
        self.url = f"{(endpoint or _ENDPOINT).rstrip('/')}/v2/entries:list"

    def events(self, now: datetime, seconds: float) -> Listing:
        """The Events of the last `seconds`, the latest first; partial where there are more than are read."""
        if self.place.cluster is None:
            reason = "the cluster name is not known, and the log contains the Events of all clusters"
            return Listing(HISTORY, (), CollectionState(Status.FAILED, reason=reason, needs=permission(HISTORY)))
        return self.search(HISTORY, self._filter(now - timedelta(seconds=seconds)), logged_event, "Events")

    def search(self, collection: str, wanted: str, keep: Callable[[Any], Any], noun: str = "entries") -> Listing:
        """The entries that a filter lets through, the latest first, as `keep` gives them; None is left out."""
        events: list[Any] = []
        size, token = 0, ""
        for _ in range(_MOST_PAGES):
            try:
                page = self.deadline.retry(partial(self._page, wanted, token))
                entries = [msgspec.json.decode(raw) for raw in page.entries]
            except (RequestFailed, CollectionStopped) as refused:
                return Listing(collection, events, cloud_state(collection, refused, some=bool(events)))
            events += [event for entry in entries if (event := keep(entry)) is not None]
            size, token = size + sum(map(len, page.entries)), page.token
            if not token:
                return Listing(collection, events, COMPLETE)
            if size > _MOST_BYTES:
                break
        reason = f"only the latest {len(events):,} {noun} were read"
        return Listing(collection, events, CollectionState(Status.PARTIAL, reason=reason))

    def _filter(self, since: datetime) -> str:
        log = quoted(f"projects/{self.place.project}/logs/events")
        name, *location = in_cluster(self.place)
        return " AND ".join([f"logName={log}", name, f"timestamp>={quoted(since.isoformat())}", *location])

    def _page(self, wanted: str, token: str) -> _Page:
        body: dict[str, Any] = {
            "resourceNames": [f"projects/{self.place.project}"],
            "filter": wanted,
            "orderBy": "timestamp desc",
            "pageSize": _PAGE,
        }
        page: _Page = ask(self.session, self.url, self.deadline, _Page, body | ({"pageToken": token} if token else {}))
        return page


def in_cluster(place: GoogleLocation) -> list[str]:
    """Terms of a filter for entries of the cluster.

    A cluster's name is its own only within a location, which for a regional cluster is not that of a Node.
    """
    parts = [f"resource.labels.cluster_name={quoted(place.cluster or '')}"]
    if place.location:
        zone = _ZONE.fullmatch(place.location)
        places = [place.location, *([zone[1]] if zone is not None else [])]
        parts.append(f"({' OR '.join(f'resource.labels.location={quoted(p)}' for p in places)})")
    return parts


def quoted(text: str) -> str:
    """A string of the query language."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class _Page(msgspec.Struct):
    entries: list[msgspec.Raw] = []
    token: str = msgspec.field(default="", name="nextPageToken")
