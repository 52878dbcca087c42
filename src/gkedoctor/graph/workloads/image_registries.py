"""Images in registries that were shut down: Container Registry (gcr.io) and k8s.gcr.io.

Container Registry takes no images since 2025-03-18 and gives none away since later that year. The names live on where
Artifact Registry has a gcr.io repository of the project, and for what Google and others publish there
(cloud.google.com/artifact-registry/docs/transition/prepare-gcr-shutdown). k8s.gcr.io is frozen since 2023-04-03 and
leads to registry.k8s.io (kubernetes.io/blog/2023/03/10/image-registry-redirect).
"""

from __future__ import annotations

from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.objects.owners import WORKLOADS, controller_ref, template_of
from gkedoctor.lazy_regex import lazy
from gkedoctor.snapshot.model import Object

_IMAGE = lazy(r"(?P<host>(?:(?:us|eu|asia|k8s)\.)?gcr\.io)/(?P<path>(?P<project>(?:[^/:]+\.[^/:]+:)?[^/:@]+).*)")
"""The project is the first part, `example.com:shop` where a domain owns it."""
_PUBLIC = frozenset(
    (
        "cadvisor", "cloud-builders", "cloud-marketplace", "cloud-spanner-emulator", "cloud-sql-connectors",
        "cloudsql-docker", "cos-cloud", "distroless", "endpoints-release", "etcd-development", "gke-release",
        "go-containerregistry", "google-appengine", "google-containers", "google-samples", "google.com",
        "google_appengine", "google_containers", "google_samples", "k8s-minikube", "k8s-skaffold",
        "kaniko-project", "knative-nightly", "knative-releases", "knative-samples", "kubebuilder",
        "kubeflow-images-public", "ml-pipeline", "projectsigstore", "stackdriver-agents", "tekton-releases",
        "tfx-oss-public", "vertex-ai",
    )
)  # fmt: skip
"""Projects that publish images for everybody."""
_MOVED = (
    ("docker.io/bitnami/", "docker.io/bitnamilegacy/"),  # github.com/bitnami/containers/issues/83267
    ("gcr.io/kubebuilder/", "registry.k8s.io/kubebuilder/"),  # github.com/kubernetes-sigs/kubebuilder/discussions/3907
    ("k8s.gcr.io/", "registry.k8s.io/"),
    ("gcr.io/google-containers/", "registry.k8s.io/"),
    ("gcr.io/google_containers/", "registry.k8s.io/"),
    ("us.gcr.io/k8s-artifacts-prod/", "registry.k8s.io/"),
    ("eu.gcr.io/k8s-artifacts-prod/", "registry.k8s.io/"),
    ("asia.gcr.io/k8s-artifacts-prod/", "registry.k8s.io/"),
    ("gcr.io/kubernetes-helm/tiller", "ghcr.io/helm/tiller"),  # helm.sh/blog/new-location-stable-incubator-charts
    ("quay.io/coreos/kube-rbac-proxy", "quay.io/brancz/kube-rbac-proxy"),
    ("quay.io/coreos/kube-state-metrics", "registry.k8s.io/kube-state-metrics/kube-state-metrics"),
    ("quay.io/kubernetes-ingress-controller/nginx-ingress-controller", "registry.k8s.io/ingress-nginx/controller"),
    ("registry.opensource.zalan.do/acid/", "ghcr.io/zalando/"),
    ("docker.pkg.github.com/", "ghcr.io/"),  # docs.github.com, migrating to the Container registry
)
"""Catalogs that their publisher has moved, and where to: names that no registry has any more."""


@edge("moved_images", "Pod", record="MovedImageRecord")
def moved_images(_graph: Graph, pod: Object) -> Facts:
    """The containers whose image its publisher has moved elsewhere: {container, image, instead}."""
    spec = pod.get("spec") or {}
    containers = [*(spec.get("initContainers") or []), *(spec.get("containers") or [])]
    return [r for c in containers if (r := _moved(c)) is not None]


def _moved(container: Object) -> Record | None:
    image = str(container.get("image"))
    host, path = registry_and_path(image)
    whole = f"{host.removeprefix('index.')}/{path}"
    new = next((now + whole.removeprefix(old) for old, now in _MOVED if whole.startswith(old)), None)
    return {"container": container.get("name"), "image": image, "instead": new} if new is not None else None


def registry_and_path(image: str) -> tuple[str, str]:
    """The host of the registry that an image is pulled from, and the rest of its name."""
    host, slash, path = image.partition("/")
    has_host = slash and (host == "localhost" or "." in host or ":" in host)
    return (host, path) if has_host else ("docker.io", image)


@edge("retired_images", "Pod", *WORKLOADS, reads=("Pod",), record="RetiredImageRecord")
def retired_images(graph: Graph, item: Object) -> Facts:
    """The containers whose image has a name of a registry that was shut down: {container, image, host, instead, spec}.

    Left out is what Google and others publish, and what runs in the cluster under that very name. Nothing for an
    object that a controller made: its template is what has to be changed.
    """
    if controller_ref(item) is not None:
        return []
    spec = template_of(item).get("spec") or {}
    running = graph.index(_running)
    containers = [*(spec.get("initContainers") or []), *(spec.get("containers") or [])]
    found = [r for c in containers if (r := _record(c)) is not None]
    return [r for r in found if r["image"] not in running]


def _record(container: Object) -> Record | None:
    image = str(container.get("image"))
    found = _IMAGE.fullmatch(image)
    if found is None or found["project"] in _PUBLIC or found["project"].startswith("k8s-staging-"):
        return None
    frozen = "k8s" in found["host"]
    return {
        "container": container.get("name"), "spec": container, "image": image, "host": found["host"], "frozen": frozen,
        "project": found["project"], "instead": f"registry.k8s.io/{found['path']}" if frozen else None,
    }  # fmt: skip


def _running(graph: Graph) -> frozenset[str]:
    """The images that a node could pull: the container has run."""
    return frozenset(
        str(container.get("image"))
        for pod in graph.everywhere("Pod")
        for container, status in _pairs(pod)
        if status.get("imageID")
    )


def _pairs(pod: Object) -> list[tuple[Object, Object]]:
    spec, status = pod.get("spec") or {}, pod.get("status") or {}
    states = {s.get("name"): s for s in status.get("containerStatuses") or []}
    return [(c, states.get(c.get("name")) or {}) for c in spec.get("containers") or []]
