"""One object that somebody asks for, and whether the recording can have it at all."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from gkedoctor.errors import UsageError
from gkedoctor.graph import Ref, nearest, ref_of
from gkedoctor.report.kind_names import kind_named
from gkedoctor.snapshot.kinds import KINDS, Kind
from gkedoctor.snapshot.model import Snapshot

_FEW = 5
HABITUAL = ("Pod", "Service", "Deployment")
"""Kinds of which a namespace that is in use has an object."""

_PARTS = frozenset({"Event", "EndpointSlice", "Endpoints", "ReplicaSet", "ServiceNetworkEndpointGroup"})
"""Kinds whose objects are called like the one that they belong to."""


@dataclass(frozen=True)
class ObjectArgument:
    """One object, as far as it was named."""

    kind: Kind
    name: str
    namespace: str | None = None

    def __str__(self) -> str:
        return "/".join(part for part in (self.kind.name, self.namespace, self.name) if part)

    def is_at(self, ref: Ref) -> bool:
        """Whether this names the object of a ref."""
        return (ref.kind, ref.name) == (self.kind.name, self.name) and self.namespace in (None, ref.namespace)


def parse_target(text: str) -> ObjectArgument:
    """`KIND/NAME` or `KIND/NAMESPACE/NAME`, kinds named as kubectl does."""
    kind_name, *rest = text.split("/")
    if not 1 <= len(rest) <= 2 or not all(rest):
        raise UsageError(f"`{text}` names no object", hint="write KIND/NAME or KIND/NAMESPACE/NAME, as in deploy/cart")
    kind = kind_named(kind_name)
    if len(rest) == 2 and not kind.namespaced:
        raise UsageError(f"a {kind.name} has no namespace", hint=f"write {kind_name}/{rest[1]}")
    return ObjectArgument(kind, rest[-1], rest[0] if len(rest) == 2 else None)


def namespace_term(text: str | None) -> tuple[str, ...]:
    """The namespace of `ns:NAME`, as a filter of the screen has it; none of anything else.

    >>> namespace_term("ns:shop"), namespace_term("deploy/cart"), namespace_term(None)
    (('shop',), (), ())
    """
    prefix, found, name = (text or "").partition(":")
    return (name,) if found and prefix == "ns" and name and "/" not in name else ()


def named_object(name: str, namespaces: Collection[str], snapshot: Snapshot) -> ObjectArgument:
    """The one object of a name, whatever its kind; UsageError lists the candidates where there are several or none.

    Of objects that one owns (the ReplicaSet and EndpointSlice of a name), the others are meant by it.
    """
    found = objects_of_name(name, namespaces, snapshot)
    if len(found) == 1:
        return ObjectArgument(KINDS[found[0].kind], name, found[0].namespace)
    if found:
        listed = ", ".join(f"{_short(ref)}{f' -n {ref.namespace}' if ref.namespace else ''}" for ref in found[:_FEW])
        raise UsageError(f"`{name}` names {len(found)} objects", hint=f"name one of them: {listed}")
    raise UsageError(f"no object is called `{name}`", hint=_meant_object(name, snapshot))


def objects_of_name(name: str, namespaces: Collection[str], snapshot: Snapshot) -> list[Ref]:
    """The objects of a name, of any kind; without those that another one owns and that are called like it."""
    found = [ref for ref in _all_refs(snapshot) if ref.name == name and ref.kind not in _PARTS]
    return [ref for ref in found if not namespaces or ref.namespace in namespaces]


def names_of(kind_name: str, snapshot: Snapshot) -> list[str]:
    """The names of all objects of a kind, sorted. UsageError for an unknown kind."""
    return sorted({ref.name for ref in _refs(kind_named(kind_name), snapshot)})


def namespaces_of(snapshot: Snapshot) -> list[str]:
    """The namespaces in which something was recorded, sorted."""
    return sorted({ref.namespace for ref in _all_refs(snapshot) if ref.namespace})


def _all_refs(snapshot: Snapshot) -> Iterator[Ref]:
    for kind in KINDS.values():
        if kind.name in KINDS and not kind.cloud and kind.collection in snapshot.collections:
            yield from _refs(kind, snapshot)


def _short(ref: Ref) -> str:
    kind = KINDS[ref.kind]
    return f"{kind.short_names[0] if kind.short_names else kind.name.lower()}/{ref.name}"


def _meant_object(name: str, snapshot: Snapshot) -> str:
    """What may be meant by a word that names no object: a kind, or an object that is called almost the same."""
    try:
        of_kind = names_of(name, snapshot)
    except UsageError:
        refs = [ref for ref in _all_refs(snapshot) if ref.kind not in _PARTS]
        near = nearest(name, sorted({ref.name for ref in refs}))
        return f"did you mean `{near}`?" if near else "KIND/NAME, as in deploy/cart"
    listed = ", ".join(f"{name}/{each}" for each in of_kind[:_FEW])
    return f"`{name}` is a kind; name an object: {listed}" if listed else f"there is no object of the kind `{name}`"


def target_doubts(target: ObjectArgument, namespaces: Collection[str], snapshot: Snapshot) -> Iterator[str]:
    """Why it cannot be known whether an object exists; UsageError where it certainly does not."""
    open_place = target.kind.namespaced and target.namespace is None
    places = [replace(target, namespace=n) for n in sorted(namespaces)] if open_place and namespaces else [target]
    here = list(_refs(target.kind, snapshot))
    if any(place.is_at(ref) for place in places for ref in here):
        return
    listing = snapshot.collection(target.kind.collection)
    reasons = [listing.why_incomplete(place.namespace, place.name) for place in places]
    if reason := next(filter(None, reasons), None):
        yield f"{target} could not be checked: {reason}"
    else:
        raise _no_such(places[0], here)


def namespace_doubts(name: str, snapshot: Snapshot) -> Iterator[str]:
    """The same for a namespace, for which a recording without Namespaces proves by what lives in it."""
    if not any(ref.namespace == name for kind in HABITUAL for ref in _refs(KINDS[kind], snapshot)):
        yield from target_doubts(ObjectArgument(KINDS["Namespace"], name), (), snapshot)


def _refs(kind: Kind, snapshot: Snapshot) -> Iterator[Ref]:
    for item in snapshot.collection(kind.collection).objects:
        yield ref_of(item if "kind" in item else {"kind": kind.name, **item})


def _no_such(target: ObjectArgument, here: list[Ref]) -> UsageError:
    elsewhere = sorted({ref.namespace or "" for ref in here if ref.name == target.name})
    near = nearest(target.name, [ref.name for ref in here if target.namespace in (None, ref.namespace)])
    names = sorted({ref.name for ref in here if target.namespace in (None, ref.namespace)})
    listed = f"there is: {', '.join(names[:_FEW])}{' …' if len(names) > _FEW else ''}" if names else None
    hint = f"did you mean `{near}`?" if near else listed
    if elsewhere:
        hint = f"there is one in namespace {', '.join(elsewhere[:3])}"
    return UsageError(f"there is no {target}", hint=hint)
