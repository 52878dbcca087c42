"""Faults that a change of a workload, Secret or ConfigMap brought."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.changes import objects as made
from benchmarks.changes import steps as by
from benchmarks.changes.scenario import (
    Scenario,
    affinity,
    app,
    banner,
    container,
    history_limit,
    in_namespace,
    owner,
    recreate,
)
from benchmarks.changes.steps import Step


def scenarios() -> Iterator[Scenario]:
    yield from _images()
    yield from _configuration()
    yield from _behavior()


def _images() -> Iterator[Scenario]:
    name, slow = "catalog", made.image("catalog", "2.0.0-rc1")
    yield Scenario(
        name,
        "image-not-found",
        f"Deployment/{name}",
        "revision 8 names a tag that is not in the registry (kubectl set image); the registry took a minute to say so",
        app(name, "1.0.0"),
        (
            history_limit(name),
            banner(name, "argocd-controller"),
            by.chart_label(name, "catalog-2.0.0"),
            by.set_env(name, "LOG_LEVEL", "debug"),
            by.annotate(f"Deployment/{name}", "kubernetes.io/change-cause", "more logs"),
        ),
        (by.set_image(name, made.image(name, "1.5.0"), slow),),
        deliverer="kubectl",
        revisions=tuple(
            by.set_image(name, made.image(name, f"1.{n - 1}.0"), made.image(name, f"1.{n}.0")) for n in range(1, 6)
        ),
        world=lambda world: world.slow_images.update({slow: 60.0}),
        outside=lambda world: world.missing_images.add(slow),
    )
    name, old, new = "search", made.image("search", "3.1.0"), made.image("search", "3.2.0")
    rollback = by.edit(
        f"Deployment/{name}",
        f"spec.template.spec.containers[{name}].image",
        new,
        old,
        container(name, {"image": old}),
        manager="helm",
    )
    mark = Step(
        "Secret/x",
        "",
        "helm",
        None,
        None,
        "",
        lambda api, ns: api.create(in_namespace(ns, made.release(name, 3, "deployed")), "helm"),
    )
    yield Scenario(
        name,
        "image-not-found",
        f"Deployment/{name}",
        "helm rollback to revision 1, whose image was removed from the registry since; its ReplicaSet is used again",
        (*app(name, "3.1.0"), made.release(name, 1, "superseded"), made.release(name, 2, "deployed")),
        (
            by.label(f"Service/{name}", "team", "find"),
            by.scale(name, 2, 3),
            owner(name),
            banner(name, "kubectl-patch"),
            history_limit(name),
        ),
        (mark, rollback),
        deliverer="helm",
        revisions=(by.edit(f"Deployment/{name}", "", old, new, container(name, {"image": new}), manager="helm"),),
        outside=lambda world: world.missing_images.add(old),
        shown_by="timed entry that owns the field; the ReplicaSet of the old revision is older than the change",
    )


def _configuration() -> Iterator[Scenario]:
    name = "orders"
    env = [made.reference("DB_PASSWORD", "secretKeyRef", "orders-db", "password")]
    yield Scenario(
        name,
        "missing-secret-key",
        "Secret/orders-db",
        "Secret orders-db was deleted and created without key password; new Pods cannot start after a rollout restart",
        (*app(name, env=env), made.secret("orders-db", user="orders", password="not-a-real-one")),
        (
            by.set_env(name, "REGION", "eu"),
            owner(name),
            by.label("Secret/orders-db", "team", "orders"),
            banner(name, "argocd-controller"),
            affinity(name),
        ),
        (
            recreate(
                made.secret("orders-db", user="orders", passwd="not-a-real-one"),
                "data.password",
                "(hidden)",
                None,
                "kubectl-create",
                "kubectl delete secret orders-db; kubectl create secret generic orders-db",
            ),
        ),
        trigger=by.restart(name),
        deliverer="kubectl",
        shown_by="creationTimestamp only; the missing key is not named",
    )
    name = "geo"
    full = made.config(name, BANNER="summer", REGION="eu-west4")
    env = [made.reference("REGION", "configMapKeyRef", "geo-config", "REGION")]
    yield Scenario(
        name,
        "missing-configmap-key",
        "ConfigMap/geo-config",
        "a Flux sync (server-side apply) without key REGION removed it; a rollout restart made Pods that cannot start",
        (made.deployment(name, "1.4.0", env=env), made.service(name), full),
        (
            by.data("geo-config", "FEATURE_MAP", "on", "kubectl-patch"),
            by.label(f"Deployment/{name}", "tier", "backend"),
            by.scale(name, 2, 3),
            by.chart_label(name, "geo-0.9.1"),
            history_limit(name),
        ),
        (by.applied(made.config(name, BANNER="summer"), "data.REGION", "eu-west4", None, "kustomize-controller"),),
        trigger=by.restart(name),
        deliverer="kustomize-controller",
        shown_by="the owner's entry with a new time; the key is not named",
    )
    name = "worker"
    yield Scenario(
        name,
        "container-crash-loop",
        f"Deployment/{name}",
        "a person removed env QUEUE_URL (kubectl set env QUEUE_URL-), which the program needs",
        app(name, env=[{"name": "QUEUE_URL", "value": "amqp://queue.acme.example"}]),
        (
            by.label(f"Deployment/{name}", "tier", "batch"),
            banner(name, "kubectl-patch"),
            by.set_requests(name, "80m", "50m"),
            affinity(name),
            owner(name, "Service"),
        ),
        (by.set_env(name, "QUEUE_URL", None, "amqp://queue.acme.example"),),
        world=lambda world: world.required_env.update({"worker": "QUEUE_URL"}),
        manager_shown=False,
        shown_by="nothing: the remover leaves no entry; ReplicaSets of two revisions",
    )


def _behavior() -> Iterator[Scenario]:
    name = "ledger"
    probe = {"readinessProbe": {"httpGet": {"path": "/health"}}}
    yield Scenario(
        name,
        "readiness-probe-wrong-path",
        f"Deployment/{name}",
        "a person edited the path of the readiness probe (kubectl edit)",
        app(name),
        (
            by.set_env(name, "LOG_LEVEL", "info"),
            by.scale(name, 2, 3),
            banner(name, "argocd-controller"),
            by.label(f"Service/{name}", "team", "money"),
            owner(name),
        ),
        (
            by.edit(
                f"Deployment/{name}",
                f"spec.template.spec.containers[{name}].readinessProbe.httpGet.path",
                "/healthz",
                "/health",
                container(name, probe),
            ),
        ),
    )
    name = "render"
    yield Scenario(
        name,
        "oom-killed",
        f"Deployment/{name}",
        "a person lowered the memory limit from 512Mi to 96Mi (kubectl edit); it needs 300Mi",
        app(name, memory="512Mi"),
        (
            by.set_env(name, "QUALITY", "high"),
            by.label(f"Deployment/{name}", "tier", "media"),
            by.chart_label(name, "render-2.1.0"),
            by.data("render-config", "CODEC", "av1", "kubectl-patch"),
            by.restart(name),
        ),
        (
            by.edit(
                f"Deployment/{name}",
                f"spec.template.spec.containers[{name}].resources.limits.memory",
                "512Mi",
                "96Mi",
                container(name, {"resources": {"limits": {"memory": "96Mi"}}}),
            ),
        ),
        deliverer="helm",
        world=lambda world: world.memory.update({"render": 300}),
    )
    name = "tickets"
    front = made.ingress(name, 80)
    yield Scenario(
        name,
        "scaled-to-zero",
        f"Deployment/{name}",
        "autoscaler and persons set replicas in turn; a person ended at 0 (kubectl scale)",
        (*app(name), made.autoscaler(name), front),
        (
            by.scale(name, 2, 3),
            by.autoscale(name, 3, 5),
            by.scale(name, 5, 2),
            by.autoscale(name, 2, 4),
            by.annotate(f"Deployment/{name}", "acme.example/oncall", "events"),
        ),
        (by.scale(name, 4, 0),),
        manager_shown=False,
        shown_by="no entry: kubectl scale to 0 leaves none; Event ScalingReplicaSet",
    )
