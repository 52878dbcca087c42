"""`kubectl cordon`, `kubectl uncordon`, `kubectl drain`."""

from __future__ import annotations

from typing import Any

from gkedoctor.errors import ChangeError
from gkedoctor.graph import controller_ref, labels_of, name_of, namespace_of
from gkedoctor.graph.core.label_selectors import matches
from gkedoctor.snapshot.model import Object
from gkedoctor.whatif.change import Change, Invocation, Result
from gkedoctor.whatif.flags import Arguments, Syntax, parse_flags
from gkedoctor.whatif.registry import verb
from gkedoctor.whatif.selection import SELECTION_SHORT, Selection
from gkedoctor.whatif.state import ClusterState
from gkedoctor.whatif.verbs.edits import edit_objects, with_value

_SYNTAX = Syntax(
    ("selector", "timeout", "grace-period", "pod-selector", "skip-wait-for-delete-timeout", "chunk-size"),
    ("all", "ignore-daemonsets", "delete-emptydir-data", "delete-local-data", "force", "disable-eviction"),
    {"l": SELECTION_SHORT["l"]},
)


def _cordoned(value: bool | None) -> Any:
    return lambda item: with_value(item, ("spec", "unschedulable"), value)


@verb("cordon", "uncordon")
def cordon(invocation: Invocation, words: list[str]) -> Result:
    """Marks Nodes as unschedulable, or takes the mark away."""
    arguments = parse_flags(words, _SYNTAX)
    value = None if invocation.words and "uncordon" in invocation.words else True
    return edit_objects(invocation, arguments, _nodes(arguments), _cordoned(value))


def _nodes(arguments: Arguments) -> tuple[str, ...]:
    return ("nodes", *(name.removeprefix("node/").removeprefix("nodes/") for name in arguments.positional))


@verb("drain")
def drain(invocation: Invocation, words: list[str]) -> Result:
    """Cordons Nodes, and evicts their Pods as far as PodDisruptionBudgets allow."""
    arguments = parse_flags(words, _SYNTAX)
    selection = Selection(invocation, arguments, _nodes(arguments))

    def run(state: ClusterState) -> None:
        for _, node in list(selection.objects(state)):
            state.write(_cordoned(True)(node))
            for pod in state.objects("pods"):
                if (pod.get("spec") or {}).get("nodeName") == name_of(node):
                    _evict(state, pod, arguments)

    return Result(() if arguments.is_dry_run else (Change(invocation.text, run),))


def _evict(state: ClusterState, pod: Object, arguments: Arguments) -> None:
    """Source: kubectl/pkg/drain/filters.go."""
    owner = controller_ref(pod)
    kind = owner.get("kind") if owner is not None else None
    phase = (pod.get("status") or {}).get("phase")
    if kind == "Node":
        return  # a static Pod
    if kind == "DaemonSet":
        if not arguments.on("ignore-daemonsets"):
            raise ChangeError(f"Pod {name_of(pod)} is managed by a DaemonSet", hint="add --ignore-daemonsets")
        return
    if owner is None and phase not in ("Succeeded", "Failed") and not arguments.on("force"):
        raise ChangeError(f"no controller recreates Pod {name_of(pod)}", hint="--force deletes it for good")
    volumes = (pod.get("spec") or {}).get("volumes") or []
    is_local = any("emptyDir" in volume for volume in volumes) and phase not in ("Succeeded", "Failed")
    if is_local and not (arguments.on("delete-emptydir-data") or arguments.on("delete-local-data")):
        raise ChangeError(
            f"Pod {name_of(pod)} has emptyDir data", hint="--delete-emptydir-data deletes the data for good"
        )
    if not arguments.on("disable-eviction") and (budget := _refusing_budget(state, pod)) is not None:
        raise ChangeError(f"PodDisruptionBudget {name_of(budget)} does not allow the eviction of Pod {name_of(pod)}")
    state.remove("pods", namespace_of(pod), name_of(pod))


def _refusing_budget(state: ClusterState, pod: Object) -> Object | None:
    """The first budget that covers a ready Pod and allows no disruption (pkg/registry/core/pod/rest/eviction.go)."""
    if (pod.get("status") or {}).get("phase") not in ("Running",):
        return None
    for budget in state.objects("poddisruptionbudgets"):
        selector = (budget.get("spec") or {}).get("selector")
        if namespace_of(budget) != namespace_of(pod) or selector is None or not matches(selector, labels_of(pod)):
            continue
        if (budget.get("status") or {}).get("disruptionsAllowed") == 0:
            return budget
    return None
