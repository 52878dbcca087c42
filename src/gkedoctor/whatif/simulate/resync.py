"""What controllers report of an object is retried after it, or what it names, was changed.

An error counts as over only where the change reached what it names: a value that the error quotes is no longer in the
object, or an object that it says is missing is there. An error that quotes nothing of the object is over once the
object's own specification changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gkedoctor.graph import Ref, Unknown, name_of, namespace_of, ref_of
from gkedoctor.graph.core.accessors import annotations_of
from gkedoctor.graph.core.conditions import good_status, is_bad
from gkedoctor.snapshot.kinds import CUSTOM, KINDS
from gkedoctor.snapshot.model import Object
from gkedoctor.whatif.simulate.registry import rule
from gkedoctor.whatif.simulate.world import World

_KINDS = (
    "Ingress", "Service", "Gateway", "HTTPRoute", "GRPCRoute", "TLSRoute", "ListenerSet", "HealthCheckPolicy",
    "GCPBackendPolicy", "GCPGatewayPolicy", "BackendTLSPolicy", "ManagedCertificate", "MultiClusterIngress",
    "MultiClusterService", "ServiceAttachment", "ServiceExport", "ServiceImport",
)  # fmt: skip
_NOT_PERMITTED = re.compile(r"not permitted|RefNotPermitted|other namespaces|ReferenceGrant", re.IGNORECASE)
"""How controllers report a reference to another namespace (Gateway API, reason RefNotPermitted; GKE, GWCER104)."""
_WORD = re.compile(r"[A-Za-z0-9](?:[\w.:/-]{1,200}\w)")
_READ = (
    "kubernetes.io/", "ingress.kubernetes.io/", "ingress.gcp.kubernetes.io/", "networking.gke.io/",
    "cloud.google.com/", "service.beta.kubernetes.io/", "beta.cloud.google.com/", "service.kubernetes.io/",
)  # fmt: skip
"""Annotations that these controllers read; another one (`resync=1`) only makes them try again."""


@rule(
    "controller-retries",
    says="A load balancer controller that reported an error tries again after the object, or what it refers to, was "
    "changed. The error is over where the change reached what the error names.",
    source="https://github.com/kubernetes/ingress-gce/blob/master/pkg/controller/controller.go",
    order=75,
)
def retried(world: World) -> None:
    """Objects with a current error that were changed, or of whose neighbors one was."""
    if not world.touched:
        return
    for kind in _KINDS:
        for item in world.graph.all(kind):
            if any(ref.namespace in (None, namespace_of(item)) for ref in world.touched) or _is_cross(kind):
                _retry(world, item)


def _is_cross(kind: str) -> bool:
    """Whether objects of other namespaces matter: a ReferenceGrant allows a route its backend."""
    return kind in ("Gateway", "HTTPRoute", "GRPCRoute", "TLSRoute")


def _retry(world: World, item: Object) -> None:
    found = world.graph.follow("all_events", item)
    events = [] if isinstance(found, Unknown) else [e for e in found if e.get("type") == "Warning"]
    for event in events:
        if is_overtaken(world, item, str(event.get("message") or "")):
            world.remove(event)
    status = item.get("status")
    if isinstance(status, Mapping):
        cleared = _cleared(world, item, status)
        if cleared != status:
            world.put({**item, "status": _programmed(item, cleared, world.now)})


def _programmed(item: Object, status: dict[str, Any], now: str) -> dict[str, Any]:
    """The status of a Gateway with all of its conditions good: its controller says then that it is programmed."""
    kind = str(item["kind"])
    if kind != "Gateway" or any(is_bad(kind, state) for state in _states(status)):
        return status
    held = list(status.get("conditions") or [])
    known = {state.get("type") for state in held}
    added = [
        {"type": name, "status": "True", "reason": name, "message": "", "lastTransitionTime": now}
        for name in ("Accepted", "Programmed")
        if name not in known
    ]
    return {**status, "conditions": [*held, *added]}


def _states(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every condition in a status."""
    if isinstance(value, Mapping):
        if {"type", "status"} <= value.keys():
            yield value
        for part in value.values():
            yield from _states(part)
    elif isinstance(value, list):
        for part in value:
            yield from _states(part)


