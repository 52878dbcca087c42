"""Who holds the manifest of an object and writes it again: a Helm release, an Argo CD or Flux application, an add-on.

A change of the object alone lasts until the next upgrade or sync.
"""

from __future__ import annotations

from collections.abc import Callable

from gkedoctor.graph.core.accessors import annotations_of, labels_of, namespace_of
from gkedoctor.graph.core.graph import Graph
from gkedoctor.graph.core.ref import Ref
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.owners import controller_ref
from gkedoctor.snapshot.kinds import is_built_in
from gkedoctor.snapshot.model import Object


def source_of(graph: Graph, ref: Ref) -> str | None:
    """What writes the object again, as `Helm release shop/web`; None where that is not known.

    Sources: labels and annotations of https://helm.sh/docs/chart_best_practices/labels/,
    https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/,
    https://fluxcd.io/flux/components/kustomize/kustomizations/ and https://fluxcd.io/flux/components/helm/helmreleases/,
    https://cloud.google.com/kubernetes-engine/config-sync/docs/reference/declarable-annotations.
    """
    item = graph.find(ref.kind, ref.namespace, ref.name) if is_built_in(ref.kind) else None
    if item is None or isinstance(item, Unknown):
        return None
    return next((found for reader in _READERS if (found := reader(item)) is not None), None)


def _of_flux(item: Object) -> str | None:
    labels = labels_of(item)
    for kind, prefix in (("Kustomization", "kustomize"), ("HelmRelease", "helm")):
        name = labels.get(f"{prefix}.toolkit.fluxcd.io/name")
        if name:
            return f"Flux {kind} {_joined(labels.get(f'{prefix}.toolkit.fluxcd.io/namespace'), name)}"
    return None


def _of_argo_cd(item: Object) -> str | None:
    tracked = annotations_of(item).get("argocd.argoproj.io/tracking-id") or ""
    name = tracked.partition(":")[0] or labels_of(item).get("argocd.argoproj.io/instance")
    return f"Argo CD Application {name.replace('_', '/')}" if name else None


def _of_config_sync(item: Object) -> str | None:
    is_managed = annotations_of(item).get("configmanagement.gke.io/managed") == "enabled"
    return "Config Sync" if is_managed else None


def _of_helm(item: Object) -> str | None:
    annotations = annotations_of(item)
    name = annotations.get("meta.helm.sh/release-name")
    return f"Helm release {_joined(annotations.get('meta.helm.sh/release-namespace'), name)}" if name else None


def _of_add_on(item: Object) -> str | None:
    is_add_on = labels_of(item).get("addonmanager.kubernetes.io/mode") == "Reconcile"
    return "the add-on manager of GKE" if is_add_on else None


def _of_owner(item: Object) -> str | None:
    """The object of an operator that made it."""
    owner = controller_ref(item)
    if owner is None or is_built_in(str(owner.get("kind"))):
        return None
    return f"{owner.get('kind')} {_joined(namespace_of(item), str(owner.get('name')))}"


_READERS: tuple[Callable[[Object], str | None], ...] = (
    _of_owner, _of_flux, _of_argo_cd, _of_config_sync, _of_helm, _of_add_on,
)  # fmt: skip


def _joined(namespace: str | None, name: str) -> str:
    return f"{namespace}/{name}" if namespace else name
