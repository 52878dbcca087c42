"""Changes as their clients make them: each step does one and says what it did, for the truth of a recording."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.changes.api import MERGE, Api

Json = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """One change: what is altered (`target` is Kind/name), by which field manager, and how it is done."""

    target: str
    path: str
    manager: str
    before: Any
    after: Any
    how: str
    do: Callable[[Api, str], object]


def label(target: str, key: str, value: str) -> Step:
    def do(api: Api, namespace: str) -> object:
        return api.kubectl("label", "-n", namespace, target, f"{key}={value}", "--overwrite")

    return Step(
        target, f"metadata.labels.{key}", "kubectl-label", None, value, f"kubectl label {target} {key}={value}", do
    )


def annotate(target: str, key: str, value: str) -> Step:
    def do(api: Api, namespace: str) -> object:
        return api.kubectl("annotate", "-n", namespace, target, f"{key}={value}", "--overwrite")

    return Step(
        target,
        f"metadata.annotations.{key}",
        "kubectl-annotate",
        None,
        value,
        f"kubectl annotate {target} {key}={value}",
        do,
    )


def scale(name: str, before: int, after: int) -> Step:
    def do(api: Api, namespace: str) -> object:
        return api.kubectl("scale", "-n", namespace, f"deployment/{name}", f"--replicas={after}")

    how = f"kubectl scale deployment {name} --replicas={after} (subresource scale)"
    return Step(f"Deployment/{name}", "spec.replicas", "kubectl", before, after, how, do)


def autoscale(name: str, before: int, after: int) -> Step:
    """What the HorizontalPodAutoscaler controller does: a PUT to the subresource, under its User-Agent."""

    def do(api: Api, namespace: str) -> object:
        place = f"/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale"
        current = api.request("GET", place)
        current["spec"]["replicas"] = after
        return api.request(
            "PUT",
            place,
            current,
            agent="kube-controller-manager/v1.36.0 (linux/amd64) kubernetes/horizontal-pod-autoscaler",
        )

    how = "HorizontalPodAutoscaler (subresource scale)"
    return Step(f"Deployment/{name}", "spec.replicas", "kube-controller-manager", before, after, how, do)


def set_env(name: str, key: str, value: str | None, before: str | None = None, *, index: int = 1) -> Step:
    argument = f"{key}-" if value is None else f"{key}={value}"

    def do(api: Api, namespace: str) -> object:
        return api.kubectl("set", "env", "-n", namespace, f"deployment/{name}", argument)

    path = f"spec.template.spec.containers[{name}].env[{index}].value"
    return Step(
        f"Deployment/{name}", path, "kubectl-set", before, value, f"kubectl set env deployment {name} {argument}", do
    )


def set_image(name: str, before: str, after: str) -> Step:
    def do(api: Api, namespace: str) -> object:
        return api.kubectl("set", "image", "-n", namespace, f"deployment/{name}", f"{name}={after}")

    path = f"spec.template.spec.containers[{name}].image"
    return Step(
        f"Deployment/{name}",
        path,
        "kubectl-set",
        before,
        after,
        f"kubectl set image deployment {name} {name}={after}",
        do,
    )


def set_requests(name: str, cpu: str, before: str) -> Step:
    def do(api: Api, namespace: str) -> object:
        return api.kubectl("set", "resources", "-n", namespace, f"deployment/{name}", f"--requests=cpu={cpu}")

    path = f"spec.template.spec.containers[{name}].resources.requests.cpu"
    return Step(
        f"Deployment/{name}",
        path,
        "kubectl-set",
        before,
        cpu,
        f"kubectl set resources deployment {name} --requests=cpu={cpu}",
        do,
    )


def restart(name: str) -> Step:
    def do(api: Api, namespace: str) -> object:
        return api.kubectl("rollout", "restart", "-n", namespace, f"deployment/{name}")

    path = "spec.template.metadata.annotations.kubectl.kubernetes.io/restartedAt"
    return Step(
        f"Deployment/{name}", path, "kubectl-rollout", None, "now", f"kubectl rollout restart deployment {name}", do
    )


def edit(target: str, path: str, before: Any, after: Any, change: Json, *, manager: str = "kubectl-edit") -> Step:
    """A strategic merge patch under a manager: `kubectl edit`, `kubectl patch`, and Helm 3 (operation Update)."""
    kind, name = target.split("/")
    how = {
        "kubectl-edit": f"kubectl edit {target}",
        "kubectl-patch": f"kubectl patch {target}",
        "helm": "helm upgrade (Update)",
    }[manager]
    return Step(
        target,
        path,
        manager,
        before,
        after,
        how,
        lambda api, namespace: api.patch(kind, namespace, name, change, manager),
    )


def json_merge(target: str, path: str, before: Any, after: Any, change: Json, manager: str) -> Step:
    kind, name = target.split("/")
    how = f"merge patch by {manager}"
    return Step(
        target,
        path,
        manager,
        before,
        after,
        how,
        lambda api, ns: api.patch(kind, ns, name, change, manager, form=MERGE),
    )


def data(name: str, key: str, value: str, manager: str, before: str | None = None) -> Step:
    """Sets a key of a ConfigMap: kubectl-patch by a patch, other managers by a server-side apply."""
    path = f"data.{key}"
    change = {"data": {key: value}}
    everything = {"MODE": "prod", key: value}  # a key that an Apply of its owner lacks is removed
    if manager == "kubectl-patch":
        return edit(f"ConfigMap/{name}", path, before, value, change, manager=manager)
    item = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": everything}
    return applied(item, path, before, value, manager)


def chart_label(name: str, value: str) -> Step:
    change = {"metadata": {"labels": {"helm.sh/chart": value}}}
    return edit(f"Service/{name}", "metadata.labels.helm.sh/chart", None, value, change, manager="helm")


def applied(item: Json, path: str, before: Any, after: Any, manager: str) -> Step:
    """A server-side apply of a whole manifest: what the manager owned and the manifest lacks is removed."""

    def do(api: Api, namespace: str) -> object:
        manifest = copy.deepcopy(item)
        manifest["metadata"]["namespace"] = namespace
        return api.apply(manifest, manager)

    target = f"{item['kind']}/{item['metadata']['name']}"
    return Step(target, path, manager, before, after, f"{manager} sync (Apply)", do)
