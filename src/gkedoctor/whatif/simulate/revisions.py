"""Pod templates: the names of what is made of them, and whether a Pod was made of the present one."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from gkedoctor.graph import ref_of
from gkedoctor.graph.core.accessors import name_of, namespace_of
from gkedoctor.graph.objects.owners import template_of
from gkedoctor.snapshot.model import Object
from gkedoctor.whatif.simulate.world import World
from gkedoctor.whatif.state import uid_of

HASH = "pod-template-hash"
REVISION = "deployment.kubernetes.io/revision"


def revision_hash(template: Object) -> str:
    """A name for a template, as the controller's hash is one: the same for the same template."""
    text = json.dumps(_plain(template), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def _plain(template: Object) -> Any:
    """A template without the label that the Deployment controller adds."""
    metadata = dict(template.get("metadata") or {})
    labels = {key: value for key, value in (metadata.get("labels") or {}).items() if key != HASH}
    return {**template, "metadata": {**metadata, "labels": labels}}


def same_template(one: Object, other: Object) -> bool:
    """Whether two templates are equal, apart from the label of the Deployment controller."""
    return bool(_plain(one) == _plain(other))


def template_changed(world: World, item: Object) -> bool:
    """Whether the change gave a workload another Pod template than was recorded."""
    earlier = world.recorded(item)
    return earlier is not None and not same_template(template_of(earlier), template_of(item))


def new_pod(owner: Object, template: Object, suffix: str, extra: dict[str, str] | None = None) -> dict[str, Any]:
    """A Pod of a template, without status. `extra`: labels that the controller adds."""
    given = template.get("metadata") or {}
    reference = {
        "apiVersion": owner.get("apiVersion") or "apps/v1", "kind": owner["kind"], "name": name_of(owner),
        "uid": owner["metadata"].get("uid") or uid_of(ref_of(owner)), "controller": True, "blockOwnerDeletion": True,
    }  # fmt: skip
    metadata: dict[str, Any] = {
        "name": f"{name_of(owner)}-{suffix}",
        "namespace": namespace_of(owner),
        "labels": {**(given.get("labels") or {}), **(extra or {})},
        "ownerReferences": [reference],
    }
    if given.get("annotations"):
        metadata["annotations"] = given["annotations"]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": dict(template.get("spec") or {})}


def suffix_of(owner: Object, number: int) -> str:
    """Five characters for the number of a Pod, as `rand.SafeEncodeString` would have random ones."""
    text = f"{namespace_of(owner)}/{name_of(owner)}/{number}"
    letters = "bcdfghjklmnpqrstvwxz2456789"
    value = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    found = ""
    for _ in range(5):
        value, rest = divmod(value, len(letters))
        found += letters[rest]
    return found


def replicas_of(item: Object) -> int:
    """How many Pods a workload is to have."""
    replicas = (item.get("spec") or {}).get("replicas")
    return replicas if isinstance(replicas, int) else 1
