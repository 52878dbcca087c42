"""The fields that a diagnosis names: by its evidence, on each object that it stands on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from gkedoctor.changes.lifetime import was_there_before
from gkedoctor.changes.ran_well import ready_of_other_revisions, templates_that_ran_well
from gkedoctor.diagnose.model import Diagnosis, ResolvedEvidence
from gkedoctor.graph import Graph, Ref, ref_of, workload
from gkedoctor.graph.config.references import sites_of
from gkedoctor.manifests.planned import template_path
from gkedoctor.snapshot.field_paths import Steps, steps_of, value_at
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Object

_STATUS_OF = {
    "containerStatuses": "containers",
    "initContainerStatuses": "initContainers",
    "ephemeralContainerStatuses": "ephemeralContainers",
}
_REFERENCES = {"configMapKeyRef": "ConfigMap", "secretKeyRef": "Secret"}
_VERSION: Steps = ("metadata", "resourceVersion")
_SHORTEST_WORD = 3
_MOST = 60
"""Objects of one diagnosis that are searched for changes."""


@dataclass
class StoodOn:
    """What a diagnosis stands on.

    `items`: its objects, the root first. `named`: the fields of each that its evidence shows. `containers`: the
    containers of each that it is about. `words`: the values of its evidence. `half_rolled_out`: workloads of
    which Pods of another revision are ready while those of the diagnosis fail. `only_read`: ConfigMaps and Secrets
    that the workloads read and that the diagnosis does not name. `ran_well`: templates of other revisions of each
    workload whose Pods are ready or ran without a warning. `created_again`: objects younger than an Event about one of
    their name. `whole_data`: ConfigMaps and Secrets of which another version is all that the evidence shows.
    """

    items: dict[Ref, Object]
    named: dict[Ref, set[Steps]] = field(default_factory=dict)
    containers: dict[Ref, set[str]] = field(default_factory=dict)
    words: str = ""
    half_rolled_out: set[Ref] = field(default_factory=set)
    only_read: set[Ref] = field(default_factory=set)
    ran_well: dict[Ref, list[dict[str, Any]]] = field(default_factory=dict)
    created_again: set[Ref] = field(default_factory=set)
    whole_data: set[Ref] = field(default_factory=set)

    def says(self, word: str) -> bool:
        """Whether the evidence speaks of a name."""
        if len(word) < _SHORTEST_WORD or word not in self.words:
            return False
        pattern = rf"(?<![\w.-]){re.escape(word)}(?![\w-])"
        return re.search(pattern, self.words) is not None


def stood_on(graph: Graph, diagnosis: Diagnosis) -> StoodOn:
    """The objects and fields of a diagnosis: its root, its evidence, who suffers, and the workloads of their Pods."""
    refs = dict.fromkeys([diagnosis.root, *(p.ref for p in diagnosis.evidence), *(c.ref for c in diagnosis.explains)])
    found = StoodOn({}, words=_words(diagnosis))
    for ref in refs:
        item = object_of(graph, ref)
        if item is not None and len(found.items) < _MOST:
            _add(found, graph, item)
    for proof in diagnosis.evidence:
        item = object_of(graph, proof.ref)
        if item is not None:
            _name_fields(found, graph, item, proof)
            if item.get("kind") == "Pod":
                _add_other_revisions(found, graph, item)
    _add_what_is_read(found, graph)
    found.created_again = {ref for ref, item in consumers(found) if was_there_before(graph, item)}
    for steps in found.named.values():
        broad = {one for one in steps if any(len(one) < len(other) and other[: len(one)] == one for other in steps)}
        steps -= broad
    return found


def _add_other_revisions(found: StoodOn, graph: Graph, pod: Object) -> None:
    ref = ref_of(workload(graph, pod))
    if ref in found.ran_well:
        return
    found.ran_well[ref] = list(templates_that_ran_well(graph, pod))
    if ready_of_other_revisions(graph, pod):
        found.half_rolled_out.add(ref)


def object_of(graph: Graph, ref: Ref) -> Object | None:
    """The object of Kubernetes that a ref names, where it is recorded."""
    if ref.kind not in KINDS or ref.project is not None or ref.kind == "Event":
        return None
    found = graph.find(ref.kind, ref.namespace, ref.name)
    return found if isinstance(found, dict) and "metadata" in found else None


def _add(found: StoodOn, graph: Graph, item: Object) -> None:
    top = workload(graph, item)
    for one in (item, top) if item.get("kind") != "Pod" else (top,):
        if "spec" in one or one is item:
            found.items.setdefault(ref_of(one), one)


def _add_what_is_read(found: StoodOn, graph: Graph) -> None:
    for ref, item in list(consumers(found)):
        for site in sites_of(item):
            target = Ref(str(site["kind"]), str(site["name"]), ref.namespace)
            held = object_of(graph, target) if target not in found.items and len(found.items) < _MOST else None
            if held is not None:
                found.items[target] = held
                found.only_read.add(target)


def _words(diagnosis: Diagnosis) -> str:
    """What programs said: sentences of playbooks have words that may be a name by chance."""
    return "\n".join(str(proof.value) for proof in diagnosis.evidence)


def _name_fields(found: StoodOn, graph: Graph, item: Object, proof: ResolvedEvidence) -> None:
    steps, top = steps_of(item, proof.path), workload(graph, item)
    _name_referenced(found, graph, item, steps, proof.value)
    if steps[:1] == ("status",) or not steps:
        _name_container(found, ref_of(top), item, steps)
        return
    if item.get("kind") in ("Pod", "ReplicaSet", "Job") and top is not item:
        steps = _in_template(item, top, steps)
    if item.get("kind") in ("ConfigMap", "Secret"):
        found.whole_data |= {ref_of(item)} if steps == _VERSION else set()
        steps = _of_data(steps)
    ref = ref_of(top) if item.get("kind") != "ReplicaSet" and top is not item else ref_of(item)
    _name_container(found, ref, item, steps)
    found.named.setdefault(ref, set()).add(steps)


def _of_data(steps: Steps) -> Steps:
    """Snapshots have `keys`, facts in place of `data`; another version of the object is another version of its data."""
    if steps == _VERSION:
        return ("data",)
    return ("data", *steps[1:]) if steps[0] == "keys" else steps


def _in_template(item: Object, top: Object, steps: Steps) -> Steps:
    """Where a field of a Pod stands in the workload that made it."""
    prefix = template_path(str(top.get("kind"))).split(".")
    within = steps[2:] if item.get("kind") != "Pod" and steps[:2] == ("spec", "template") else steps
    return (*prefix, *within)


def _name_container(found: StoodOn, ref: Ref, item: Object, steps: Steps) -> None:
    for group, element in pairwise(steps):
        if _STATUS_OF.get(group, group) in _STATUS_OF.values() and element.startswith("["):
            found.containers.setdefault(ref, set()).add(element)


def _name_referenced(found: StoodOn, graph: Graph, item: Object, steps: Steps, value: Any) -> None:
    """The key of a ConfigMap or Secret that a variable or a volume refers to is a field of that object."""
    for kind, wanted in _references(steps, value, value_at(item, steps[:-1])):
        ref = Ref(kind, str(wanted["name"]), item["metadata"].get("namespace"))
        target = object_of(graph, ref)
        if target is not None:
            found.items.setdefault(ref, target)
            found.named.setdefault(ref, set()).add(("data", str(wanted["key"])))


def _references(steps: Steps, value: Any, parent: Any) -> Iterable[tuple[str, Mapping[str, Any]]]:
    for holder in (value, {steps[-1]: value} if steps else {}, parent):
        for field_name, kind in _REFERENCES.items() if isinstance(holder, Mapping) else ():
            wanted = holder.get(field_name)
            if isinstance(wanted, Mapping) and wanted.get("name") and wanted.get("key"):
                yield kind, wanted


def consumers(found: StoodOn) -> Iterator[tuple[Ref, Object]]:
    """The workloads among the objects."""
    yield from ((ref, item) for ref, item in found.items.items() if "template" in (item.get("spec") or {}))
