"""What the records of the edges of this package hold: `playbooks lint` checks the fields that playbooks name."""

from __future__ import annotations

from typing import TypedDict

from gkedoctor.graph.core.records import CloudObject, Part


class ProxySubnetRecord(TypedDict):
    """What an internal or regional Ingress needs: at most one."""

    region: str
    purpose: str
    network: str
    found: bool
    subnet: CloudObject | None
    backup: str | None
    subnets: list[str]


class QuotaRecord(TypedDict):
    """The quota that an Event says is used up: at most one."""

    metric: str
    limit: float | None
    usage: float | None
    holder: CloudObject
    quota: Part
