"""Where a Pod may stand, by what is written in it and on the Nodes: labels, taints, sizes. Pure functions.

Sources: component-helpers/scheduling/corev1 (nodeaffinity, ToleratesTaint), component-helpers/resource (PodRequests).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gkedoctor.graph.core.accessors import labels_of, name_of
from gkedoctor.graph.core.label_selectors import holds
from gkedoctor.graph.core.quantities import quantity
from gkedoctor.snapshot.model import Object

CORDON = "node.kubernetes.io/unschedulable"
_SILENT = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable", "node.kubernetes.io/network-unavailable")
_PRESSED = tuple(f"node.kubernetes.io/{what}-pressure" for what in ("memory", "disk", "pid"))


def taint_kind(key: Any) -> str:
    """What a taint stands for: `cordoned`, `not-ready`, `pressure`, or `taint` for one that somebody put there."""
    if key == CORDON:
        return "cordoned"
    return "not-ready" if key in _SILENT else "pressure" if key in _PRESSED else "taint"


def untolerated(pod: Object, node: Object) -> list[Object]:
    """The taints of a node that keep the Pod off it."""
    taints = (node.get("spec") or {}).get("taints")
    if not taints:
        return []
    tolerations = (pod.get("spec") or {}).get("tolerations") or []
    hard = [t for t in taints if t.get("effect") in ("NoSchedule", "NoExecute")]
    return [taint for taint in hard if not any(_tolerates(t, taint) for t in tolerations)]


def _tolerates(toleration: Object, taint: Object) -> bool:
    if toleration.get("effect") not in (None, "", taint.get("effect")):
        return False
    exists = toleration.get("operator") == "Exists"
    if not toleration.get("key"):
        return exists
    same = (toleration.get("value") or "") == (taint.get("value") or "")
    return toleration["key"] == taint.get("key") and (exists or same)


def cordoned(pod: Object, node: Object) -> bool:
    """Whether the node is cordoned and the Pod minds."""
    if not (node.get("spec") or {}).get("unschedulable"):
        return False
    taint = {"key": CORDON, "effect": "NoSchedule"}
    return not any(_tolerates(t, taint) for t in (pod.get("spec") or {}).get("tolerations") or [])


_ROLES = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")
"""Labels, and taints, that kubeadm gives to the machines of the control plane."""


def reserved(pod: Object, node: Object) -> bool:
    """Whether a machine of the control plane is kept free of Pods like this one, which is how it is meant."""
    if not of_control_plane(node):
        return False
    return cordoned(pod, node) or any(t.get("key") in _ROLES for t in untolerated(pod, node))


def of_control_plane(node: Object) -> bool:
    """Whether a Node is a machine of the control plane, by its labels."""
    return any(role in labels_of(node) for role in _ROLES)


def topology_rules(pod: Object) -> list[Object]:
    """The rules of a Pod that a Node without the label of their `topologyKey` never satisfies."""
    spec = pod.get("spec") or {}
    spread = [c for c in spec.get("topologySpreadConstraints") or [] if c.get("whenUnsatisfiable") != "ScheduleAnyway"]
    affinity = (spec.get("affinity") or {}).get("podAffinity") or {}
    return [*spread, *(affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or [])]


def terms(pod: Object) -> list[list[Object]]:
    """Alternatives of requirements {key, operator, values}: nodeSelector and each required node affinity term."""
    spec = pod.get("spec") or {}
    pairs = (spec.get("nodeSelector") or {}).items()
    plain: list[Object] = [{"key": key, "operator": "In", "values": [value]} for key, value in pairs]
    required = ((spec.get("affinity") or {}).get("nodeAffinity") or {}).get(
        "requiredDuringSchedulingIgnoredDuringExecution"
    )
    if required is None:
        return [plain]
    return [[*plain, *requirements(term)] for term in required.get("nodeSelectorTerms") or [] if requirements(term)]


def requirements(term: Object) -> list[Object]:
    """The requirements of one node selector term; a term without any matches nothing."""
    return [*(term.get("matchExpressions") or []), *(term.get("matchFields") or [])]


def meets(requirement: Object, node: Object) -> bool:
    """Whether a node has what one requirement asks for. `metadata.name` is the only field there is."""
    if requirement.get("key") == "metadata.name":
        return holds(requirement, {"metadata.name": name_of(node)})
    return holds(requirement, labels_of(node))


def selected(pod: Object, node: Object) -> bool:
    """Whether nodeSelector, required node affinity and nodeName let the Pod onto the node."""
    spec = pod.get("spec") or {}
    if spec.get("nodeName") not in (None, "", name_of(node)):
        return False
    asks = spec.get("nodeSelector") or spec.get("affinity")
    return not asks or any(all(meets(r, node) for r in term) for term in terms(pod))


def requests(pod: Object) -> dict[str, float]:
    """What the Pod asks for in all: containers and sidecars together, or its largest init container."""
    spec = pod.get("spec") or {}
    total: dict[str, float] = {"pods": 1.0}
    peak: dict[str, float] = {}
    for container in spec.get("initContainers") or []:
        if container.get("restartPolicy") == "Always":
            _add(total, _asked(container))
        else:
            _raise(peak, _sum(total, _asked(container)))
    for container in spec.get("containers") or []:
        _add(total, _asked(container))
    _raise(total, peak)
    total |= dict(_asked(spec))  # pod-level resources stand for all containers
    _add(total, _pairs(spec.get("overhead")).items())
    return {**total, "pods": 1.0}


def _asked(holder: Object) -> Iterator[tuple[str, float]]:
    resources = holder.get("resources")
    if not isinstance(resources, Mapping):  # of a Pod's spec, where it is new (1.34) and not shape-checked
        return
    yield from {**_pairs(resources.get("limits")), **_pairs(resources.get("requests"))}.items()


def _pairs(amounts: Any) -> dict[str, float]:
    found = amounts.items() if isinstance(amounts, Mapping) else ()
    return {str(name): number for name, text in found if (number := quantity(text)) is not None}


def _add(total: dict[str, float], amounts: Iterable[tuple[str, float]]) -> None:
    for name, number in amounts:
        total[name] = total.get(name, 0.0) + number


def _sum(total: dict[str, float], amounts: Iterable[tuple[str, float]]) -> dict[str, float]:
    result = dict(total)
    _add(result, amounts)
    return result


def _raise(total: dict[str, float], other: dict[str, float]) -> None:
    for name, number in other.items():
        total[name] = max(total.get(name, 0.0), number)


def too_small(wanted: dict[str, float], node: Object) -> list[str]:
    """The resources of which an empty node has less than the Pod asks for."""
    has = (node.get("status") or {}).get("allocatable")
    if not has:
        return []
    return [name for name, number in wanted.items() if number > 0 and number > (quantity(has.get(name)) or 0.0)]


def amount(node: Object, resource: str) -> float:
    """How much of a resource an empty node has for Pods."""
    return quantity(((node.get("status") or {}).get("allocatable") or {}).get(resource)) or 0.0


def format_amount(resource: str, number: float) -> str:
    """An amount as people write it: `64 cpu`, `500m cpu`, `20Gi memory`."""
    if resource == "cpu":
        return f"{number:g} cpu" if number == int(number) else f"{round(number * 1000):d}m cpu"
    if resource in ("memory", "ephemeral-storage") or resource.startswith("hugepages-"):
        return f"{_bytes(number)} {resource}"
    return f"{number:g} {resource}"


def _bytes(number: float) -> str:
    for suffix, size in (("Ti", 2**40), ("Gi", 2**30), ("Mi", 2**20), ("Ki", 2**10)):
        if number >= size:
            return f"{round(number / size, 1):g}{suffix}"
    return f"{number:g}"
