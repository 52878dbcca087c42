"""Tells the format of a file or directory by what is in it, and has the right importer gather it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from gkedoctor.errors import SnapshotError, SourceError
from gkedoctor.limits import DEFAULT, Limits
from gkedoctor.snapshot.budget import Budget
from gkedoctor.snapshot.importers.archive import Folder, archive_folder, read_file, real_folder
from gkedoctor.snapshot.importers.cluster_info import (
    gather_cluster_info,
    gather_stream,
    is_cluster_info,
    is_cluster_info_stream,
)
from gkedoctor.snapshot.importers.documents import WIDE, content_of, text_of
from gkedoctor.snapshot.importers.must_gather import gather_must_gather, is_must_gather
from gkedoctor.snapshot.importers.objects import gather_file, gather_files
from gkedoctor.snapshot.importers.recording import gather_cloud, gather_logs, gather_recording, has_lists
from gkedoctor.snapshot.importers.support_bundle import bundle_root, gather_support_bundle
from gkedoctor.snapshot.intake import Gathered

_LOOKED_FOR = (
    "Looked for: manifest.json, kubernetes/*.json, gcp/*.json, cluster-resources/ (support bundle), "
    "nodes.json with <namespace>/pods.json (cluster-info dump), namespaces/*/core/ (must-gather), *.json, *.yaml"
)


def gather(path: Path, limits: Limits = DEFAULT) -> Gathered:
    """What a file or directory of another tool holds."""
    if path.is_dir():
        gathered = _from_folder(real_folder(path, limits))
    else:
        folder = archive_folder(path, limits)
        gathered = _from_folder(folder) if folder is not None else _from_file(path, limits)
    gathered.written_at = _written(path)
    return gathered


def _written(path: Path) -> datetime | None:
    """When the file, or the youngest one directly in the folder, was written.

    None for a folder of lists, which is copied with each change of the repository that holds it.
    """
    try:
        if any((path / name).is_dir() for name in ("kubernetes", "gcp")):
            return None
        files = [path] if path.is_file() else [entry for entry in path.iterdir() if entry.is_file()]
        times = [file.stat().st_mtime for file in files]
        return datetime.fromtimestamp(max(times), UTC) if times else None
    except (OSError, OverflowError, ValueError):
        return None


def _from_folder(folder: Folder) -> Gathered:
    if "manifest.json" in folder.files and b"gkedoctor/snapshot/" in folder.read("manifest.json")[:4096]:
        raise SnapshotError(f"{folder.name} is a snapshot that was archived again", hint="Unpack it first.")
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
        what = "contains no known format" if folder.files else "is empty"
        raise SourceError(f"{folder.name} {what}", hint=_LOOKED_FOR)
    gather_cloud(gathered, folder)
    gather_logs(gathered, folder.under("logs"))
    return gathered


def _from_file(path: Path, limits: Limits) -> Gathered:
    data = read_file(path, limits)
    budget = Budget(path.name, len(data), limits)
    content = content_of(data, path.name, budget)
    del data
    if content.startswith(WIDE):
        content = text_of(content, path.name, budget).encode()
    if is_cluster_info_stream(content):
        return gather_stream(text_of(content, path.name, budget), path.name, budget)
    return gather_file(path.name, content, budget)
