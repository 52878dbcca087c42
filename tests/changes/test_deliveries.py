"""What Argo CD and Flux record: shapes of their status as public documentation and issues show them."""

from __future__ import annotations

from typing import Any

import pytest

from gkedoctor.changes.history import changes_of
from gkedoctor.changes.whole_cluster import recorded_changes
from gkedoctor.graph import Graph
from gkedoctor.snapshot.intake import Gathered, build_snapshot
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.snapshot.pseudonyms import pseudonymized
from gkedoctor.snapshot.timestamps import parse_timestamp
from tests.changes.clusters import CREATED, IMAGE, RECORDED, Json, deployment, entry, service, snapshot, thing

COMMIT = "a1afe267b54f38b46b487f6e938a6fd508278c07"
BEGIN, END, WRITTEN = "2026-11-29T12:29:50Z", "2026-11-29T12:30:05Z", "2026-11-29T12:30:00Z"

COLLECTIONS = {
    "Application": "applications.argoproj.io",
    "Kustomization": "kustomizations.kustomize.toolkit.fluxcd.io",
    "HelmRelease": "helmreleases.helm.toolkit.fluxcd.io",
}
VERSIONS = {
    "Application": "argoproj.io/v1alpha1",
    "Kustomization": "kustomize.toolkit.fluxcd.io/v1",
    "HelmRelease": "helm.toolkit.fluxcd.io/v2",
}


def tool(kind: str, **status: Any) -> Json:
    return thing(kind, "shop", version=VERSIONS[kind], status=status)


def with_tools(*items: Json) -> Snapshot:
    gathered = Gathered("test")
    custom = [item for item in items if item["kind"] in COLLECTIONS]
    gathered.add_snapshot(snapshot(*(item for item in items if item not in custom)))
    for item in custom:
        gathered.add(COLLECTIONS[item["kind"]], [item])
    return build_snapshot(gathered, recorded_at=parse_timestamp(RECORDED))


def listed(*items: Json) -> list[tuple[str, str | None, Any]]:
    graph = Graph(with_tools(*items))
    found = recorded_changes(graph, graph.clock.replace(hour=0), lambda ref: ref.kind in COLLECTIONS)
    return [(f"{one.at:%H:%M:%S}", one.by, one.after) for one in found if one.source != "creation"]


def synced(**fields: Any) -> Json:
    return {"id": 7, "revision": COMMIT, "deployStartedAt": BEGIN, "deployedAt": END} | fields


OPERATION = {
    "phase": "Succeeded", "startedAt": BEGIN, "finishedAt": END, "message": "successfully synced (all tasks run)",
    "operation": {"initiatedBy": {"automated": True}, "retry": {"limit": 5}, "sync": {"revision": COMMIT}},
    "syncResult": {"revision": COMMIT, "resources": []},
}  # fmt: skip


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        ({"history": [synced(initiatedBy={"username": "alice"})]}, ("12:30:05", "alice", "applied revision a1afe26")),
        (
            {"history": [synced(initiatedBy={"automated": True})], "operationState": OPERATION},
            ("12:30:05", "argocd-controller", "applied revision a1afe26"),
        ),
        ({"history": [synced(deployStartedAt=None, revision="0.2.0")]}, ("12:30:05", None, "applied revision 0.2.0")),
        (
            {"history": [synced(revision=None, revisions=[COMMIT, "1.2.0"], initiatedBy={})]},
            ("12:30:05", None, "applied revision a1afe26, 1.2.0"),
        ),
        (
            {"operationState": OPERATION | {"phase": "Failed", "message": "one or more objects failed to apply"}},
            ("12:30:05", "argocd-controller", "revision a1afe26 failed: one or more objects failed to apply"),
        ),
        (
            {"operationState": {"phase": "Running", "startedAt": BEGIN, "operation": OPERATION["operation"]}},
            ("12:29:50", "argocd-controller", "applying revision a1afe26"),
        ),
    ],
)
def test_syncs_of_argo_cd(status: Json, shown: tuple[str, str | None, str]) -> None:
    assert listed(tool("Application", **status)) == [shown]


