"""Google Cloud's collector: credentials, who is asked what, and what each refusal means."""

from __future__ import annotations

import queue
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from gkedoctor.collect.addresses import without_login
from gkedoctor.collect.deadline import CollectionStopped, Deadline, RequestFailed
from gkedoctor.collect.google_location import NO_PLACE, GoogleLocation, GoogleOptions
from gkedoctor.collect.google_session import guard, guarded_adapter, token_requests
from gkedoctor.collect.results import (
    CHANGES,
    COMPUTE,
    CONTAINER,
    EVENT_HISTORY,
    UPTIME_CHECKS,
    CollectorProgress,
    Listing,
    OnProgress,
    trouble_of,
)
from gkedoctor.collect.thread_pool import ThreadPool
from gkedoctor.snapshot.kinds import CHANGE_RECORDS, HISTORY, LISTED_IN, UPTIME, Kind
from gkedoctor.snapshot.model import CollectionState, Status, permission

_SCOPE = "https://www.googleapis.com/auth/cloud-platform.read-only"
_SCOPES_TO_IMPERSONATE = ["https://www.googleapis.com/auth/cloud-platform"]
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_THREADS = 6

_FIRST = tuple(LISTED_IN.values())
"""The lists that the requests for single objects wait for."""

Put = Callable[[Listing], None]
Task = Callable[[], Listing]
Next = Callable[[Listing], Sequence[Task]]


def collect_google(
    options: GoogleOptions,
    place: GoogleLocation | None,
    kinds: Sequence[Kind],
    deadline: Deadline,
    put: Put,
    tell: OnProgress,
) -> None:
    """Reads the kinds of Google Cloud; where that is not possible, each of them gets the reason as its state."""
    if place is None:
        _put_all(kinds, CollectionState(Status.NOT_ASKED, reason=NO_PLACE), put)
        tell(CollectorProgress(COMPUTE, 0, "not requested", ""))
        return
    try:
        session = google_session(options, deadline)
    except (RequestFailed, CollectionStopped) as refused:
        _put_all(kinds, CollectionState(Status.FAILED, reason=refused.reason), put)
        tell(CollectorProgress(COMPUTE, 0, "failed", refused.reason))
        return
    _Readings(options, place, kinds, deadline, put, tell, session).all()


def _put_all(kinds: Sequence[Kind], state: CollectionState, put: Put) -> None:
    for kind in kinds:
        needs = permission(kind.collection)
        put(Listing(kind.collection, (), CollectionState(state.status, reason=state.reason, needs=needs)))


