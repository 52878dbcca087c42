"""What the records of the edges of this package hold: `playbooks lint` checks the fields that playbooks name."""

from __future__ import annotations

from typing import TypedDict

from gkedoctor.graph.core.records import Part


class RemovedVersionRecord(TypedDict):
    """The API versions in the object that are not served any more."""

    at: Part
    own: bool
    apiVersion: str
    kind: str
    since: str
    instead: str
    changes: str
    served: bool | None