def ready(status: str = "True", message: str = f"Applied revision: main@sha1:{COMMIT}", **fields: str) -> Json:
    return {"type": "Ready", "status": status, "reason": "ReconciliationSucceeded", "message": message,
            "lastTransitionTime": END} | fields  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "status", "shown"),
    [
        (
            "Kustomization",
            {"conditions": [ready()], "lastAppliedRevision": f"main@sha1:{COMMIT}",
             "lastAttemptedRevision": f"main@sha1:{COMMIT}"},
            ("12:30:05", "kustomize-controller", "applied revision main@sha1:a1afe26"),
        ),
        ("Kustomization", {"conditions": [ready()], "lastAppliedRevision": "main/abc123"},
         ("12:30:05", "kustomize-controller", "applied revision main/abc123")),
        (
            "Kustomization",
            {"conditions": [ready("False", "dry-run failed", reason="BuildFailed")],
             "lastAppliedRevision": "main@sha1:1111111", "lastAttemptedRevision": "main@sha1:2222222"},
            ("12:30:05", "kustomize-controller", "revision main@sha1:2222222 failed: dry-run failed"),
        ),
        (
            "Kustomization",
            {"conditions": [ready()], "lastAppliedRevision": "main@sha1:abc123", "history": [
                {"digest": "sha256:2", "firstReconciled": END, "lastReconciled": RECORDED,
                 "lastReconciledDuration": "15.2s", "lastReconciledStatus": "ReconciliationSucceeded",
                 "totalReconciliations": 5, "metadata": {"revision": f"main@sha1:{COMMIT}"}}]},
            ("12:30:05", "kustomize-controller", "applied revision main@sha1:a1afe26"),
        ),
        (
            "HelmRelease",
            {"history": [{"chartName": "podinfo", "chartVersion": "6.5.4", "version": 4, "status": "deployed",
                          "firstDeployed": CREATED, "lastDeployed": BEGIN, "digest": "sha256:1"}]},
            ("12:29:50", "helm-controller", "applied revision 4 (podinfo 6.5.4)"),
        ),
        ("HelmRelease", {"conditions": [ready(message="Release reconciliation succeeded")],
                         "lastAppliedRevision": "15.3.2"},
         ("12:30:05", "helm-controller", "applied revision 15.3.2")),
        (
            "HelmRelease",
            {"history": [{"chartName": "podinfo", "chartVersion": "6.5.4", "version": 5, "status": "failed",
                          "lastDeployed": BEGIN}]},
            ("12:29:50", "helm-controller", "revision 5 (podinfo 6.5.4) failed: the release failed"),
        ),
    ],
)  # fmt: skip
def test_reconciliations_of_flux(kind: str, status: Json, shown: tuple[str, str, str]) -> None:
    assert listed(tool(kind, **status)) == [shown]


@pytest.mark.parametrize(
    "status", [{}, {"history": "x"}, {"history": [None, {}], "conditions": [3]}, {"operationState": []}]
)
@pytest.mark.parametrize("kind", list(COLLECTIONS))
def test_a_status_without_a_delivery_says_nothing(kind: str, status: Json) -> None:
    assert listed(tool(kind, **status)) == []


def note(manager: str, item: Json, *tools: Json) -> str:
    item["metadata"]["managedFields"].append(entry(manager, WRITTEN, "spec/selector", "spec/minReadySeconds"))
    graph = Graph(with_tools(item, *tools))
    [kept] = graph.all(item["kind"])
    found = [one for one in changes_of(graph, kept) if one.by == manager]
    return found[0].note


def test_what_argo_cd_wrote_names_the_sync_and_who_started_it() -> None:
    resources = [{"kind": "Service", "version": "v1", "namespace": "shop", "name": "shop", "status": "Synced"}]
    app = tool("Application", history=[synced(initiatedBy={"username": "alice"})], resources=resources)
    assert note("argocd-controller", service(), app) == "Application shop/shop, revision a1afe26, started by alice"
    other = tool("Application", history=[synced(deployStartedAt=CREATED, deployedAt=CREATED)], resources=resources)
    assert note("argocd-controller", service(), other) == ""
    assert note("argocd-controller", service(), tool("Application", history=[synced()])) == ""
    assert note("kubectl-edit", service(), app) == ""


def test_what_flux_wrote_names_its_object_by_the_labels() -> None:
    release = tool("HelmRelease", history=[
        {"chartName": "podinfo", "chartVersion": "6.5.4", "version": 4, "status": "deployed", "lastDeployed": BEGIN},
        {"chartName": "podinfo", "chartVersion": "6.5.3", "version": 3, "status": "failed", "lastDeployed": CREATED},
    ])  # fmt: skip
    labelled = service()
    labelled["metadata"]["labels"] = {
        "helm.toolkit.fluxcd.io/name": "shop", "helm.toolkit.fluxcd.io/namespace": "shop"
    }  # fmt: skip
    assert note("helm-controller", labelled, release) == "HelmRelease shop/shop, revision 4 (podinfo 6.5.4)"
    assert note("helm-controller", service(), release) == ""


def test_people_who_started_syncs_get_pseudonyms() -> None:
    by = {"initiatedBy": {"username": "alice"}}
    app = tool("Application", history=[synced(**by)], operationState=OPERATION | {"operation": by})
    app["operation"] = by
    kept = pseudonymized(with_tools(app, deployment(entry("helm", WRITTEN, IMAGE))))
    text = str([dict(one) for one in kept.collection(COLLECTIONS["Application"]).objects])
    assert "alice" not in text
    assert text.count("user-1") == 3
