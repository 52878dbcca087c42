"""What verbs share that change existing objects: their selection, and the change as a function of one object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gkedoctor.errors import ChangeError
from gkedoctor.whatif.change import Change, Invocation, Result
from gkedoctor.whatif.flags import Arguments
from gkedoctor.whatif.selection import Selection
from gkedoctor.whatif.state import ClusterState

Edit = Callable[[dict[str, Any]], dict[str, Any]]


def edit_objects(invocation: Invocation, arguments: Arguments, words: tuple[str, ...], edit: Edit) -> Result:
    """A change that puts `edit` of each selected object in its place."""
    selection = Selection(invocation, arguments, words)

    def run(state: ClusterState) -> None:
        found = list(selection.objects(state))
        for _, item in found:
            state.write(edit(item))

    return Result(() if arguments.is_dry_run else (Change(invocation.text, run),))


def pod_spec_path(item: dict[str, Any]) -> tuple[str, ...]:
    """The way to the Pod spec of a workload or a Pod; ChangeError for a kind that has none."""
    kind, spec = item.get("kind"), item.get("spec") or {}
    if kind == "Pod":
        return ("spec",)
    if kind == "CronJob":
        return ("spec", "jobTemplate", "spec", "template", "spec")
    if "template" in spec:
        return ("spec", "template", "spec")
    raise ChangeError(f"{kind} {item['metadata']['name']} has no Pod template")


def with_value(item: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """A copy of the object with another value at a path; None takes it out."""
    head, *rest = path
    if rest:
        return {**item, head: with_value(dict(item.get(head) or {}), tuple(rest), value)}
    if value is None:
        return {key: old for key, old in item.items() if key != head}
    return {**item, head: value}


def value_at(item: dict[str, Any], path: tuple[str, ...]) -> Any:
    """The value at a path, None where there is none."""
    found: Any = item
    for step in path:
        found = found.get(step) if isinstance(found, dict) else None
    return found


def edit_containers(
    item: dict[str, Any], chosen: Callable[[str], bool], edit: Edit, *, init: bool = True
) -> dict[str, Any]:
    """The workload with `edit` of each container whose name is chosen. ChangeError where none is."""
    path = pod_spec_path(item)
    spec = dict(value_at(item, path) or {})
    met = False
    for field in ("containers", "initContainers") if init else ("containers",):
        containers = spec.get(field)
        if containers is None:
            continue
        is_met = [chosen(str(c.get("name"))) for c in containers]
        spec[field] = [edit(dict(c)) if yes else c for c, yes in zip(containers, is_met, strict=True)]
        met = met or any(is_met)
    if not met:
        raise ChangeError(f"{item['kind']} {item['metadata']['name']} has no such container")
    return with_value(item, path, spec)
