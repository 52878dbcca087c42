"""The healthy clusters: YAML beside this file, settled and taken in like any dump."""

from __future__ import annotations

import re
from datetime import timedelta
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from gkedoctor.diagnose.cases import CLOCK
from gkedoctor.snapshot.custom_kinds import listed_kinds
from gkedoctor.snapshot.intake import Gathered, build_snapshot
from gkedoctor.snapshot.kinds import COLLECTIONS, ON_REQUEST
from gkedoctor.snapshot.model import CollectionState, Snapshot, Status
from tests.healthy.parts import kind_of
from tests.healthy.settled import settled

CLUSTERS = Path(__file__).parent / "clusters"
INSTALLS = sorted(f"installs/{p.stem}" for p in CLUSTERS.glob("installs/*.yaml"))
"""Charts, operators and states of GKE, each alone in its cluster."""

NAMES = [*sorted(p.stem for p in CLUSTERS.glob("*.yaml")), *INSTALLS]
SAMPLE = [name for name in NAMES if name not in INSTALLS[1::3] and name not in INSTALLS[2::3]]
"""For tests that take long for each: what is written by hand for odd states, and a third of the installs."""

_SPAN = re.compile(r"(\d+(?:\.\d+)?)([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class _Loader(yaml.SafeLoader):
    """YAML with `!ago 3d`: the moment that long before the clock of the cluster (`!ago -30s`: after it)."""


def _ago(loader: _Loader, node: yaml.ScalarNode) -> str:
    text = str(loader.construct_scalar(node))
    span = sum((timedelta(**{_UNITS[unit]: float(number)}) for number, unit in _SPAN.findall(text)), timedelta())
    return (CLOCK + span if text.startswith("-") else CLOCK - span).strftime("%Y-%m-%dT%H:%M:%SZ")


_Loader.add_constructor("!ago", _ago)
_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@cache
def written(name: str) -> dict[str, Any]:
    """One cluster as it stands in its file: {says, namespace, advisories, logs, objects}."""
    found: dict[str, Any] = yaml.load((CLUSTERS / f"{name}.yaml").read_text(), _Loader)
    return found


@cache
def objects(name: str) -> list[dict[str, Any]]:
    """All objects of a cluster."""
    file = written(name)
    return settled(file["objects"], CLOCK, file.get("namespace", "shop"))


@cache
def healthy(name: str, prefix: str = "") -> Snapshot:
    """A healthy cluster, every collection listed in full; `prefix` stands before the names of its own namespaces."""
    gathered = Gathered(source="healthy")
    operators = {kind.collection for kind in listed_kinds()}
    for collection in (COLLECTIONS.keys() | operators) - ON_REQUEST:
        gathered.mark(collection, CollectionState(Status.COMPLETE))
        gathered.objects[collection] = []
    for item in objects(name):
        gathered.objects.setdefault(kind_of(item).collection, []).append(_moved(item, prefix) if prefix else item)
    for place, text in (written(name).get("logs") or {}).items():
        namespace, pattern, container = place.split("/")
        pods = [i["metadata"] for i in objects(name) if i["kind"] == "Pod"]
        pod = next(p["name"] for p in pods if p["namespace"] == namespace and fnmatchcase(p["name"], pattern))
        gathered.add_log(prefix + namespace, pod, container, text)
    return build_snapshot(gathered, recorded_at=CLOCK)


def _moved(item: Any, prefix: str) -> Any:
    """The same with other names for all namespaces but the system's."""
    if isinstance(item, list):
        return [_moved(entry, prefix) for entry in item]
    if not isinstance(item, dict):
        return item
    moved = {k: _renamed(v, prefix) if k == "namespace" else _moved(v, prefix) for k, v in item.items()}
    if item.get("kind") == "StorageClass":  # which one is the default is for the other cluster to say
        moved["metadata"] = {**moved["metadata"], "annotations": {}}
    if item.get("kind") == "Namespace":
        moved["metadata"]["name"] = _renamed(item["metadata"]["name"], prefix)
    return moved


def _renamed(namespace: Any, prefix: str) -> Any:
    return namespace if namespace in ("default", "kube-system") else f"{prefix}{namespace}"
