"""Whether what a Pod reads is there: Secrets, ConfigMaps and their keys, claims, its ServiceAccount, its runtime."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gkedoctor.graph import Graph, Unknown, namespace_of
from gkedoctor.graph.config.references import account_of, pull_secrets_of, read_references
from gkedoctor.graph.storage.claims import claims_named
from gkedoctor.messages import message
from gkedoctor.snapshot.model import Object
from gkedoctor.whatif.simulate.world import World

_AT_START = ("env", "envFrom")
"""How the kubelet reads what it needs to create a container; the rest it needs to mount volumes."""


def configuration_found(graph: Graph, pod: Object, *, volumes: bool) -> bool:
    """Whether each required Secret, ConfigMap and key is certainly there: of volumes, or of containers."""
    for record in read_references(graph, pod):
        in_volume = record["via"] not in _AT_START
        if record["optional"] or in_volume is not volumes:
            continue
        if record["found"] is not True or record["keyFound"] not in (True, None):
            return False
    return True


def claims_bound(graph: Graph, pod: Object) -> bool:
    """Whether each claim of the Pod is there and bound."""
    for record in claims_named(graph, pod):
        claim = record["claim"]
        if not isinstance(claim, Mapping) or (claim.get("status") or {}).get("phase") != "Bound":
            return False
    return True


def account_found(graph: Graph, pod: Object) -> bool:
    """Whether the ServiceAccount of the Pod is certainly there."""
    found = account_of(graph, pod)
    return not isinstance(found, Unknown) and bool(found)


def runtime_found(graph: Graph, pod: Object) -> bool:
    """Whether the RuntimeClass of the Pod is there, where it names one. Most recordings do not have these objects."""
    name = (pod.get("spec") or {}).get("runtimeClassName")
    return not name or any(
        item["metadata"].get("name") == name for item in graph.snapshot.collection("runtimeclasses.node.k8s.io").objects
    )


def reads_what_was_touched(world: World, pod: Object) -> bool:
    """Whether the change wrote something that the Pod reads: a Secret, a ConfigMap, its account, a claim, a Role."""
    graph = world.graph
    targets: list[Any] = [record["target"] for record in read_references(graph, pod)]
    targets += [record["claim"] for record in claims_named(graph, pod)]
    account = account_of(graph, pod)
    targets += [] if isinstance(account, Unknown) else list(account)
    return any(world.was_touched(target) for target in targets)


def named_object_found(graph: Graph, pod: Object, text: str) -> bool:
    """Whether the Secret, ConfigMap or key that a kubelet's message names is there now."""
    said = message("kubelet/config-key-missing").groups(text) or message("kubelet/config-object-missing").groups(text)
    if not said or not said.get("name"):
        return False
    wanted = str(said.get("kind") or "").lower()
    kind = "Secret" if wanted == "secret" else "ConfigMap"
    name = str(said["name"]).rpartition("/")[2]
    target = graph.find(kind, namespace_of(pod), name)
    if not isinstance(target, Mapping):
        return False
    key = said.get("key")
    return not key or key in (target.get("keys") or {})


def pull_secrets_ready(graph: Graph, pod: Object) -> bool:
    """Whether the Pod has a pull Secret, and each one is there and can be read."""
    found = pull_secrets_of(graph, pod)
    if isinstance(found, Unknown) or not found:
        return False
    return all(
        isinstance(record["target"], Mapping) and record["target"].get("registriesReadable") is not False
        for record in found
    )


def pull_secrets_changed(world: World, pod: Object, predecessor: Object) -> bool:
    """Whether the change gave the Pod a pull Secret that it did not have, or another content of one that it has."""
    now = pull_secrets_of(world.graph, pod)
    if isinstance(now, Unknown):
        return False
    if any(world.was_touched(record["target"]) for record in now):
        return True
    earlier = pull_secrets_of(world.before, predecessor) if world.before is not None else now
    return not isinstance(earlier, Unknown) and {r["name"] for r in now} != {r["name"] for r in earlier}
