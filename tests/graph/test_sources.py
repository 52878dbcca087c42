"""Who writes an object again: Helm, Argo CD, Flux, Config Sync, an add-on, an operator's object."""

from __future__ import annotations

from typing import Any

import pytest

from gkedoctor.graph import Graph, Ref
from gkedoctor.graph.objects.sources import source_of
from tests.diagnose.toys import obj, snapshot

KAFKA = [{"apiVersion": "kafka.strimzi.io/v1beta2", "kind": "Kafka", "name": "orders", "uid": "1", "controller": True}]


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        # https://helm.sh/docs/chart_best_practices/labels/
        ({"annotations": {"meta.helm.sh/release-name": "web"}}, "Helm release web"),
        # https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/
        (
            {"annotations": {"argocd.argoproj.io/tracking-id": "argocd_cart:apps/Deployment:shop/cart"}},
            "Argo CD Application argocd/cart",
        ),
        ({"labels": {"argocd.argoproj.io/instance": "cart"}}, "Argo CD Application cart"),
        # https://fluxcd.io/flux/components/kustomize/kustomizations/
        (
            {
                "labels": {
                    "kustomize.toolkit.fluxcd.io/name": "apps",
                    "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
                }
            },
            "Flux Kustomization flux-system/apps",
        ),
        # Flux installs charts by Helm, and its HelmRelease is what people edit.
        (
            {
                "labels": {"helm.toolkit.fluxcd.io/name": "web", "helm.toolkit.fluxcd.io/namespace": "shop"},
                "annotations": {"meta.helm.sh/release-name": "web"},
            },
            "Flux HelmRelease shop/web",
        ),
        ({"annotations": {"configmanagement.gke.io/managed": "enabled"}}, "Config Sync"),
        ({"labels": {"addonmanager.kubernetes.io/mode": "Reconcile"}}, "the add-on manager of GKE"),
        ({"ownerReferences": KAFKA}, "Kafka shop/orders"),
        ({}, None),
    ],
)
def test_the_source_of_an_object(metadata: dict[str, Any], expected: str | None) -> None:
    item = obj("ConfigMap", "cart", metadata=metadata)
    assert source_of(Graph(snapshot(item)), Ref("ConfigMap", "cart", "shop")) == expected
