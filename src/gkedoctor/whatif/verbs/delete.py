"""`kubectl delete`."""

from __future__ import annotations

from typing import Any

from gkedoctor.errors import ChangeError
from gkedoctor.graph import Ref, name_of, namespace_of
from gkedoctor.graph.objects.owners import controller_ref
from gkedoctor.serve.resources import Resource
from gkedoctor.whatif.change import Change, Invocation, Result
from gkedoctor.whatif.flags import Arguments, Syntax, parse_flags
from gkedoctor.whatif.registry import verb
from gkedoctor.whatif.selection import SELECTION_SHORT, SELECTION_SWITCHES, SELECTION_VALUES, Selection
from gkedoctor.whatif.state import ClusterState

_SYNTAX = Syntax(
    (*SELECTION_VALUES, "grace-period", "timeout", "raw"),
    (*SELECTION_SWITCHES, "force", "now", "wait", "ignore-not-found", "interactive"),
    SELECTION_SHORT,
)
_OWNED = ("replicasets", "jobs", "pods")


@verb("delete")
def delete(invocation: Invocation, words: list[str]) -> Result:
    """Deletes objects, and what they own unless --cascade=orphan. Objects with finalizers stay, marked as deleted."""
    arguments = parse_flags(words, _SYNTAX)
    selection = Selection(invocation, arguments, arguments.positional)

    def run(state: ClusterState) -> None:
        for resource, item in _found(state, selection, arguments):
            state.delete(resource, item)
            delete_owned(state, item, orphan=arguments.one("cascade") == "orphan")

    return Result(() if arguments.is_dry_run else (Change(invocation.text, run),))


def _found(state: ClusterState, selection: Selection, arguments: Arguments) -> list[tuple[Resource, dict[str, Any]]]:
    try:
        return list(selection.objects(state))
    except ChangeError:
        if arguments.on("ignore-not-found"):
            return []
        raise


def delete_owned(state: ClusterState, owner: dict[str, Any], *, orphan: bool = False) -> None:
    """Deletes what an object controls, or takes its name out of it (garbage collector)."""
    wanted = Ref(str(owner.get("kind")), name_of(owner), namespace_of(owner) or None)
    for collection in _OWNED:
        for item in state.objects(collection):
            reference = controller_ref(item)
            if reference is None or namespace_of(item) != namespace_of(owner):
                continue
            if Ref(str(reference.get("kind")), str(reference.get("name")), wanted.namespace) != wanted:
                continue
            if orphan:
                kept = [r for r in item["metadata"]["ownerReferences"] if r is not reference]
                state.put(collection, {**item, "metadata": {**item["metadata"], "ownerReferences": kept}})
            else:
                state.remove(collection, namespace_of(item), name_of(item))
                delete_owned(state, dict(item))
