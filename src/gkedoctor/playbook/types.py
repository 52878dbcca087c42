"""What the values of a playbook's expressions are, as far as it is declared: the types that `fields.py` walks.

Edges declare what they lead to by the TypedDicts in the `records.py` of `graph/`. What is declared nowhere is `ANY`,
and nothing is said about it.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, NotRequired, Union, get_args, get_origin, is_typeddict

from gkedoctor.graph import Unknown
from gkedoctor.graph.core.graph import Edge
from gkedoctor.graph.core.records import AnyObject, CloudObject, KubernetesObject, record_type
from gkedoctor.snapshot.kinds import Kind


@dataclass(frozen=True)
class Type:
    """A type of which nothing is known, or a plain value."""


@dataclass(frozen=True)
class Nothing(Type):
    """Null, or what is empty: whatever stands beside it in `a || []` says what the value is."""


ANY = Type()
"""Nothing is declared."""
NOTHING = Nothing()


@dataclass(frozen=True)
class ListOf(Type):
    """A list."""

    element: Type = ANY


@dataclass(frozen=True)
class Record(Type):
    """A map with these fields. `others`: whether it may have more. `name`: what a message calls it."""

    name: str
    fields: Mapping[str, Type] = field(hash=False, compare=False)
    others: bool = False


@dataclass(frozen=True)
class OneOf(Type):
    """One of several, each declared."""

    alternatives: tuple[Type, ...]


_METADATA_FIELDS = (
    "name", "generateName", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp",
    "deletionTimestamp", "deletionGracePeriodSeconds", "labels", "annotations", "ownerReferences", "finalizers",
    "managedFields", "selfLink",
)  # fmt: skip
_METADATA = Record("metadata", dict.fromkeys(_METADATA_FIELDS, ANY))
"""ObjectMeta of k8s.io/apimachinery/pkg/apis/meta/v1, which has no other fields."""

_COMMON = ("apiVersion", "kind", "spec", "status")
_ONLY_IN: Mapping[str, tuple[str, ...]] = {
    "Secret": ("type", "immutable", "keys", "certificate", "keyFits", "registries", "registriesReadable"),
    "ConfigMap": ("data", "binaryData", "immutable", "keys"),
    "Event": (
        "reason", "message", "type", "action", "count", "firstTimestamp", "lastTimestamp", "eventTime",
        "involvedObject", "related", "reportingComponent", "reportingInstance", "series", "source",
    ),
    "EndpointSlice": ("addressType", "endpoints", "ports"),
    "Endpoints": ("subsets",),
    "ServiceAccount": ("secrets", "imagePullSecrets", "automountServiceAccountToken"),
    "Role": ("rules",),
    "ClusterRole": ("rules", "aggregationRule"),
    "RoleBinding": ("roleRef", "subjects"),
    "ClusterRoleBinding": ("roleRef", "subjects"),
    "StorageClass": (
        "provisioner", "parameters", "reclaimPolicy", "mountOptions", "allowVolumeExpansion", "volumeBindingMode",
        "allowedTopologies",
    ),
    "PriorityClass": ("value", "globalDefault", "preemptionPolicy", "description"),
    "RuntimeClass": ("handler", "overhead", "scheduling"),
    "MutatingWebhookConfiguration": ("webhooks",),
    "ValidatingWebhookConfiguration": ("webhooks",),
}  # fmt: skip
"""What stands beside `spec` and `status` in kinds that have more: of a Secret what `snapshot/redaction` leaves."""


def _object(name: str, fields: Iterable[str]) -> Record:
    return Record(name, {**dict.fromkeys((*_COMMON, *fields), ANY), "metadata": _METADATA})


_OBJECT = _object("object", [name for names in _ONLY_IN.values() for name in names])
_OF_KIND = {kind: _object(kind, fields) for kind, fields in _ONLY_IN.items()}
_ITSELF: Mapping[Any, Type] = {KubernetesObject: _OBJECT, CloudObject: ANY, AnyObject: ANY}


def object_of(kind: Kind | None) -> Type:
    """The type of whole objects of a kind (see `snapshot/kinds.py`); of Google Cloud's nothing is declared."""
    if kind is None or kind.cloud:
        return ANY
    return _OF_KIND.get(kind.name) or _object(kind.name, ())


def element_of(edges: Iterable[Edge]) -> Type:
    """What one element is of what some edges of one name lead to."""
    return one_of([_of_hint(record_type(edge)) for edge in edges])


def one_of(alternatives: Sequence[Type]) -> Type:
    """The type of a value that has one of some types; ANY as soon as one of them is."""
    distinct = tuple(one for one in dict.fromkeys(alternatives) if one is not NOTHING)
    if not distinct or ANY in distinct:
        return ANY
    return distinct[0] if len(distinct) == 1 else OneOf(distinct)


def _of_hint(hint: Any) -> Type:
    if hint in _ITSELF:
        return _ITSELF[hint]
    if is_typeddict(hint):
        return _of_typed_dict(hint)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Annotated, NotRequired):
        return _of_hint(arguments[0])
    if origin in (Union, types.UnionType):
        kept = [a for a in arguments if a not in (type(None), Unknown)]
        return one_of([_of_hint(argument) for argument in kept])
    if origin in (list, tuple, Sequence):
        return ListOf(_of_hint(arguments[0]) if arguments else ANY)
    return ANY


@cache
def _of_typed_dict(struct: Any) -> Record:
    hints = typing.get_type_hints(struct, include_extras=True)
    return Record(f"record {struct.__name__}", {name: _of_hint(hint) for name, hint in hints.items()})
