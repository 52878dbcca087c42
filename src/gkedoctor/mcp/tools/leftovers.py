"""`leftovers`: what deleted clusters left on Google Cloud, or what deleting this one would leave, in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta

from gkedoctor.mcp.call import Call
from gkedoctor.mcp.data import cut, name
from gkedoctor.mcp.sources import Cluster, Reading, read_cluster
from gkedoctor.mcp.state import ServerState
from gkedoctor.mcp.tools.answer import ToolAnswer
from gkedoctor.report.answer import Answer
from gkedoctor.report.not_checked import gaps, not_checked_lines
from gkedoctor.report.phrases import counted
from gkedoctor.report.verdict import closing
from gkedoctor.service.leftovers import leftover_playbooks
from gkedoctor.service.leftovers import leftovers as left_behind
from gkedoctor.service.teardown import teardown_plan
from gkedoctor.snapshot.model import Snapshot

_MOST_GROUPS = 10
_MOST_REASONS = 3
_MOST_OBJECTS = 20


class LeftoversInput(msgspec.Struct, forbid_unknown_fields=True):
    """What `leftovers` takes."""

    source: Annotated[str, Meta(description="as in diagnose")] = ""
    project: Annotated[str, Meta(description="where the context does not name it")] = ""
    before_delete: Annotated[bool, Meta(description="preview: what deleting this cluster would leave")] = False


class LeftoverGroup(msgspec.Struct, frozen=True, omit_defaults=True):
    """What belongs together, in the order of deletion."""

    title: str
    id: str = ""
    objects: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()


class LeftoversOutput(msgspec.Struct, omit_defaults=True):
    """What `leftovers` gives. The commands delete: a person has to agree."""

    says: str
    complete: bool
    groups: tuple[LeftoverGroup, ...] = ()
    not_checked: tuple[str, ...] = ()


def leftovers(state: ServerState, call: Call, asked: LeftoversInput) -> ToolAnswer:
    """The groups. SourceError where neither cluster nor project can be read."""
    reading = _reading(state, call, asked)
    made = _teardown(reading.snapshot) if asked.before_delete else _left(state, reading)
    return ToolAnswer(made, _text(made))


def _reading(state: ServerState, call: Call, asked: LeftoversInput) -> Reading:
    subject = state.sources.subject(asked.source)
    if not isinstance(subject, Cluster) or asked.before_delete:
        return state.sources.reading(subject, call, state.library)
    options = subject.options._replace(logs=False, project=asked.project or subject.options.project)
    alone = Cluster(options)
    with state.sources.one_at_a_time(("leftovers", alone), call):
        return read_cluster(alone, call, leftover_playbooks(state.library), state.sources.clock, alone=True)


def _left(state: ServerState, reading: Reading) -> LeftoversOutput:
    outcome = left_behind(reading.snapshot, state.library, live=reading.live)
    groups = [
        LeftoverGroup(
            title=cut(found.title, 240),
            id=found.fingerprint,
            objects=tuple(name(one.ref) for one in found.explains[:_MOST_OBJECTS]),
            commands=tuple(found.fix.commands[:_MOST_OBJECTS]),
        )
        for found in outcome.diagnoses
    ]
    missing = [cut(line, 300) for line in not_checked_lines(gaps(outcome))[:_MOST_REASONS]] if gaps(outcome) else []
    return LeftoversOutput(
        says=cut(closing(Answer(outcome)), 400),
        complete=outcome.complete,
        groups=tuple(groups[:_MOST_GROUPS]),
        not_checked=(*missing, *_left_out(groups)),
    )


def _left_out(groups: list[LeftoverGroup]) -> Iterator[str]:
    if len(groups) > _MOST_GROUPS:
        yield f"{len(groups) - _MOST_GROUPS} more groups: gkedoctor leftovers lists all"


def _teardown(snapshot: Snapshot) -> LeftoversOutput:
    plan = teardown_plan(snapshot)
    groups = [
        LeftoverGroup(
            title=stage.heading,
            objects=tuple(f"{name(step.ref)}: {cut(step.leaves)}" for step in stage.steps[:_MOST_OBJECTS]),
            commands=tuple(step.command for step in stage.steps[:_MOST_OBJECTS]),
        )
        for stage in plan.stages
    ]
    last = f" Last: {plan.closing}" if plan.closing else ""
    return LeftoversOutput(
        says=f"{counted(plan.count, 'object')} to delete before the cluster, or their resources stay.{last}",
        complete=not plan.not_checked,
        groups=tuple(groups),
        not_checked=tuple(cut(line) for line in plan.not_checked),
    )


def _text(made: LeftoversOutput) -> str:
    lines = [made.says]
    for group in made.groups:
        lines += ["", f"{group.title}{f' (id {group.id})' if group.id else ''}", *(f"- {one}" for one in group.objects)]
        lines += group.commands
    return "\n".join([*lines, *(f"Not checked: {line}" for line in made.not_checked)])
