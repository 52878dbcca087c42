"""Two recordings: a shop with an object of nearly every kind, and one with gaps."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import yaml

Json = dict[str, Any]

SHOP = Path(__file__).with_name("shop.yaml")

LOG = "2026-01-01T11:00:00Z starting\n2026-01-01T11:59:30Z listening\nno time here\nlast"
CLOCK_OF_SHOP = "2026-01-01T12:00:00Z"


def shop_objects() -> list[Json]:
    """The objects of the shop, a day old but for what says otherwise."""
    found = []
    for item in yaml.safe_load_all(SHOP.read_text()):
        item["metadata"].setdefault("creationTimestamp", "2025-12-31T12:00:00Z")
        item["metadata"].setdefault("resourceVersion", str(100 + len(found)))
        found.append(item)
    value = base64.b64encode(b"hunter2-hunter2").decode()
    metadata = {"name": "db", "namespace": "shop", "creationTimestamp": "2026-01-01T12:00:00Z"}
    found.append({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque", "data": {"p": value}})
    return found


def write_shop(folder: Path) -> Path:
    """The shop as a recording with a log."""
    by_kind: dict[str, list[Json]] = {}
    for item in shop_objects():
        by_kind.setdefault(_file_of(item), []).append(item)
    (folder / "kubernetes").mkdir()
    for name, items in by_kind.items():
        _write(folder, name, {"apiVersion": "v1", "kind": "List", "items": items})
    logs = folder / "logs" / "shop" / "web-1"
    logs.mkdir(parents=True)
    (logs / "app.log").write_text(LOG)
    (logs / "app-previous.log").write_text("the one before\n")
    return folder


def write_gaps(folder: Path) -> Path:
    """Pods whole, Secrets denied, Services damaged, ConfigMaps cut off; nothing else was asked."""
    (folder / "kubernetes").mkdir()
    pods = [item for item in shop_objects() if item["kind"] == "Pod"]
    _write(folder, "pods", {"apiVersion": "v1", "kind": "List", "items": pods})
    message = 'secrets is forbidden: User "ann" cannot list resource "secrets" in API group "" at the cluster scope'
    status = {"kind": "Status", "status": "Failure", "message": message, "reason": "Forbidden", "code": 403}
    _write(folder, "secrets", status)
    (folder / "kubernetes" / "services.json").write_text('{"kind": "List", "items": [')
    settings = [item for item in shop_objects() if item["kind"] == "ConfigMap"]
    cut = {"apiVersion": "v1", "kind": "ConfigMapList", "metadata": {"continue": "abc"}, "items": settings}
    _write(folder, "configmaps", cut)
    return folder


def _file_of(item: Json) -> str:
    word = item["kind"].lower()
    if word == "widget":
        return "widgets.example.com"
    if word == "networkpolicy":
        return "networkpolicies"
    return word if word == "endpoints" else f"{word}es" if word.endswith("s") else f"{word}s"


def _write(folder: Path, name: str, document: Json) -> None:
    (folder / "kubernetes" / f"{name}.json").write_text(json.dumps(document))
