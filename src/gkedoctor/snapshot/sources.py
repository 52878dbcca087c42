"""Reads a recorded cluster state of any format that is known, told by what is in it and not by its name."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from gkedoctor.errors import SnapshotError, SourceError
from gkedoctor.snapshot import store
from gkedoctor.snapshot.garbage import collecting_paused
from gkedoctor.snapshot.importers.archive import Folder, archive_folder, read_file, real_folder
from gkedoctor.snapshot.importers.cluster_info import (
    gather_cluster_info,
    gather_stream,
    is_cluster_info,
    is_cluster_info_stream,
)
from gkedoctor.snapshot.importers.documents import text_of
from gkedoctor.snapshot.importers.must_gather import gather_must_gather, is_must_gather
from gkedoctor.snapshot.importers.objects import gather_file, gather_files
from gkedoctor.snapshot.importers.recording import gather_cloud, gather_logs, gather_recording, has_lists
from gkedoctor.snapshot.importers.support_bundle import bundle_root, gather_support_bundle
from gkedoctor.snapshot.intake import Gathered, taken_in
from gkedoctor.snapshot.model import Snapshot

_LOOKED_FOR = (
    "Looked for: manifest.json, kubernetes/*.json, gcp/*.json, cluster-resources/ (support bundle), "
    "nodes.json with <namespace>/pods.json (cluster-info dump), namespaces/*/core/ (must-gather), *.json, *.yaml"
)


def load(
    path: Path, *, config_values: bool = False, recorded_at: datetime | None = None, verify: bool = True
) -> Snapshot:
    """The snapshot of a file or directory.

    `recorded_at` wins over what the source says. `config_values` keeps the values of ConfigMaps beside their
    facts. Without `verify`, a snapshot of gkedoctor's own that was edited by hand is taken in like a foreign one.
    """
    if not path.exists():
        raise SourceError(f"{path} does not exist")
    if not path.is_dir() and not path.is_file():
        raise SourceError(f"{path} is neither a file nor a directory")
    if store.is_stored(path):
        return _own(path, config_values=config_values, recorded_at=recorded_at, verify=verify)
    with collecting_paused():
        return taken_in(_gathered(path), config_values=config_values, recorded_at=recorded_at)


def _own(path: Path, *, config_values: bool, recorded_at: datetime | None, verify: bool) -> Snapshot:
    snapshot = store.read(path, verify=verify)
    if not verify:
        gathered = Gathered(source=snapshot.manifest.source)
        gathered.add_snapshot(snapshot)
        snapshot = taken_in(gathered, config_values=config_values, manifest=snapshot.manifest)
    if recorded_at is None:
        return snapshot
    manifest = msgspec.structs.replace(snapshot.manifest, recorded_at=recorded_at)
    return Snapshot(manifest, snapshot.collections.values())


def _gathered(path: Path) -> Gathered:
    if path.is_dir():
        return _from_folder(real_folder(path))
    folder = archive_folder(path)
    return _from_folder(folder) if folder is not None else _from_file(path)


def _from_folder(folder: Folder) -> Gathered:
    if "manifest.json" in folder.files and b"gkedoctor/snapshot/" in folder.read("manifest.json")[:4096]:
        raise SnapshotError(f"{folder.name} is a snapshot that was packed again", hint="Unpack it first.")
    root = bundle_root(folder)
    if root is not None:
        gathered = gather_support_bundle(folder, root)
    elif has_lists(folder, "kubernetes"):
        return gather_recording(folder)
    elif is_must_gather(folder):
        gathered = gather_must_gather(folder)
    elif is_cluster_info(folder):
        gathered = gather_cluster_info(folder)
    else:
        return _from_files(folder)
    gather_cloud(gathered, folder)
    return gathered


def _from_files(folder: Folder) -> Gathered:
    gathered = gather_files(folder)
    if gathered is None and has_lists(folder, "gcp"):
        return gather_recording(folder)
    if gathered is None:
        what = "holds nothing that is known" if folder.files else "is empty"
        raise SourceError(f"{folder.name} {what}", hint=_LOOKED_FOR)
    gather_cloud(gathered, folder)
    gather_logs(gathered, folder.under("logs"))
    return gathered


def _from_file(path: Path) -> Gathered:
    data = read_file(path)
    text = text_of(data, path.name)
    if is_cluster_info_stream(text):
        return gather_stream(text, path.name)
    return gather_file(path.name, data)
