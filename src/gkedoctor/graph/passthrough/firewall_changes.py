"""Firewall changes that GKE may not make itself and asks a security administrator for, in Normal Events.

With a Shared VPC the rules lie in the host project. Sources: kubernetes/ingress-gce pkg/firewalls (reason XPN),
cloud-provider-gcp providers/gce/gce_util.go (reason LoadBalancerManualChange).
"""

from __future__ import annotations

import re
from typing import Any

from gkedoctor.graph.cloud.links import path_of
from gkedoctor.graph.core.accessors import name_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.events import recent
from gkedoctor.messages import message
from gkedoctor.snapshot.model import Object

_REASONS = ("XPN", "LoadBalancerManualChange")
_PROJECT = re.compile(r"--project[= ](?P<project>[a-z0-9:.-]{1,63})")
_OF_CHECKS = re.compile(r"-hc\b|-hc-|\b130\.211\.0\.0/22|\b35\.191\.0\.0/16")


@edge("firewall_changes", "Ingress", "Service", "Gateway", reads=("Event", "Firewall"), record="FirewallChangeRecord")
def firewall_changes_of(graph: Graph, item: Object) -> Facts:
    """The changes that Events of the last hour require: {name, verb, command, project, checks, existing, event}."""
    events = graph.follow("all_events", item)
    if isinstance(events, Unknown):
        return events
    said = recent(graph, [e for e in events if e.get("reason") in _REASONS])
    found = {r["name"]: r for r in (_change(graph, e) for e in said) if r is not None}
    return list(found.values())


def _change(graph: Graph, event: Object) -> Record | None:
    groups: dict[str, Any] | None = message("load-balancer/security-admin").groups(str(event.get("message") or ""))
    if groups is None or groups["verb"] == "delete":
        return None
    found = _PROJECT.search(groups["command"])
    project = found["project"] if found else None
    rules = [r for r in graph.all("Firewall") if name_of(r) == groups["name"]]
    existing = next((r for r in rules if project is None or f"projects/{project}/" in path_of(r.get("selfLink"))), None)
    return {
        **groups,
        "project": project,
        "checks": bool(_OF_CHECKS.search(groups["command"])),
        "existing": existing,
        "event": event,
    }
