"""Operations of Compute Engine and GKE, and entries of Cloud Audit Logs, of the time in question.

`GET compute/v1/projects/P/aggregated/operations` keeps operations for 14 days and takes `insertTime > "…"` as a filter
(cloud.google.com/compute/docs/reference/rest/v1/globalOperations/aggregatedList). GKE's
`GET v1/projects/P/locations/-/operations` takes none and answers `{operations, missingZones}`. Audit logs are searched
as the history of Events is (`logging.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from gkedoctor.collect.compute import Compute
from gkedoctor.collect.gke_clusters import Container
from gkedoctor.collect.google_location import GoogleLocation, GoogleOptions
from gkedoctor.collect.logging import Logging, in_cluster, quoted
from gkedoctor.collect.results import Listing
from gkedoctor.snapshot.change_records import audit_record
from gkedoctor.snapshot.kinds import AUDIT_LOGS, COMPUTE_OPERATIONS
from gkedoctor.snapshot.timestamps import parse_timestamp

_SYSTEM = r"^system:([^s]|serviceaccount:(kube-system|gke-[^:]+|gmp-[^:]+):)"
"""Users of Kubernetes' and GKE's own controllers; other ServiceAccounts (Argo CD, Flux) deploy what people change."""

_STATUS_WRITES = "/(status|binding|eviction|token|finalize|ephemeralcontainers)$"
_BUSY = r"\\.(leases|events|endpoints|endpointslices|tokenreviews|subjectaccessreviews|selfsubjectaccessreviews)\\."


class ChangeRecords:
    """What one project records of changes, from `options.now` back."""

    def __init__(self, compute: Compute, container: Container, logging: Logging, options: GoogleOptions) -> None:
        self.compute, self.container, self.logging, self.options = compute, container, logging, options

    def listed(self, collection: str) -> Listing:
        """One of the collections that record changes, with its true state."""
        now = self.options.now
        assert now is not None
        if collection == AUDIT_LOGS:
            return self._audit_logs(now, self.options.audit_logs)
        since = now - timedelta(seconds=self.options.operations)
        return self._compute(since) if collection == COMPUTE_OPERATIONS else self._gke(since)

    def _compute(self, since: datetime) -> Listing:
        found = self.compute.listed(COMPUTE_OPERATIONS, (), f'insertTime > "{since.isoformat()}"')
        return found._replace(items=[item for item in found.items if _is_after(item.get("insertTime"), since)])

    def _gke(self, since: datetime) -> Listing:
        found = self.container.operations()
        kept = [item for item in found.items if self._is_ours(item) and _is_at_work(item, since)]
        return found._replace(items=kept)

    def _is_ours(self, item: Any) -> bool:
        cluster = self.container.place.cluster
        return cluster is None or f"/clusters/{cluster}" in f"{item.get('targetLink')}"

    def _audit_logs(self, now: datetime, seconds: float) -> Listing:
        place = self.logging.place
        return self.logging.search(AUDIT_LOGS, audit_filter(place, now - timedelta(seconds=seconds)), _entry)


def _is_after(time: Any, since: datetime) -> bool:
    at = parse_timestamp(time)
    return at is not None and at >= since


def _is_at_work(item: Any, since: datetime) -> bool:
    """Whether an operation began in the time in question, or did not end before it."""
    return not item.get("endTime") or _is_after(item.get("startTime"), since) or _is_after(item["endTime"], since)


def audit_filter(place: GoogleLocation, since: datetime) -> str:
    """Writes to the cluster that are no controller's, and those to Compute Engine and GKE."""
    log = quoted(f"projects/{place.project}/logs/cloudaudit.googleapis.com%2Factivity")
    in_kubernetes: Sequence[str] = (
        'protoPayload.serviceName="k8s.io"',
        *in_cluster(place),
        r'protoPayload.methodName=~"\\.(create|update|patch|delete|deletecollection)$"',
        f'protoPayload.methodName!~"{_BUSY}"',
        f'protoPayload.resourceName!~"{_STATUS_WRITES}"',
        f'protoPayload.authenticationInfo.principalEmail!~"{_SYSTEM}"',
    )
    of_google = 'protoPayload.serviceName=("compute.googleapis.com" OR "container.googleapis.com")'
    writes = f"(({' AND '.join(in_kubernetes)}) OR {of_google})" if place.cluster is not None else of_google
    return f"logName={log} AND timestamp>={quoted(since.isoformat())} AND {writes}"


def _entry(entry: Any) -> dict[str, Any] | None:
    """The last entry of an operation repeats its first."""
    record = audit_record(entry)
    operation = record.get("operation") or {}
    return None if not record.get("name") or (operation.get("last") and not operation.get("first")) else record
