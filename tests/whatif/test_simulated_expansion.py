"""A failed expansion of a volume is over with a size that can be tried, and stays with one that cannot."""

from __future__ import annotations

from typing import Any

import pytest

from gkedoctor.whatif.commands import changes_of_text
from gkedoctor.whatif.overlay import lay_over
from gkedoctor.whatif.simulate import settle
from tests.whatif.test_commands import item, one, snapshot_of

_INVALID = "rpc error: code = InvalidArgument desc = googleapi: Error 400: Invalid value for field 'sizeGb'"
_DENIED = (
    "rpc error: code = PermissionDenied desc = Required 'compute.disks.resize' permission for 'projects/p/disks/d'"
)


def objects(error: str, *, allows: bool = True) -> list[dict[str, Any]]:
    """A claim that has 100Gi and requests 200Gi, with its class, its volume and the Event of a failure."""
    about = {"kind": "PersistentVolumeClaim", "namespace": "shop", "name": "data", "uid": "c"}
    failed = {"type": "ControllerResizeError", "status": "True", "message": error}
    status = {"phase": "Bound", "capacity": {"storage": "100Gi"}, **({"conditions": [failed]} if error else {})}
    event = item("Event", "data.1", type="Warning", reason="VolumeResizeFailed", message=error, involvedObject=about,
                 lastTimestamp="2026-01-01T11:59:00Z")  # fmt: skip
    return [
        item("PersistentVolumeClaim", "data", metadata={"uid": "c"}, status=status, spec={
            "storageClassName": "standard-rwo", "volumeName": "pv", "resources": {"requests": {"storage": "200Gi"}},
        }),
        item("StorageClass", "standard-rwo", None, provisioner="pd.csi.storage.gke.io", allowVolumeExpansion=allows),
        item("PersistentVolume", "pv", None, spec={"capacity": {"storage": "100Gi"}}),
        *([event] if error else []),
    ]  # fmt: skip


def size_after(command: str, *items: dict[str, Any]) -> str:
    state = snapshot_of(*items)
    claim = one(settle(lay_over(state, changes_of_text(command)), state), "PersistentVolumeClaim", "data")
    assert claim is not None
    return str(claim["status"]["capacity"]["storage"])


@pytest.mark.parametrize(
    ("error", "size", "expected"),
    [(_INVALID, "150Gi", "150Gi"), (_INVALID, "300Gi", "100Gi"), (_INVALID, "100Gi", "100Gi"),
     (_DENIED, "150Gi", "100Gi")],
)  # fmt: skip
def test_a_failed_expansion_is_tried_with_a_smaller_size(error: str, size: str, expected: str) -> None:
    patch = '{"spec":{"resources":{"requests":{"storage":"SIZE"}}}}'.replace("SIZE", size)
    assert size_after(f"kubectl -n shop patch pvc data -p '{patch}'", *objects(error)) == expected


@pytest.mark.parametrize(("patch", "expected"), [('{"allowVolumeExpansion":true}', "200Gi"), ('{"a":1}', "100Gi")])
def test_a_volume_is_expanded_once_its_class_allows_it(patch: str, expected: str) -> None:
    command = f"kubectl patch storageclass standard-rwo --type=merge -p '{patch}'"
    assert size_after(command, *objects("", allows=False)) == expected
