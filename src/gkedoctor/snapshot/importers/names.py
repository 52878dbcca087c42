"""Which collection an object or a file belongs to, whatever the tool that wrote it calls it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gkedoctor.snapshot.custom_kinds import collections_by_word
from gkedoctor.snapshot.kinds import (
    AUDIT_LOGS,
    CLOUD_APIS,
    COLLECTIONS,
    COMPUTE_OPERATIONS,
    GKE_OPERATIONS,
    HISTORY,
    KINDS,
    Kind,
)

_OLD_GROUPS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "Deployment": frozenset({"extensions"}),
        "DaemonSet": frozenset({"extensions"}),
        "ReplicaSet": frozenset({"extensions"}),
        "Ingress": frozenset({"extensions"}),
        "NetworkPolicy": frozenset({"extensions"}),
        "PodSecurityPolicy": frozenset({"extensions"}),
        "Event": frozenset({"events.k8s.io"}),
        "FrontendConfig": frozenset({"cloud.google.com"}),
        "ManagedCertificate": frozenset({"cloud.google.com"}),
    }
)
"""Groups that served the same kind before, or beside, its group of today."""

_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "cm": "configmaps",
        "cj": "cronjobs",
        "crd": "customresourcedefinitions",
        "crds": "customresourcedefinitions",
        "deploy": "deployments",
        "ds": "daemonsets",
        "ep": "endpoints",
        "ev": "events",
        "hpa": "horizontalpodautoscalers",
        "hpas": "horizontalpodautoscalers",
        "ing": "ingresses",
        "limits": "limitranges",
        "netpol": "networkpolicies",
        "no": "nodes",
        "ns": "namespaces",
        "pdb": "poddisruptionbudgets",
        "pdbs": "poddisruptionbudgets",
        "po": "pods",
        "pv": "persistentvolumes",
        "pvs": "persistentvolumes",
        "pvc": "persistentvolumeclaims",
        "pvcs": "persistentvolumeclaims",
        "quota": "resourcequotas",
        "rc": "replicationcontrollers",
        "rs": "replicasets",
        "sa": "serviceaccounts",
        "sc": "storageclasses",
        "sts": "statefulsets",
        "svc": "services",
        "validatingwebhooks": "validatingwebhookconfigurations",
        "mutatingwebhooks": "mutatingwebhookconfigurations",
        "svcneg": "servicenetworkendpointgroups",
        "svcnegs": "servicenetworkendpointgroups",
    }
)
"""kubectl's short names, and those of troubleshoot.sh (pkg/constants/constants.go)."""

_BY_WORD: Mapping[str, str] = MappingProxyType(
    {kind.name.lower(): kind.collection for kind in COLLECTIONS.values() if not kind.cloud}
    | {name: name for name, kind in COLLECTIONS.items() if not kind.cloud}
    | dict(_ALIASES)
)

_CLOUD_BY_WORD: Mapping[str, str] = MappingProxyType(
    {name.partition(".")[2].lower(): name for name, kind in COLLECTIONS.items() if kind.cloud and kind.group != "file"}
    | {"logs": HISTORY, "entries": HISTORY, "auditlogs": AUDIT_LOGS, "operations": COMPUTE_OPERATIONS}
    | dict.fromkeys(("gkeoperations", "containeroperations", "clusteroperations"), GKE_OPERATIONS)
    | dict.fromkeys(("file.instances", "filestore", "filestoreinstances", "fileinstances"), "file.instances")
)

_CLOUD_BY_KIND: Mapping[str, str] = MappingProxyType(
    {kind.name.lower(): kind.collection for kind in KINDS.values() if kind.group == "compute"}
)


def collection_of_file(stem: str) -> str:
    """The collection a file is named after: `pods`, `persistent-volumes`, `backendconfigs.cloud.google.com`."""
    plural, _, group = stem.lower().partition(".")
    found = _BY_WORD.get(plural.replace("-", "").replace("_", ""))
    if found is None and not group:
        return collections_by_word().get(plural, stem)
    if found is None or (group and not _serves(COLLECTIONS[found], group)):
        return stem
    return found


def cloud_collection_of_file(stem: str) -> str | None:
    """The Google Cloud collection of `forwardingRules`, `forwarding-rules`, `compute.forwardingRules`."""
    if (exact := stem.replace("-", ".", 1)) in COLLECTIONS:
        return exact
    word = stem.lower().removeprefix("compute-")
    for api in CLOUD_APIS:
        word = word.removeprefix(api)
    return _CLOUD_BY_WORD.get(word.replace("-", "").replace("_", ""))


def collection_of_object(api_version: str, kind: str) -> str | None:
    """The collection of an object by its own words; None for a kind nobody ever named a plural of."""
    if kind == "compute#operation":
        return COMPUTE_OPERATIONS
    if kind.startswith("compute#"):
        return _CLOUD_BY_KIND.get(kind.removeprefix("compute#").lower())
    known = KINDS.get(kind)
    group = api_version.rpartition("/")[0]
    if known is not None and not known.cloud and _serves(known, group):
        return known.collection
    return None


def is_known(collection: str) -> bool:
    """Whether the name is that of a collection in the table of kinds."""
    return collection in COLLECTIONS


def plural_of(api_version: str, kind: str) -> str:
    """A collection's name for a kind that gkedoctor does not know: `certificates.cert-manager.io`."""
    word = kind.lower()
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        plural = f"{word[:-1]}ies"
    else:
        plural = f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s"
    group = api_version.rpartition("/")[0]
    return f"{plural}.{group}" if group else plural


def _serves(kind: Kind, group: str) -> bool:
    return group in ("", kind.group) or group in _OLD_GROUPS.get(kind.name, frozenset())
