"""What it costs to keep who set which field when: a snapshot of 20,000 Pods with `managedFields` read, and without.

    python -m benchmarks.history

The generator's cluster gets `managedFields` in the form and size that an API server writes: every object an entry of
its creator for all fields, every second a later one of a Helm upgrade that owns all of them again, Deployments entries
of `kubectl set` and of the subresource scale, and all an entry for the status.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.generator import GeneratorOptions, generate
from benchmarks.measuring import GKEDOCTOR, Measured, cost, tell
from gkedoctor.snapshot import store
from gkedoctor.snapshot.intake import Gathered, build_snapshot
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.snapshot.sources import load

PODS = 20_000
_AT_MOST = 1.15
_LATER = "2026-06-01T09:00:00Z"


def measure(pods: int = PODS) -> Iterator[Measured]:
    """Size of a snapshot and CPU of a report and of the intake, with `managedFields` against without."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder) / "base.gkesnap"
        generate(GeneratorOptions(pods), base)
        paths = {name: Path(folder) / f"{name}.gkesnap" for name in ("without", "with")}
        taken = {name: _taken(base, path, owned=name == "with") for name, path in paths.items()}
        sizes = {name: path.stat().st_size / 2**20 for name, path in paths.items()}
        yield Measured("size of a snapshot with field managers", sizes["with"] / sizes["without"], _AT_MOST,
                       told=sizes, size=pods)  # fmt: skip
        yield Measured("CPU of the intake with field managers", taken["with"] / taken["without"], told=taken, size=pods)
        report = {name: cost([*GKEDOCTOR, "report", "--from", str(path), "--json"]).cpu for name, path in paths.items()}
        yield Measured("CPU of a report with field managers", report["with"] / report["without"], _AT_MOST,
                       told=report, size=pods)  # fmt: skip


def _taken(base: Path, path: Path, *, owned: bool) -> float:
    """CPU seconds of the intake of what an API server would send, written to a file."""
    source = load(base)
    gathered = Gathered(source.manifest.source, recorded_at=source.manifest.recorded_at)
    gathered.add_snapshot(source)
    if owned:
        for name in list(gathered.objects):
            gathered.objects[name] = [_owned(item, i) for i, item in enumerate(gathered.objects[name])]
    before = time.process_time()
    snapshot: Snapshot = build_snapshot(gathered, manifest=source.manifest)
    spent = time.process_time() - before
    store.write(snapshot, path)
    return spent


def _owned(item: Mapping[str, Any], number: int) -> dict[str, Any]:
    metadata = item.get("metadata")
    if not isinstance(metadata, dict):
        return dict(item)
    return {**item, "metadata": {**metadata, "managedFields": list(_entries(item, metadata, number))}}


def _entries(item: Mapping[str, Any], metadata: Mapping[str, Any], number: int) -> Iterable[dict[str, Any]]:
    parts = {key: item[key] for key in ("spec", "data") if key in item}
    labels = {key: metadata[key] for key in ("labels", "annotations") if metadata.get(key)}
    fields = _fields({**parts, "metadata": labels})
    created = str(metadata.get("creationTimestamp") or _LATER)
    yield {"manager": "helm", "operation": "Update", "time": created if number % 2 else _LATER, "fieldsV1": fields}
    if "status" in item:
        yield {"manager": "kube-controller-manager", "operation": "Update", "time": _LATER, "subresource": "status",
               "fieldsV1": {"f:status": _fields(item["status"])}}  # fmt: skip
    if item.get("kind") == "Deployment":
        yield {"manager": "kubectl", "operation": "Update", "subresource": "scale",
               "fieldsV1": {"f:spec": {"f:replicas": {}}}}  # fmt: skip


def _fields(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return {f"f:{key}": _fields(child) for key, child in value.items()}
    if isinstance(value, list) and all(isinstance(one, dict) and "name" in one for one in value):
        return {f"k:{_key(one['name'])}": {".": {}, **_fields(one)} for one in value}
    return {}


def _key(name: str) -> str:
    return msgspec.json.encode({"name": name}).decode()


if __name__ == "__main__":
    tell(measure())
