"""The path of a request, hop by hop, from a host, an address or an object."""

from __future__ import annotations

from gkedoctor.errors import UsageError
from gkedoctor.graph.core.cidr import is_ip_address
from gkedoctor.report.object_argument import named_object
from gkedoctor.report.request_path import RequestPathAnswer, way
from gkedoctor.snapshot.model import Snapshot


def request_path(entry_point: str, snapshot: Snapshot) -> RequestPathAnswer:
    """The paths of an object (KIND/NAME, KIND/NAMESPACE/NAME), a host, an address or a URL. UsageError without any.

    A name alone is a host, else the one object that has it.
    """
    if "/" not in entry_point and "." not in entry_point and not is_ip_address(entry_point):
        return way(str(named_object(entry_point, (), snapshot)), snapshot)
    return way(entry_point, snapshot)


def fallback_namespaces(entry_point: str) -> tuple[str, ...]:
    """The namespaces to read where the whole cluster is denied: that of the object, if one is named."""
    parts = [] if "://" in entry_point else entry_point.split("/")
    return (parts[1],) if len(parts) == 3 else ()


def in_namespace(entry_point: str, namespace: str | None) -> str:
    """KIND/NAMESPACE/NAME out of KIND/NAME and `-n`. UsageError where it names another namespace, or no object.

    >>> in_namespace("svc/cart", "shop"), in_namespace("svc/shop/cart", "shop"), in_namespace("shop.example.com", None)
    ('svc/shop/cart', 'svc/shop/cart', 'shop.example.com')
    """
    parts = entry_point.split("/")
    if namespace is None or "://" in entry_point or (len(parts) == 3 and parts[1] == namespace):
        return entry_point
    if len(parts) == 2:
        return f"{parts[0]}/{namespace}/{parts[1]}"
    raise UsageError(f"-n {namespace} cannot be used with {entry_point}", hint="use -n with KIND/NAME")
