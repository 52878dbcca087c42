"""Which cluster, as whom, and how much of it: kubectl's and gcloud's flags, and what they ask of the collectors."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gkedoctor.collect.collector import CollectRequest
from gkedoctor.collect.deadline import Deadline
from gkedoctor.collect.google_location import GoogleOptions
from gkedoctor.collect.kubeconfig import Login
from gkedoctor.collect.trace import OnRequest
from gkedoctor.live.log_selection import select_logs
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.required_kinds import ONLY_RECORDED, needed_kinds
from gkedoctor.snapshot.kinds import AUDIT_LOGS, HISTORY, OPERATIONS, UPTIME, Kind

REQUEST_SECONDS = 30.0
OVERALL_SECONDS = 300.0


class LiveOptions(NamedTuple):
    """The flags of a live command. Times are in seconds; 0 stands for no limit, as for kubectl.

    `trace`: called as each request ends.
    """

    kubeconfig: str | None = None
    context: str | None = None
    as_user: str | None = None
    as_groups: tuple[str, ...] = ()
    request_timeout: float = REQUEST_SECONDS
    timeout: float = OVERALL_SECONDS
    project: str | None = None
    location: str | None = None
    impersonate: str | None = None
    gcp: bool = True
    logs: bool = True
    uptime_checks: bool = False
    event_history: float | None = None
    operations: float | None = None
    audit_logs: float | None = None
    trace: OnRequest | None = None

    @property
    def login(self) -> Login:
        """What the Kubernetes API is told."""
        return Login(self.kubeconfig, self.context, self.as_user, self.as_groups)

    @property
    def on_request(self) -> frozenset[str]:
        """The collections that are read only because somebody asks for them."""
        none: frozenset[str] = frozenset()
        return none.union(
            UPTIME if self.uptime_checks else none,
            {HISTORY} if self.event_history else none,
            OPERATIONS if self.operations else none,
            {AUDIT_LOGS} if self.audit_logs else none,
        )

    @property
    def cloud(self) -> GoogleOptions:
        """What Google Cloud is told, with gcloud's variables for other endpoints."""
        return GoogleOptions(
            project=self.project,
            location=self.location,
            impersonate=self.impersonate,
            compute_endpoint=os.environ.get("CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE"),
            container_endpoint=os.environ.get("CLOUDSDK_API_ENDPOINT_OVERRIDES_CONTAINER"),
            monitoring_endpoint=os.environ.get("CLOUDSDK_API_ENDPOINT_OVERRIDES_MONITORING"),
            logging_endpoint=os.environ.get("CLOUDSDK_API_ENDPOINT_OVERRIDES_LOGGING"),
            file_endpoint=os.environ.get("CLOUDSDK_API_ENDPOINT_OVERRIDES_FILE"),
            event_history=self.event_history or 0.0,
            operations=self.operations or 0.0,
            audit_logs=self.audit_logs or 0.0,
        )

    def deadline(self) -> Deadline:
        """The time limits; they begin to count now."""
        overall = self.timeout or math.inf
        request = self.request_timeout or min(overall, OVERALL_SECONDS)
        return Deadline(request=request, overall=overall, trace=self.trace)

    def request(
        self,
        playbooks: Iterable[CompiledPlaybook],
        *,
        only: Sequence[str] = (),
        fallback: Sequence[str] = (),
        packed: bool = False,
        alone: bool = False,
        kinds: Sequence[Kind] | None = None,
    ) -> CollectRequest:
        """What is collected for these playbooks. `packed`: to be written to a file and not looked at.

        `kinds`: those alone, in place of all that the playbooks may read.
        `alone`: Google Cloud alone is an answer, as it is where its project was given.
        """
        return CollectRequest(
            login=self.login,
            kinds=self._needed(playbooks, recorded=packed) if kinds is None else kinds,
            deadline=self.deadline(),
            select_logs=select_logs if self.logs else None,
            cloud=self.cloud if self.gcp else None,
            only=only,
            fallback=fallback,
            packed=packed,
            alone=self.gcp and (alone or self.project is not None),
        )

    def _needed(self, playbooks: Iterable[CompiledPlaybook], *, recorded: bool) -> list[Kind]:
        """The kinds that a diagnosis reads; with those that only a recording has, where it is `recorded`."""
        kinds = needed_kinds(playbooks, self.on_request)
        return [kind for kind in kinds if recorded or kind.collection not in ONLY_RECORDED]
