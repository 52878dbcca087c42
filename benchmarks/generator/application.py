"""One application as people declare it, before the cluster's components write their part."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from benchmarks.generator.fares import Fare, Said
from benchmarks.generator.nodes import Inventory, Machine
from benchmarks.generator.values import HOUR, Json, metadata

API_VERSIONS = {
    "Deployment": "apps/v1",
    "StatefulSet": "apps/v1",
    "DaemonSet": "apps/v1",
    "CronJob": "batch/v1",
    "Job": "batch/v1",
}


@dataclass
class Application:
    """A workload with its Services, its Ingress and its configuration. Faults change it before it is written out."""

    random: Random
    namespace: str
    name: str
    kind: str
    replicas: int
    age: int
    template: Json
    fare: Fare = field(default_factory=Fare)
    claim: Json | None = None
    """The claim template of a StatefulSet."""

    services: list[Json] = field(default_factory=list)
    ingress: Json | None = None
    others: list[tuple[str, Json]] = field(default_factory=list)
    """Whatever else stands beside it: (collection, object)."""

    machines: tuple[Machine, ...] | None = None
    """The nodes its Pods run on, where they are not any."""

    refusal: str = ""
    """What the ReplicaSet or Job controller is told in place of a Pod."""

    planted: bool = False
    """A fault was planted here, so no other may befall it."""

    inventory: Inventory = field(default_factory=Inventory)
    serving: bool = False
    """The Pods of the last revision fail while those of the one before still serve."""

    rolling: bool = False
    """A rollout is under way: the last of the Pods is just starting."""

    paused: bool = False
    unhealthy: bool = False
    """Google's health checks fail, whatever the kubelet says."""

    reserved: str = ""
    """The name of the static address of its Ingress."""

    backed: bool = True
    """The Ingress controller made the backends of its Ingress."""

    fronted: bool = True
    """The Ingress controller made the rest of its load balancer."""

    complaint: Said | None = None
    """What the Ingress controller says of its Ingress."""

    left: frozenset[str] | None = None
    """The only collections that its objects are still in, where somebody deleted the rest."""

    @property
    def container(self) -> Json:
        """The main container."""
        found: Json = self.template["spec"]["containers"][0]
        return found

    @property
    def spec(self) -> Json:
        """The Pod's spec in the template."""
        found: Json = self.template["spec"]
        return found

    @property
    def labels(self) -> dict[str, str]:
        """Those of the Pods."""
        found: dict[str, str] = self.template["metadata"]["labels"]
        return found

    @property
    def ref(self) -> str:
        """As the report names it."""
        return f"{self.kind}/{self.namespace}/{self.name}"

    def found(self, collection: str) -> Json:
        """The first of what stands beside it in that collection."""
        return next(item for name, item in self.others if name == collection)

    def without(self, collection: str) -> None:
        """Takes away what stands beside it in that collection."""
        self.others = [(name, item) for name, item in self.others if name != collection]

    def made(self, name: str, age: int | None = None, **more: Any) -> Json:
        """Metadata of an object beside it."""
        return metadata(self.random, name, self.namespace, self.age if age is None else age, **more)

    def is_young(self) -> bool:
        """Whether it was made so lately that all its Events are still there."""
        return self.age < HOUR
