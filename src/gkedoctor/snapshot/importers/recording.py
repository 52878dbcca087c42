"""A directory of lists: `kubernetes/<plural>.json`, `gcp/<collection>.json`, `logs/<pod>/<container>.log`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any

from gkedoctor.errors import LimitError, SourceError
from gkedoctor.snapshot.budget import Budget
from gkedoctor.snapshot.change_records import audit_record
from gkedoctor.snapshot.events import logged_event
from gkedoctor.snapshot.importers.archive import Folder, gunzip, is_gzip
from gkedoctor.snapshot.importers.documents import WIDE, documents
from gkedoctor.snapshot.importers.lists import is_refusal, items_of, list_state
from gkedoctor.snapshot.importers.names import cloud_collection_of_file, collection_of_file
from gkedoctor.snapshot.intake import LOGS_STATE, Gathered
from gkedoctor.snapshot.kinds import AUDIT_LOGS, HISTORY, LOGS
from gkedoctor.snapshot.model import CollectionState, Status

_LINE = 64
"""Bytes of memory for one line of a log, besides its text."""

SUFFIXES = (".json", ".yaml", ".yml")

_MAPS: Mapping[str, str] = MappingProxyType(
    {"compute.backendServicesHealth": "backends", "compute.networkEndpoints": "endpoints"}
)
"""Collections that belong to another by name and are recorded as a map: where the values go in the object."""


def has_lists(folder: Folder, directory: str) -> bool:
    """Whether the folder has lists where a recording has them: in `kubernetes` or `gcp`."""
    return any(True for _ in lists_in(folder, directory))


def gather_recording(folder: Folder) -> Gathered:
    """Reads every list; one that cannot be read is a failed collection and loses nothing else."""
    gathered = Gathered(source=folder.name, budget=folder.budget)
    for path, stem in lists_in(folder, "kubernetes"):
        add_list(gathered, folder, path, collection_of_file(stem))
    gather_cloud(gathered, folder)
    gather_logs(gathered, folder.under("logs"))
    return gathered


def gather_cloud(gathered: Gathered, folder: Folder) -> None:
    """Reads `gcp/`, which may stand beside any other tool's dump."""
    for path, stem in lists_in(folder, "gcp"):
        collection = cloud_collection_of_file(stem) or f"compute.{stem}"
        try:
            read = documents(folder.take(path), path, folder.budget)
        except SourceError as error:
            gathered.mark(collection, CollectionState(Status.FAILED, reason=error.message))
            continue
        for document in read:
            gathered.add(collection, _cloud(collection, document), list_state(collection, document))


def gather_logs(gathered: Gathered, logs: Folder) -> None:
    """Reads `<pod>/<container>[-previous].log`, with the namespace in front or found through the pods."""
    pods = _namespaces_of_pods(gathered.objects.get("pods", ()))
    for path in sorted(name for name in logs.files if name.endswith(".log")):
        gathered.mark(LOGS, LOGS_STATE)
        parts = path.split("/")
        if len(parts) not in (2, 3):
            continue
        *namespace, pod, file = parts
        container = file.removesuffix(".log")
        previous = container.endswith("-previous")
        home = namespace[0] if namespace else pods.get(pod)
        text = log_text(logs, path)
        if home is not None:
            gathered.add_log(home, pod, container.removesuffix("-previous"), text, previous=previous)


def add_list(gathered: Gathered, folder: Folder, path: str, collection: str) -> None:
    """Adds one file as a collection; an answer of the API server that refuses is read as what it is."""
    try:
        read = documents(folder.take(path), path, folder.budget)
    except SourceError as error:
        gathered.mark(collection, CollectionState(Status.FAILED, reason=error.message))
        return
    for document in read:
        gathered.add(collection, items_of(document), list_state(collection, document))


def lists_in(folder: Folder, directory: str) -> Iterator[tuple[str, str]]:
    """The paths and stems of the lists directly in a directory."""
    for path in sorted(folder.files):
        parent, _, file = path.rpartition("/")
        stem = stem_of(file)
        if parent == directory and stem:
            yield path, stem


def stem_of(path: str) -> str:
    """`pods` out of `kubernetes/pods.json.gz`; empty where the file is neither JSON nor YAML."""
    name = PurePosixPath(path).name.removesuffix(".gz")
    return next((name.removesuffix(suffix) for suffix in SUFFIXES if name.endswith(suffix)), "")


def _cloud(collection: str, document: Any) -> Sequence[Any]:
    if collection == HISTORY:
        return [event for entry in items_of(document) if (event := logged_event(entry)) is not None]
    if collection == AUDIT_LOGS:
        return [record for entry in items_of(document) if (record := audit_record(entry))]
    inner = _MAPS.get(collection)
    if inner is None or not isinstance(document, dict) or is_refusal(document):
        return items_of(document)
    if collection == "compute.backendServicesHealth":
        return [{"name": name, inner: _backends(groups)} for name, groups in document.items()]
    return [{"name": name, inner: value or []} for name, value in document.items()]


def _backends(groups: Any) -> Any:
    """`{group: [health]}` as the list that `gcloud compute backend-services get-health` prints."""
    if not isinstance(groups, dict):
        return groups
    return [{"group": group, "healthStatus": health or []} for group, health in groups.items()]


def _namespaces_of_pods(pods: Iterable[Any]) -> dict[str, str]:
    found = {}
    for pod in pods:
        metadata = pod.get("metadata") if isinstance(pod, dict) else None
        if isinstance(metadata, dict) and isinstance(metadata.get("namespace"), str):
            found[str(metadata.get("name"))] = metadata["namespace"]
    return found


def log_text(folder: Folder, path: str) -> str:
    """The text of a log, whatever bytes are in it. LimitError for one that takes too much memory as lines."""
    data = folder.take(path)
    if is_gzip(data):
        data = _unpacked(data, path, folder.budget)
    folder.budget.use(len(data) + _LINE * data.count(b"\n"))
    if data.startswith(WIDE):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8", "replace").removeprefix("\ufeff")


def _unpacked(data: bytes, path: str, budget: Budget) -> bytes:
    try:
        return gunzip(data, path, budget)
    except LimitError:
        raise
    except SourceError:
        return data  # a damaged log loses nothing else
