"""The manifests that somebody applied to make a recorded cluster: what is in it, without all that a cluster added."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from gkedoctor.manifests.loading import Manifests, read_text
from gkedoctor.snapshot.kinds import COLLECTIONS
from gkedoctor.snapshot.model import Object
from tests.conftest import recorded

_BY_CLUSTER = ("Event", "Endpoints", "EndpointSlice", "ServiceNetworkEndpointGroup", "Lease", "VolumeAttachment")
"""What nobody writes by hand (hand-made Endpoints have no Service with a selector; no recording has any)."""

_OF_METADATA = ("name", "namespace", "labels", "annotations")
_ADDED = ("autoscaling.alpha.kubernetes.io/", "deployment.kubernetes.io/", "kubectl.kubernetes.io/",
          "pv.kubernetes.io/", "ingress.kubernetes.io/", "volume.kubernetes.io/",
          "cloud.google.com/neg-status")  # fmt: skip
_SPEC_ADDED = {
    "Service": ("clusterIP", "clusterIPs", "healthCheckNodePort"),
    "PersistentVolumeClaim": ("volumeName",),
    "Pod": ("nodeName",),
}


BESIDE = {
    "hpa-no-requests": {("hpa-missing-requests", "Deployment/shopapi")},
    "secret-double-base64": {("secret-value-encoding", "Secret/api-keys")},
}
"""True as well, and hidden in the recording behind a graver fault."""


@cache
def manifests(name: str) -> Manifests:
    """What a user would have in a directory for recording `name`: its namespaces but those of the system."""
    items = [_written(item) for item in _applied(name)]
    return read_text(f"{name}.yaml", "\n".join(msgspec.json.encode(item).decode() for item in items))


def _applied(name: str) -> list[Object]:
    found = []
    for collection in recorded(name).collections.values():
        kind = COLLECTIONS.get(collection.name)
        if kind is None or kind.cloud or not kind.namespaced or kind.name in _BY_CLUSTER:
            continue
        found += [item for item in collection.objects if not _is_of_cluster(item)]
    return found


def _is_of_cluster(item: Object) -> bool:
    metadata = item["metadata"]
    own = (item["kind"], metadata["name"])
    builtin = own in (("ServiceAccount", "default"), ("ConfigMap", "kube-root-ca.crt"), ("Service", "kubernetes"))
    return builtin or metadata["namespace"].startswith(("kube-", "gke-", "gmp-")) or "ownerReferences" in metadata


def _written(item: Object) -> Any:
    metadata = {key: item["metadata"][key] for key in _OF_METADATA if key in item["metadata"]}
    notes = {k: v for k, v in metadata.pop("annotations", {}).items() if not k.startswith(_ADDED)}
    written = {key: value for key, value in item.items() if key != "status"}
    written["metadata"] = metadata | ({"annotations": notes} if notes else {})
    added = _SPEC_ADDED.get(item["kind"], ())
    if added:
        spec = {key: value for key, value in item["spec"].items() if key not in added or value == "None"}
        written["spec"] = spec
    return written
