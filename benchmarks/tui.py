"""How long `gkedoctor diagnose` takes to its first finding, to all of a large cluster, and a key press meanwhile.

    python benchmarks/tui.py [PODS]      (default 100,000)

A key press takes as long as the UI's loop is held up: every 10 ms somebody asks to be called; the longest delay counts.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gkedoctor.cli.commands.diagnose import _recording
from gkedoctor.report.selection import Wanted
from gkedoctor.snapshot import store
from gkedoctor.snapshot.intake import Gathered, taken_in
from gkedoctor.tui.app import Doctor
from gkedoctor.tui.run import make_keys_prompt
from gkedoctor.tui.screens.objects import Objects
from gkedoctor.tui.widgets.lines import Lines

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "recorded_clusters" / "ing-missing-secret"
CLOCK = "2026-11-22T12:00:00Z"
EACH = 100
"""Pods of one Deployment."""


def cluster(pods: int) -> Gathered:
    """Deployments of 100 Pods each in 50 namespaces; every 50th Deployment lacks its Secret."""
    gathered = Gathered(source="generated", recorded_at=datetime(2026, 11, 22, 12, tzinfo=UTC))
    objects: dict[str, list[Any]] = {"pods": [], "replicasets": [], "deployments": [], "services": []}
    for number in range(max(1, pods // EACH)):
        for kind, item in workload(number):
            objects[kind].append(item)
    for name in ("secrets", "configmaps", "events", "nodes", "endpointslices", "namespaces", "ingresses", "jobs"):
        objects.setdefault(name, [])
    for name, items in objects.items():
        gathered.add(name, items)
    return gathered


def workload(number: int) -> Iterator[tuple[str, Any]]:
    """One Deployment with its ReplicaSet, Service and Pods."""
    broken = number % 50 == 7
    place = {"namespace": f"team-{number % 50:02}", "creationTimestamp": "2026-11-22T09:00:00Z"}
    name, labels = f"app-{number:04}", {"app": f"app-{number:04}"}
    env = [{"name": "KEY", "valueFrom": {"secretKeyRef": {"name": f"{name}-keys", "key": "k"}}}] if broken else []
    spec = {"nodeName": "node-1", "containers": [{"name": "main", "image": "example.com/app:1", "env": env}]}
    template = {"metadata": {"labels": labels}, "spec": spec}
    status = {"replicas": EACH, "readyReplicas": 0 if broken else EACH, "availableReplicas": 0 if broken else EACH}
    selector = {"matchLabels": labels}
    yield "deployments", {
        "kind": "Deployment", "metadata": {**place, "name": name, "uid": name},
        "spec": {"replicas": EACH, "selector": selector, "template": template}, "status": status,
    }  # fmt: skip
    yield "replicasets", {
        "kind": "ReplicaSet",
        "metadata": {**place, "name": f"{name}-x", "uid": f"{name}-x", "ownerReferences": [owned("Deployment", name)]},
        "spec": {"replicas": EACH, "selector": selector, "template": template}, "status": status,
    }  # fmt: skip
    yield "services", {
        "kind": "Service", "metadata": {**place, "name": name},
        "spec": {"selector": labels, "ports": [{"port": 80, "targetPort": 8080}]},
    }  # fmt: skip
    for i in range(EACH):
        yield "pods", {
            "kind": "Pod",
            "metadata": {
                **place, "name": f"{name}-x-{i:03}", "uid": f"{name}-{i}", "labels": labels,
                "ownerReferences": [owned("ReplicaSet", f"{name}-x")],
            },
            "spec": spec, "status": broken_status(name) if broken else ready_status(),
        }  # fmt: skip


def owned(kind: str, name: str) -> dict[str, Any]:
    """An owner reference."""
    return {"apiVersion": "apps/v1", "kind": kind, "name": name, "uid": name, "controller": True}


def ready_status() -> dict[str, Any]:
    """Of a Pod that is well."""
    state = {"running": {"startedAt": "2026-11-22T09:00:05Z"}}
    conditions = [{"type": "Ready", "status": "True", "lastTransitionTime": "2026-11-22T09:00:10Z"}]
    return {
        "phase": "Running", "podIP": "10.0.0.1", "conditions": conditions,
        "containerStatuses": [{"name": "main", "ready": True, "restartCount": 0, "image": "a", "state": state}],
    }  # fmt: skip


def broken_status(name: str) -> dict[str, Any]:
    """Of a Pod whose Secret is missing."""
    state = {"waiting": {"reason": "CreateContainerConfigError", "message": f'secret "{name}-keys" not found'}}
    return {
        "phase": "Pending", "startTime": "2026-11-22T09:00:00Z",
        "conditions": [{"type": "Ready", "status": "False", "lastTransitionTime": "2026-11-22T09:00:00Z"}],
        "containerStatuses": [{"name": "main", "ready": False, "restartCount": 0, "image": "a", "state": state}],
    }  # fmt: skip


class Pulse:
    """Asks the UI's loop every 10 ms to be called, and notes the longest delay."""

    def __init__(self) -> None:
        self.longest = 0.0
        self.delays: list[float] = []

    async def beat(self) -> None:
        """For ever."""
        while True:
            wanted = time.perf_counter() + 0.01
            await asyncio.sleep(0.01)
            delay = time.perf_counter() - wanted
            self.delays.append(delay)
            self.longest = max(self.longest, delay)

    def told(self) -> str:
        """The longest delay since the last time, and how many there were above 100 ms."""
        above = sum(delay > 0.1 for delay in self.delays)
        text = f"longest key press {self.longest * 1000:6.0f} ms ({above} of {len(self.delays)} above 100 ms)"
        self.longest, self.delays = 0.0, []
        return text


