"""CSI drivers that are add-ons of GKE: enabled on the cluster, they create volumes and run on every node.

https://cloud.google.com/kubernetes-engine/docs/how-to/persistent-volumes/gce-pd-csi-driver
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from gkedoctor.graph import Graph
from gkedoctor.graph.storage.claims import claims_named
from gkedoctor.snapshot.model import Object
from gkedoctor.whatif.simulate.world import World

_ADDONS = MappingProxyType({
    "gcePersistentDiskCsiDriverConfig": "pd.csi.storage.gke.io",
    "gcpFilestoreCsiDriverConfig": "filestore.csi.storage.gke.io",
    "gcsFuseCsiDriverConfig": "gcsfuse.csi.storage.gke.io",
    "parallelstoreCsiDriverConfig": "parallelstore.csi.storage.gke.io",
})  # fmt: skip
"""Fields of AddonsConfig (container.googleapis.com/v1) and the drivers that they enable."""


def enabled_drivers(world: World) -> frozenset[str]:
    """The names of the drivers whose add-on is enabled now and was not in the recorded state."""
    if world.before is None or not any(ref.kind == "Cluster" for ref in world.touched):
        return frozenset()
    return _drivers(world.graph) - _drivers(world.before)


def _drivers(graph: Graph) -> frozenset[str]:
    configs: list[Mapping[str, Any]] = [item.get("addonsConfig") or {} for item in graph.all("Cluster")]
    return frozenset(
        driver for config in configs for field, driver in _ADDONS.items() if (config.get(field) or {}).get("enabled")
    )


def uses_new_driver(world: World, pod: Object) -> bool:
    """Whether the Pod has a volume of a driver that the change enabled."""
    drivers = enabled_drivers(world)
    return bool(drivers) and not drivers.isdisjoint(_drivers_of(world.graph, pod))


def _drivers_of(graph: Graph, pod: Object) -> Iterator[str]:
    for volume in (pod.get("spec") or {}).get("volumes") or []:
        yield str((volume.get("csi") or {}).get("driver"))
    for record in claims_named(graph, pod):
        claim = record["claim"]
        name = (claim.get("spec") or {}).get("volumeName") if isinstance(claim, Mapping) else None
        found = graph.find("PersistentVolume", None, str(name)) if name else None
        if isinstance(found, Mapping):
            yield str(((found.get("spec") or {}).get("csi") or {}).get("driver"))
