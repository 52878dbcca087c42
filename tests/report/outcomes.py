"""Outcomes built by hand, for tests of how they are shown."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from gkedoctor.diagnose.model import (
    Consequence,
    Diagnosis,
    NotChecked,
    Outcome,
    ResolvedEvidence,
    ResolvedFix,
    RuledOutCause,
    UnconfirmedCause,
    Unexplained,
)
from gkedoctor.graph.core.ref import Ref
from gkedoctor.playbook.model import Confidence, Severity

POD = Ref("Pod", "cart-5d9c7f4b8-2xk9p", "shop")

MISSING_SECRET = Diagnosis(
    fingerprint="6f1c0a9e4b7d2c35",
    playbook="GKE-CFG-001",
    cause="missing-secret",
    confidence=Confidence.CERTAIN,
    severity=Severity.CRITICAL,
    root=Ref("Secret", "shop-db", "shop"),
    title="Secret shop-db does not exist, so 2 pods of Deployment cart cannot start",
    explains=(
        Consequence(Ref("Ingress", "shop", "shop"), "backend UNHEALTHY, answers 502"),
        Consequence(Ref("Deployment", "cart", "shop"), "0 of 2 replicas available"),
    ),
    evidence=(
        ResolvedEvidence(
            POD, "status.containerStatuses[0].state.waiting.message", 'secret "shop-db" not found', "the kubelet says"
        ),
        ResolvedEvidence(
            POD, "spec.containers[0].env[2].valueFrom.secretKeyRef", {"name": "shop-db", "key": "password"}
        ),
        ResolvedEvidence(Ref("Event", "cart.17f2", "shop"), "count", 41),
    ),
    ruled_out=(RuledOutCause("missing-secret-key", "there is no Secret that could lack a key"),),
    not_known=(UnconfirmedCause("admission-denied", "events: forbidden"),),
    fix=ResolvedFix(
        "Create Secret shop-db in namespace shop, or correct the name where it is asked for.",
        ("kubectl -n shop create secret generic shop-db --from-literal=password='a b' --from-literal=user=shop",),
    ),
    verify=("kubectl -n shop get secret shop-db", "kubectl -n shop get pods -l app=cart"),
    docs=("https://kubernetes.io/docs/concepts/configuration/secret/", "https://kubernetes.io/docs/tasks/"),
    since="2026-11-22T11:52:28Z",
)

HEALTHY = Outcome(
    source="kubectl get",
    cluster="teratail",
    project="teratail-prod",
    location="asia-northeast1-a",
    recorded_at=datetime(2026, 11, 22, 12, 0, 41, tzinfo=UTC),
    live=False,
    complete=True,
    not_checked=(),
    diagnoses=(),
    unexplained=(),
    looked_at={"pods": 18, "services": 1, "nodes": 3},
)

SICK = msgspec.structs.replace(
    HEALTHY,
    complete=False,
    diagnoses=(MISSING_SECRET,),
    unexplained=(
        Unexplained(
            Ref("Pod", "etl-0", "batch"),
            "container etl restarts again and again",
            (UnconfirmedCause("oom-killed", "logs: not in this recording"),),
        ),
    ),
    not_checked=(
        NotChecked("compute.addresses", "not_asked", "compute.addresses.list", "not in this recording"),
        NotChecked("compute.firewalls", "not_asked", "compute.firewalls.list", "not in this recording"),
        NotChecked("compute.healthChecks", "not_asked", "compute.healthChecks.list", "not in this recording"),
        NotChecked("compute.urlMaps", "not_asked", "compute.urlMaps.list", "not in this recording"),
        NotChecked("events", "denied", "list events", "forbidden"),
    ),
)


def with_diagnosis(**changes: object) -> Outcome:
    """The sick cluster with a changed diagnosis."""
    return msgspec.structs.replace(SICK, diagnoses=(msgspec.structs.replace(MISSING_SECRET, **changes),))


def many(count: int) -> Outcome:
    """So many findings of one kind, in seven namespaces."""
    found = [
        msgspec.structs.replace(
            MISSING_SECRET,
            fingerprint=f"{i:016x}",
            root=Ref("Secret", f"mail-{i:03}", f"team-{i % 7}"),
            title=f"Secret mail-{i:03} does not exist, so 2 pods of Deployment mail-{i:03} cannot start",
        )
        for i in range(count)
    ]
    return msgspec.structs.replace(HEALTHY, diagnoses=tuple(found))
