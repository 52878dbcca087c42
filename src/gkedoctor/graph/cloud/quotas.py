"""Quotas of Google Cloud that a controller runs into: how much is used, and by what nobody needs any more."""

from __future__ import annotations

from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.messages import message
from gkedoctor.snapshot.model import Object


@edge("quota", "Event", reads=("Project", "Region"), record="QuotaRecord")
def quota_of(graph: Graph, event: Object) -> Facts:
    """The quota that an Event says is used up: at most one {metric, limit, usage, holder}."""
    metric = metric_in(str(event.get("message") or ""))
    if metric is None:
        return []
    holders = [h for kind in ("Project", "Region") for h in graph.all(kind)]
    return [_record(metric, h, q) for h in holders for q in h.get("quotas") or [] if q.get("metric") == metric][:1]


def metric_in(text: str) -> str | None:
    """The metric that a message says is exceeded."""
    found = message("google-cloud/quota").search(text)
    return found["name"].upper() if found else None


def _record(metric: str, holder: Object, quota: Object) -> Record:
    return {
        "metric": metric,
        "limit": quota.get("limit"),
        "usage": quota.get("usage"),
        "holder": holder,
        "quota": quota,
    }
