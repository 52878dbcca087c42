"""The Pods that controllers would make of templates, so that every edge that starts or ends at a Pod holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gkedoctor.graph import Ref, controller_ref
from gkedoctor.graph.objects.owners import WORKLOADS, template_of
from gkedoctor.graph.workloads.pods import PLANNED
from gkedoctor.snapshot.model import Object

_MARK = "~"
"""Between workload and kind in the name of a planned Pod: the API takes no such name, so no real Pod has it."""

_KINDS = {kind.lower(): kind for kind in WORKLOADS}

_REPORTS = ("Event", "Node", "VolumeAttachment", "ServiceNetworkEndpointGroup")
"""What is only ever written by a cluster about itself."""


def planned(objects: Mapping[Ref, Object]) -> Iterator[Object]:
    """What would be there after the files were applied: what stands in them, and a Pod for each template.

    What a controller in the files made (in files that were dumped from a cluster) is left out: its Pod stands for it.
    """
    for ref, item in objects.items():
        if ref.kind in _REPORTS or _is_made(ref, item, objects):
            continue
        yield {**item, "status": {"phase": PLANNED}} if ref.kind == "Pod" else item
        if ref.kind in WORKLOADS:
            yield from pod_of(item)


def pod_of(item: Object) -> Iterable[Object]:
    """The Pod of a workload's template, named `cart~deployment`; none where there is no template."""
    spec = item.get("spec")
    template = template_of(item) if isinstance(spec, dict) and _is_sound(spec) else None
    if not isinstance(template, dict) or not isinstance(template.get("spec"), dict):
        return []
    metadata, own = template.get("metadata") or {}, item["metadata"]
    owner = {"apiVersion": item.get("apiVersion"), "kind": item["kind"], "name": own["name"], "controller": True}
    return [
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                **{k: metadata[k] for k in ("labels", "annotations") if isinstance(metadata, dict) and k in metadata},
                "name": f"{own['name']}{_MARK}{item['kind'].lower()}",
                "namespace": own["namespace"],
                "ownerReferences": [owner],
            },
            "spec": template["spec"],
            "status": {"phase": PLANNED},
        }
    ]


_ORDINALS = 64
"""Claims of one template that are planned at most."""


def claims_of(item: Object) -> Iterator[tuple[Object, str]]:
    """The claims that a StatefulSet makes (`data-db-0`), each with the way to its template."""
    spec = item.get("spec")
    templates = spec.get("volumeClaimTemplates") if item["kind"] == "StatefulSet" and isinstance(spec, dict) else None
    replicas = spec.get("replicas") if isinstance(spec, dict) else None
    count = min(replicas, _ORDINALS) if isinstance(replicas, int) else 1
    own = item["metadata"]
    for i, template in enumerate(templates if isinstance(templates, list) else []):
        metadata = template.get("metadata") if isinstance(template, dict) else None
        if isinstance(metadata, dict):
            for ordinal in range(count):
                name = f"{metadata.get('name')}-{own['name']}-{ordinal}"
                named = {**metadata, "name": name, "namespace": own["namespace"]}
                claim = {**template, "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": named}
                yield claim, f"spec.volumeClaimTemplates[{i}]"


def _is_sound(spec: dict[str, Any]) -> bool:
    """Whether the way to a CronJob's template is one; the intake says later what is not."""
    job = spec.get("jobTemplate")
    return job is None or (isinstance(job, dict) and isinstance(job.get("spec"), dict))


def _is_made(ref: Ref, item: Object, objects: Mapping[Ref, Object]) -> bool:
    """Whether a controller makes it of something else in the files."""
    if ref.kind == "Endpoints":
        service = objects.get(Ref("Service", ref.name, ref.namespace), {})
        return bool((service.get("spec") or {}).get("selector"))
    references = item["metadata"].get("ownerReferences")
    if not isinstance(references, list) or not all(isinstance(r, dict) for r in references):
        return False
    owner = controller_ref(item)
    return owner is not None and Ref(str(owner.get("kind")), str(owner.get("name")), ref.namespace) in objects


def template_path(kind: str) -> str:
    """The way from a workload to its Pod template."""
    return "spec.jobTemplate.spec.template" if kind == "CronJob" else "spec.template"


def workload_ref(pod: Ref) -> Ref:
    """The workload of which a planned Pod is named."""
    name, _, kind = pod.name.rpartition(_MARK)
    return Ref(_KINDS[kind], name, pod.namespace)


def is_planned(ref: Ref) -> bool:
    """Whether the name is that of a Pod that a template would make."""
    return ref.kind == "Pod" and ref.name.rpartition(_MARK)[2] in _KINDS and _MARK in ref.name


_NAMED = re.compile(rf"{_MARK}(?:{'|'.join(kind.lower() for kind in WORKLOADS)})\b")


def names_planned(text: str) -> bool:
    """Whether a text names a planned Pod: nobody can look at that in a cluster."""
    return _NAMED.search(text) is not None
