"""Which kinds a `kubectl get` asked for, concluded from the one List that it printed.

A v1 List cannot say "asked for, none there": without a StatefulSet in the cluster no word of them is in it. What else
it holds tells the command line: nobody asks for ReplicaSets by name, and every cluster has some objects of the
kinds in `RECORDED`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from gkedoctor.snapshot.importers.names import collection_of_file, collection_of_object
from gkedoctor.snapshot.kinds import CATEGORY_ALL, COLLECTIONS

RECORDED = (
    *("all", "events", "endpointslices", "configmaps", "secrets", "sa", "ingresses", "ingressclasses", "netpol"),
    *("pvc", "pv", "sc", "volumeattachments", "nodes", "namespaces", "quota", "limits", "pdb", "priorityclasses"),
    *("runtimeclasses", "validatingwebhookconfigurations", "mutatingwebhookconfigurations", "apiservices", "crds"),
    *("roles", "rolebindings", "clusterroles", "clusterrolebindings"),
)
"""What earlier versions recommended. Each is served by every cluster: kubectl prints nothing where one is not."""

SNAPSHOT_COMMAND = "gkedoctor snapshot -o cluster.gkesnap"
"""The recommended way to record: with Google Cloud, logs and the state of each list, without values of Secrets."""

RECORD_COMMAND = (
    'kubectl get "$(kubectl api-resources --verbs=list -o name'
    " | grep -vE 'metrics.k8s.io|events.events.k8s.io' | paste -sd, -)\" -A -o json > cluster.json"
)
"""The same with kubectl alone, where gkedoctor cannot run: every kind that the cluster serves."""

VALUES_WARNING = "cluster.json then holds the values of Secrets: do not send it; `gkedoctor import` removes them"
"""What has to be said beside RECORD_COMMAND."""

_ONLY_WITH_ALL = (
    "flowschemas.flowcontrol.apiserver.k8s.io",
    "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io",
    "leases.coordination.k8s.io",
)
"""Kinds of which every cluster has objects, and that only a request for every kind contains."""

_EVERYWHERE = ("namespaces", "serviceaccounts", "priorityclasses", "apiservices", "clusterroles", "pods", "services")
"""Kinds of `RECORDED` of which every cluster has objects, and that a shorter command seldom names together."""

_OFTEN_REFUSED = ("secrets",)
"""kubectl prints what it may read and says on standard error what it may not, which the List does not show."""


def asked_for(items: Iterable[Any]) -> frozenset[str]:
    """The collections that were certainly asked for with these objects, besides those that have objects."""
    held: set[str] = set()
    owners: set[str] = set()
    for item in items:
        held.update(_collection(item))
        owners.update(_owners(item))
    asked: set[str] = set()
    if {"pods", "services", "replicasets"} <= held:
        asked.update(CATEGORY_ALL)
    if held.issuperset(_EVERYWHERE):
        asked.update(CATEGORY_ALL, map(collection_of_file, RECORDED[1:]))
    if held.issuperset((*_EVERYWHERE, *_ONLY_WITH_ALL)):
        asked.update(name for name, kind in COLLECTIONS.items() if not kind.cloud)
    contradicted = owners - held  # their owner is there, and was not recorded
    return frozenset(asked) - held - contradicted - set(_OFTEN_REFUSED)


def _collection(item: Any) -> Iterator[str]:
    kind, version = (item.get("kind"), item.get("apiVersion")) if isinstance(item, dict) else (None, None)
    found = collection_of_object(version if isinstance(version, str) else "", kind) if isinstance(kind, str) else None
    if found is not None:
        yield found


def _owners(item: Any) -> Iterator[str]:
    metadata = item.get("metadata") if isinstance(item, dict) else None
    references = metadata.get("ownerReferences") if isinstance(metadata, dict) else None
    for reference in references if isinstance(references, list) else ():
        yield from _collection(reference)
