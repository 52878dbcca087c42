"""Pods that no node takes, and claims that are not bound."""

from __future__ import annotations

from benchmarks.generator.application import Application
from benchmarks.generator.fares import unschedulable
from benchmarks.generator.faults.fault import Faults
from benchmarks.generator.nodes import BATCH_POOL

SCHEDULING = Faults()


def _unfit(app: Application, reason: str) -> str:
    """What the scheduler writes when ordinary nodes do not fit for one reason, and the others for their taints."""
    total, tainted, lost = app.inventory
    parts = sorted([f"{tainted + lost} node(s) had untolerated taint(s)", f"{total - tainted - lost} {reason}"])
    return f"0/{total} nodes are available: {', '.join(parts)}. {_no_preemption(total)}"


def _no_preemption(total: int) -> str:
    return (
        f"no new claims to deallocate, preemption: 0/{total} nodes are available: "
        f"{total} Preemption is not helpful for scheduling."
    )


@SCHEDULING.plants("insufficient-resources")
def too_many_cpus(app: Application) -> str:
    app.container["resources"] = {"requests": {"cpu": "64", "memory": "1Gi"}}
    app.fare = unschedulable(_unfit(app, "Insufficient cpu"))
    return app.ref


@SCHEDULING.plants("node-selector-mismatch")
def unknown_label(app: Application) -> str:
    app.spec["nodeSelector"] = {"disktype": "nvme"}
    total = app.inventory.total
    app.fare = unschedulable(
        f"0/{total} nodes are available: {total} node(s) didn't match Pod's node affinity/selector. "
        + _no_preemption(total)
    )
    return app.ref


@SCHEDULING.plants("untolerated-taint")
def batch_pool_without_toleration(app: Application) -> str:
    app.spec["nodeSelector"] = {"cloud.google.com/gke-nodepool": BATCH_POOL}
    total, tainted, _ = app.inventory
    app.fare = unschedulable(
        f"0/{total} nodes are available: {tainted} node(s) had untolerated taint(s), {total - tainted} node(s) didn't "
        f"match Pod's node affinity/selector. {_no_preemption(total)}"
    )
    return app.ref


@SCHEDULING.plants("missing-pvc")
def claim_never_made(app: Application) -> str:
    name = f"{app.name}-data"
    app.spec["volumes"] = [*app.spec["volumes"], {"name": "data", "persistentVolumeClaim": {"claimName": name}}]
    total = app.inventory.total
    app.fare = unschedulable(
        f'0/{total} nodes are available: persistentvolumeclaim "{name}" not found. {_no_preemption(total)}'
    )
    return f"PersistentVolumeClaim/{app.namespace}/{name}"


@SCHEDULING.plants("storage-class-not-found", "database")
def unknown_storage_class(app: Application) -> str:
    assert app.claim is not None
    app.claim["spec"]["storageClassName"] = "fast-ssd"
    total = app.inventory.total
    app.fare = unschedulable(
        f"0/{total} nodes are available: pod has unbound immediate PersistentVolumeClaims. not found"
    )
    return f"PersistentVolumeClaim/{app.namespace}/data-{app.name}-0"
