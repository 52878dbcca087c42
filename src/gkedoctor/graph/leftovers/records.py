"""What the records of the edges of this package hold: `playbooks lint` checks the fields that playbooks name."""

from __future__ import annotations

from typing import TypedDict

from gkedoctor.graph.core.records import CloudObject


class LeftoverExplainsRecord(TypedDict):
    """Part of a record."""

    item: CloudObject
    says: str


LeftoverRecord = TypedDict(
    "LeftoverRecord",
    {
        "cause": "str",
        "of": "str",
        "from": "str",
        "is": "str",
        "owners": "str",
        "root": "CloudObject",
        "noun": "str",
        "sum": "str",
        "count": "int",
        "size": "str",
        "cost": "str",
        "likely": "list[CloudObject]",
        "shared": "bool",
        "told": "CloudObject | None",
        "oldest": "CloudObject",
        "project": "str",
        "addresses": "list[CloudObject]",
        "reserved": "list[str]",
        "clusters": "str",
        "explains": "list[LeftoverExplainsRecord]",
        "commands": "list[str]",
        "members": "list[CloudObject]",
        "paths": "list[str]",
    },
)
"""The record of the leftovers that an object is one of."""
