"""Where in a cluster a question leads: the object that is meant, and the namespaces to read for it.

A name that does not exist is refused after the few requests that prove it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gkedoctor.errors import UsageError
from gkedoctor.graph import Graph, Ref, name_of, namespace_of, pods_at
from gkedoctor.graph.workloads.pods import STEPS
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.required_kinds import needed_kinds
from gkedoctor.report.object_argument import (
    HABITUAL,
    ObjectArgument,
    named_object,
    namespace_doubts,
    objects_of_name,
    target_doubts,
)
from gkedoctor.report.part_scope import scope_notes
from gkedoctor.report.selection import Selection
from gkedoctor.service.path import front_end_of, is_entry_point
from gkedoctor.service.path_part import path_in
from gkedoctor.snapshot.custom_kinds import is_custom
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Object
from gkedoctor.snapshot.part import Read
from gkedoctor.snapshot.partial import Part

_RUNNING = frozenset({"Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"})
"""Kinds of which no finding has an object as its cause that does not exist."""

_MOST_HOMES = 3
"""Namespaces with an object of the name up to which they are read one by one."""

_FEW = 5


@dataclass(frozen=True)
class PartQuestion:
    """What is asked of a part: these namespaces, or those that have the object.

    `name`: of an object of any kind. `entry_point`: a host, an address or a URL, and what serves it is meant.
    """

    target: ObjectArgument | None
    namespaces: tuple[str, ...]
    name: str | None = None
    entry_point: str | None = None


@dataclass(frozen=True)
class LocatedPart:
    """A question whose place is known. `part`: what was read to know it, and takes in the rest.

    `target`: the object that is meant, where one is asked about. `objects`: what is asked about beside all of the
    namespaces. `notes`: how the words of the question were understood.
    """

    part: Part
    namespaces: tuple[str, ...]
    target: ObjectArgument | None = None
    objects: tuple[Ref, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def scope(self) -> str:
        """What is read, in words: `namespace shop`, or `Node n1, its Pods, namespace shop`."""
        spaces = f"namespace{'s' if len(self.namespaces) > 1 else ''} {', '.join(self.namespaces)}"
        nodes = [f"Node {ref.name}, its Pods" for ref in self.objects]
        return ", ".join([*nodes, spaces] if self.namespaces else nodes)

    def scope_notes(self) -> tuple[str, ...]:
        """How the question was understood, and what was read for it so far."""
        return (*self.notes, *scope_notes(self.part, self.scope, len(self.objects)))


def part_question(wanted: Selection, name: str | None = None) -> PartQuestion | None:
    """The question that a part can answer; None where it is about the whole cluster.

    `name`: what was written where it is not KIND/NAME.
    """
    if name is not None and is_entry_point(name):
        return PartQuestion(None, tuple(sorted(wanted.namespaces)), entry_point=name)
    target, namespaces = wanted.target, tuple(sorted(wanted.namespaces))
    if target is None:
        return PartQuestion(None, namespaces, name) if namespaces or name is not None else None
    if target.kind.name == "Namespace" and not namespaces:
        return PartQuestion(target, (target.name,))
    if target.kind.name == "Node":
        return PartQuestion(target, ()) if not namespaces else None
    if not target.kind.namespaced:
        return None
    return PartQuestion(target, (target.namespace,) if target.namespace is not None else namespaces)


def located(question: PartQuestion, part: Part, playbooks: Sequence[CompiledPlaybook]) -> LocatedPart | None:
    """The place of a question; None where the whole cluster is needed. UsageError for what certainly does not exist."""
    if question.entry_point is not None:
        return _served(question.entry_point, question.namespaces, part)
    if question.name is not None:
        return _named(question.name, question.namespaces, part, playbooks)
    target = question.target
    if target is None or target.kind.name == "Namespace":
        return _in_namespaces(question.namespaces, target, part)
    if target.kind.name == "Node":
        return _on_node(target, part)
    if not question.namespaces and part.context_namespace is not None:
        return _as_kubectl(target, part.context_namespace, part)
    homes = _homes(target, question.namespaces, part)
    return LocatedPart(part, homes, target) if homes else None


def _served(entry_point: str, namespaces: Sequence[str], part: Part) -> LocatedPart | None:
    """The object that serves a host or an address; None where the whole cluster is needed."""
    found = path_in(entry_point, part, namespaces[0] if len(namespaces) == 1 else None)
    if found is None:
        return None
    target = front_end_of(found)
    homes = _homes(target, (str(target.namespace),), part)
    return LocatedPart(part, homes, target, notes=(f"{entry_point} is served by {target}",)) if homes else None


def _named(
    name: str, namespaces: Sequence[str], part: Part, playbooks: Sequence[CompiledPlaybook]
) -> LocatedPart | None:
    """The one object of a name, whatever its kind: in the namespaces, else as kubectl, else wherever it is."""
    part.read([Read("namespaces")])
    for namespace in namespaces:
        _check_namespace(namespace, part)
    own = part.context_namespace
    if not namespaces and own is None:
        return None
    kinds = [kind for kind in needed_kinds(playbooks) if not kind.cloud and not is_custom(kind.collection)]
    if namespaces:
        part.read(Read(kind.collection, each) for kind in kinds if kind.namespaced for each in namespaces)
    else:
        part.read(Read(kind.collection, "", name) for kind in kinds)
    found = {ref.namespace for ref in objects_of_name(name, namespaces, part.snapshot())}
    if not found and not namespaces:
        part.read(Read(KINDS[kind].collection) for kind in HABITUAL)  # for a suggestion
    target = named_object(name, (own,) if own is not None and own in found else namespaces, part.snapshot())
    place = located(PartQuestion(target, (target.namespace,) if target.namespace else ()), part, playbooks)
    if place is None or own in (None, target.namespace) or namespaces or target.namespace is None:
        return place
    return replace(place, notes=(_elsewhere(target, str(own)), *place.notes))


def _in_namespaces(namespaces: tuple[str, ...], target: ObjectArgument | None, part: Part) -> LocatedPart | None:
    part.read([Read("namespaces")])
    for namespace in namespaces:
        _check_namespace(namespace, part)
    return LocatedPart(part, namespaces, target) if namespaces else None


def _homes(target: ObjectArgument, namespaces: tuple[str, ...], part: Part) -> tuple[str, ...]:
    """The namespaces to read; none where it is in none (a finding may name what does not exist) or in many.

    A wrong name of a namespace or of what runs Pods is refused at once.
    """
    collection = target.kind.collection
    part.read([Read("namespaces"), *(Read(collection, place, target.name) for place in namespaces or ("",))])
    homes = _places_of(target, part)
    if not homes and target.kind.name in _RUNNING:
        _refuse(target, namespaces, part)
    for namespace in () if homes else namespaces:
        _check_namespace(namespace, part)
    return namespaces or (homes if len(homes) <= _MOST_HOMES else ())


def _places_of(target: ObjectArgument, part: Part) -> tuple[str, ...]:
    """The namespaces in which an object of that name was read."""
    items = part.snapshot().collection(target.kind.collection).objects
    found = (item["metadata"] for item in items)
    return tuple(sorted(str(one["namespace"]) for one in found if one.get("name") == target.name))


def _as_kubectl(target: ObjectArgument, own: str, part: Part) -> LocatedPart | None:
    """The object in the namespace of the context; where it is not there, the only one that there is elsewhere.

    UsageError, with the namespaces that have one, where there are several.
    """
    collection = target.kind.collection
    part.read([Read("namespaces"), Read(collection, own, target.name), Read(collection, "", target.name)])
    homes = _places_of(target, part)
    if own in homes:
        return LocatedPart(part, (own,), replace(target, namespace=own))
    if len(homes) > 1:
        listed = ", ".join(f"-n {home}" for home in homes[:_FEW])
        more = f" … ({len(homes)} namespaces)" if len(homes) > _FEW else ""
        raise UsageError(f"there is no {target} in namespace {own}", hint=f"add one of these: {listed}{more}")
    if homes:
        there = replace(target, namespace=homes[0])
        return LocatedPart(part, homes, there, notes=(_elsewhere(there, own),))
    if target.kind.name in _RUNNING:
        _refuse(target, (), part)
    return None


def _elsewhere(target: ObjectArgument, own: str) -> str:
    return f"namespace {own} of the context has no {target.kind.name} {target.name}: this is {target}"


def _on_node(target: ObjectArgument, part: Part) -> LocatedPart | None:
    """A Node, and the namespaces of what is wrong on it: those of its Pods that are not well, the most of them first.

    UsageError where there is no such Node; None where Nodes or Pods may not be listed.
    """
    here, waiting = (Read("pods", selector=f"spec.nodeName={name}") for name in (target.name, ""))
    part.read([Read("nodes", "", target.name), here, waiting, Read("namespaces")])
    nodes = part.snapshot().collection("nodes")
    if not nodes.objects:
        part.read([Read("nodes")])
        list(target_doubts(target, (), part.snapshot()))
        return None
    if not part.states["pods"][here].is_read:
        return None
    with part.demands.aside():  # what decides where to read on is no look-up of the question
        homes = _homes_of_faults(nodes.objects[0], Graph(part.snapshot()))
    read = homes if len(homes) <= _MOST_HOMES else homes[:1]
    left = homes[len(read) :]
    more = f"{', '.join(left[:_MOST_HOMES])}{' …' if len(left) > _MOST_HOMES else ''}"
    note = f"not read: {len(left)} more namespaces with Pods that are not ready on this Node or wait for a node: {more}"
    return LocatedPart(part, tuple(sorted(read)), target, (Ref("Node", target.name),), (note,) if left else ())


def _homes_of_faults(node: Object, graph: Graph) -> list[str]:
    """The namespaces with Pods that are not well on a Node, those with the most first.

    Also of those that have no node, where this one is not well, is cordoned or has taints: that may be the reason.
    """
    spec = node.get("spec") or {}
    is_open = not (spec.get("unschedulable") or spec.get("taints") or _is_unwell(node, graph))
    places = {name_of(node)} if is_open else {name_of(node), ""}
    unwell = pods_at(graph, tuple(step for step in STEPS if step not in ("fine", "planned")))
    on = [pod for pod in unwell if ((pod.get("spec") or {}).get("nodeName") or "") in places]
    return [name for name, _ in Counter(sorted(namespace_of(pod) for pod in on)).most_common()]


def _is_unwell(node: Object, graph: Graph) -> bool:
    return id(node) in (graph.candidates("not_well", "Node") or ())


def _refuse(target: ObjectArgument, namespaces: Sequence[str], part: Part) -> None:
    """UsageError, with the names that may be meant, where the object certainly does not exist."""
    try:
        list(target_doubts(target, namespaces, part.snapshot()))
    except UsageError:
        for namespace in namespaces:
            _check_namespace(namespace, part)
        collection = target.kind.collection
        part.read([Read(collection, "", target.name), *(Read(collection, place) for place in namespaces or ("",))])
        list(target_doubts(target, namespaces, part.snapshot()))
        raise


def _check_namespace(name: str, part: Part) -> None:
    """UsageError where a namespace certainly does not exist: in a recording, what lives in it is proof enough."""
    try:
        list(namespace_doubts(name, part.snapshot()))
    except UsageError:
        part.read(Read(KINDS[kind].collection, name) for kind in HABITUAL)
        list(namespace_doubts(name, part.snapshot()))
