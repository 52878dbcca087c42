"""Google Cloud objects: found by their links, which name project, place, collection and name.

A link is `https://www.googleapis.com/compute/v1/projects/P/global/urlMaps/N`, a partial one
`projects/P/zones/Z/networkEndpointGroups/N`. Both mean the same object.
"""

from __future__ import annotations

from typing import Any

from gkedoctor.graph.core.graph import Graph
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.snapshot.kinds import COLLECTIONS, KINDS
from gkedoctor.snapshot.model import Object


def path_of(link: Any) -> str:
    """The part of a link from `projects/` on; `""` for what is no link."""
    text = str(link or "")
    at = text.find("projects/")
    return text[at:] if at >= 0 else ""


def last(link: Any) -> str:
    """The name at the end of a link."""
    return str(link or "").rsplit("/", 1)[-1]


def place_of(item: Object) -> str:
    """`global`, a region or a zone: where a Google Cloud object is."""
    parts = path_of(item.get("selfLink")).split("/")
    if len(parts) > 3 and parts[2] in ("regions", "zones", "locations"):
        return parts[3]
    return last(item.get("zone") or item.get("region") or item.get("location")) or "global"


def collection_of(link: Any) -> str | None:
    """The collection that a link points into, if it is one we know."""
    parts = path_of(link).split("/")
    name = f"compute.{parts[-2]}" if len(parts) > 2 else ""
    return name if name in COLLECTIONS else None


def resolve(graph: Graph, link: Any) -> Object | Unknown | None:
    """The object that a link points to; None where its complete listing does not have it."""
    path, collection = path_of(link), collection_of(link)
    if not path or collection is None:
        return Unknown(collection or "compute", f"{last(link)} is of a kind that is not collected")
    kind = COLLECTIONS[collection].name
    found = graph.index(_BY_PATH[kind]).get(path)
    return found if found is not None else graph.why_incomplete(kind, name=last(path))


def linked(graph: Graph, links: Any) -> list[Object] | Unknown:
    """The objects that some links point to; unknown if that of one of them is. Dead links lead nowhere."""
    found = []
    for link in links if isinstance(links, list) else [links]:
        item = resolve(graph, link) if link else None
        if isinstance(item, Unknown):
            return item
        if item is not None:
            found.append(item)
    return found


def users_of(graph: Graph, item: Object, kind: str) -> list[Object] | Unknown:
    """The objects of a kind that link to this one, anywhere in them. O(1) after one pass over that kind."""
    doubt = graph.why_incomplete(kind)
    if doubt is not None:
        return doubt
    return graph.index(_LINKERS[kind]).get(path_of(item.get("selfLink")), [])


class _ByPath:
    """Builds, for one kind, the index from a link to the object that it names, of those that are there."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __call__(self, graph: Graph) -> dict[str, Object]:
        return {path_of(item.get("selfLink")): item for item in graph.seen(self.kind) if item.get("selfLink")}


_BY_PATH = {kind.name: _ByPath(kind.name) for kind in KINDS.values() if kind.cloud}


class _Linkers:
    """Builds, for one kind, the index from a link to the objects that hold it."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __call__(self, graph: Graph) -> dict[str, list[Object]]:
        holders: dict[str, list[Object]] = {}
        for item in graph.all(self.kind):
            for path in sorted({path_of(link) for link in links_in(item)} - {path_of(item.get("selfLink")), ""}):
                holders.setdefault(path, []).append(item)
        return holders


_LINKERS = {kind.name: _Linkers(kind.name) for kind in KINDS.values() if kind.cloud}


def links_in(value: Any) -> list[str]:
    """Every link that stands anywhere inside an object."""
    found: list[str] = []
    _gather(value, found)
    return found


def _gather(value: Any, found: list[str]) -> None:
    kind = type(value)
    if kind is str:
        if "projects/" in value and value.count("/") >= 4 and not value.startswith("{"):
            found.append(value)
    elif kind is dict or kind is list:
        for child in value.values() if kind is dict else value:
            _gather(child, found)
