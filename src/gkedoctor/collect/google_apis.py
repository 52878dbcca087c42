"""The clients of one project's APIs, over one session. Loaded with the first read, for the library takes a second."""

from __future__ import annotations

from typing import Any

from gkedoctor.collect.compute import Compute
from gkedoctor.collect.deadline import Deadline
from gkedoctor.collect.gke_clusters import Container
from gkedoctor.collect.google_location import GoogleLocation, GoogleOptions
from gkedoctor.collect.monitoring import Monitoring
from gkedoctor.collect.rest_lists import RestLists


class GoogleApis:
    """The APIs that list what a project has."""

    def __init__(self, session: Any, options: GoogleOptions, place: GoogleLocation, deadline: Deadline) -> None:
        self.compute = Compute(session, options.compute_endpoint, place.project, deadline, options.only)
        self.container = Container(session, options.container_endpoint, place, deadline)
        self.monitoring = Monitoring(session, options.monitoring_endpoint, place.project, deadline)
        endpoints = {"compute": options.compute_endpoint, "file": options.file_endpoint}
        self.rest = RestLists(session, endpoints, place.project, deadline)
