"""BackendConfigs of a Service, as its annotation names them.

`cloud.google.com/backend-config: {"default": "a", "ports": {"http": "b", "8080": "c"}}`; keys are names or numbers of
Service ports. Another key is ignored in silence (ingress-gce, pkg/backendconfig/utils.go).
"""

from __future__ import annotations

import json
from typing import Any

from gkedoctor.graph.core.accessors import annotations_of, name_of, namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.reference import resolve_reference
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.snapshot.model import Object

ANNOTATIONS = ("cloud.google.com/backend-config", "beta.cloud.google.com/backend-config")
"""The GA key wins over the beta one."""


@edge("backend_configs", "Service", reads=("BackendConfig",), record="BackendConfigRecord")
def backend_configs_of(graph: Graph, service: Object) -> Facts:
    """What the annotation names: {annotation, key, name, found, target, known, nearest}, or {annotation, invalid}.

    `known`: the key is `default` or a port of the Service; `found`: the BackendConfig exists in the namespace.
    """
    annotations = annotations_of(service)
    annotation = next((a for a in ANNOTATIONS if a in annotations), None)
    if annotation is None:
        return []
    named = _named(annotations[annotation])
    if named is None:
        return [{"annotation": annotation, "invalid": annotations[annotation]}]
    return [_record(graph, service, annotation, key, name) for key, name in named.items()]


def _named(text: str) -> dict[str, str] | None:
    """The BackendConfig name by key; None where the annotation is not what the controller reads."""
    try:
        value: Any = json.loads(text)
    except ValueError:
        return None
    ports = value.get("ports") or {} if isinstance(value, dict) else None
    if not isinstance(ports, dict) or not isinstance(value, dict):
        return None
    named = {**({"default": value["default"]} if value.get("default") else {}), **ports}
    return named if named and all(isinstance(name, str) for name in named.values()) else None


def _record(graph: Graph, service: Object, annotation: str, key: str, name: str) -> Record:
    config = resolve_reference(graph, "BackendConfig", namespace_of(service), name)
    ports = (service.get("spec") or {}).get("ports") or []
    keys = {"default", *(str(p.get("port")) for p in ports), *(str(p["name"]) for p in ports if p.get("name"))}
    return {
        "annotation": annotation,
        "key": key,
        "name": name,
        "known": key in keys,
        "keys": sorted(keys - {"default"}),
        "target": config["target"],
        "found": config["found"],
        "nearest": config["nearest"],
    }


_IAP_KEYS = ("client_id", "client_secret")


@edge("configured_services", "BackendConfig", reads=("Service",), record="KubernetesObject")
def configured_services(graph: Graph, config: Object) -> Facts:
    """The Services whose annotation names the BackendConfig."""
    doubt = graph.why_incomplete("Service", namespace_of(config))
    if doubt is not None:
        return doubt
    return graph.index(_users).get((namespace_of(config), name_of(config)), [])


def _users(graph: Graph) -> dict[tuple[str, str], list[Object]]:
    found: dict[tuple[str, str], list[Object]] = {}
    for service in graph.all("Service"):
        records = graph.follow("backend_configs", service)
        names = [] if isinstance(records, Unknown) else [str(r["name"]) for r in records if r.get("name")]
        for name in sorted(set(names)):
            found.setdefault((namespace_of(service), name), []).append(service)
    return found


@edge("iap_secret", "BackendConfig", reads=("Secret",), record="IapSecretRecord")
def iap_secret(graph: Graph, config: Object) -> Facts:
    """The Secret that IAP takes its client from: at most one record {name, found, lacks, target}."""
    iap = (config.get("spec") or {}).get("iap") or {}
    name = (iap.get("oauthclientCredentials") or {}).get("secretName")
    if not iap.get("enabled") or not name:
        return []
    target = graph.find("Secret", namespace_of(config), str(name))
    keys = (target.get("keys") or {}) if isinstance(target, dict) else None
    return [
        {
            "name": name,
            "found": target if isinstance(target, Unknown) else target is not None,
            "lacks": [k for k in _IAP_KEYS if k not in keys] if keys is not None else [],
            "target": target,
        }
    ]
