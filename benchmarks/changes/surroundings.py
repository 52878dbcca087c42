"""Faults that a change of Services, Ingresses, claims, Nodes or quotas brought, and faults from outside."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.changes import objects as made
from benchmarks.changes import steps as by
from benchmarks.changes.scenario import (
    Scenario,
    affinity,
    app,
    banner,
    history_limit,
    in_namespace,
    owner,
)
from benchmarks.changes.steps import Json, Step


def scenarios() -> Iterator[Scenario]:
    yield from _network()
    yield from _placement()
    yield from _outside()


def _network() -> Iterator[Scenario]:
    name = "basket"
    changed = made.service(name)
    changed["spec"]["selector"]["component"] = "frontend"
    yield Scenario(
        name,
        "service-selector-mismatch",
        f"Service/{name}",
        "helm upgrade (server-side apply) changed the selector of the Service",
        app(name),
        (
            by.set_env(name, "CURRENCY", "EUR"),
            by.label(f"Service/{name}", "team", "checkout"),
            banner(name, "kubectl-patch"),
            owner(name, "Service"),
            history_limit(name),
        ),
        (by.applied(changed, "spec.selector.component", "web", "frontend", "helm"),),
        deliverer="helm-apply",
    )
    name = "api"
    env = [{"name": "DB_HOST", "value": "ledgerdb"}, {"name": "DB_PORT", "value": "5432"}]
    database = made.deployment("ledgerdb", "16.2", replicas=1)
    database["spec"]["template"]["spec"]["containers"][0]["ports"] = [{"name": "http", "containerPort": 5432}]
    policy = made.deny_egress("default-deny-egress")
    yield Scenario(
        name,
        "network-policy-blocks",
        "NetworkPolicy/default-deny-egress",
        "a NetworkPolicy that allows only DNS was created; api cannot reach its database",
        (*app(name, env=env), database, made.service("ledgerdb", 5432), made.config("ledgerdb")),
        (
            by.scale(name, 2, 3),
            by.label(f"Deployment/{name}", "tier", "backend"),
            banner(name, "argocd-controller"),
            affinity(name),
            by.annotate("Deployment/ledgerdb", "acme.example/backup", "daily"),
        ),
        (
            Step(
                "NetworkPolicy/default-deny-egress",
                "",
                "kubectl-create",
                None,
                "(created)",
                "kubectl create -f policy.yaml",
                lambda api, ns: api.create(in_namespace(ns, policy), "kubectl-create"),
            ),
        ),
        outside=lambda world: world.crash.update({"api": "dial tcp: connecting to ledgerdb:5432: i/o timeout"}),
        shown_by="creationTimestamp",
    )
    name = "shopfront"
    after = {"spec": {"rules": made.ingress(name, 8081)["spec"]["rules"]}}
    yield Scenario(
        name,
        "ingress-missing-service-port",
        f"Ingress/{name}",
        "a person edited the backend's port of the Ingress to one that the Service does not have",
        (*app(name), made.ingress(name, 80)),
        (
            history_limit(name),
            by.annotate(f"Ingress/{name}", "nginx.ingress.kubernetes.io/proxy-body-size", "8m"),
            by.scale(name, 2, 3),
            by.label(f"Service/{name}", "team", "front"),
            banner(name, "argocd-controller"),
        ),
        (by.edit(f"Ingress/{name}", "spec.rules[0].http.paths[0].backend.service.port.number", 80, 8081, after),),
        deliverer="helm",
        shown_by="timed entry that owns f:rules (atomic)",
    )


def _placement() -> Iterator[Scenario]:
    name = "vault"
    options: Json = {
        "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "vault-data"}}],
        "mounts": [{"name": "data", "mountPath": "/data"}],
    }
    zero = by.scale(name, 1, 0)
    gone = Step(
        "PersistentVolumeClaim/vault-data",
        "",
        "",
        None,
        None,
        "",
        lambda api, ns: api.kubectl("delete", "pvc", "vault-data", "-n", ns, "--timeout=60s"),
    )
    recreated = Step(
        "PersistentVolumeClaim/vault-data",
        "spec.storageClassName",
        "kubectl-create",
        "standard-rwo",
        "premium-ssd",
        "kubectl delete pvc vault-data; kubectl create -f (another storage class)",
        lambda api, ns: api.create(in_namespace(ns, made.claim("vault-data", "premium-ssd")), "kubectl-create"),
    )
    yield Scenario(
        name,
        "storage-class-not-found",
        "PersistentVolumeClaim/vault-data",
        "the claim was deleted and created with a storage class that does not exist; the Deployment is scaled up again",
        (*app(name, replicas=1, **options), made.claim("vault-data", "standard-rwo")),
        (
            by.label("PersistentVolumeClaim/vault-data", "team", "sec"),
            owner(name),
            banner(name, "argocd-controller"),
            affinity(name),
            history_limit(name),
        ),
        (zero, gone, recreated),
        trigger=by.scale(name, 0, 1),
        deliverer="helm",
        shown_by="creationTimestamp; entry of the creation",
        cluster_items=(made.volume("pv-vault-data", "standard-rwo", "europe-west4-a"),),
    )
    name, batch = "batch", "gke-acme-batch-pool-31f0aa7c-q4xz"
    taint = Step(
        f"Node/{batch}",
        "spec.taints[0]",
        "kubectl-taint",
        None,
        [{"key": "dedicated", "value": "ml", "effect": "NoExecute"}],
        "kubectl taint node … dedicated=ml:NoExecute",
        lambda api, ns: api.kubectl("taint", "node", batch, "dedicated=ml:NoExecute"),
    )
    yield Scenario(
        name,
        "untolerated-taint",
        f"Deployment/{name}",
        "a person tainted the only Node of pool batch-pool; its Pods were evicted and get no Node",
        app(name, nodeSelector={"cloud.google.com/gke-nodepool": "batch-pool"}),
        (
            by.set_env(name, "SHARDS", "4"),
            by.scale(name, 2, 3),
            by.label(f"Node/{batch}", "acme.example/rack", "r9"),
            banner(name, "kubectl-patch"),
            owner(name),
        ),
        (taint,),
        accept_roots=("Node",),
        deliverer="kubectl",
    )
    name = "team-a"
    yield Scenario(
        name,
        "quota-exceeded",
        "ResourceQuota/team",
        "a person lowered the quota of Pods from 10 to 3 (kubectl edit), then the Deployment was restarted",
        (*app(name, replicas=3), made.quota("team", "10")),
        (
            by.set_env(name, "LOG_LEVEL", "debug"),
            by.label("ResourceQuota/team", "budget", "q4"),
            banner(name, "argocd-controller"),
            by.chart_label(name, "team-a-1.1.0"),
            owner(name),
        ),
        (by.edit("ResourceQuota/team", "spec.hard.pods", "10", "3", {"spec": {"hard": {"pods": "3"}}}),),
        trigger=by.restart(name),
        deliverer="kustomize-controller",
    )


def _outside() -> Iterator[Scenario]:
    name = "mailer"
    yield Scenario(
        name,
        "readiness-probe-failing",
        f"Deployment/{name}",
        "nobody changed anything: the application answers 503 to its readiness probe",
        app(name),
        (
            by.set_env(name, "RETRIES", "5"),
            by.edit(
                f"Deployment/{name}",
                "spec.template.spec.terminationGracePeriodSeconds",
                30,
                45,
                {"spec": {"template": {"spec": {"terminationGracePeriodSeconds": 45}}}},
            ),
            by.scale(name, 2, 3),
            banner(name, "argocd-controller"),
            owner(name, "Service"),
        ),
        outside=lambda world: world.probe_status.update({"mailer": 503}),
    )
    name = "invoice"
    yield Scenario(
        name,
        "oom-killed",
        f"Deployment/{name}",
        "nobody changed the limit: the program needs more memory with more load",
        app(name),
        (
            by.set_requests(name, "90m", "50m"),
            by.label(f"Deployment/{name}", "tier", "batch"),
            banner(name, "kubectl-patch"),
            by.chart_label(name, "invoice-5.0.2"),
            owner(name),
        ),
        outside=lambda world: world.memory.update({"invoice": 400}),
        deliverer="kubectl",
    )
    name = "atlas"
    evict = Step(
        "Pod",
        "",
        "cluster-autoscaler",
        None,
        None,
        "the cluster autoscaler evicted the Pods",
        lambda api, ns: [api.delete("Pod", ns, pod["metadata"]["name"]) for pod in api.get("Pod", ns)["items"]],
    )
    yield Scenario(
        name,
        "image-not-found",
        f"Deployment/{name}",
        "nobody changed anything: the image was removed from the registry, and Pods were moved to Nodes without it",
        app(name, "0.8.3"),
        (
            by.set_env(name, "ZOOM", "12"),
            by.scale(name, 2, 3),
            by.data("atlas-config", "TILES", "v2", "kubectl-patch"),
            affinity(name),
            by.label(f"Deployment/{name}", "tier", "maps"),
        ),
        outside=lambda world: world.missing_images.add(made.image("atlas", "0.8.3")),
        trigger=evict,
        deliverer="helm",
    )
    name, edge = "sensor", "gke-acme-edge-pool-90cd17be-v2mm"
    yield Scenario(
        name,
        "node-not-ready",
        f"Node/{edge}",
        "nobody changed anything: the only Node of pool edge-pool stopped reporting",
        app(name, nodeSelector={"cloud.google.com/gke-nodepool": "edge-pool"}),
        (
            by.set_env(name, "INTERVAL", "30"),
            by.label(f"Node/{edge}", "acme.example/rack", "r2"),
            by.scale(name, 2, 3),
            banner(name, "argocd-controller"),
            history_limit(name),
        ),
        outside=lambda world: world.dead_nodes.add(edge),
        late=True,
        accept_roots=("Node",),
        symptoms=(f"Deployment/{name}",),
    )
    name = "pay"
    yield Scenario(
        name,
        "container-crash-loop",
        f"Deployment/{name}",
        "nobody changed anything: a data file of the program is damaged, it exits with an error",
        app(name),
        (
            by.set_requests(name, "70m", "50m"),
            history_limit(name),
            by.chart_label(name, "pay-3.3.0"),
            banner(name, "kubectl-patch"),
            by.annotate(f"Deployment/{name}", "acme.example/oncall", "payments"),
        ),
        outside=lambda world: world.crash.update(
            {"pay": "panic: ledger file /var/lib/pay/ledger.db: checksum mismatch in page 1184"}
        ),
        deliverer="helm",
    )
