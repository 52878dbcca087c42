"""A whole cluster out of a size and a seed: which applications there are, which of them fail, and the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from random import Random

from benchmarks.generator import applications, cluster, faults, nodes
from benchmarks.generator.application import Application
from benchmarks.generator.options import Draft, GeneratorOptions
from benchmarks.generator.placement import Placement
from benchmarks.generator.spool import Spool
from benchmarks.generator.truth import Planted
from benchmarks.generator.values import NOW, Json
from benchmarks.generator.written import written

_WORDS = [
    "billing",
    "catalog",
    "checkout",
    "delivery",
    "identity",
    "ledger",
    "media",
    "orders",
    "payments",
    "pricing",
    "search",
    "shop",
    "stock",
    "support",
]
_ROLES = [
    "admin",
    "api",
    "cache",
    "edge",
    "feed",
    "front",
    "gateway",
    "import",
    "index",
    "mail",
    "notify",
    "pricing",
    "proxy",
    "queue",
    "report",
    "sync",
    "tracker",
]


@dataclass(frozen=True)
class Size:
    """How large a cluster is to be: 15,000 nodes and 20,000 Services at 100,000 Pods."""

    pods: int

    @property
    def machines(self) -> int:
        return max(3, self.pods * 15 // 100)

    @property
    def services(self) -> int:
        return max(4, self.pods // 5)

    @property
    def ingresses(self) -> int:
        return max(2, self.pods // 50)

    @property
    def namespaces(self) -> int:
        return max(2, self.pods // 250)


def generate(options: GeneratorOptions, path: Path) -> tuple[Planted, ...]:
    """Writes the snapshot; returns what was planted."""
    size = Size(options.pods)
    drafts = list(_drafts(options, size))
    planned = faults.plan(options, drafts)
    machines = nodes.machines(options.seed, size.machines, faults.lost(options, size.machines))
    inventory = nodes.inventory(machines)
    placement = Placement(machines)
    zones = {machine.name: machine.zone for machine in machines}
    planted = [Planted("node-not-ready", f"Node/{each.name}") for each in machines if each.lost]
    spool = Spool()
    spool.add(cluster.everywhere(options.seed, machines))
    for namespace, group in _by_namespace(drafts, machines, options.seed):
        found: list[tuple[str, Json]] = [*cluster.namespace(options.seed, namespace)]
        for draft, app, address in group:
            if draft in planned:
                app.inventory = inventory
                planted.append(planned[draft].planted(app))
            found += written(app, placement, zones, address)
        if namespace not in cluster.NAMESPACES:
            found += cluster.external_service(Random(f"{options.seed}/{namespace}/external"), namespace)
        spool.add(found)
    spool.write(path, NOW)
    return tuple(planted)


def _by_namespace(
    drafts: Sequence[Draft], machines: Sequence[nodes.Machine], seed: int
) -> Iterator[tuple[str, Iterator[tuple[Draft | None, Application, str]]]]:
    """The applications of each namespace, the system's own among them, each with an address; sorted by namespace."""
    places = {name: list(group) for name, group in groupby(enumerate(drafts), lambda pair: pair[1].namespace)}
    for namespace in sorted([*places, *cluster.NAMESPACES]):
        if namespace == "kube-system":
            yield namespace, ((None, app, "") for app in cluster.system(seed, machines))
        else:
            yield (
                namespace,
                (
                    (draft, draft.make(Random(f"{seed}/{namespace}/{draft.name}")), _address(index))
                    for index, draft in places.get(namespace, ())
                ),
            )


def _address(index: int) -> str:
    """A public address for the load balancer of each application."""
    return f"34.{index >> 16}.{index >> 8 & 255}.{index & 255}"


def _drafts(options: GeneratorOptions, size: Size) -> Iterator[Draft]:
    """So many applications that Pods and Services come out as asked for; sorted by namespace and name."""
    random = Random(f"{options.seed}/drafts")
    names = sorted(f"{_WORDS[i % len(_WORDS)]}-{i:04}" for i in range(size.namespaces))
    served, workers, schedules = size.services, size.services // 20, size.services // 20
    databases = served // 15
    pods = size.pods - size.machines - 4 - 3 * schedules
    replicas = _shares(random, pods, served + workers)
    places = [
        (names[i % len(names)], f"{_ROLES[i // len(names) % len(_ROLES)]}-{i // len(names):03}")
        for i in range(served + workers + schedules)
    ]
    drafts = []
    for index, (namespace, name) in enumerate(places):
        count = replicas[index] if index < len(replicas) else 3
        drafts.append(_draft(index, namespace, name, count, served, workers, databases, size.ingresses))
    yield from sorted(drafts, key=lambda draft: (draft.namespace, draft.name))


def _draft(
    index: int, namespace: str, name: str, count: int, served: int, workers: int, databases: int, ingresses: int
) -> Draft:
    address = f"10.{192 + (index >> 16)}.{(index >> 8 & 255) | 0}.{index & 255}"
    if index >= served + workers:
        return Draft(
            namespace,
            name,
            lambda random: applications.schedule(random, namespace, name, count),
            frozenset({"schedule"}),
        )
    if index >= served:
        return Draft(
            namespace,
            name,
            lambda random: applications.worker(random, namespace, name, count),
            frozenset({"deployment"}),
        )
    if index >= served - databases:
        return Draft(
            namespace,
            name,
            lambda random: applications.database(random, namespace, name, count),
            frozenset({"database"}),
        )
    exposed, tls = index < ingresses, index < ingresses // 2
    traits = {"deployment", "served"} | ({"exposed"} if exposed else set()) | ({"tls"} if tls else set())
    return Draft(
        namespace,
        name,
        lambda random: applications.web(random, namespace, name, count, address, exposed=exposed, tls=tls),
        frozenset(traits),
    )


def _shares(random: Random, total: int, parts: int) -> list[int]:
    """The total in so many parts of at least one, uneven as clusters are."""
    weights = [random.choice((1, 2, 2, 3, 3, 4, 6, 10)) for _ in range(parts)]
    scale = (total - parts) / sum(weights)
    found = [1 + int(weight * scale) for weight in weights]
    for index in range(total - sum(found)):
        found[index % parts] += 1
    return found
