"""Names and labels, of all kinds alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gkedoctor.manifests.validation.refusal import (
    LABEL,
    LABEL_VALUE,
    SUBDOMAIN,
    Refusal,
    is_label,
    is_label_key,
    is_label_value,
    is_subdomain,
)
from gkedoctor.snapshot.model import Object

_LABELS = ("Service", "Namespace")
_PATH_SEGMENTS = ("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding", "APIService")
"""Their names are everything that can stand in a URL: `system:node`, `v1.`."""


def name_refused(item: Object) -> Iterator[Refusal]:
    """core: ValidateServiceName, ValidateNamespaceName; rbac: ValidateRBACName; kube-aggregator: ValidateAPIService.

    Of all others: NameIsDNSSubdomain.
    """
    kind, name = item["kind"], item["metadata"]["name"]
    if kind in _PATH_SEGMENTS:
        if name in (".", "..") or "/" in name or "%" in name:
            yield Refusal("metadata.name", f'"{name}" is not a valid name: `/` and `%` are not allowed')
    elif kind in _LABELS:
        if not is_label(name):
            yield Refusal("metadata.name", f'"{name}" is not a valid name: {LABEL}')
    elif not is_subdomain(name):
        yield Refusal("metadata.name", f'"{name}" is not a valid name: {SUBDOMAIN}')


def labels_refused(metadata: Mapping[str, Any]) -> Iterator[Refusal]:
    """apimachinery: ValidateLabels."""
    for key, value in (metadata.get("labels") or {}).items():
        if not is_label_key(key):
            yield Refusal(f'labels."{key}"', f'"{key}" is not a valid label key: {LABEL_VALUE}, optional domain prefix')
        elif not is_label_value(value):
            yield Refusal(f'labels."{key}"', f'"{value}" is not a valid label value: {LABEL_VALUE}')
