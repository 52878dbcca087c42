"""What the API server fills in, as far as diagnoses or kubectl depend on it (pkg/apis/*/v1/defaults.go)."""

from __future__ import annotations

import base64
from typing import Any


def defaulted(item: dict[str, Any]) -> dict[str, Any]:
    """The same object, completed in place."""
    match item.get("kind"):
        case "Secret":
            _fold_string_data(item)
        case "Service":
            _service(item.setdefault("spec", {}), item["metadata"])
        case "PersistentVolumeClaim":
            item.setdefault("status", {"phase": "Pending"})
        case "Namespace":
            item.setdefault("status", {"phase": "Active"})
            labels = item["metadata"].setdefault("labels", {})
            labels.setdefault("kubernetes.io/metadata.name", item["metadata"]["name"])
        case "Pod":
            item.setdefault("status", {"phase": "Pending"})
            item.get("spec", {}).setdefault("serviceAccountName", "default")
        case "Ingress":
            for rule in (item.get("spec") or {}).get("rules") or []:
                for path in (rule.get("http") or {}).get("paths") or []:
                    path.setdefault("path", "/")
    return item


def without_old_type(before: dict[str, Any], item: dict[str, Any]) -> None:
    """Drops what a Service had for its old type and did not change.

    Source: pkg/registry/core/service/strategy.go, dropTypeDependentFields.
    """
    old, new = before.get("spec") or {}, item.get("spec") or {}
    if item.get("kind") != "Service" or old.get("type") == new.get("type"):
        return
    if new.get("type") != "LoadBalancer":
        for field in ("loadBalancerClass", "allocateLoadBalancerNodePorts", "healthCheckNodePort"):
            if old.get(field) == new.get(field):
                new.pop(field, None)
    if new.get("type") in ("ClusterIP", "ExternalName", None):
        if old.get("externalTrafficPolicy") == new.get("externalTrafficPolicy"):
            new.pop("externalTrafficPolicy", None)
        if [port.get("nodePort") for port in old.get("ports") or []] == [
            port.get("nodePort") for port in new.get("ports") or []
        ]:
            new["ports"] = [{k: v for k, v in port.items() if k != "nodePort"} for port in new.get("ports") or []]
    if new.get("type") == "ExternalName" and old.get("clusterIP") == new.get("clusterIP"):
        new.pop("clusterIP", None)
        new.pop("clusterIPs", None)


def _fold_string_data(item: dict[str, Any]) -> None:
    text = item.pop("stringData", None) or {}
    if text:
        data = item.setdefault("data", None) or {}
        item["data"] = {**data, **{k: base64.b64encode(str(v).encode()).decode() for k, v in text.items()}}
    item.setdefault("type", "Opaque")


def _service(spec: dict[str, Any], metadata: dict[str, Any]) -> None:
    spec.setdefault("type", "ClusterIP")
    for port in spec.get("ports") or []:
        port.setdefault("protocol", "TCP")
        if spec["type"] != "ExternalName":
            port.setdefault("targetPort", port.get("port"))
    if spec["type"] != "ExternalName" and "clusterIP" not in spec and metadata.get("generation") == 1:
        number = sum(map(ord, metadata["name"])) % 250 + 1
        spec["clusterIP"] = f"10.96.200.{number}"
    if spec["type"] in ("NodePort", "LoadBalancer"):
        for number, port in enumerate(spec.get("ports") or []):
            port.setdefault("nodePort", 32000 + number)
