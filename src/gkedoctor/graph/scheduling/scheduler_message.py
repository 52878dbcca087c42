"""What the scheduler says about a Pod that it cannot place, taken apart.

`0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint(s). preemption: …`
Sources: pkg/scheduler/framework/types.go (FitError.Error), the plugins' ErrReason constants; older wordings as well.
"""

from __future__ import annotations

import re
from typing import Any

Reason = dict[str, Any]

_HEAD = re.compile(r"^\s*\d+/(?P<nodes>\d+) nodes? (?:is|are) available:?\s*", re.IGNORECASE)
_PREEMPTION = re.compile(
    r"[.,]?\s*(?:no new claims to deallocate\b|preemption:|preemption is not helpful)", re.IGNORECASE
)
_NEXT = re.compile(r"(?:,|\.)\s+(?=\d+ )")
_COUNTED = re.compile(r"(?P<count>\d+)\s+(?P<text>.+)", re.DOTALL)
_RESOURCE = re.compile(r"insufficient (?P<name>[^\s,]+)", re.IGNORECASE)
_TAINT = re.compile(r"taints? \{(?P<key>[^:}]*)", re.IGNORECASE)

_KINDS = (
    ("storage", r"volume|persistentvolume|\bpvc\b|csi|no available disk|no disk"),
    ("resources", r"insufficient \S|too many pods|\boutof"),
    ("taint", r"\btaint"),
    ("cordoned", r"unschedulable"),
    ("name", r"requested node name"),
    ("spread", r"topology spread"),
    ("affinity", r"pod (?:anti-)?affinity|pods? anti-affinity|pod affinity/anti-affinity|affinity terms conflict"),
    ("selector", r"node affinity|node selector|affinity/selector|\bnodeaffinity\b"),
    ("ports", r"free (?:node )?ports|host port|\bhostports?\b"),
    ("none", r"no nodes available"),
)
"""What a reason is about, by its words. The first that is found counts."""
_COMPILED = tuple((kind, re.compile(words, re.IGNORECASE)) for kind, words in _KINDS)


def reasons(message: str) -> list[Reason]:
    """The reasons in a message, as records {kind, text, count, resource, key}; what preemption says is left out."""
    head = _HEAD.match(message)
    body = message[head.end() :] if head else message
    told = _PREEMPTION.split(body, maxsplit=1)[0]
    return [_reason(part) for part in _NEXT.split(told) if part.strip(" .,")]


def nodes_counted(message: str) -> int | None:
    """How many nodes the scheduler looked at."""
    head = _HEAD.match(message)
    return int(head["nodes"]) if head else None


def _reason(part: str) -> Reason:
    part = part.strip().rstrip(".,")
    counted = _COUNTED.fullmatch(part)
    text = counted["text"] if counted else part
    resource, taint = _RESOURCE.search(text), _TAINT.search(text)
    return {
        "kind": kind_of(text),
        "text": part,
        "count": int(counted["count"]) if counted else None,
        "resource": resource["name"].rstrip(".") if resource else "pods" if "too many pods" in text.lower() else None,
        "key": taint["key"].strip() if taint else None,
    }


def kind_of(text: str) -> str:
    """What one reason is about: a word of `_KINDS`, or `other`."""
    return next((kind for kind, words in _COMPILED if words.search(text)), "other")
