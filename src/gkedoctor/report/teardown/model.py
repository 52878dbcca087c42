"""The plan of a teardown, as every front end gets it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from gkedoctor.graph import Ref


class Step(NamedTuple):
    """One object to take down: what it would leave behind, and the command to paste."""

    ref: Ref
    leaves: str
    command: str


class Stage(NamedTuple):
    """Objects of one kind, which may be taken down together."""

    kind: str
    heading: str
    steps: tuple[Step, ...]

    @property
    def waits(self) -> bool:
        """Whether a controller deletes a load balancer before the objects are gone."""
        return self.kind in ("MultiClusterIngress", "Ingress", "Gateway", "Service")


@dataclass(frozen=True)
class TeardownPlan:
    """Stages in the order that works. `closing`: the command after all of them; None where it is too early for one.

    `gone`: the cluster is deleted already. `not_checked`: listings that are not complete, each with the reason.
    """

    cluster: str | None
    gone: bool
    stages: tuple[Stage, ...]
    not_checked: tuple[str, ...]
    closing: str | None

    @property
    def count(self) -> int:
        """Objects to take down."""
        return sum(len(stage.steps) for stage in self.stages)
