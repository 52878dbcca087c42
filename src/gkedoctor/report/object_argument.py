"""One object that somebody asks for, and whether the recording can have it at all."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from gkedoctor.errors import UsageError
from gkedoctor.graph import Ref, nearest, ref_of
from gkedoctor.report.kind_names import kind_named
from gkedoctor.snapshot.kinds import KINDS, Kind
from gkedoctor.snapshot.model import Snapshot


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
        raise UsageError(f"`{text}` names no object", hint="KIND/NAME or KIND/NAMESPACE/NAME, as in deploy/cart")
    kind = kind_named(kind_name)
    if len(rest) == 2 and not kind.namespaced:
        raise UsageError(f"a {kind.name} is in no namespace", hint=f"ask for {kind_name}/{rest[1]}")
    return ObjectArgument(kind, rest[-1], rest[0] if len(rest) == 2 else None)


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
        yield f"{target} could not be looked up: {reason}"
    else:
        raise _no_such(places[0], here)


def namespace_doubts(name: str, snapshot: Snapshot) -> Iterator[str]:
    """The same for a namespace, for which a recording without Namespaces proves by what lives in it."""
    common = (KINDS[kind] for kind in ("Pod", "Service", "Deployment"))
    if not any(ref.namespace == name for kind in common for ref in _refs(kind, snapshot)):
        yield from target_doubts(ObjectArgument(KINDS["Namespace"], name), (), snapshot)


def _refs(kind: Kind, snapshot: Snapshot) -> Iterator[Ref]:
    for item in snapshot.collection(kind.collection).objects:
        yield ref_of(item if "kind" in item else {"kind": kind.name, **item})


def _no_such(target: ObjectArgument, here: list[Ref]) -> UsageError:
    elsewhere = sorted({ref.namespace or "" for ref in here if ref.name == target.name})
    near = nearest(target.name, [ref.name for ref in here if target.namespace in (None, ref.namespace)])
    hint = f"did you mean `{near}`?" if near else None
    if elsewhere:
        hint = f"there is one in namespace {', '.join(elsewhere[:3])}"
    return UsageError(f"there is no {target}", hint=hint)
