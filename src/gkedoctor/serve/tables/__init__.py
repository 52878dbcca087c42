"""Objects as the tables kubectl prints: pkg/printers/internalversion/printers.go of Kubernetes.

kubectl prints the server's cells as they are, so ages are those of the recording's clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from gkedoctor.serve.tables import cluster, network, pods, storage, workloads
from gkedoctor.serve.tables.column import AGE, NAME, Column
from gkedoctor.snapshot.model import Object

_DEFAULT = (NAME, AGE)
_COLUMNS: Mapping[str, tuple[Column, ...]] = MappingProxyType(
    pods.COLUMNS | workloads.COLUMNS | network.COLUMNS | storage.COLUMNS | cluster.COLUMNS
)


def table(
    collection: str, items: Iterable[Object], metadata: Mapping[str, Any], now: datetime, version: str, include: str
) -> dict[str, Any]:
    """A `Table`. `include`: how much of each object stands beside its row, `None`, `Metadata` or `Object`."""
    columns = _COLUMNS.get(collection, _DEFAULT)
    return {
        "kind": "Table",
        "apiVersion": f"meta.k8s.io/{version}",
        "metadata": metadata,
        "columnDefinitions": [column.definition() for column in columns],
        "rows": [_row(columns, item, now, include) for item in items],
    }


def partial(item: Object) -> dict[str, Any]:
    """The object's metadata alone."""
    return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": item.get("metadata") or {}}


def _row(columns: tuple[Column, ...], item: Object, now: datetime, include: str) -> dict[str, Any]:
    row: dict[str, Any] = {"cells": [column.value(item, now) for column in columns]}
    if include != "None":
        row["object"] = item if include == "Object" else partial(item)
    return row
