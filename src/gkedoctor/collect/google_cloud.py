"""Google Cloud's collector: credentials, who is asked what, and what each refusal means."""

from __future__ import annotations

import queue
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from gkedoctor.collect.addresses import without_login
from gkedoctor.collect.deadline import Patience, Refused, Stopped
from gkedoctor.collect.google_location import CloudWish, GooglePlace
from gkedoctor.collect.google_session import guard, token_requests
from gkedoctor.collect.results import COMPUTE, CONTAINER, EVENT_HISTORY, UPTIME_CHECKS, Found, Said, Tell
from gkedoctor.collect.thread_pool import Crew
from gkedoctor.snapshot.kinds import HISTORY, UPTIME, Kind
from gkedoctor.snapshot.model import CollectionState, Status, permission

_SCOPE = "https://www.googleapis.com/auth/cloud-platform.read-only"
_SCOPES_TO_IMPERSONATE = ["https://www.googleapis.com/auth/cloud-platform"]
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_AT_ONCE = 6

Put = Callable[[Found], None]


def collect_google(
    wish: CloudWish, place: GooglePlace | None, kinds: Sequence[Kind], patience: Patience, put: Put, tell: Tell
) -> None:
    """Reads the kinds of Google Cloud; where that is not possible, each of them gets the reason as its state."""
    if place is None:
        reason = "this cluster is not on Google Cloud, as far as its context and Nodes tell; --project says otherwise"
        _put_all(kinds, CollectionState(Status.NOT_ASKED, reason=reason), put)
        tell(Said(COMPUTE, 0, "not asked", ""))
        return
    try:
        session = _session(wish, patience)
    except (Refused, Stopped) as refused:
        _put_all(kinds, CollectionState(Status.FAILED, reason=refused.reason), put)
        tell(Said(COMPUTE, 0, "failed", refused.reason))
        return
    _Readings(wish, place, kinds, patience, put, tell, session).all()


def _put_all(kinds: Sequence[Kind], state: CollectionState, put: Put) -> None:
    for kind in kinds:
        needs = permission(kind.collection)
        put(Found(kind.collection, (), CollectionState(state.status, reason=state.reason, needs=needs)))


