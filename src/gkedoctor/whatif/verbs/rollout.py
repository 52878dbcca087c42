"""`kubectl rollout undo|restart|pause|resume`."""

from __future__ import annotations

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
_HASH = "pod-template-hash"


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
    """A Deployment with the template of an earlier ReplicaSet (polymorphichelpers/rollback.go)."""
    if item.get("kind") != "Deployment":
        raise ChangeError(f"rollout undo of a {item.get('kind')} needs its ControllerRevisions, which are not recorded")
    if (item.get("spec") or {}).get("paused"):
        raise ChangeError("a paused Deployment cannot be rolled back", hint="kubectl rollout resume first")
    sets = [rs for rs in state.objects("replicasets") if _is_of(rs, item) and _number(rs) > 0]
    sets.sort(key=_number)
    found = [rs for rs in sets if str(_number(rs)) == revision] if revision != "0" else sets[-2:-1]
    if not found:
        raise ChangeError(f"no earlier revision of Deployment {name_of(item)} is recorded")
    template = (found[0].get("spec") or {}).get("template")
    if not template:
        raise ChangeError(f"the Pod template of ReplicaSet {name_of(found[0])} is not recorded")
    metadata = dict(template.get("metadata") or {})
    metadata["labels"] = {k: v for k, v in (metadata.get("labels") or {}).items() if k != _HASH}
    return with_value(item, ("spec", "template"), {**template, "metadata": metadata})


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
