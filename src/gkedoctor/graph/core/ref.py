"""How an object is named: `Deployment/shop/cart`, `Node/gke-1`, `BackendService/teratail-prod/global/k8s1-…`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from gkedoctor.snapshot.kinds import COLLECTIONS, KINDS


class Ref(NamedTuple):
    """The name of one object. Cluster objects have a namespace or none; Google Cloud ones a project and location."""

    kind: str
    name: str
    namespace: str | None = None
    project: str | None = None
    location: str | None = None

    def __str__(self) -> str:
        parts = (self.kind, self.namespace, self.project, self.location, self.name)
        return "/".join(part for part in parts if part)

    @property
    def sort_key(self) -> tuple[str, ...]:
        """Orders refs without comparing None to text."""
        return (self.namespace or "", self.kind, self.project or "", self.location or "", self.name)

    def to_json(self) -> dict[str, str]:
        """As in the report: kind and name, and of the other parts those that there are."""
        places = {"namespace": self.namespace, "project": self.project, "location": self.location}
        return {"kind": self.kind, **{key: place for key, place in places.items() if place}, "name": self.name}


def ref_of(item: Mapping[str, Any] | Ref) -> Ref:
    """The ref of an object as it is on the wire (Kubernetes or Google Cloud REST form), or of a ref."""
    if isinstance(item, Ref):
        return item
    metadata = item.get("metadata")
    if type(metadata) is dict or isinstance(metadata, Mapping):  # the second asks the ABC, which takes far longer
        return Ref(str(item.get("kind")), str(metadata.get("name")), metadata.get("namespace") or None)
    link, name = str(item.get("selfLink") or ""), str(item.get("name"))
    if not link and name.startswith("projects/"):  # Cloud Monitoring's names are whole paths: projects/P/…/ID
        link, name = name, name.rpartition("/")[2]
    collection, project, location = _cloud_place(link)
    return Ref(_cloud_kind(item, collection), name, None, project, location)


def _cloud_kind(item: Mapping[str, Any], collection: str) -> str:
    """`ForwardingRule` for `compute#forwardingRule`, or by the collection in the link."""
    told = str(item.get("kind") or "").rpartition("#")[2]
    if told:
        return told[0].upper() + told[1:]
    apis = ("compute", "container", "monitoring")
    known = next((COLLECTIONS[c] for api in apis if (c := f"{api}.{collection}") in COLLECTIONS), None)
    return known.name if known is not None else collection


def _cloud_place(self_link: str) -> tuple[str, str | None, str | None]:
    """Collection, project and location out of `…/projects/P/{global|regions/R|zones/Z}/COLLECTION/NAME`.

    A name of Cloud Monitoring is `projects/P/COLLECTION/ID`.
    """
    parts = self_link.rpartition("projects/")[2].split("/")
    project = parts[0] or None
    if len(parts) >= 4 and parts[1] in ("regions", "zones", "locations"):
        return parts[3], project, parts[2]
    at = 1 if len(parts) == 3 else 2
    return (parts[at] if len(parts) > 2 else ""), project, "global"


def is_object(item: object) -> bool:
    """Whether something is a whole object of Kubernetes or Google Cloud, and no part of one or record of ours."""
    if not isinstance(item, Mapping):
        return False
    return "metadata" in item or "selfLink" in item or str(item.get("name")).startswith("projects/")


def namespaced(kind: str) -> bool:
    """Whether objects of this kind live in a namespace; unknown kinds do."""
    known = KINDS.get(kind)
    return known is None or known.namespaced
