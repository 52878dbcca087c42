"""What the records of the edges of this package hold: `playbooks lint` checks the fields that playbooks name."""

from __future__ import annotations

from typing import TypedDict

from gkedoctor.graph.core.records import KubernetesObject, Part


class CallerRecord(TypedDict):
    """Who names the Service."""

    item: KubernetesObject
    via: str
    idle: bool
    optional: bool
    at: Part | None
