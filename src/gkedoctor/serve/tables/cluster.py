"""Nodes, namespaces, events, quotas, webhooks, and what grants permissions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gkedoctor.serve.ages import UNKNOWN, age
from gkedoctor.serve.tables.column import AGE, CREATED_AT, NAME, NONE, Column, Value, at, entries, joined, shown
from gkedoctor.snapshot.model import Object

_ROLE = "node-role.kubernetes.io/"


def _node_status(node: Object, now: datetime) -> str:
    ready = next((c for c in entries(node, "status", "conditions") if c.get("type") == "Ready"), None)
    words = ["Unknown" if ready is None else "Ready" if ready.get("status") == "True" else "NotReady"]
    return ",".join([*words, *(["SchedulingDisabled"] if at(node, "spec", "unschedulable") else [])])


def _roles(node: Object, now: datetime) -> str:
    labels = at(node, "metadata", "labels") or {}
    found = {key.removeprefix(_ROLE) for key in labels if key.startswith(_ROLE)}
    old = labels.get("kubernetes.io/role")
    return joined(sorted(found | ({old} if old else set())))


def _address(kind: str) -> Value:
    def value(node: Object, now: datetime) -> str:
        found = (a.get("address") for a in entries(node, "status", "addresses") if a.get("type") == kind)
        return str(next(found, NONE))

    return value


def _last_seen(event: Object, now: datetime) -> str:
    last = at(event, "series", "lastObservedTime") or event.get("lastTimestamp") or event.get("eventTime")
    return age(last, now) if last else UNKNOWN


def _first_seen(event: Object, now: datetime) -> str:
    first = event.get("firstTimestamp") or event.get("eventTime")
    return age(first, now) if first else UNKNOWN


def _object(event: Object, now: datetime) -> str:
    return f"{str(at(event, 'involvedObject', 'kind') or '').lower()}/{at(event, 'involvedObject', 'name') or ''}"


def _source(event: Object, now: datetime) -> str:
    component = at(event, "source", "component") or event.get("reportingComponent") or ""
    host = at(event, "source", "host") or event.get("reportingInstance")
    return f"{component}, {host}" if host else str(component)


def _count(event: Object, now: datetime) -> int:
    return int(at(event, "series", "count") or event.get("count") or 1)


def _quota(prefix: str) -> Value:
    """`used/hard` of requests and counts, or of limits."""

    def value(quota: Object, now: datetime) -> str:
        hard, used = at(quota, "status", "hard") or {}, at(quota, "status", "used") or {}
        names = [name for name in sorted(hard) if name.startswith("limits.") == (prefix == "limits.")]
        return ", ".join(f"{name}: {used.get(name, '0')}/{hard[name]}" for name in names)

    return value


def _webhooks(item: Object, now: datetime) -> int:
    return len(entries(item, "webhooks"))


def _backing_service(item: Object, now: datetime) -> str:
    service = at(item, "spec", "service")
    return f"{service.get('namespace')}/{service.get('name')}" if service else "Local"


def _available(item: Object, now: datetime) -> str:
    found = next((c for c in entries(item, "status", "conditions") if c.get("type") == "Available"), None)
    if found is None:
        return "Unknown"
    reason = f" ({found['reason']})" if found.get("status") != "True" and found.get("reason") else ""
    return f"{found.get('status')}{reason}"


def _role(item: Object, now: datetime) -> str:
    return f"{at(item, 'roleRef', 'kind')}/{at(item, 'roleRef', 'name')}"


def _subjects(kind: str) -> Value:
    def name(subject: Any) -> str:
        return (
            f"{subject.get('namespace')}/{subject.get('name')}"
            if kind == "ServiceAccount"
            else str(subject.get("name"))
        )

    return lambda item, now: ", ".join(name(s) for s in entries(item, "subjects") if s.get("kind") == kind)


_BINDING = (
    NAME,
    Column("Role", _role),
    AGE,
    Column("Users", _subjects("User"), wide=True),
    Column("Groups", _subjects("Group"), wide=True),
    Column("ServiceAccounts", _subjects("ServiceAccount"), wide=True),
)
_WEBHOOKS = (NAME, Column("Webhooks", _webhooks, type="integer"), AGE)
_INFO = ("status", "nodeInfo")

COLUMNS: dict[str, tuple[Column, ...]] = {
    "nodes": (
        NAME,
        Column("Status", _node_status),
        Column("Roles", _roles),
        AGE,
        Column("Version", shown(*_INFO, "kubeletVersion")),
        Column("Internal-IP", _address("InternalIP"), wide=True),
        Column("External-IP", _address("ExternalIP"), wide=True),
        Column("OS-Image", shown(*_INFO, "osImage", empty=UNKNOWN), wide=True),
        Column("Kernel-Version", shown(*_INFO, "kernelVersion", empty=UNKNOWN), wide=True),
        Column("Container-Runtime", shown(*_INFO, "containerRuntimeVersion", empty=UNKNOWN), wide=True),
    ),
    "namespaces": (NAME, Column("Status", shown("status", "phase")), AGE),
    "events": (
        Column("Last Seen", _last_seen),
        Column("Type", shown("type")),
        Column("Reason", shown("reason")),
        Column("Object", _object),
        Column("Subobject", shown("involvedObject", "fieldPath"), wide=True),
        Column("Source", _source, wide=True),
        Column("Message", lambda item, now: str(item.get("message") or "").strip()),
        Column("First Seen", _first_seen, wide=True),
        Column("Count", _count, wide=True),
        Column("Name", shown("metadata", "name"), wide=True),
    ),
    "serviceaccounts": (NAME, Column("Secrets", lambda item, now: len(entries(item, "secrets"))), AGE),
    "resourcequotas": (NAME, Column("Request", _quota("")), Column("Limit", _quota("limits.")), AGE),
    "limitranges": (NAME, CREATED_AT),
    "priorityclasses": (
        NAME,
        Column("Value", shown("value", empty=0), type="integer"),
        Column("Global-Default", lambda item, now: bool(item.get("globalDefault")), type="boolean"),
        AGE,
        Column("PreemptionPolicy", shown("preemptionPolicy", empty="PreemptLowerPriority")),
    ),
    "validatingwebhookconfigurations": _WEBHOOKS,
    "mutatingwebhookconfigurations": _WEBHOOKS,
    "validatingadmissionpolicies": (
        NAME,
        Column("Validations", lambda item, now: len(entries(item, "spec", "validations")), type="integer"),
        Column("ParamKind", shown("spec", "paramKind", "kind", empty="<unset>")),
        AGE,
    ),
    "apiservices": (NAME, Column("Service", _backing_service), Column("Available", _available), AGE),
    "customresourcedefinitions": (NAME, CREATED_AT),
    "roles": (NAME, CREATED_AT),
    "clusterroles": (NAME, CREATED_AT),
    "rolebindings": _BINDING,
    "clusterrolebindings": _BINDING,
}
