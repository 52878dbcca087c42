"""An object of Google Cloud that a controller made: what in it names the cluster, and whom it was made for."""

from __future__ import annotations

from typing import NamedTuple

from gkedoctor.graph.cloud.links import path_of
from gkedoctor.snapshot.model import Object

Id = tuple[str, ...]
"""One of the names of a cluster: `("kube", uid)`, `("v2", hash)`, `("v1", uid)`, `("short", 8 of it)`,
`("tag", "gke-shop-5f3c1b2a")`, `("place", name, location)`; `("lb", name)` of a load balancer,
`("gateway", "1a2b")` in the names of a cluster's Gateways, `("mci", "8se3df")`, `("mcs", "")` of a fleet."""


class ObjectOwner(NamedTuple):
    """Whom an object was made for. `kind` is empty where all of a cluster share it."""

    kind: str = ""
    namespace: str = ""
    name: str = ""


class CreatedObject(NamedTuple):
    """An object that a controller made."""

    kind: str
    item: Object
    ids: frozenset[Id]
    owner: ObjectOwner
    part: str = ""
    """What it shares with the other frontends of its Ingress."""

    shared: bool = False
    """Whether it serves several clusters of a fleet."""

    certain: bool = True
    """Whether more than the form of its name proves who made it."""

    @property
    def path(self) -> str:
        """Its place: `projects/P/global/urlMaps/N`."""
        return path_of(self.item.get("selfLink"))
