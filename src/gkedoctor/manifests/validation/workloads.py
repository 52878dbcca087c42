"""Pods, what makes them, and what scales and guards them."""

from __future__ import annotations

from collections.abc import Iterator

from gkedoctor.graph.core.label_selectors import matches, matches_map
from gkedoctor.graph.objects.owners import template_of
from gkedoctor.manifests.planned import template_path
from gkedoctor.manifests.validation import containers
from gkedoctor.manifests.validation.metadata import labels_refused
from gkedoctor.manifests.validation.refusal import LABEL, Refusal, is_label, repeated
from gkedoctor.snapshot.model import Object

_COMMON = (
    containers.unnamed,
    containers.ports_refused,
    containers.env_refused,
    containers.mounts_refused,
    containers.resources_refused,
)
_RULES = (
    ("containers", (*_COMMON, containers.probes_refused)),
    ("initContainers", (*_COMMON, containers.probes_of_init_refused)),
)


def template_refused(item: Object) -> Iterator[Refusal]:
    """apps, batch, core: ValidatePodTemplateSpec, ValidatePodSpec. Of a StatefulSet it is the Pods that are refused."""
    kind, template = item["kind"], template_of(item)
    spec = template.get("spec")
    if spec is None or _is_fragment(item, spec):
        return
    above = "" if kind == "Pod" else template_path(kind)
    claims = (item.get("spec") or {}).get("volumeClaimTemplates") or []
    brought = {(claim.get("metadata") or {}).get("name") for claim in claims}
    found = [*containers_refused(spec), *volumes_refused(spec, brought), *restart_refused(kind, spec)]
    yield from (one.below(f"{above}.spec".lstrip(".")) for one in found)
    if above:
        yield from (one.below(f"{above}.metadata") for one in labels_refused(template.get("metadata") or {}))


def _is_fragment(item: Object, spec: Object) -> bool:
    """Whether it is a patch, which others complete: nothing in it has an image."""
    return item["kind"] != "Pod" and not any(c.get("image") for c in spec.get("containers") or [])


def containers_refused(spec: Object) -> Iterator[Refusal]:
    """core: validateContainers, validateInitContainers."""
    names = []
    for field, rules in _RULES:
        for i, container in enumerate(spec.get(field) or []):
            names.append((f"{field}[{i}].name", container.get("name")))
            yield from (one.below(f"{field}[{i}]") for rule in rules for one in rule(container))
    for i, name in repeated(name for _, name in names):
        yield Refusal(names[i][0], f'two containers have the name "{name}"')


def volumes_refused(spec: Object, brought: set[str | None]) -> Iterator[Refusal]:
    """core: ValidateVolumes, ValidateVolumeMounts. `brought`: names of a StatefulSet's claims."""
    volumes = spec.get("volumes") or []
    names = [volume.get("name") for volume in volumes]
    for i, name in enumerate(names):
        if not is_label(name or ""):
            yield Refusal(
                f"volumes[{i}].name",
                f'"{name}" is not a valid volume name: {LABEL}' if name else "the name is missing",
            )
    for i, name in repeated(names):
        yield Refusal(f"volumes[{i}].name", f'two volumes have the name "{name}"')
    known = {*names, *brought}
    for field in ("containers", "initContainers"):
        for i, container in enumerate(spec.get(field) or []):
            for j, mount in enumerate(container.get("volumeMounts") or []):
                if mount.get("name") not in known:
                    path = f"{field}[{i}].volumeMounts[{j}].name"
                    yield Refusal(path, f'"{mount.get("name")}" is not a volume of the Pod')


def restart_refused(kind: str, spec: Object) -> Iterator[Refusal]:
    """batch: validateJobSpec; core: ValidatePodTemplateSpecForRC; apps: likewise. Always where it is not given."""
    policy = spec.get("restartPolicy") or "Always"
    if kind in ("Job", "CronJob") and policy == "Always":
        yield Refusal("restartPolicy", f"restartPolicy of a {kind} must be OnFailure or Never")
    elif kind not in ("Job", "CronJob", "Pod") and policy != "Always":
        yield Refusal("restartPolicy", f"restartPolicy of a {kind} must be Always")
    elif policy not in ("Always", "OnFailure", "Never"):
        yield Refusal("restartPolicy", f'restartPolicy "{policy}" is not one of Always, OnFailure, Never')


def selector_refused(item: Object) -> Iterator[Refusal]:
    """apps: ValidateDeploymentSpec and its sisters; of apps/v1 alone, older ones take the selector from the labels."""
    spec = item.get("spec") or {}
    selector, template = spec.get("selector"), spec.get("template")
    if template is None:
        return
    labels = (template.get("metadata") or {}).get("labels")
    if not selector or not (selector.get("matchLabels") or selector.get("matchExpressions")):
        if not _is_fragment(item, template.get("spec") or {}):
            yield Refusal("spec.selector", "selector is missing: set matchLabels to labels of the Pod template")
    elif not matches(selector, labels):
        yield Refusal("spec.selector", "selector does not match the labels of its own Pod template")


def replication_selector_refused(item: Object) -> Iterator[Refusal]:
    """core: ValidatePodTemplateSpecForRC. Without a selector, the labels are taken for it."""
    spec = item.get("spec") or {}
    labels = ((spec.get("template") or {}).get("metadata") or {}).get("labels")
    if spec.get("template") is not None and not matches_map(spec.get("selector"), labels):
        yield Refusal("spec.selector", "selector does not match the labels of its own Pod template")


def budget_refused(spec: Object) -> Iterator[Refusal]:
    """policy: ValidatePodDisruptionBudgetSpec."""
    if spec.get("minAvailable") is not None and spec.get("maxUnavailable") is not None:
        yield Refusal("maxUnavailable", "minAvailable and maxUnavailable cannot both be set")


def autoscaler_refused(spec: Object) -> Iterator[Refusal]:
    """autoscaling: validateHorizontalPodAutoscalerSpec."""
    least, most = spec.get("minReplicas"), spec.get("maxReplicas")
    if not most or most < 1:
        yield Refusal("maxReplicas", "maxReplicas must be at least 1")
    elif least is not None and least > most:
        yield Refusal("maxReplicas", f"maxReplicas {most} is less than minReplicas {least}")
