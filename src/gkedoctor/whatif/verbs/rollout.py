"""`kubectl rollout undo|restart|pause|resume`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gkedoctor.errors import ChangeError
from gkedoctor.graph import controller_ref, name_of, namespace_of
from gkedoctor.graph.core.accessors import annotations_of
from gkedoctor.snapshot.model import Object
from gkedoctor.whatif.change import Change, Invocation, Result
from gkedoctor.whatif.flags import Syntax, parse_flags
from gkedoctor.whatif.registry import verb
from gkedoctor.whatif.selection import SELECTION_SHORT, SELECTION_SWITCHES, SELECTION_VALUES, Selection
from gkedoctor.whatif.state import ClusterState
from gkedoctor.whatif.verbs.edits import with_value

_SYNTAX = Syntax((*SELECTION_VALUES, "to-revision", "revision", "timeout"), (*SELECTION_SWITCHES, "watch"),
                 {**SELECTION_SHORT, "w": "watch"})  # fmt: skip
_REVISION = "deployment.kubernetes.io/revision"
RESTARTED = "kubectl.kubernetes.io/restartedAt"
_HASHES = ("pod-template-hash", "controller-revision-hash")


@verb("rollout")
def rollout(invocation: Invocation, words: list[str]) -> Result:
    """The subcommands that change something; `status` and `history` change nothing."""
    arguments = parse_flags(words, _SYNTAX)
    name, *objects = arguments.positional or ("",)
    if name in ("status", "history"):
        return Result()
    if name not in ("undo", "restart", "pause", "resume"):
        raise ChangeError(f"kubectl rollout {name} is not supported")
    selection = Selection(invocation, arguments, tuple(objects))

    def run(state: ClusterState) -> None:
        for _, item in list(selection.objects(state)):
            if name == "restart":
                state.write(restarted(item, state.now))
            elif name == "undo":
                state.write(_undone(state, item, arguments.one("to-revision", "0")))
            else:
                state.write(with_value(item, ("spec", "paused"), True if name == "pause" else None))

    return Result(() if arguments.is_dry_run else (Change(invocation.text, run),))


def restarted(item: dict[str, Any], now: str) -> dict[str, Any]:
    """The workload with the annotation of a restart in its template (polymorphichelpers/objectrestarter.go)."""
    if item.get("kind") not in ("Deployment", "StatefulSet", "DaemonSet"):
        raise ChangeError(f"{item.get('kind')} cannot be restarted")
    if (item.get("spec") or {}).get("paused"):
        raise ChangeError("a paused Deployment cannot be restarted", hint="kubectl rollout resume first")
    template = dict((item.get("spec") or {}).get("template") or {})
    metadata = dict(template.get("metadata") or {})
    metadata["annotations"] = {**(metadata.get("annotations") or {}), RESTARTED: now}
    return with_value(item, ("spec", "template"), {**template, "metadata": metadata})


def _undone(state: ClusterState, item: dict[str, Any], revision: str) -> dict[str, Any]:
    """A workload with the template of an earlier revision (polymorphichelpers/rollback.go)."""
    if item.get("kind") not in ("Deployment", "StatefulSet", "DaemonSet"):
        raise ChangeError(f"{item.get('kind')} cannot be rolled back")
    if (item.get("spec") or {}).get("paused"):
        raise ChangeError("a paused Deployment cannot be rolled back", hint="kubectl rollout resume first")
    templates = sorted(_templates(state, item), key=lambda pair: pair[0])
    found = [one for one in templates if str(one[0]) == revision] if revision != "0" else templates[-2:-1]
    if not found:
        raise ChangeError(f"no earlier revision of {item['kind']} {name_of(item)} is recorded")
    number, template = found[0]
    if not template:
        raise ChangeError(f"the Pod template of revision {number} of {item['kind']} {name_of(item)} is not recorded")
    metadata = dict(template.get("metadata") or {})
    metadata["labels"] = {k: v for k, v in (metadata.get("labels") or {}).items() if k not in _HASHES}
    kept = {key: value for key, value in template.items() if key != "$patch"}
    return with_value(item, ("spec", "template"), {**kept, "metadata": metadata})


def _templates(state: ClusterState, item: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The revisions of a workload with their templates, in no order."""
    if item["kind"] == "Deployment":
        for one in state.objects("replicasets"):
            if _is_of(one, item) and _number(one) > 0:
                yield _number(one), (one.get("spec") or {}).get("template") or {}
        return
    for one in state.objects("controllerrevisions"):
        if _is_of(one, item) and isinstance(number := one.get("revision"), int):
            yield number, ((one.get("data") or {}).get("spec") or {}).get("template") or {}


def _is_of(item: Object, owner: Object) -> bool:
    reference = controller_ref(item)
    return (
        reference is not None
        and namespace_of(item) == namespace_of(owner)
        and (reference.get("kind"), reference.get("name")) == (owner.get("kind"), name_of(owner))
    )


def _number(item: Object) -> int:
    text = annotations_of(item).get(_REVISION, "")
    return int(text) if text.isdecimal() else 0
