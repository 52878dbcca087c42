"""The path of a request, hop by hop, from a host, an address or an object."""

from __future__ import annotations

from dataclasses import replace

from gkedoctor.errors import UsageError
from gkedoctor.graph.core.cidr import is_ip_address
from gkedoctor.report.object_argument import ObjectArgument, named_object, namespace_term
from gkedoctor.report.request_path import RequestPathAnswer, way, ways_into
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Snapshot

_FEW = 3


def request_path(entry_point: str, snapshot: Snapshot, namespace: str | None = None) -> RequestPathAnswer:
    """The paths of an object (KIND/NAME, KIND/NAMESPACE/NAME), a host, an address or a URL. UsageError without any.

    `ns:NAME` is all front ends of a namespace. A name alone is a host, else the one object that has it. `namespace`:
    only the paths that begin there.
    """
    for space in namespace_term(entry_point):
        return ways_into(space, snapshot)
    if "/" not in entry_point and not is_entry_point(entry_point):
        places = () if namespace is None else (namespace,)
        return way(str(named_object(entry_point, places, snapshot)), snapshot)
    found = way(entry_point, snapshot)
    return found if namespace is None else _within(found, namespace)


def _within(found: RequestPathAnswer, namespace: str) -> RequestPathAnswer:
    """The paths that begin in a namespace; UsageError names where the others do, if there are only others."""
    hops = tuple(top for top in found.hops if top.ref.namespace == namespace)
    if found.hops and not hops:
        others = ", ".join(sorted({str(top.ref) for top in found.hops})[:_FEW])
        raise UsageError(f"no request to {found.asked} enters through namespace {namespace}", hint=f"through: {others}")
    return replace(found, hops=hops)


def is_entry_point(text: str) -> bool:
    """Whether it is a URL, an IP address or a host, and no object.

    >>> [is_entry_point(text) for text in ("https://a.example/x", "203.0.113.7", "a.example", "cart", "svc/cart")]
    [True, True, True, False, False]
    """
    return "://" in text or is_ip_address(text) or ("." in text and "/" not in text)


def front_end_of(found: RequestPathAnswer) -> ObjectArgument:
    """The one object where a path begins. UsageError where there are several, or none in the cluster."""
    tops = list(dict.fromkeys(top.ref for top in found.hops if top.ref.namespace))
    if len(tops) == 1:
        return ObjectArgument(KINDS[tops[0].kind], tops[0].name, tops[0].namespace)
    if tops:
        listed = ", ".join(map(str, tops[:_FEW]))
        raise UsageError(f"{len(tops)} objects serve {found.asked}", hint=f"name one of them: {listed}")
    raise UsageError(f"no object of the cluster serves {found.asked}", hint=f"gkedoctor path {found.asked}")


def fallback_namespaces(entry_point: str, namespace: str | None = None) -> tuple[str, ...]:
    """The namespaces to read where the whole cluster is denied: that of the object or of `-n`, if one is named."""
    if space := namespace_term(entry_point):
        return space
    parts = [] if "://" in entry_point else entry_point.split("/")
    named = parts[1] if len(parts) == 3 else namespace
    return (named,) if named is not None else ()


def in_namespace(entry_point: str, namespace: str | None) -> str:
    """KIND/NAMESPACE/NAME out of KIND/NAME and `-n`. UsageError where it names another namespace.

    A host, an address, a URL or a name stays as it is.

    >>> in_namespace("svc/cart", "shop"), in_namespace("svc/shop/cart", "shop"), in_namespace("a.example.com", "shop")
    ('svc/shop/cart', 'svc/shop/cart', 'a.example.com')
    """
    parts = entry_point.split("/")
    if namespace is None or "://" in entry_point or len(parts) == 1 or (len(parts) == 3 and parts[1] == namespace):
        return entry_point
    if len(parts) == 2:
        return f"{parts[0]}/{namespace}/{parts[1]}"
    raise UsageError(f"-n {namespace} cannot be used with {entry_point}", hint="leave -n out")
