"""Harm that a fix does, whether or not it cures: data lost, something made public."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gkedoctor.snapshot.model import Object, Snapshot
from tests.fixes.api_server.store import Store

_DATA = {
    "secrets": "Secret", "configmaps": "ConfigMap", "persistentvolumeclaims": "PersistentVolumeClaim",
    "persistentvolumes": "PersistentVolume", "namespaces": "Namespace",
}  # fmt: skip
_INTERNAL = ("networking.gke.io/load-balancer-type", "cloud.google.com/load-balancer-type")


def harm_of(before: Snapshot, store: Store) -> list[str]:
    """What was harmed, in words."""
    return [*_lost(store), *_not_run_again(store), *_checks_off(before, store), *_made_public(before, store)]


def _lost(store: Store) -> Iterator[str]:
    spared = {
        (collection, _key(item))
        for collection in _DATA
        for item in store.first.collection(collection).objects
        if item["metadata"].get("deletionTimestamp") or _is_empty_claim(collection, item)
    }
    for collection, (namespace, name) in store.deleted:
        kind = _DATA.get(collection)
        if kind is None or (collection, (namespace, name)) in spared:
            continue
        if store.get(collection, namespace, name) is None:
            yield f"{kind} {namespace}/{name} was deleted, the only copy of its content"
        elif collection.startswith("persistent"):
            yield f"{kind} {namespace}/{name} was deleted and created again: what it stored may be gone"


def _is_empty_claim(collection: str, item: Object) -> bool:
    """A claim without a volume: nothing was ever stored."""
    return collection == "persistentvolumeclaims" and not (item.get("spec") or {}).get("volumeName")


def _not_run_again(store: Store) -> Iterator[str]:
    """Work that no controller starts again: a Job without a CronJob, a healthy Pod without a controller."""
    for collection, (namespace, name) in store.deleted:
        if collection not in ("jobs", "pods") or store.get(collection, namespace, name) is not None:
            continue
        items = store.first.collection(collection).objects
        item = next((item for item in items if _key(item) == (namespace, name)), None)
        if item is None or item["metadata"].get("ownerReferences") or item["metadata"].get("deletionTimestamp"):
            continue
        if collection == "jobs" and not _holds(item, "Complete"):
            yield f"Job {namespace}/{name} was deleted, and nothing runs it again"
        if collection == "pods" and _holds(item, "Ready"):
            yield f"Pod {namespace}/{name} was running, has no controller, and is gone"


def _holds(item: Object, condition: str) -> bool:
    conditions = (item.get("status") or {}).get("conditions") or []
    return any(c.get("type") == condition and c.get("status") == "True" for c in conditions)


def _checks_off(before: Snapshot, store: Store) -> Iterator[str]:
    """An admission webhook that no longer refuses anything, though its Service is there."""
    services = {_key(item) for item in before.collection("services").objects}
    for collection in ("validatingwebhookconfigurations", "mutatingwebhookconfigurations"):
        for item in before.collection(collection).objects:
            name = item["metadata"]["name"]
            now = {hook.get("name"): hook for hook in (store.get(collection, "", name) or {}).get("webhooks") or []}
            for hook in item.get("webhooks") or []:
                service = (hook.get("clientConfig") or {}).get("service") or {}
                place = (str(service.get("namespace") or ""), str(service.get("name")))
                fails = hook.get("failurePolicy", "Fail") == "Fail"
                kept = (now.get(hook.get("name")) or {}).get("failurePolicy", "Ignore") == "Fail"
                if fails and not kept and place in services:
                    yield f"webhook {hook.get('name')} no longer checks anything"


def _made_public(before: Snapshot, store: Store) -> Iterator[str]:
    old = {_key(item): item for item in before.collection("services").objects}
    for key, item in store.objects.get("services", {}).items():
        if _is_public(item) and key in old and not _is_public(old[key]):
            yield f"Service {'/'.join(key)} got an external load balancer"
    classes = {_key(item): _class(item) for item in before.collection("ingresses").objects}
    for key, item in store.objects.get("ingresses", {}).items():
        before_it = classes.get(key, "")
        if _class(item) in ("gce", "gce-regional-external") and before_it and not before_it.startswith("gce"):
            yield f"Ingress {'/'.join(key)} of class {before_it} got a load balancer of Google Cloud"


def _is_public(item: Object) -> bool:
    spec: Mapping[str, Any] = item.get("spec") or {}
    annotations = item["metadata"].get("annotations") or {}
    # the class decides; the annotation is read where there is none (ingress-gce, pkg/l4/annotations/service.go)
    kind = str(spec.get("loadBalancerClass") or "")
    noted = any(str(annotations.get(name)).lower() == "internal" for name in _INTERNAL)
    internal = "internal" in kind if kind else noted
    return spec.get("type") == "LoadBalancer" and not internal


def _class(item: Object) -> str:
    annotations = item["metadata"].get("annotations") or {}
    own = annotations.get("kubernetes.io/ingress.class")
    return str(own if own is not None else (item.get("spec") or {}).get("ingressClassName") or "")


def _key(item: Object) -> tuple[str, str]:
    return str(item["metadata"].get("namespace") or ""), str(item["metadata"]["name"])
