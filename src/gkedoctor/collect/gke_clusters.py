"""The GKE API by plain REST: two lists. google-cloud-container would bring gRPC stubs and 40 MB for it."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from gkedoctor.collect.deadline import CollectionStopped, Deadline, RequestFailed
from gkedoctor.collect.google_errors import cloud_state
from gkedoctor.collect.google_location import GoogleLocation
from gkedoctor.collect.google_session import ask
from gkedoctor.collect.results import COMPLETE, Listing
from gkedoctor.snapshot.kinds import GKE_OPERATIONS
from gkedoctor.snapshot.model import CollectionState, Status

_NETWORK = re.compile(r"projects/([^/]+)/global/networks/")


class Container:
    """The clusters of a project with their node pools, and the operations on them."""

    def __init__(self, session: Any, endpoint: str | None, place: GoogleLocation, deadline: Deadline) -> None:
        self.session, self.place, self.deadline = session, place, deadline
        self.root = (endpoint or "https://container.googleapis.com").rstrip("/")

    def clusters(self) -> Listing:
        """All clusters: only what belongs to none of them is left over."""
        return self._listed("container.clusters", "clusters")

    def operations(self) -> Listing:
        """The operations of all clusters: as far back as the API keeps them."""
        return self._listed(GKE_OPERATIONS, "operations")

    def _listed(self, collection: str, resource: str) -> Listing:
        url = f"{self.root}/v1/projects/{self.place.project}/locations/-/{resource}"
        try:
            document = self.deadline.retry(lambda: ask(self.session, url, self.deadline, _Document))
        except (RequestFailed, CollectionStopped) as refused:
            return Listing(collection, (), cloud_state(collection, refused))
        items = document.clusters + document.operations
        if document.missing:
            reason = f"no response from: {', '.join(document.missing)}"
            return Listing(collection, items, CollectionState(Status.PARTIAL, reason=reason))
        return Listing(collection, items, COMPLETE)

    def host_projects(self, found: Listing | None) -> tuple[str, ...]:
        """The projects of Shared VPC networks that this cluster uses."""
        hosts: list[str] = []
        for cluster in found.items if found is not None else ():
            config = cluster.get("networkConfig")
            network = config.get("network") if isinstance(config, dict) else None
            match = _NETWORK.search(network) if isinstance(network, str) else None
            mine = self.place.cluster is None or cluster.get("name") == self.place.cluster
            if match is not None and mine and match[1] != self.place.project:
                hosts.append(match[1])
        return tuple(dict.fromkeys(hosts))


class _Document(msgspec.Struct, rename={"missing": "missingZones"}):
    """The response to either list."""

    clusters: list[dict[str, Any]] = []
    operations: list[dict[str, Any]] = []
    missing: list[str] = []
