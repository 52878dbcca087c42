"""Changes by controllers and tools that write beside people: an autoscaler, an operator of Secrets, Helm, Argo CD."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from benchmarks.changes import objects as made
from benchmarks.changes import steps as by
from benchmarks.changes.api import Api, now
from benchmarks.changes.scenario import Scenario, affinity, app, banner, container, history_limit, owner, recreate
from benchmarks.changes.steps import Json, Step

COMMITS = ("0b7e1c5d6a9f4e3b2c1d0f9e8a7b6c5d4e3f2a1b", "9c2d4e6f8a0b1c3d5e7f9a1b3c5d7e9f0a2b4c6d")


def scenarios() -> Iterator[Scenario]:
    yield from _in_turn()
    yield from _by_tools()


def _in_turn() -> Iterator[Scenario]:
    name = "pricing"
    yield Scenario(
        name,
        "quota-exceeded",
        "ResourceQuota/team",
        "an autoscaler and a person scaled in turn; the last step, by the autoscaler, went beyond the quota",
        (*app(name), made.quota("team", "5"), made.autoscaler(name)),
        (
            by.autoscale(name, 2, 4),
            banner(name, "kubectl-patch"),
            by.scale(name, 4, 3),
            owner(name),
            by.label("ResourceQuota/team", "budget", "q4"),
        ),
        (by.autoscale(name, 3, 6),),
        shown_as="HorizontalPodAutoscaler",
        shown_by="entry without a time; Event ScalingReplicaSet",
    )
    name = "flags"
    renamed: Json = {"data": {"MODE": None, "MODES": "prod"}}
    yield Scenario(
        name,
        "missing-configmap-key",
        f"ConfigMap/{name}-config",
        "a person renamed a key; the running Pods have the old value, and the next Pod could not start",
        app(name),
        (
            by.set_env(name, "LOCALE", "de"),
            owner(name),
            by.annotate(f"ConfigMap/{name}-config", "acme.example/owner", "flags"),
            affinity(name),
            history_limit(name),
        ),
        (by.edit(f"ConfigMap/{name}-config", "data.MODES", None, "prod", renamed),),
        trigger=by.scale(name, 2, 3),
        shown_by="timed entry that owns the key under its new name",
    )


def _by_tools() -> Iterator[Scenario]:
    name = "ledger2"
    env = [made.reference("DSN", "secretKeyRef", f"{name}-db", "dsn")]
    yield Scenario(
        name,
        "missing-secret-key",
        f"Secret/{name}-db",
        "an operator of Secrets created the Secret again without a key; a Pod that was added could not start",
        (*app(name, env=env), made.secret(f"{name}-db", dsn="not-a-real-one")),
        (
            by.set_env(name, "REGION", "eu", index=2),
            owner(name),
            by.label(f"Secret/{name}-db", "team", "books"),
            banner(name, "argocd-controller"),
            affinity(name),
        ),
        (
            recreate(
                made.secret(f"{name}-db", url="not-a-real-one"),
                "data.dsn",
                "not-a-real-one",
                None,
                "external-secrets",
                "deleted, and created again by external-secrets",
            ),
        ),
        trigger=by.scale(name, 2, 3),
        shown_by="creationTimestamp later than the Deployment's",
    )
    name, new = "store", made.image("store", "2.1.0-rc3")
    workload, service, config = app(name, "2.0.0")
    workload |= {"kind": "StatefulSet", "spec": {**workload["spec"], "serviceName": name}}
    yield Scenario(
        name,
        "image-not-found",
        f"StatefulSet/{name}",
        "helm set the image of a StatefulSet to a tag that is not in the registry",
        (workload, service, config),
        (
            by.set_env(name, "SHARDS", "4", kind="StatefulSet"),
            by.label(f"StatefulSet/{name}", "tier", "data"),
            banner(name, "kubectl-patch"),
            owner(name, "StatefulSet"),
            by.chart_label(name, "store-2.1.0"),
        ),
        (
            by.edit(
                f"StatefulSet/{name}",
                "spec.template.spec.containers[0].image",
                made.image(name, "2.0.0"),
                new,
                container(name, {"image": new}),
                manager="helm",
            ),
        ),
        deliverer="helm",
        outside=lambda world: world.missing_images.add(new),
    )
    name, late = "checkout", made.image("checkout", "5.1.0")
    items = app(name, "5.0.0")
    yield Scenario(
        name,
        "image-not-found",
        f"Deployment/{name}",
        "carol synced an Application of Argo CD to a commit whose image is not in the registry",
        (*items, _application(name)),
        (
            by.set_env(name, "LOCALE", "de"),
            by.scale(name, 2, 3),
            banner(name, "kubectl-patch"),
            affinity(name),
            owner(name, "Service"),
        ),
        (_sync(items[0], late),),
        outside=lambda world: world.missing_images.add(late),
    )


def _application(name: str) -> Json:
    resources = [
        {"group": "apps", "version": "v1", "kind": "Deployment", "namespace": name, "name": name, "status": "Synced"},
        {"version": "v1", "kind": "Service", "namespace": name, "name": name, "status": "Synced"},
        {"version": "v1", "kind": "ConfigMap", "namespace": name, "name": f"{name}-config", "status": "Synced"},
    ]
    return {
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": name},
        "spec": {"project": "default", "destination": {"namespace": name, "server": "https://kubernetes.default.svc"},
                 "source": {"repoURL": "https://git.acme.example/apps.git", "path": name, "targetRevision": "main"}},
        "status": {"sync": {"status": "Synced", "revision": COMMITS[0]}, "health": {"status": "Healthy"},
                   "resources": resources},
    }  # fmt: skip


def _sync(workload: Json, image: str) -> Step:
    """A sync that a person started: Argo CD applies what Git has, then writes its history."""
    name = workload["metadata"]["name"]
    target = f"Deployment/{name}"

    def do(api: Api, namespace: str) -> object:
        begin = now()
        manifest = copy.deepcopy(workload)
        before = manifest["spec"]["template"]["spec"]["containers"][0]
        before["image"] = image
        manifest["metadata"]["namespace"] = namespace
        api.apply(manifest, "argocd-controller")
        known = api.get("Application", namespace, name)
        known["status"] |= _history(begin, now(), known["spec"]["source"])
        path = f"/apis/argoproj.io/v1alpha1/namespaces/{namespace}/applications/{name}"
        return api.request("PUT", f"{path}?fieldManager=argocd-controller", known)

    old = workload["spec"]["template"]["spec"]["containers"][0]["image"]
    return Step(
        target, "spec.template.spec.containers[0].image", "argocd-controller", old, image, "argocd app sync", do
    )


def _history(begin: str, end: str, source: Any) -> Json:
    by_whom = {"initiatedBy": {"username": "carol"}}
    done = {"id": 4, "revision": COMMITS[1], "deployStartedAt": begin, "deployedAt": end, "source": source, **by_whom}
    state = {
        "phase": "Succeeded", "startedAt": begin, "finishedAt": end, "message": "successfully synced (all tasks run)",
        "operation": {**by_whom, "sync": {"revision": COMMITS[1]}},
        "syncResult": {"revision": COMMITS[1], "source": source},
    }  # fmt: skip
    return {"history": [done], "operationState": state, "sync": {"status": "Synced", "revision": COMMITS[1]}}
