"""What the scheduler says about a Pod that it cannot place, taken apart.

`0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint(s). preemption: …`
Sources: pkg/scheduler/framework/types.go (FitError.Error), the plugins' ErrReason constants; older wordings as well.
"""

from __future__ import annotations

import re
from typing import Any

from gkedoctor.graph.core.numbers import whole_number
from gkedoctor.messages import message, shipped_messages

Reason = dict[str, Any]

_HEAD = re.compile(r"^\s*\d+/\d+ nodes? (?:is|are) available:?\s*", re.IGNORECASE)
_PREEMPTION = re.compile(
    r"[.,]?\s{0,9}(?:no new claims to deallocate\b|preemption:|preemption is not helpful)", re.IGNORECASE
)
_NEXT = re.compile(r"(?:,|\.)\s{1,9}(?=\d{1,9} )")
_COUNTED = re.compile(r"(?P<count>\d+)\s+(?P<text>.+)", re.DOTALL)


def reasons(message: str) -> list[Reason]:
    """The reasons in a message, as records {kind, text, count, resource, key}; what preemption says is left out."""
    head = _HEAD.match(message)
    body = message[head.end() :] if head else message
    told = _PREEMPTION.split(body, maxsplit=1)[0]
    return [_reason(part) for part in _NEXT.split(told) if part.strip(" .,")]


def _reason(part: str) -> Reason:
    part = part.strip().rstrip(".,")
    counted = _COUNTED.fullmatch(part)
    text = counted["text"] if counted else part
    lacking = message("scheduler/resources").groups(text) or {}
    resource, taint = lacking.get("resource"), (message("scheduler/taint").groups(text) or {}).get("key")
    return {
        "kind": kind_of(text),
        "text": part,
        "count": whole_number(counted["count"]) if counted else None,
        "resource": resource.rstrip(".") if resource else "pods" if "too many pods" in text.lower() else None,
        "key": taint.strip() if taint is not None else None,
    }


def kind_of(text: str) -> str:
    """What one reason is about: the name of the first message of kube-scheduler that it contains, or `other`."""
    found = shipped_messages().first(text, "scheduler")
    return found.message.name if found is not None else "other"