class _Readings:
    """One run over the Google Cloud kinds, several at a time."""

    def __init__(
        self,
        options: GoogleOptions,
        place: GoogleLocation,
        kinds: Sequence[Kind],
        deadline: Deadline,
        put: Put,
        tell: OnProgress,
        session: Any,
    ) -> None:
        from gkedoctor.collect.change_records import ChangeRecords
        from gkedoctor.collect.google_apis import GoogleApis
        from gkedoctor.collect.logging import Logging

        self.options = options
        self.place, self.deadline, self.put, self.tell = place, deadline, put, tell
        self.kinds = {kind.collection: kind for kind in kinds}
        apis = GoogleApis(session, options, place, deadline)
        self.compute, self.container, self.monitoring, self.rest = (
            apis.compute, apis.container, apis.monitoring, apis.rest,
        )  # fmt: skip
        self.logging = Logging(session, options.logging_endpoint, place, deadline)
        self.records = ChangeRecords(self.compute, self.container, self.logging, options)
        self.finds: queue.SimpleQueue[Listing] = queue.SimpleQueue()
        self.count = 0
        self.trouble = False

    def all(self) -> None:
        """The lists, and what their objects point to as soon as those are in: the host project, health, endpoints."""
        pool = ThreadPool(_THREADS, "compute")
        found = self._clusters()
        hosts = self.container.host_projects(found)
        first = [name for name in _FIRST if name in self.kinds]
        bulk = [*first, *(name for name in self.kinds if name in self.compute.lists and name not in first)]
        by_rest = [partial(self.rest.listed, name) for name in self.kinds if name in self.rest.collections]
        known: dict[str, Listing] = {}

        def next_tasks(find: Listing) -> list[Task]:
            known[find.collection] = find
            return self._one_by_one(known) if find.collection in first and known.keys() >= set(first) else []

        lists = [partial(self.compute.listed, name, hosts) for name in bulk]
        self._together(pool, [*lists, *by_rest], next_tasks)
        if not first:
            self._together(pool, self._one_by_one(known))
        self.tell(CollectorProgress(COMPUTE, self.count, "partial" if self.trouble else "complete"))
        self._on_request(pool)
        pool.close()

    def _one_by_one(self, known: Mapping[str, Listing]) -> list[Task]:
        """What takes a request for each of the objects that are listed: many, so that it begins early."""
        services, groups = (known.get(name) for name in _FIRST)
        negs = list(groups.items) if groups is not None else []
        tasks: list[Task] = []
        if "compute.backendServicesHealth" in self.kinds:
            items, state = (list(services.items), services.state) if services is not None else ([], None)
            tasks.append(partial(self.compute.health, items, negs, state))
        if "compute.networkEndpoints" in self.kinds:
            tasks.append(partial(self.compute.endpoints, negs, groups.state if groups is not None else None))
        return tasks

    def _on_request(self, pool: ThreadPool) -> None:
        """What is read only for who asks for it."""
        checks = [partial(self.monitoring.listed, name) for name in self.kinds if name in UPTIME]
        self._tell_beside(UPTIME_CHECKS, self._together(pool, checks))
        if HISTORY in self.kinds and self.options.now is not None:
            read = partial(self.logging.events, self.options.now, self.options.event_history)
            self._tell_beside(EVENT_HISTORY, self._together(pool, [read]))
        records = [name for name in self.kinds if name in CHANGE_RECORDS and self.options.now is not None]
        self._tell_beside(CHANGES, self._together(pool, [partial(self.records.listed, name) for name in records]))

    def _tell_beside(self, collector: str, finds: Sequence[Listing]) -> None:
        bad = next((find for find in finds if find.state.status is not Status.COMPLETE), None)
        word, why = (str(bad.state.status), bad.state.reason) if bad is not None else ("complete", "")
        if finds:
            self.tell(CollectorProgress(collector, sum(len(find.items) for find in finds), word, why))

    def _clusters(self) -> Listing | None:
        if "container.clusters" not in self.kinds:
            return None
        find = self.container.clusters()
        self.put(find)
        fine = find.state.status is Status.COMPLETE
        self.tell(
            CollectorProgress(CONTAINER, len(find.items), str(find.state.status), "" if fine else find.state.reason)
        )
        return find

    def _together(self, pool: ThreadPool, tasks: Sequence[Task], next_tasks: Next = lambda _: ()) -> list[Listing]:
        """Does the tasks side by side. `next_tasks`: what is to be done once a listing is in."""
        submitted = self._submit(pool, tasks)
        found: list[Listing] = []
        while len(found) < submitted:
            try:
                find = self.finds.get(timeout=0.2)
            except queue.Empty:
                if not pool.errors.empty():
                    raise pool.errors.get() from None
                continue
            found.append(find)
            self.put(find)
            submitted += self._submit(pool, next_tasks(find))
            if find.collection in self.compute.collections | self.rest.collections:
                self._say(find)
        return found

    def _submit(self, pool: ThreadPool, tasks: Sequence[Task]) -> int:
        for task in tasks:
            pool.submit(partial(self._one, task))
        return len(tasks)

    def _one(self, task: Task) -> None:
        self.finds.put(task())

    def _say(self, find: Listing) -> None:
        self.count += len(find.items)
        trouble = trouble_of(find)
        self.trouble = self.trouble or bool(trouble)
        self.tell(CollectorProgress(COMPUTE, self.count, "", trouble))


def google_session(options: GoogleOptions, deadline: Deadline) -> Any:
    """An HTTP session with credentials, behind the check for requests that only read. RequestFailed without any."""
    from google.auth import exceptions
    from google.auth.transport.requests import AuthorizedSession

    requests = token_requests(deadline)
    try:
        credentials = _credentials(options, requests)
    except exceptions.DefaultCredentialsError as error:
        raise RequestFailed("no Google Cloud credentials; run: gcloud auth application-default login") from error
    except (exceptions.GoogleAuthError, OSError, ValueError) as error:
        raise RequestFailed(f"the Google Cloud credentials cannot be used: {_line(error)}") from error
    session = AuthorizedSession(credentials, max_refresh_attempts=2, auth_request=requests)
    guard(session, guarded_adapter(deadline))
    return session


def _credentials(options: GoogleOptions, requests: Any) -> Any:
    import google.auth
    from google.auth import credentials, impersonated_credentials

    hosts = {urlsplit(url).hostname for url in options.endpoints if url}
    if hosts and hosts <= set(_LOOPBACK) and not options.impersonate:
        return credentials.AnonymousCredentials()
    scopes = [_SCOPE] if not options.impersonate else _SCOPES_TO_IMPERSONATE
    found, _ = google.auth.default(scopes=scopes, request=requests)
    if not options.impersonate:
        return found
    return impersonated_credentials.Credentials(
        source_credentials=found, target_principal=options.impersonate, target_scopes=[_SCOPE]
    )


def _line(error: BaseException) -> str:
    return without_login(" ".join(str(error).split()))[:200] or type(error).__name__
