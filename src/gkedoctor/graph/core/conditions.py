"""The conditions of objects: which status of each is good, which are no evidence, and the one reader of both.

By the API conventions a condition says by its type which status is the normal one, so nobody can read it off the
object: `Ready` is good when True, `Conflicted` when False. What no row names is good when True.
https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from gkedoctor.snapshot.model import Object

_GATEWAY_API = "https://github.com/kubernetes-sigs/gateway-api/blob/v1.6.1/apis/v1/"
_KUBERNETES = "https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/api/"
_GKE_GATEWAY = "https://cloud.google.com/kubernetes-engine/docs/how-to/deploying-gateways"
_PROBLEM_DETECTOR = "https://github.com/kubernetes/node-problem-detector/tree/master/config"


class Condition(NamedTuple):
    """What a condition means. `good`: its normal status; None: it reports progress or is deprecated, no evidence.

    `kind`: the kind of object that has it, `*` for all kinds. `source`: the code or page that says so.
    """

    kind: str
    type: str
    good: str | None
    source: str


def _rows(kind: str, source: str, **good: str | None) -> tuple[Condition, ...]:
    return tuple(Condition(kind, type_, status, source) for type_, status in good.items())


_FALSE = "False"

CONDITIONS: tuple[Condition, ...] = (
    # of listeners, Gateways and routes; the types are not used by other APIs
    *_rows("*", _GATEWAY_API + "gateway_types.go", Conflicted=_FALSE, OverlappingTLSConfig=_FALSE),
    *_rows("*", _GATEWAY_API + "gateway_types.go", InsecureFrontendValidationMode=_FALSE, Detached=_FALSE),
    *_rows("*", _GATEWAY_API + "shared_types.go", PartiallyInvalid=_FALSE),
    # "The OSS Gateway API has altered the Ready condition semantics and reserved it for future use": a notice only
    *_rows("Gateway", _GKE_GATEWAY, Ready=None, Scheduled=None),
    *_rows("Deployment", _KUBERNETES + "apps/v1/types.go", Available="True", Progressing="True", ReplicaFailure=_FALSE),
    *_rows("ReplicaSet", _KUBERNETES + "apps/v1/types.go", ReplicaFailure=_FALSE),
    *_rows("ReplicationController", _KUBERNETES + "core/v1/types.go", ReplicaFailure=_FALSE),
    *_rows("Pod", _KUBERNETES + "core/v1/types.go", DisruptionTarget=_FALSE, PodResizePending=None),
    *_rows("Pod", _KUBERNETES + "core/v1/types.go", PodResizeInProgress=None),
    *_rows("Node", _KUBERNETES + "core/v1/types.go", Ready="True", MemoryPressure=_FALSE, DiskPressure=_FALSE),
    *_rows("Node", _KUBERNETES + "core/v1/types.go", PIDPressure=_FALSE, NetworkUnavailable=_FALSE),
    *_rows("Node", _PROBLEM_DETECTOR, KernelDeadlock=_FALSE, ReadonlyFilesystem=_FALSE, FrequentKubeletRestart=_FALSE),
    *_rows("Node", _PROBLEM_DETECTOR, FrequentDockerRestart=_FALSE, FrequentContainerdRestart=_FALSE),
    *_rows("Node", _PROBLEM_DETECTOR, FrequentUnregisterNetDevice=_FALSE, CorruptDockerOverlay2=_FALSE),
    *_rows("Job", _KUBERNETES + "batch/v1/types.go", Failed=_FALSE, FailureTarget=_FALSE, Suspended=None),
    *_rows("PersistentVolumeClaim", _KUBERNETES + "core/v1/types.go", Resizing=None, FileSystemResizePending=None),
    *_rows("PersistentVolumeClaim", _KUBERNETES + "core/v1/types.go", ControllerResizeError=_FALSE),
    *_rows("PersistentVolumeClaim", _KUBERNETES + "core/v1/types.go", NodeResizeError=_FALSE, ModifyVolumeError=_FALSE),
    *_rows("Namespace", _KUBERNETES + "core/v1/types.go", NamespaceDeletionDiscoveryFailure=_FALSE),
    *_rows("Namespace", _KUBERNETES + "core/v1/types.go", NamespaceDeletionContentFailure=_FALSE),
    *_rows("Namespace", _KUBERNETES + "core/v1/types.go", NamespaceDeletionGroupVersionParsingFailure=_FALSE),
    *_rows("Namespace", _KUBERNETES + "core/v1/types.go", NamespaceContentRemaining=_FALSE),
    *_rows("Namespace", _KUBERNETES + "core/v1/types.go", NamespaceFinalizersRemaining=_FALSE),
    *_rows("HorizontalPodAutoscaler", _KUBERNETES + "autoscaling/v2/types.go", ScalingLimited=_FALSE),
    *_rows(
        "CustomResourceDefinition",
        "https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1/types.go",
        NonStructuralSchema=_FALSE,
        Terminating=_FALSE,
    ),
)
"""Every condition that is not simply good when True, and those whose good status some code depends on."""

HEALTHY_WHEN: Mapping[str, str] = MappingProxyType({"Pod": "Ready", "Node": "Ready", "Deployment": "Available"})
"""By kind, the condition that says whether an object as a whole is healthy."""

_GOOD: Mapping[tuple[str, str], str | None] = MappingProxyType({(c.kind, c.type): c.good for c in CONDITIONS})
_TRUE_IS_BAD_ON = frozenset(("Node",))
"""Kinds whose further conditions all report trouble: node-problem-detector adds types of its own to a Node."""


def condition(item: Object, kind: str) -> dict[str, Any] | None:
    """The entry of `status.conditions` with that type."""
    for state in (item.get("status") or {}).get("conditions") or ():  # a generator takes twice as long
        if state.get("type") == kind:
            found: dict[str, Any] = state
            return found
    return None


def conditions(item: Object) -> Iterator[dict[str, Any]]:
    """The entries of `status.conditions`."""
    yield from (item.get("status") or {}).get("conditions") or ()


def good_status(kind: str, type_: str) -> str | None:
    """The normal status of a condition on a kind of object, `True` or `False`; None where it is no evidence."""
    for key in ((kind, type_), ("*", type_)):
        if key in _GOOD:
            return _GOOD[key]
    return "False" if kind in _TRUE_IS_BAD_ON else "True"


def is_bad(kind: str, state: Object) -> bool:
    """Whether a condition certainly reports a fault. One that is Unknown, or no evidence, does not."""
    good = good_status(kind, str(state.get("type")))
    return good is not None and contradicts(state, good)


def contradicts(state: Object, good: str) -> bool:
    """Whether a condition certainly has the other status than the good one, for tables that name that themselves."""
    return state.get("status") == ("False" if good == "True" else "True")


def is_good(kind: str, state: Object) -> bool:
    """Whether a condition has its normal status; one that is no evidence always has."""
    good = good_status(kind, str(state.get("type")))
    return good is None or state.get("status") == good


def is_true(item: Object, *types: str) -> bool:
    """Whether one of these conditions of an object is True."""
    return any(state.get("type") in types and state.get("status") == "True" for state in conditions(item))
