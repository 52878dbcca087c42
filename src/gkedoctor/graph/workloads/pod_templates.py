"""Pods that were made alike: what one template says is judged once, however many Pods it has.

Equal parts of Pods that were read from one snapshot are mostly one value in memory (`snapshot/store/sharing.py`), so
that looking at their identity is enough. Where they are not, a Pod stands alone, and nothing but time is lost.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from gkedoctor.graph.core.accessors import namespace_of
from gkedoctor.graph.core.graph import Graph
from gkedoctor.snapshot.model import Object


def pods_by_template(graph: Graph) -> list[list[Object]]:
    """The Pods of a namespace whose containers have the same environment, command and arguments, together."""
    return graph.index(_made_alike)


def _made_alike(graph: Graph) -> list[list[Object]]:
    groups: dict[tuple[Hashable, ...], list[Object]] = {}
    for pod, key in graph.each("Pod", _parts_of):
        groups.setdefault(key, []).append(pod)
    return list(groups.values())


def _parts_of(pod: Object) -> tuple[Hashable, ...]:
    """The namespace, and which values its containers have; as long as the Pod is there, so are these."""
    key: list[Hashable] = [namespace_of(pod)]
    spec = pod.get("spec") or {}
    for field in ("initContainers", "containers"):  # as `containers`, without a generator for each Pod
        for container in spec.get(field) or ():
            look_up = container.get
            key += (id(look_up("env")), id(look_up("envFrom")), id(look_up("command")), id(look_up("args")))
    return tuple(key)


def containers(pod: Object) -> Iterator[Object]:
    """The containers that the spec of a Pod asks for, init containers first."""
    spec = pod.get("spec") or {}
    yield from spec.get("initContainers") or ()
    yield from spec.get("containers") or ()