class _Readings:
    """One run over the Google Cloud kinds, several at a time."""

    def __init__(
        self,
        wish: CloudWish,
        place: GooglePlace,
        kinds: Sequence[Kind],
        patience: Patience,
        put: Put,
        tell: Tell,
        session: Any,
    ) -> None:
        from gkedoctor.collect.compute import Compute
        from gkedoctor.collect.gke_clusters import Container
        from gkedoctor.collect.logging import Logging
        from gkedoctor.collect.monitoring import Monitoring

        self.wish = wish
        self.place, self.patience, self.put, self.tell = place, patience, put, tell
        self.kinds = {kind.collection: kind for kind in kinds}
        self.compute = Compute(session.credentials, wish.compute_endpoint, place.project, patience)
        self.container = Container(session, wish.container_endpoint, place, patience)
        self.monitoring = Monitoring(session, wish.monitoring_endpoint, place.project, patience)
        self.logging = Logging(session, wish.logging_endpoint, place, patience)
        self.finds: queue.SimpleQueue[Found] = queue.SimpleQueue()
        self.count = 0
        self.trouble = False

    def all(self) -> None:
        """First the lists, then what their objects point to: the host project, health, endpoints."""
        crew = Crew(_AT_ONCE, "compute")
        found = self._clusters()
        hosts = self.container.host_projects(found)
        bulk = [name for name in self.kinds if name in self.compute.lists]
        lists = self._together(crew, [partial(self.compute.listed, name, hosts) for name in bulk])
        items = {find.collection: list(find.items) for find in lists}
        services, groups = items.get("compute.backendServices", ()), items.get("compute.networkEndpointGroups", ())
        states = {find.collection: find.state for find in lists}
        tasks: list[Callable[[], Found]] = []
        if "compute.backendServicesHealth" in self.kinds:
            state = states.get("compute.backendServices")
            tasks.append(partial(self.compute.health, services, groups, state))
        if "compute.networkEndpoints" in self.kinds:
            neg_state = states.get("compute.networkEndpointGroups")
            tasks.append(partial(self.compute.endpoints, groups, neg_state))
        self._together(crew, tasks)
        self.tell(Said(COMPUTE, self.count, "partial" if self.trouble else "complete"))
        self._on_request(crew)
        crew.dismiss()

    def _on_request(self, crew: Crew) -> None:
        """What is read only for who asks for it."""
        checks = [partial(self.monitoring.listed, name) for name in self.kinds if name in UPTIME]
        self._tell_beside(UPTIME_CHECKS, self._together(crew, checks))
        if HISTORY in self.kinds and self.wish.now is not None:
            read = partial(self.logging.events, self.wish.now, self.wish.event_history)
            self._tell_beside(EVENT_HISTORY, self._together(crew, [read]))

    def _tell_beside(self, collector: str, finds: Sequence[Found]) -> None:
        bad = next((find for find in finds if find.state.status is not Status.COMPLETE), None)
        word, why = (str(bad.state.status), bad.state.reason) if bad is not None else ("complete", "")
        if finds:
            self.tell(Said(collector, sum(len(find.items) for find in finds), word, why))

    def _clusters(self) -> Found | None:
        if "container.clusters" not in self.kinds:
            return None
        find = self.container.clusters()
        self.put(find)
        fine = find.state.status is Status.COMPLETE
        self.tell(Said(CONTAINER, len(find.items), str(find.state.status), "" if fine else find.state.reason))
        return find

    def _together(self, crew: Crew, tasks: Sequence[Callable[[], Found]]) -> list[Found]:
        for task in tasks:
            crew.do(partial(self._one, task))
        found: list[Found] = []
        while len(found) < len(tasks):
            try:
                find = self.finds.get(timeout=0.2)
            except queue.Empty:
                if not crew.errors.empty():
                    raise crew.errors.get() from None
                continue
            found.append(find)
            self.put(find)
            if find.collection in self.compute.collections:
                self._say(find)
        return found

    def _one(self, task: Callable[[], Found]) -> None:
        self.finds.put(task())

    def _say(self, find: Found) -> None:
        self.count += len(find.items)
        trouble = ""
        if find.state.status is not Status.COMPLETE:
            self.trouble = True
            trouble = f"{find.collection}: {find.state.status}: {find.state.reason}"
        self.tell(Said(COMPUTE, self.count, "", trouble))


def _session(wish: CloudWish, patience: Patience) -> Any:
    """An HTTP session with credentials, behind the check for requests that only read."""
    from google.auth import exceptions
    from google.auth.transport.requests import AuthorizedSession

    requests = token_requests(patience)
    try:
        credentials = _credentials(wish, requests)
    except exceptions.DefaultCredentialsError as error:
        raise Refused("no Google Cloud credentials; run: gcloud auth application-default login") from error
    except (exceptions.GoogleAuthError, OSError, ValueError) as error:
        raise Refused(f"the Google Cloud credentials cannot be used: {_line(error)}") from error
    session = AuthorizedSession(credentials, max_refresh_attempts=2, auth_request=requests)
    guard(session, patience)
    return session


def _credentials(wish: CloudWish, requests: Any) -> Any:
    import google.auth
    from google.auth import credentials, impersonated_credentials

    hosts = {urlsplit(url).hostname for url in wish.endpoints if url}
    if hosts and hosts <= set(_LOOPBACK) and not wish.impersonate:
        return credentials.AnonymousCredentials()
    scopes = [_SCOPE] if not wish.impersonate else _SCOPES_TO_IMPERSONATE
    found, _ = google.auth.default(scopes=scopes, request=requests)
    if not wish.impersonate:
        return found
    return impersonated_credentials.Credentials(
        source_credentials=found, target_principal=wish.impersonate, target_scopes=[_SCOPE]
    )


def _line(error: BaseException) -> str:
    return without_login(" ".join(str(error).split()))[:200] or type(error).__name__
