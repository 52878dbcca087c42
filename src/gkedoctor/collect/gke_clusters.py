"""The GKE API by plain REST: one list. google-cloud-container would bring gRPC stubs and 40 MB for it."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from gkedoctor.collect.deadline import CollectionStopped, Deadline, RequestFailed
from gkedoctor.collect.google_errors import cloud_state
from gkedoctor.collect.google_location import GoogleLocation
from gkedoctor.collect.google_session import ask
from gkedoctor.collect.results import COMPLETE, Listing
from gkedoctor.snapshot.model import CollectionState, Status

_COLLECTION = "container.clusters"
_NETWORK = re.compile(r"projects/([^/]+)/global/networks/")


class Container:
    """The clusters of a project, with their node pools."""

    def __init__(self, session: Any, endpoint: str | None, place: GoogleLocation, deadline: Deadline) -> None:
        self.session, self.place, self.deadline = session, place, deadline
        self.root = (endpoint or "https://container.googleapis.com").rstrip("/")

    def clusters(self) -> Listing:
        """All clusters: leftovers can only be told from those that are still there."""
        url = f"{self.root}/v1/projects/{self.place.project}/locations/-/clusters"
        try:
            document = self.deadline.retry(lambda: ask(self.session, url, self.deadline, _Clusters))
        except (RequestFailed, CollectionStopped) as refused:
            return Listing(_COLLECTION, (), cloud_state(_COLLECTION, refused))
        if document.missing:
            reason = f"no response from: {', '.join(document.missing)}"
            return Listing(_COLLECTION, document.clusters, CollectionState(Status.PARTIAL, reason=reason))
        return Listing(_COLLECTION, document.clusters, COMPLETE)

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


class _Clusters(msgspec.Struct, rename={"missing": "missingZones"}):
    clusters: list[dict[str, Any]] = []
    missing: list[str] = []
