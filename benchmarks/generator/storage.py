"""The claim, the volume and the disk of each Pod of a StatefulSet."""

from __future__ import annotations

from benchmarks.generator.application import Application
from benchmarks.generator.events import event
from benchmarks.generator.fares import Said
from benchmarks.generator.values import CLUSTER, PROJECT, Json, Made, cloud, link, metadata

_DRIVER = "pd.csi.storage.gke.io"


def claimed(app: Application, pod: Json, zone: str) -> Made:
    """What was provisioned for one Pod."""
    assert app.claim is not None
    claim = claim_of(app, pod)
    volume = f"pvc-{claim['metadata']['uid']}"
    claim["spec"]["volumeName"] = volume
    claim["metadata"]["annotations"] = {
        "pv.kubernetes.io/bind-completed": "yes",
        "pv.kubernetes.io/bound-by-controller": "yes",
        "volume.kubernetes.io/storage-provisioner": _DRIVER,
        "volume.kubernetes.io/selected-node": pod["spec"].get("nodeName", ""),
    }
    claim["status"] = {"phase": "Bound", "accessModes": ["ReadWriteOnce"], "capacity": {"storage": "10Gi"}}
    yield "persistentvolumeclaims", claim
    yield "persistentvolumes", _volume(app, claim, volume, zone)
    where = f"zones/{zone}"
    said = {
        "kubernetes.io/created-for/pv/name": volume,
        "kubernetes.io/created-for/pvc/name": claim["metadata"]["name"],
        "kubernetes.io/created-for/pvc/namespace": app.namespace,
        "storage.gke.io/created-by": _DRIVER,
    }
    users = [link(where, "instances", pod["spec"]["nodeName"])] if "nodeName" in pod["spec"] else []
    yield (
        "compute.disks",
        cloud(
            app.random,
            "disk",
            "disks",
            volume,
            where,
            sizeGb="10",
            type=link(where, "diskTypes", "pd-balanced"),
            status="READY",
            users=users,
            description=_text(said),
            labels={"goog-k8s-cluster-name": CLUSTER},
            lastAttachTimestamp="2026-10-01T03:57:07.269-07:00",
        ),
    )


def waiting(app: Application, pod: Json) -> Made:
    """A claim whose StorageClass does not exist."""
    claim = claim_of(app, pod)
    yield "persistentvolumeclaims", claim
    text = f'storageclass.storage.k8s.io "{claim["spec"]["storageClassName"]}" not found'
    said = Said("Warning", "ProvisioningFailed", text, 90, 10, app.age, "persistentvolume-controller")
    yield "events", event(app.random, claim, said)


def claim_of(app: Application, pod: Json) -> Json:
    """The claim that the StatefulSet controller makes for one Pod; not bound yet."""
    assert app.claim is not None
    name = f"{app.claim['metadata']['name']}-{pod['metadata']['name']}"
    known = app.made(name, labels={"app": app.labels["app"]}, finalizers=["kubernetes.io/pvc-protection"])
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": known,
        "spec": dict(app.claim["spec"]),
        "status": {"phase": "Pending"},
    }


def _volume(app: Application, claim: Json, name: str, zone: str) -> Json:
    known = claim["metadata"]
    terms = [{"matchExpressions": [{"key": "topology.gke.io/zone", "operator": "In", "values": [zone]}]}]
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": metadata(
            app.random,
            name,
            None,
            app.age,
            annotations={"pv.kubernetes.io/provisioned-by": _DRIVER},
            finalizers=["kubernetes.io/pv-protection", f"external-attacher/{_DRIVER.replace('.', '-')}"],
        ),
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "capacity": {"storage": "10Gi"},
            "volumeMode": "Filesystem",
            "storageClassName": "standard-rwo",
            "persistentVolumeReclaimPolicy": "Delete",
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "namespace": known["namespace"],
                "name": known["name"],
                "uid": known["uid"],
                "resourceVersion": known["resourceVersion"],
            },
            "csi": {
                "driver": _DRIVER,
                "fsType": "ext4",
                "volumeHandle": f"projects/{PROJECT}/zones/{zone}/disks/{name}",
            },
            "nodeAffinity": {"required": {"nodeSelectorTerms": terms}},
        },
        "status": {"phase": "Bound"},
    }


def _text(value: Json) -> str:
    return "{" + ",".join(f'"{key}":"{each}"' for key, each in value.items()) + "}"
