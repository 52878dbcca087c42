"""Where in Google Cloud the cluster is: given, from the kubeconfig context, or from the Nodes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from gkedoctor.snapshot.cluster_identity import origin

_CONTEXT = re.compile(r"gke_([^_]+)_([^_]+)_(.+)")
"""What `gcloud container clusters get-credentials` names a context."""

NO_PLACE = "its context and Nodes do not name a Google Cloud project; set one with --project"
"""Why nothing was read of Google Cloud."""


class GoogleLocation(NamedTuple):
    """A project, and the cluster in it as far as it is known."""

    project: str
    location: str | None = None
    cluster: str | None = None


class GoogleOptions(NamedTuple):
    """gcloud's flags, and where the APIs are (for tests and private endpoints).

    `only`: the namespaces whose backends are asked for their health, all where empty.
    `event_history`, `audit_logs`: seconds before `now` of which Cloud Logging is asked for Events and audit logs;
    `operations`: those of which Compute Engine and GKE are asked for operations.
    """

    project: str | None = None
    location: str | None = None
    cluster: str | None = None
    impersonate: str | None = None
    compute_endpoint: str | None = None
    container_endpoint: str | None = None
    monitoring_endpoint: str | None = None
    logging_endpoint: str | None = None
    file_endpoint: str | None = None
    event_history: float = 0.0
    operations: float = 0.0
    audit_logs: float = 0.0
    only: tuple[str, ...] = ()
    now: datetime | None = None

    @property
    def endpoints(self) -> tuple[str | None, ...]:
        """Where each API is, None for its usual place."""
        usual = self.compute_endpoint, self.container_endpoint, self.monitoring_endpoint, self.logging_endpoint
        return *usual, self.file_endpoint

    def lacks_name(self, place: GoogleLocation) -> bool:
        """Whether the cluster's name is wanted (the log of a project has the Events of all clusters) and not known."""
        return bool(self.event_history or self.audit_logs) and place.cluster is None

    def place(self, found: GoogleLocation | None) -> GoogleLocation | None:
        """What was found, with what was given in its place; None where no project is known."""
        project = self.project or (found.project if found is not None else None)
        if project is None:
            return None
        same = found if found is not None and found.project == project else GoogleLocation(project)
        return GoogleLocation(project, self.location or same.location, self.cluster or same.cluster)


def location_of_context(context: str | None) -> GoogleLocation | None:
    """The place in `gke_PROJECT_LOCATION_CLUSTER`; None for any other name."""
    found = _CONTEXT.fullmatch(context or "")
    return GoogleLocation(found[1], found[2], found[3]) if found is not None else None


def location_of_nodes(nodes: Iterable[Any]) -> GoogleLocation | None:
    """The place in the Nodes' `gce://PROJECT/ZONE/INSTANCE`; None where no Node has one."""
    place = origin({"nodes": [node for node in nodes if isinstance(node.get("metadata"), dict)]})
    return GoogleLocation(place.project, place.location, place.cluster) if place.project else None
