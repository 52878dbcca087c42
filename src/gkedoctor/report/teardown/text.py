"""A teardown as text: numbered stages, each object with its command, and what comes afterwards."""

from __future__ import annotations

from collections.abc import Iterator

from gkedoctor.report.escaping import inert
from gkedoctor.report.teardown.model import TeardownPlan

_WAIT = "Wait until each is deleted: its controller deletes the load balancer first."


def render(plan: TeardownPlan) -> str:
    """The whole plan, with a newline at its end."""
    return "\n".join([*_stages(plan), *_closing(plan)]) + "\n"


def _stages(plan: TeardownPlan) -> Iterator[str]:
    for number, stage in enumerate(plan.stages, start=1):
        yield f"{number}. {stage.heading}"
        for step in stage.steps:
            yield inert(f"   {step.ref} would leave {step.leaves}")
            yield inert(f"     {step.command}")
        if stage.waits:
            yield f"   {_WAIT}"
        yield ""


def _closing(plan: TeardownPlan) -> Iterator[str]:
    for line in plan.not_checked:
        yield inert(f"Not checked: {line}")
    yield inert(_verdict(plan))
    if plan.closing is not None:
        yield inert(f"     {plan.closing}")


def _verdict(plan: TeardownPlan) -> str:
    if plan.gone:
        return f"{plan.cluster} is not in the list of clusters of its project: it is deleted. What it left behind:"
    cluster = plan.cluster or "the cluster"
    if plan.count:
        return f"{plan.count} object{'s' * (plan.count != 1)} to delete before you delete {cluster}. Afterwards:"
    if plan.not_checked:
        return f"Not enough was checked to tell what deleting {cluster} leaves behind"
    return f"Deleting {cluster} leaves no resources behind:"
