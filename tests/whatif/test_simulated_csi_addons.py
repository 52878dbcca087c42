"""A CSI driver that is enabled on the cluster: claims of its class get volumes, those of another driver do not."""

from __future__ import annotations

import pytest

from gkedoctor.snapshot.model import Snapshot
from gkedoctor.whatif.simulate import settle
from tests.whatif.test_commands import item, one, snapshot_of


def state(**addons: dict[str, bool]) -> Snapshot:
    """A claim of a class of Filestore, on a cluster with these add-ons."""
    spec = {"storageClassName": "standard-rwx", "accessModes": ["ReadWriteMany"],
            "resources": {"requests": {"storage": "1Ti"}}}  # fmt: skip
    return snapshot_of(
        {"kind": "Cluster", "name": "shop", "location": "europe-west1", "addonsConfig": addons},
        item("StorageClass", "standard-rwx", None, provisioner="filestore.csi.storage.gke.io"),
        item("PersistentVolumeClaim", "data", spec=spec, status={"phase": "Pending"}),
    )


@pytest.mark.parametrize(
    ("addons", "phase"),
    [
        ({"gcpFilestoreCsiDriverConfig": {"enabled": True}}, "Bound"),
        ({"gcpFilestoreCsiDriverConfig": {"enabled": False}}, "Pending"),
        ({"gcePersistentDiskCsiDriverConfig": {"enabled": True}}, "Pending"),
    ],
)
def test_a_claim_is_bound_once_the_driver_of_its_class_is_enabled(
    addons: dict[str, dict[str, bool]], phase: str
) -> None:
    found = settle(state(**addons), state())
    claim = one(found, "PersistentVolumeClaim", "data")
    assert claim is not None
    assert claim["status"]["phase"] == phase
