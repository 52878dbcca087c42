"""Faults whose change stands on another object, while an entry of the root that owns the field has a newer time.

An entry of managedFields has one time for all its fields: a harmless change by the manager that set a field long ago
moves it.
"""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.changes import objects as made
from benchmarks.changes import steps as by
from benchmarks.changes.scenario import Scenario, affinity, app, banner, container, history_limit, owner
from benchmarks.changes.steps import Json, Step


def scenarios() -> Iterator[Scenario]:
    yield from _other_end()
    yield from _same_manager()


def _other_end() -> Iterator[Scenario]:
    name = "profile"
    relabel: Json = {"spec": {"template": {"metadata": {"labels": {"component": "site"}}}}}
    yield Scenario(
        name,
        "service-selector-mismatch",
        f"Service/{name}",
        "a person relabeled the Pods; helm, which owns the selector, had changed only a label of the Service",
        app(name),
        (
            by.set_env(name, "LOCALE", "de"),
            by.scale(name, 2, 3),
            banner(name, "kubectl-patch"),
            owner(name),
            by.chart_label(name, "profile-1.2.0"),
        ),
        (
            by.edit(
                f"Deployment/{name}",
                "spec.template.metadata.labels.component",
                "web",
                "site",
                relabel,
                manager="kubectl-patch",
            ),
        ),
        deliverer="helm",
    )
    name = "cart"
    port: Json = {
        "spec": {"ports": [{"port": 80, "$patch": "delete"}, {"name": "http", "port": 8080, "targetPort": "http"}]}
    }
    host: Json = {"metadata": {"annotations": {"nginx.ingress.kubernetes.io/ssl-redirect": "true"}}}
    yield Scenario(
        name,
        "ingress-missing-service-port",
        f"Ingress/{name}",
        "a person changed the port of the Service; helm, which owns the rules, had only annotated the Ingress",
        (*app(name), made.ingress(name, 80)),
        (
            by.set_env(name, "LOCALE", "de"),
            by.scale(name, 2, 3),
            banner(name, "kubectl-patch"),
            history_limit(name),
            by.edit(
                f"Ingress/{name}",
                "metadata.annotations.nginx.ingress.kubernetes.io/ssl-redirect",
                None,
                "true",
                host,
                manager="helm",
            ),
        ),
        (by.edit(f"Service/{name}", "spec.ports[0].port", 80, 8080, port),),
        deliverer="helm",
    )
    name = "team-b"
    label: Json = {"metadata": {"labels": {"budget": "q4"}}}
    yield Scenario(
        name,
        "quota-exceeded",
        "ResourceQuota/team",
        "a person scaled beyond the quota; helm, which owns the quota, had only labeled it",
        (*app(name), made.quota("team", "4")),
        (
            by.set_env(name, "LOCALE", "de"),
            owner(name),
            banner(name, "kubectl-patch"),
            affinity(name),
            by.edit("ResourceQuota/team", "metadata.labels.budget", None, "q4", label, manager="helm"),
        ),
        (by.scale(name, 2, 7),),
        deliverer="helm",
        shown_by="entry without a time; Event ScalingReplicaSet",
    )
    name = "login"
    env: Json = container(name, {"env": [made.reference("TOKEN", "secretKeyRef", "login-db", "token")]})
    tag: Json = {"metadata": {"labels": {"team": "id"}}}
    yield Scenario(
        name,
        "missing-secret-key",
        "Secret/login-db",
        "a person made Pods read a key that the Secret never had; helm, which owns the Secret, had only labeled it",
        (*app(name), made.secret("login-db", user="login")),
        (
            by.set_requests(name, "70m", "50m"),
            by.scale(name, 2, 3),
            banner(name, "kubectl-patch"),
            affinity(name),
            by.edit("Secret/login-db", "metadata.labels.team", None, "id", tag, manager="helm"),
        ),
        (
            by.edit(
                f"Deployment/{name}", "spec.template.spec.containers[0].env[0].valueFrom", None, "login-db/token", env
            ),
        ),
        deliverer="helm",
    )


def _same_manager() -> Iterator[Scenario]:
    name = "thumbs"
    yield Scenario(
        name,
        "oom-killed",
        f"Deployment/{name}",
        "nobody changed the limit now: kubectl-set owns it for long, and its entry has a newer time",
        app(name),
        (
            by.set_env(name, "SIZE", "640"),
            by.label(f"Deployment/{name}", "tier", "media"),
            banner(name, "kubectl-patch"),
            owner(name, "Service"),
            by.set_env(name, "FORMAT", "webp"),
        ),
        revisions=(by.set_limit(name, "256Mi", "320Mi"),),
        outside=lambda world: world.memory.update({"thumbs": 500}),
        deliverer="helm",
    )
    name = "notes"
    yield Scenario(
        name,
        "missing-configmap",
        "ConfigMap/notes-config",
        "a person deleted the ConfigMap, which leaves no trace; then the Deployment was restarted",
        app(name),
        (
            by.set_env(name, "LOCALE", "de"),
            by.scale(name, 2, 3),
            affinity(name),
            owner(name),
            by.chart_label(name, "notes-0.2.0"),
        ),
        (
            Step(
                "ConfigMap/notes-config",
                "",
                "kubectl",
                "(present)",
                None,
                "kubectl delete configmap",
                lambda api, ns: api.delete("ConfigMap", ns, "notes-config"),
            ),
        ),
        trigger=by.restart(name),
        deliverer="helm",
        recorded=False,
        shown_by="nothing: the object is gone",
    )
    name = "quotes"
    ready: Json = container(name, {"readinessProbe": {"periodSeconds": 15}})
    yield Scenario(
        name,
        "readiness-probe-wrong-path",
        f"Deployment/{name}",
        "a person set an image that no longer serves /healthz; the edit of the probe's period before is innocent",
        app(name, "4.0.0"),
        (
            by.set_env(name, "LOCALE", "de"),
            by.scale(name, 2, 3),
            banner(name, "kubectl-patch"),
            affinity(name),
            by.edit(
                f"Deployment/{name}", "spec.template.spec.containers[0].readinessProbe.periodSeconds", 10, 15, ready
            ),
        ),
        (by.set_image(name, made.image(name, "4.0.0"), made.image(name, "5.0.0")),),
        deliverer="helm",
        world=lambda world: world.paths.update({made.image("quotes", "5.0.0"): {"/livez"}}),
    )
