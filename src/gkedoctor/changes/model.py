"""A recorded change, and the registry of what records changes.

A source is a function over one object, registered with `@change_source`. One that knows of changes to objects that are
no longer there (operations of Google Cloud, audit logs) is registered with `@cluster_change_source` and gets the graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

import msgspec

from gkedoctor.graph import Graph, Ref
from gkedoctor.snapshot.field_paths import Steps
from gkedoctor.snapshot.model import Object


class Source(StrEnum):
    """What records a change. The words are those of the report's contract."""

    MANAGED_FIELDS = "managedFields"
    REVISION = "revision"
    LAST_APPLIED = "lastApplied"
    OPERATION = "operation"
    AUDIT_LOG = "auditLog"
    EVENT = "event"
    CREATION = "creation"


class RecordedChange(msgspec.Struct, frozen=True):
    """One field of one object that was set or removed.

    `path`: as evidence writes it; empty for the object itself. `at`: None where no moment is recorded. `by`: a field
    manager, user or controller: a client, not a person; None where it is not recorded. `before`, `after`: None where
    the field was absent or its value is not recorded. `is_difference`: two recorded versions differ in this field;
    otherwise its owner wrote the object at that moment, and which of its fields changed is not recorded. `steps`: the
    path with elements by their keys. `is_removed`: the object has the field no longer. `alternatives`: how many other
    fields the same write may have set in its place; 0 where it set this one. `note`: what the recording says besides
    of the change: its cause, the delivery it belongs to. `until`: when an operation ended; None for what took no time,
    or is still at work.
    """

    ref: Ref
    path: str
    at: datetime | None
    by: str | None
    before: Any
    after: Any
    source: Source
    is_difference: bool = False
    steps: Steps = ()
    is_removed: bool = False
    alternatives: int = 0
    note: str = ""
    until: datetime | None = None


ObjectSource = Callable[[Graph, Object], Iterable[RecordedChange]]
ClusterSource = Callable[[Graph], Iterable[RecordedChange]]
ObjectSourceT = TypeVar("ObjectSourceT", bound=ObjectSource)
ClusterSourceT = TypeVar("ClusterSourceT", bound=ClusterSource)

OBJECT_SOURCES: list[ObjectSource] = []
CLUSTER_SOURCES: list[ClusterSource] = []


def change_source(function: ObjectSourceT) -> ObjectSourceT:
    """Registers what records changes of an object."""
    OBJECT_SOURCES.append(function)
    return function


def cluster_change_source(function: ClusterSourceT) -> ClusterSourceT:
    """Registers what records changes of any object, also of one that is gone."""
    CLUSTER_SOURCES.append(function)
    return function
