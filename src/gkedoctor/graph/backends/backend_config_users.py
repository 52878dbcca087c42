"""Who uses a BackendConfig, and what it needs itself."""

from __future__ import annotations

from gkedoctor.graph.core.graph import Facts, Graph, edge, name_of, namespace_of
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.snapshot.model import Object

_IAP_KEYS = ("client_id", "client_secret")


@edge("configured_services", "BackendConfig", reads=("Service",))
def configured_services(graph: Graph, config: Object) -> Facts:
    """The Services whose annotation names the BackendConfig."""
    doubt = graph.doubt("Service", namespace_of(config))
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


@edge("iap_secret", "BackendConfig", reads=("Secret",))
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
