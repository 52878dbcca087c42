"""A teardown as one JSON object, by the schema `gkedoctor/teardown/v1`."""

from __future__ import annotations

from typing import Literal

import msgspec

from gkedoctor.report.formats.json import encoded
from gkedoctor.report.ref_schema import ObjectRef, object_ref
from gkedoctor.report.teardown.model import TeardownPlan


class StepEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One object to take down: what it would leave behind, and the command to paste."""

    object: ObjectRef
    leaves: str
    command: str


class StageEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Objects of one kind, which may be taken down together. The next stage comes when these are gone."""

    kind: str
    steps: tuple[StepEntry, ...]


class TeardownReport(msgspec.Struct, frozen=True, kw_only=True):
    """What deleting a cluster would leave behind, in the order in which to take it down first."""

    schema: Literal["gkedoctor/teardown/v1"]
    cluster: str | None
    deleted: bool
    """Whether the project has no cluster of that name any more."""

    stages: tuple[StageEntry, ...]
    not_checked: tuple[str, ...]
    afterwards: str | None
    """The command that comes after all stages."""


def render(plan: TeardownPlan) -> str:
    """The object, indented, with a newline at its end."""
    return encoded(to_wire(plan)) + "\n"


def to_wire(plan: TeardownPlan) -> TeardownReport:
    """The wire form of a plan."""
    return TeardownReport(
        schema="gkedoctor/teardown/v1",
        cluster=plan.cluster,
        deleted=plan.gone,
        stages=tuple(
            StageEntry(
                kind=stage.kind,
                steps=tuple(
                    StepEntry(object=object_ref(step.ref), leaves=step.leaves, command=step.command)
                    for step in stage.steps
                ),
            )
            for stage in plan.stages
        ),
        not_checked=plan.not_checked,
        afterwards=plan.closing,
    )
