"""What is left out of objects: parts that are large and that no diagnosis reads, and credentials.

An Instance's `metadata` holds `kube-env` with a kubelet's keys, a Cluster's `masterAuth` holds its password, an
uptime check those that it logs in with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from gkedoctor.snapshot.change_records import audit_record, compute_record, gke_record
from gkedoctor.snapshot.field_history import LAST_APPLIED, field_history

_KEPT_BACK = "***"
_CHECK_FIELDS = (
    "kind", "name", "displayName", "monitoredResource", "resourceGroup", "syntheticMonitor", "tcpCheck", "checkerType",
    "disabled", "period", "timeout",
)  # fmt: skip
_HTTP_FIELDS = ("useSsl", "port", "requestMethod", "validateSsl", "acceptedResponseStatusCodes",
                "serviceAgentAuthentication")  # fmt: skip
_POLICY_FIELDS = ("kind", "name", "displayName", "enabled", "combiner", "notificationChannels")
"""cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.uptimeCheckConfigs and projects.alertPolicies."""

_VERSION_FIELDS = ("name", "served", "storage", "deprecated")


def trimmed(collection: str, item: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with less of Nodes and CRDs, and with the compact form of what says who set which field when."""
    result = dict(item)
    metadata = result.get("metadata")
    if isinstance(metadata, dict):
        result["metadata"] = _metadata(metadata) | field_history(collection, item, metadata)
    special = _SPECIAL.get(collection)
    return special(result) if special is not None else result


def _metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in metadata.items() if key not in ("managedFields", "lastApplied")}
    annotations = kept.get("annotations")
    if isinstance(annotations, dict) and LAST_APPLIED in annotations:
        kept["annotations"] = {key: value for key, value in annotations.items() if key != LAST_APPLIED}
    return kept


def _node(item: dict[str, Any]) -> dict[str, Any]:
    """Up to 50 image names with all their digests: a third of a Node."""
    status = item.get("status")
    if isinstance(status, dict) and "images" in status:
        item["status"] = {key: value for key, value in status.items() if key != "images"}
    return item


def _controller_revision(item: dict[str, Any]) -> dict[str, Any]:
    """The template of a revision; operators keep anything in theirs."""
    data = item.get("data")
    spec = data.get("spec") if isinstance(data, dict) else None
    template = spec.get("template") if isinstance(spec, dict) else None
    kept = {"data": {"spec": {"template": template}}} if isinstance(template, dict) else {}
    return {key: value for key, value in item.items() if key != "data"} | kept


def _custom_resource_definition(item: dict[str, Any]) -> dict[str, Any]:
    """What is served, without the schemas (up to 1 MB each)."""
    spec, status = item.get("spec"), item.get("status")
    if isinstance(spec, dict):
        item["spec"] = {key: spec[key] for key in ("group", "names", "scope") if key in spec}
        if isinstance(versions := spec.get("versions"), list):
            item["spec"]["versions"] = [_version(version) for version in versions]
        if isinstance(conversion := spec.get("conversion"), dict):
            item["spec"]["conversion"] = _conversion(conversion)
    if isinstance(status, dict):
        item["status"] = {key: status[key] for key in ("conditions",) if key in status}
    return item


def _conversion(conversion: Mapping[str, Any]) -> dict[str, Any]:
    """How objects are converted, and by which Service."""
    kept = {key: conversion[key] for key in ("strategy",) if key in conversion}
    webhook = conversion.get("webhook")
    client = webhook.get("clientConfig") if isinstance(webhook, dict) else None
    if isinstance(client, dict) and isinstance(service := client.get("service"), dict):
        kept["webhook"] = {"clientConfig": {"service": service}}
    return kept


def _without(*fields: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda item: {key: value for key, value in item.items() if key not in fields}


def _backend_service(item: dict[str, Any]) -> dict[str, Any]:
    iap = item.get("iap")
    if isinstance(iap, dict):
        item["iap"] = {key: value for key, value in iap.items() if key != "oauth2ClientSecret"}
    return item


def _uptime_check(item: dict[str, Any]) -> dict[str, Any]:
    """What is asked and of whom. Passwords, header values and bodies stay behind; that there are any is kept."""
    kept = {key: item[key] for key in _CHECK_FIELDS if key in item}
    http = item.get("httpCheck")
    if not isinstance(http, dict):
        return kept
    kept["httpCheck"] = {key: http[key] for key in _HTTP_FIELDS if key in http}
    if isinstance(path := http.get("path"), str):
        kept["httpCheck"]["path"] = path.partition("?")[0]
    if http.get("authInfo"):
        kept["httpCheck"]["authInfo"] = {"username": _KEPT_BACK, "password": _KEPT_BACK}
    if isinstance(headers := http.get("headers"), dict):
        kept["httpCheck"]["headers"] = {
            name: value if name.lower() == "host" else _KEPT_BACK for name, value in headers.items()
        }
    return kept


def _alert_policy(item: dict[str, Any]) -> dict[str, Any]:
    """What it looks at and whom it tells. `creationRecord` holds addresses of people, `documentation` anything."""
    kept = {key: item[key] for key in _POLICY_FIELDS if key in item}
    if isinstance(conditions := item.get("conditions"), list):
        kept["conditions"] = [_condition(condition) for condition in conditions]
    return kept


def _condition(condition: Any) -> Any:
    if not isinstance(condition, dict):
        return condition
    return {
        key: {part: value[part] for part in ("filter", "query") if part in value} if isinstance(value, dict) else value
        for key, value in condition.items()
        if key in ("name", "displayName") or key.startswith("condition")
    }


def _version(version: Any) -> Any:
    if not isinstance(version, dict):
        return version
    return {key: version[key] for key in _VERSION_FIELDS if key in version}


_SPECIAL: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = MappingProxyType(
    {
        "nodes": _node,
        "controllerrevisions": _controller_revision,
        "customresourcedefinitions": _custom_resource_definition,
        "compute.backendServices": _backend_service,
        "compute.instances": _without("metadata"),
        "container.clusters": _without("masterAuth"),
        "monitoring.uptimeCheckConfigs": _uptime_check,
        "monitoring.alertPolicies": _alert_policy,
        "compute.operations": compute_record,
        "container.operations": gke_record,
        "logging.auditLogs": audit_record,
    }
)
