"""Quotas of Google Cloud that a controller runs into: how much is used, and by what nobody needs any more."""

from __future__ import annotations

import re

from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.snapshot.model import Object

_METRIC = re.compile(r"quota '?(?P<metric>[A-Z][A-Z0-9_]+)'? exceeded", re.IGNORECASE)


@edge("quota", "Event", reads=("Project", "Region"))
def quota_of(graph: Graph, event: Object) -> Facts:
    """The quota that an Event says is used up: at most one {metric, limit, usage, holder}."""
    metric = metric_in(str(event.get("message") or ""))
    if metric is None:
        return []
    holders = [h for kind in ("Project", "Region") for h in graph.all(kind)]
    return [_record(metric, h, q) for h in holders for q in h.get("quotas") or [] if q.get("metric") == metric][:1]


def metric_in(message: str) -> str | None:
    """The metric that a message says is exceeded."""
    found = _METRIC.search(message)
    return found["metric"].upper() if found else None


def _record(metric: str, holder: Object, quota: Object) -> Record:
    return {
        "metric": metric,
        "limit": quota.get("limit"),
        "usage": quota.get("usage"),
        "holder": holder,
        "quota": quota,
    }
