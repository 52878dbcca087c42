"""Other kinds of workloads, and objects that are deleted and created: what a history of ReplicaSets does not show."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from benchmarks.changes import objects as made
from benchmarks.changes import steps as by
from benchmarks.changes.scenario import Scenario, affinity, app, banner, container, owner, recreate
from benchmarks.changes.steps import Json, Step


def scenarios() -> Iterator[Scenario]:
    yield from _workloads()
    yield from _objects()


def _of_kind(kind: str, name: str, **options: Any) -> tuple[Json, ...]:
    workload, service, config = app(name, **options)
    workload["kind"] = kind
    if kind == "StatefulSet":
        workload["spec"]["serviceName"] = name
    return workload, service, config


def _workloads() -> Iterator[Scenario]:
    name, old, new = "queue", made.image("queue", "1.4.0"), made.image("queue", "1.5.0-dev")
    yield Scenario(
        name,
        "image-not-found",
        f"StatefulSet/{name}",
        "a person set the image of a StatefulSet to a tag that is not in the registry",
        _of_kind("StatefulSet", name),
        (
            by.set_env(name, "SHARDS", "4", kind="StatefulSet"),
            by.label(f"StatefulSet/{name}", "tier", "data"),
            banner(name, "argocd-controller"),
            owner(name, "StatefulSet"),
            affinity(name),
        ),
        (by.set_image(name, old, new, kind="StatefulSet"),),
        deliverer="helm",
        outside=lambda world: world.missing_images.add(new),
    )
    agent = "agent"
    yield Scenario(
        agent,
        "readiness-probe-wrong-path",
        f"DaemonSet/{agent}",
        "helm changed the path of a DaemonSet's readiness probe",
        _of_kind("DaemonSet", agent, replicas=None),
        (
            by.set_env(agent, "LEVEL", "info", kind="DaemonSet"),
            by.label(f"DaemonSet/{agent}", "tier", "node"),
            banner(agent, "kubectl-patch"),
            owner(agent, "DaemonSet"),
            by.chart_label(agent, "agent-7.0.0"),
        ),
        (
            by.edit(
                f"DaemonSet/{agent}",
                "spec.template.spec.containers[0].readinessProbe.httpGet.path",
                "/healthz",
                "/ready",
                container(agent, {"readinessProbe": {"httpGet": {"path": "/ready"}}}),
                manager="helm",
            ),
        ),
        deliverer="helm",
    )


def _objects() -> Iterator[Scenario]:
    name = "bids"
    again = made.deployment(name, "9.9.9")
    yield Scenario(
        name,
        "image-not-found",
        f"Deployment/{name}",
        "the Deployment was deleted and created with another image: no revision is left",
        app(name),
        (
            by.set_env(name, "LOCALE", "de"),
            by.label(f"Service/{name}", "team", "bids"),
            banner(name, "kubectl-patch"),
            affinity(name),
            owner(name),
        ),
        (
            recreate(
                again,
                "spec.template.spec.containers[0].image",
                made.image(name, "1.4.0"),
                made.image(name, "9.9.9"),
                "kubectl-create",
                "kubectl replace --force",
            ),
        ),
        outside=lambda world: world.missing_images.add(made.image("bids", "9.9.9")),
        shown_by="creationTimestamp",
    )
    sales, full = "sales", made.config("sales", BANNER="summer", CURRENCY="EUR")
    less = made.config("sales", BANNER="summer")
    less["metadata"]["namespace"] = sales
    env = [made.reference("CURRENCY", "configMapKeyRef", "sales-config", "CURRENCY")]
    yield Scenario(
        sales,
        "missing-configmap-key",
        "ConfigMap/sales-config",
        "kubectl apply (client-side) without key CURRENCY removed it; then a restart",
        (made.deployment(sales, "1.4.0", env=env), made.service(sales), full),
        (
            by.set_env(sales, "LOCALE", "de", index=2),
            by.label("ConfigMap/sales-config", "team", "sales"),
            by.scale(sales, 2, 3),
            affinity(sales),
            by.data("sales-config", "FEATURE_X", "on", "kubectl-patch"),
        ),
        (
            Step(
                "ConfigMap/sales-config",
                "data.CURRENCY",
                "kubectl-client-side-apply",
                "EUR",
                None,
                "kubectl apply without the key",
                lambda api, ns: api.kubectl("apply", "-f", "-", text=json.dumps(less)),
            ),
        ),
        trigger=by.restart(sales),
        deliverer="kubectl",
        shown_by="the owner's entry with a new time; the key is not named",
    )
