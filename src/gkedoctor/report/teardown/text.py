"""A teardown as text: numbered stages, each object with its command, and what comes afterwards."""

from __future__ import annotations

from collections.abc import Iterator

from gkedoctor.report.escaping import inert
from gkedoctor.report.teardown.model import TeardownPlan

_WAIT = "wait until each is gone: its controller deletes the load balancer before it lets go"


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
        yield inert(f"not looked at: {line}")
    yield inert(_verdict(plan))
    if plan.closing is not None:
        yield inert(f"     {plan.closing}")


def _verdict(plan: TeardownPlan) -> str:
    if plan.gone:
        return f"{plan.cluster} is not among the clusters of its project: it is deleted; what it left behind:"
    cluster = plan.cluster or "the cluster"
    if plan.count:
        return f"{plan.count} object{'s' * (plan.count != 1)} to take down before {cluster} is deleted; afterwards:"
    if plan.not_checked:
        return f"nothing was found that deleting {cluster} would leave behind; not everything could be looked at"
    return f"deleting {cluster} leaves nothing behind:"