def _cleared(world: World, item: Object, value: Any) -> Any:
    """The status with each bad condition good again whose message is overtaken, also those of listeners and parents."""
    if isinstance(value, Mapping):
        if {"type", "status"} <= value.keys():
            return _condition(world, item, value)
        return {key: _cleared(world, item, part) for key, part in value.items()}
    return [_cleared(world, item, part) for part in value] if isinstance(value, list) else value


def _condition(world: World, item: Object, state: Mapping[str, Any]) -> Any:
    kind = str(item["kind"])
    if not is_bad(kind, state) or not is_overtaken(world, item, str(state.get("message") or state.get("reason") or "")):
        return state
    good = good_status(kind, str(state["type"])) or "True"
    reason = str(state["type"]) if re.fullmatch(r"\w+", str(state["type"])) else "Ready"
    return {**state, "status": good, "reason": reason, "message": "", "lastTransitionTime": world.now}


def is_overtaken(world: World, item: Object, text: str, beside: Iterable[Object] = ()) -> bool:
    """Whether the change reached what an error about an object names. `beside`: other objects that it may be about."""
    earlier = world.recorded(item)
    if earlier is None:
        return True  # the object is new: nothing has been reported of it
    if _names_what_came(world, item, text):
        return True
    pairs = [(earlier, item), *((old, new) for new in beside if (old := world.recorded(new)) is not None)]
    quoted = {word.strip(".,:") for word in _WORD.findall(text)}
    for old, new in pairs:
        before, after = set(_values(old)), set(_values(new))
        if before == after:
            continue
        named = before & quoted
        if named - after or not named:
            return True
    return False


def _names_what_came(world: World, item: Object, text: str) -> bool:
    """Whether the error names an object that the change created or wrote, and that is there."""
    for ref in world.touched:
        if ref == ref_of(item) or not ref.name or ref.kind in ("Event", "Pod"):
            continue
        if re.search(rf"(?<![\w.-]){re.escape(ref.name)}(?![\w-])", text) is None:
            continue
        target = _written(world, ref)
        if target is not None and (name_of(target) != name_of(item) or ref.kind in text):
            return True
    return _permits(world, item, text)


def _written(world: World, ref: Ref) -> Object | None:
    """The object of that name, where it is new or the change wrote what controllers read of it."""
    known = ref.kind in KINDS and ref.kind != CUSTOM
    target = world.graph.find(ref.kind, ref.namespace, ref.name) if known else None
    if not isinstance(target, Mapping):
        return None
    earlier = world.recorded(target)
    is_new = earlier is None or ref.kind in ("Secret", "ConfigMap") or set(_values(earlier)) != set(_values(target))
    return target if is_new else None


def _permits(world: World, item: Object, text: str) -> bool:
    """Whether an error is about a reference to another namespace, and the change wrote a grant for such references."""
    if _NOT_PERMITTED.search(text) is None:
        return False
    for ref in world.touched:
        grant = world.graph.find(ref.kind, ref.namespace, ref.name) if ref.kind == "ReferenceGrant" else None
        sources = (grant.get("spec") or {}).get("from") or [] if isinstance(grant, Mapping) else []
        if any((s.get("kind"), s.get("namespace")) == (item["kind"], namespace_of(item)) for s in sources):
            return True
    return False


def _values(item: Object) -> Iterator[str]:
    """What controllers read of an object: the texts and numbers of its spec, and annotations of theirs."""
    spec = dict(item.get("spec") or {})
    if item.get("kind") in ("Gateway", "ListenerSet"):  # errors name the listener, which is no fault of it
        spec["listeners"] = [{k: v for k, v in one.items() if k != "name"} for one in spec.get("listeners") or []]
    yield from _scalars(spec)
    for key in ("data", "rules", "provisioner", "parameters", "allowVolumeExpansion", "allowedTopologies"):
        yield from _scalars(item.get(key) or {})
    for key, value in annotations_of(item).items():
        if key.startswith(_READ):
            yield key
            yield value
            yield from (word.strip(".,:") for word in _WORD.findall(value))


def _scalars(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield str(key)
            yield from _scalars(part)
    elif isinstance(value, list):
        for part in value:
            yield from _scalars(part)
    elif value is not None:
        yield str(value)
