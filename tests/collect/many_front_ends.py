"""A project with many front ends: the Ingress of a recording, once a namespace, with all that GKE makes for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from gkedoctor.snapshot.kinds import is_cloud
from gkedoctor.snapshot.model import Snapshot
from tests.conftest import recorded

RECORDING, NAMESPACE = "ing-healthy", "ing-healthy"
ZONES = ("asia-northeast1-a", "asia-northeast1-b", "asia-northeast1-c")
_OWN = ("lcic8c3u", "d4fb9085")
"""What the controllers put at the end of names, out of the namespace."""

Objects = dict[str, list[Any]]


def many_front_ends(number: int) -> Objects:
    """The objects of both planes by collection: `number` Ingresses, shop-0, shop-1 …, and the default backend once."""
    state = recorded(RECORDING)
    return {name: list(_objects(state, name, number)) for name in state.collections}


def address(index: int) -> str:
    """The address of an Ingress."""
    return f"198.51.{100 + index // 250}.{index % 250}"


def host(index: int) -> str:
    """The host that an Ingress names."""
    return f"shop-{index}.example.com"


def _objects(state: Snapshot, name: str, number: int) -> Iterator[Any]:
    for item in state.collection(name).objects:
        text = json.dumps(msgspec.to_builtins(item))
        if NAMESPACE not in text or name in ("nodes", "container.clusters"):
            yield json.loads(text)
            continue
        for index in range(number):
            yield from _in_zones(name, _changed(name, json.loads(_renamed(text, index)), index))


def _renamed(text: str, index: int) -> str:
    text = text.replace(NAMESPACE, f"shop-{index}").replace('203.0.113.1"', f'{address(index)}"')
    for end in _OWN:
        text = text.replace(end, f"{index:03x}{end[3:]}")
    return text.replace("10.8.0.", f"10.{9 + index // 250}.{index % 250}.")


def _changed(name: str, item: Any, index: int) -> Any:
    """With a host, and backends in three zones."""
    if name == "ingresses":
        item["spec"]["rules"][0]["host"] = host(index)
    elif name == "compute.urlMaps":
        item["hostRules"][0]["hosts"] = [host(index)]
    elif name == "services":
        status = json.loads(item["metadata"]["annotations"]["cloud.google.com/neg-status"])
        item["metadata"]["annotations"]["cloud.google.com/neg-status"] = json.dumps(status | {"zones": [*ZONES]})
    elif name in ("compute.backendServices", "compute.backendServicesHealth"):
        item["backends"] += [_moved(item["backends"][0], zone) for zone in ZONES[1:]]
        for backend in item["backends"][1:] if name.endswith("Health") else ():
            backend["healthStatus"] = []
    return item


def _in_zones(name: str, item: Any) -> Iterator[Any]:
    yield item
    for zone in ZONES[1:] if name in ("compute.networkEndpointGroups", "compute.networkEndpoints") else ():
        yield _moved(item, zone) | ({"size": 0} if "size" in item else {"endpoints": []})


def _moved(item: Any, zone: str) -> Any:
    return json.loads(json.dumps(item).replace(ZONES[0], zone))


def planes(objects: Objects) -> tuple[Objects, Objects]:
    """The objects of Kubernetes, and those of Google Cloud."""
    cloud = {name: items for name, items in objects.items() if is_cloud(name)}
    return {name: items for name, items in objects.items() if name not in cloud}, cloud
