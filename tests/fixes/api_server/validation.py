"""What the API server refuses of an object, and of a change to one (pkg/apis/*/validation of Kubernetes 1.33).

What any object must be is the product's own table (`gkedoctor.manifests.validation`); it is asked of what a write adds.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gkedoctor.manifests.validation.table import refusals
from gkedoctor.snapshot.model import Object
from gkedoctor.snapshot.redaction.secret_facts import secret_facts
from gkedoctor.snapshot.shape_check import shape_error
from tests.fixes.api_server.schema import schema_problems

_IMMUTABLE = "field is immutable"
Rule = Callable[[Any, Any], Iterator[str]]


def problems_of(item: dict[str, Any], before: Object | None) -> list[str]:
    """Why an object is refused; empty where it is taken. `before`: what it was, None for a new one."""
    old = set(_of_any(before)) if before is not None else set()
    found = [problem for problem in _of_any(item) if problem not in old]
    if before is not None:
        for rule in _CHANGES.get(item["kind"], ()):
            found += rule(before, item)
    return found


def _of_any(item: Object) -> Iterator[str]:
    shape = shape_error(_collection(item), secret_facts(item) if item.get("kind") == "Secret" else item)
    if shape is not None:
        yield shape
        return
    yield from schema_problems(item)
    yield from (f"{refusal.path}: Invalid value: {refusal.reason}" for refusal in refusals(item))
    for rule in _CONTENT.get(str(item.get("kind")), ()):
        yield from rule(item)


def _collection(item: Object) -> str:
    from gkedoctor.snapshot.importers.names import collection_of_object

    return collection_of_object(str(item.get("apiVersion")), str(item.get("kind"))) or ""


def _frozen(*path: str) -> Rule:
    """A field that keeps its value."""

    def rule(before: Object, after: Object) -> Iterator[str]:
        old, new = _at(before, path), _at(after, path)
        if old is not None and old != new:
            yield f"{'.'.join(path)}: Invalid value: {_IMMUTABLE}"

    return rule


def _at(item: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        item = item.get(step) if isinstance(item, Mapping) else None
    return item


def _only(*names: str) -> Rule:
    """A spec of which only some fields change."""

    def rule(before: Object, after: Object) -> Iterator[str]:
        old, new = dict(before.get("spec") or {}), dict(after.get("spec") or {})
        changed = {k for k in old.keys() | new.keys() if old.get(k) != new.get(k)} - set(names)
        if changed:
            allowed = ", ".join(f"'{name}'" for name in names)
            yield (
                f"spec: Forbidden: updates to {before['kind'].lower()} spec for fields other than {allowed} are "
                f"forbidden ({', '.join(sorted(changed))})"
            )

    return rule


def _pod_changed(before: Object, after: Object) -> Iterator[str]:
    """ValidatePodUpdate."""
    old, new = dict(before.get("spec") or {}), dict(after.get("spec") or {})
    gated = bool(old.get("schedulingGates"))
    free = {"activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds", "schedulingGates"}
    if gated:
        free |= {"nodeSelector", "affinity"}
    for name in ("containers", "initContainers"):
        for spec in (old, new):
            if isinstance(spec.get(name), list):
                spec[name] = [{k: v for k, v in c.items() if k != "image"} for c in spec[name]]
    changed = {k for k in old.keys() | new.keys() if old.get(k) != new.get(k)} - free
    if changed:
        yield (
            "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`, "
            "`spec.initContainers[*].image`, `spec.activeDeadlineSeconds`, `spec.tolerations` (only additions to "
            f"existing tolerations), `spec.terminationGracePeriodSeconds` ({', '.join(sorted(changed))})"
        )


def _claim_changed(before: Object, after: Object) -> Iterator[str]:
    """ValidatePersistentVolumeClaimUpdate: only the request of a bound claim grows."""
    old, new = dict(before.get("spec") or {}), dict(after.get("spec") or {})
    resized = old.get("resources") != new.get("resources")
    for spec in (old, new):
        spec.pop("resources", None)
        spec.pop("volumeAttributesClassName", None)
    if not old.get("storageClassName"):
        old.pop("storageClassName", None)
        new.pop("storageClassName", None)
    if not old.get("volumeName"):
        new.pop("volumeName", None)
    if old != new:
        yield (
            "spec: Forbidden: spec is immutable after creation except resources.requests and "
            "volumeAttributesClassName for bound claims"
        )
    elif resized and not old.get("volumeName") and (before.get("status") or {}).get("phase") != "Bound":
        yield "spec: Forbidden: spec is immutable after creation except resources.requests for bound claims"


def _service_changed(before: Object, after: Object) -> Iterator[str]:
    """ValidateServiceUpdate."""
    old, new = before.get("spec") or {}, after.get("spec") or {}
    same_type = old.get("type", "ClusterIP") == new.get("type", "ClusterIP")
    if same_type and old.get("clusterIP") and old["clusterIP"] != new.get("clusterIP"):
        yield f"spec.clusterIP: Invalid value: {_IMMUTABLE}"
    if same_type and old.get("type") == "LoadBalancer" and old.get("loadBalancerClass") != new.get("loadBalancerClass"):
        yield "spec.loadBalancerClass: Invalid value: may not change once set"
    if new.get("loadBalancerClass") and new.get("type") != "LoadBalancer":
        yield "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'"


def _data_immutable(before: Object, after: Object) -> Iterator[str]:
    if before.get("immutable") and before.get("data") != after.get("data"):
        yield "data: Forbidden: field is immutable when `immutable` is set"


def _volume_changed(before: Object, after: Object) -> Iterator[str]:
    """ValidatePersistentVolumeUpdate: the source and where it is."""
    free = {"claimRef", "capacity", "persistentVolumeReclaimPolicy", "mountOptions", "storageClassName", "accessModes"}
    old, new = before.get("spec") or {}, after.get("spec") or {}
    if {k: v for k, v in old.items() if k not in free} != {k: v for k, v in new.items() if k not in free}:
        yield "spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation"


def _selects_template(item: Object) -> Iterator[str]:
    """ValidateDeploymentSpec and the like; those of the shipped table do the rest."""
    spec = item.get("spec") or {}
    wanted = (spec.get("selector") or {}).get("matchLabels") or {}
    labels = ((spec.get("template") or {}).get("metadata") or {}).get("labels")
    if labels is not None and any(labels.get(key) != value for key, value in wanted.items()):
        yield "spec.template.metadata.labels: Invalid value: `selector` does not match template `labels`"


def _base64_data(item: Object) -> Iterator[str]:
    for key, value in (item.get("data") or {}).items():
        try:
            base64.b64decode(str(value), validate=True)
        except (binascii.Error, ValueError):
            yield f"data[{key}]: Invalid value: illegal base64 data"


def _enum(path: tuple[str, ...], *values: str) -> Callable[[Object], Iterator[str]]:
    def rule(item: Object) -> Iterator[str]:
        value = _at(item, path)
        if value is not None and value not in values:
            supported = ", ".join(f'"{v}"' for v in values)
            yield f'{".".join(path)}: Unsupported value: "{value}": supported values: {supported}'

    return rule


def _webhooks(item: Object) -> Iterator[str]:
    for number, hook in enumerate(item.get("webhooks") or []):
        policy = hook.get("failurePolicy")
        if policy not in (None, "Ignore", "Fail"):
            yield f'webhooks[{number}].failurePolicy: Unsupported value: "{policy}"'
        client = hook.get("clientConfig") or {}
        if ("url" in client) == ("service" in client):
            yield f"webhooks[{number}].clientConfig: Required value: exactly one of url or service is required"


def _limits(item: Object) -> Iterator[str]:
    """ValidateResourceRequirements: no request above its limit."""
    from gkedoctor.graph.core.quantities import quantity

    spec = item.get("spec") or {}
    pod = (spec.get("template") or {}).get("spec") if "template" in spec else spec
    for number, container in enumerate((pod or {}).get("containers") or []):
        resources = container.get("resources") or {}
        for name, request in (resources.get("requests") or {}).items():
            limit = (resources.get("limits") or {}).get(name)
            asked, most = quantity(request), quantity(limit)
            if asked is not None and most is not None and asked > most:
                yield (
                    f'spec.template.spec.containers[{number}].resources.requests: Invalid value: "{request}": must be '
                    f"less than or equal to {name} limit of {limit}"
                )


def _mounts(item: Object) -> Iterator[str]:
    spec = item.get("spec") or {}
    pod = ((spec.get("template") or {}).get("spec") if "template" in spec else spec) or {}
    names = {volume.get("name") for volume in pod.get("volumes") or []}
    names |= {(claim.get("metadata") or {}).get("name") for claim in spec.get("volumeClaimTemplates") or []}
    for kind in ("containers", "initContainers"):
        for number, container in enumerate(pod.get(kind) or []):
            for mount in container.get("volumeMounts") or []:
                if mount.get("name") not in names:
                    yield f'spec.template.spec.{kind}[{number}].volumeMounts: Not found: "{mount.get("name")}"'


def _rolling(item: Object) -> Iterator[str]:
    """ValidateRollingUpdateDeployment."""
    spec = item.get("spec") or {}
    strategy = spec.get("strategy") or {}
    rolling = strategy.get("rollingUpdate")
    if strategy.get("type") == "Recreate" and rolling:
        yield "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"
    if (
        rolling
        and str(rolling.get("maxSurge", 1)) in ("0", "0%")
        and str(rolling.get("maxUnavailable", 1)) in ("0", "0%")
    ):
        yield "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: may not be 0 when `maxSurge` is 0"


def _budget(item: Object) -> Iterator[str]:
    spec = item.get("spec") or {}
    if spec.get("minAvailable") is not None and spec.get("maxUnavailable") is not None:
        yield "spec: Invalid value: minAvailable and maxUnavailable cannot be both set"


_TEMPLATED = (_limits, _mounts)
_CONTENT: Mapping[str, tuple[Callable[[Object], Iterator[str]], ...]] = {
    "Deployment": (
        _selects_template, *_TEMPLATED, _rolling, _enum(("spec", "strategy", "type"), "Recreate", "RollingUpdate"),
    ),
    "StatefulSet": (_selects_template, *_TEMPLATED),
    "DaemonSet": (_selects_template, *_TEMPLATED),
    "ReplicaSet": (_selects_template, *_TEMPLATED),
    "Job": _TEMPLATED,
    "Pod": _TEMPLATED,
    "Secret": (_base64_data,),
    "PodDisruptionBudget": (_budget,),
    "ValidatingWebhookConfiguration": (_webhooks,),
    "MutatingWebhookConfiguration": (_webhooks,),
    "CronJob": (_enum(("spec", "concurrencyPolicy"), "Allow", "Forbid", "Replace"),),
    "Service": (
        _enum(("spec", "externalTrafficPolicy"), "Cluster", "Local"),
        _enum(("spec", "ipFamilyPolicy"), "SingleStack", "PreferDualStack", "RequireDualStack"),
        _enum(("spec", "sessionAffinity"), "None", "ClientIP"),
    ),
}  # fmt: skip
_SELECTOR = _frozen("spec", "selector")
_CHANGES: Mapping[str, tuple[Rule, ...]] = {
    "Deployment": (_SELECTOR,),
    "ReplicaSet": (_SELECTOR,),
    "DaemonSet": (_SELECTOR,),
    "StatefulSet": (
        _only(
            "replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
            "persistentVolumeClaimRetentionPolicy", "minReadySeconds",
        ),
    ),
    "Job": (_frozen("spec", "template"), _SELECTOR, _frozen("spec", "completionMode")),
    "Pod": (_pod_changed,),
    "PersistentVolumeClaim": (_claim_changed,),
    "PersistentVolume": (_volume_changed,),
    "StorageClass": (
        _frozen("provisioner"), _frozen("parameters"), _frozen("reclaimPolicy"), _frozen("volumeBindingMode"),
    ),
    "Service": (_service_changed,),
    "Secret": (_frozen("type"), _data_immutable),
    "ConfigMap": (_data_immutable,),
    "RoleBinding": (_frozen("roleRef"),),
    "ClusterRoleBinding": (_frozen("roleRef"),),
    "PriorityClass": (_frozen("value"), _frozen("preemptionPolicy")),
    "IngressClass": (_frozen("spec", "controller"),),
    "CSIDriver": (_frozen("spec", "attachRequired"),),
}  # fmt: skip
