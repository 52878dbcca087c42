"""Changes as their clients make them: each step does one and says what it did, for the truth of a recording."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.changes.api import Api

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
    return _marked("label", target, key, value)


def annotate(target: str, key: str, value: str) -> Step:
    return _marked("annotate", target, key, value)


def _marked(verb: str, target: str, key: str, value: str) -> Step:
    def do(api: Api, namespace: str) -> object:
        return api.kubectl(verb, "-n", namespace, target, f"{key}={value}", "--overwrite")

    how = f"kubectl {verb} {target} {key}={value}"
    place = {"label": "labels", "annotate": "annotations"}[verb]
    return Step(target, f"metadata.{place}.{key}", f"kubectl-{verb}", None, value, how, do)


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


def set_env(
    name: str, key: str, value: str | None, before: str | None = None, *, index: int = 1, kind: str = "Deployment"
) -> Step:
    argument = f"{key}-" if value is None else f"{key}={value}"
    return _set(kind, name, f"env[{index}].value", before, value, "env", argument)


def set_image(name: str, before: str, after: str, *, kind: str = "Deployment") -> Step:
    return _set(kind, name, "image", before, after, "image", f"{name}={after}")


def set_requests(name: str, cpu: str, before: str) -> Step:
    return _set("Deployment", name, "resources.requests.cpu", before, cpu, "resources", f"--requests=cpu={cpu}")


def set_limit(name: str, before: str, after: str) -> Step:
    field, argument = "resources.limits.memory", f"--limits=memory={after}"
    return _set("Deployment", name, field, before, after, "resources", argument)


def _set(kind: str, name: str, field: str, before: str | None, after: str | None, verb: str, argument: str) -> Step:
    """`kubectl set VERB`, which changes a field of the container that has the name of its workload."""

    def do(api: Api, namespace: str) -> object:
        return api.kubectl("set", verb, "-n", namespace, f"{kind.lower()}/{name}", argument)

    path = f"spec.template.spec.containers[{name}].{field}"
    how = f"kubectl set {verb} {kind.lower()} {name} {argument}"
    return Step(f"{kind}/{name}", path, "kubectl-set", before, after, how, do)


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