async def measured(path: Path, *, walk: bool) -> None:
    """Opens a source and tells when what was there."""
    app = Doctor(_recording(path, Wanted(), (), (), None))
    pulse = Pulse()
    began = time.perf_counter()
    async with app.run_test(size=(100, 30)) as pilot:
        print(f"  {time.perf_counter() - began:7.2f} s  screen is there")
        beating = asyncio.create_task(pulse.beat())
        while app.scene is None:
            await pilot.pause(0.01)
        print(f"  {time.perf_counter() - began:7.2f} s  objects are there      {pulse.told()}")
        while not app.scene.diagnosed or app.doing:
            await pilot.press("j")
        found = app.screen.query_one("#findings", Lines)
        print(f"  {time.perf_counter() - began:7.2f} s  {len(app.scene.found):4} findings          {pulse.told()}")
        assert found.lines
        if walk:
            await walked(app, pilot, pulse)
        beating.cancel()


async def walked(app: Doctor, pilot: Any, pulse: Pulse) -> None:
    """Through the list of Pods."""
    began = time.perf_counter()

    async def rest() -> None:
        await pilot.pause()
        while app.background.busy:
            await pilot.pause(0.01)

    await pilot.press("right_square_bracket")
    await rest()
    print(f"  {time.perf_counter() - began:7.2f} s  kinds                  {pulse.told()}")
    began = time.perf_counter()
    assert isinstance(app.screen, Objects)
    app.screen.go(("Pod",))
    await rest()
    print(f"  {time.perf_counter() - began:7.2f} s  Pods in groups         {pulse.told()}")
    began = time.perf_counter()
    await pilot.press("slash", *"app-0007")
    await rest()
    print(f"  {time.perf_counter() - began:7.2f} s  filtered while typing  {pulse.told()}")
    await pilot.press("enter", "j", "j", "G", "g")
    print(f"           walked                 {pulse.told()}")


def main() -> None:
    """Prints the table."""
    pods = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    make_keys_prompt()
    with tempfile.TemporaryDirectory() as folder:
        print(EXAMPLE.name)
        asyncio.run(measured(EXAMPLE, walk=False))
        path = Path(folder) / "large.gkesnap"
        store.write(taken_in(cluster(pods)), path)
        print(f"{pods:,} Pods, {path.stat().st_size / 1e6:.0f} MB")
        asyncio.run(measured(path, walk=True))


if __name__ == "__main__":
    main()
