"""A scenario: an application, changes that broke nothing, and then the one that did, or a fault from outside."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from benchmarks.changes import objects as made
from benchmarks.changes import steps as by
from benchmarks.changes.kubelet import World
from benchmarks.changes.steps import Json, Step

Outside = Callable[[World], object]


@dataclass(frozen=True)
class Scenario:
    """One namespace.

    `breaks` is the change (its last step, the others prepare it); `outside` is what happens where there is none, and
    `trigger` comes after it and is no cause. `deliverer` creates the objects. `revisions` are rolled out before the
    harmless changes. A `late` one breaks after the others were written, as they would
    show its fault too. `shown_as`: the client by the name of its controller.
    """

    name: str
    cause: str
    root: str
    text: str
    items: tuple[Json, ...]
    harmless: tuple[Step, ...]
    breaks: tuple[Step, ...] = ()
    outside: Outside | None = None
    trigger: Step | None = None
    deliverer: str = "argocd-controller"
    revisions: tuple[Step, ...] = ()
    world: Outside | None = None
    late: bool = False
    accept_roots: tuple[str, ...] = ()
    symptoms: tuple[str, ...] = ()
    shown_by: str = "timed entry that owns the field"
    recorded: bool = True
    manager_shown: bool = True
    shown_as: str = ""
    cluster_items: tuple[Json, ...] = field(default=())


def app(name: str, tag: str = "1.4.0", **options: Any) -> tuple[Json, ...]:
    return made.deployment(name, tag, **options), made.service(name), made.config(name, BANNER="summer")


def container(name: str, change: Json) -> Json:
    return {"spec": {"template": {"spec": {"containers": [{"name": name, **change}]}}}}


def history_limit(name: str) -> Step:
    return by.edit(f"Deployment/{name}", "spec.revisionHistoryLimit", 10, 6, {"spec": {"revisionHistoryLimit": 6}})


def affinity(name: str) -> Step:
    change = {"spec": {"sessionAffinity": "ClientIP"}}
    return by.edit(f"Service/{name}", "spec.sessionAffinity", "None", "ClientIP", change, manager="kubectl-patch")


def banner(name: str, manager: str) -> Step:
    return by.data(f"{name}-config", "BANNER", "winter", manager, "summer")


def owner(name: str, kind: str = "Deployment") -> Step:
    return by.annotate(f"{kind}/{name}", "acme.example/owner", f"team-{name}")


def in_namespace(namespace: str, item: Json) -> Json:
    item = copy.deepcopy(item)
    item["metadata"]["namespace"] = namespace
    return item


def recreate(item: Json, path: str, before: Any, after: Any, manager: str, how: str) -> Step:
    kind, name = item["kind"], item["metadata"]["name"]

    def do(api: Any, namespace: str) -> object:
        api.delete(kind, namespace, name)
        return api.create(in_namespace(namespace, item), manager)

    return Step(f"{kind}/{name}", path, manager, before, after, how, do)
