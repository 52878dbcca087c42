"""Collects a snapshot's objects on disk, collection by collection, so that a large cluster needs little memory."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from benchmarks.generator.values import CLUSTER, PROJECT, REGION, Json
from gkedoctor.snapshot import store
from gkedoctor.snapshot.intake import LOGS_STATE
from gkedoctor.snapshot.kinds import COLLECTIONS, LOGS, ON_REQUEST
from gkedoctor.snapshot.model import Collection, CollectionState, Manifest, Object, Snapshot, Status

_encode = msgspec.json.Encoder(order="sorted").encode
_COMPLETE = CollectionState(Status.COMPLETE)


class _Lines(Sequence[Any]):
    """Encoded objects, one a line of a file, read anew each time they are walked through."""

    def __init__(self, file: BinaryIO, count: int) -> None:
        self._file, self._count = file, count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[msgspec.Raw]:
        self._file.seek(0)
        for line in self._file:
            yield msgspec.Raw(line[:-1])

    def __getitem__(self, index: Any) -> Any:
        raise NotImplementedError("a spooled collection is walked through, in order")


class _Spooled(Collection):
    """A collection whose objects stay on disk."""

    def __init__(self, name: str, state: CollectionState, lines: _Lines) -> None:
        super().__init__(name, state)
        self._lines = lines

    @property
    def objects(self) -> Any:
        return self._lines


class Spool:
    """Takes objects namespace by namespace, in the order of their names, and writes one snapshot file of them.

    Only what has no namespace is kept in memory, encoded, until all of it is there and can be sorted.
    """

    def __init__(self) -> None:
        self._files: dict[str, BinaryIO] = {}
        self._kept: dict[str, list[tuple[tuple[str, ...], bytes]]] = defaultdict(list)
        self.counts: dict[str, int] = defaultdict(int)

    def add(self, made: Iterable[tuple[str, Json]]) -> None:
        """Adds the objects of one namespace (or of none); within a collection they are sorted by name."""
        found: dict[str, list[tuple[tuple[str, ...], bytes]]] = defaultdict(list)
        for collection, item in made:
            is_kept = collection != LOGS and not COLLECTIONS[collection].namespaced
            (self._kept if is_kept else found)[collection].append((_place(item), _encode(item)))
        for collection, items in found.items():
            self._append(collection, items)

    def _append(self, collection: str, items: list[tuple[tuple[str, ...], bytes]]) -> None:
        if collection not in self._files:
            self._files[collection] = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the spool)
        self._files[collection].writelines(line + b"\n" for _, line in sorted(items))
        self.counts[collection] += len(items)

    def write(self, path: Path, clock: datetime) -> None:
        """Writes the snapshot; a collection without objects is complete, or was not asked for."""
        for name, items in self._kept.items():
            self._append(name, items)
        self._kept.clear()
        collections: list[Collection] = [
            _Spooled(name, LOGS_STATE if name == LOGS else _COMPLETE, _Lines(file, self.counts[name]))
            for name, file in self._files.items()
        ]
        collections += [
            Collection(name, _COMPLETE) for name in sorted(COLLECTIONS.keys() - self._files.keys() - ON_REQUEST)
        ]
        versions = {"controlPlane": "1.36.2-gke.1042000", "kubelet": "v1.36.2"}
        manifest = Manifest(clock, "generated", CLUSTER, PROJECT, REGION, versions)
        store.write_file(Snapshot(manifest, collections), path)
        for file in self._files.values():
            file.close()


def _place(item: Object) -> tuple[str, ...]:
    """Namespace, name and location: the order in which the intake of snapshots sorts."""
    if "metadata" in item:
        return item["metadata"].get("namespace", ""), item["metadata"]["name"]
    if "pod" in item:
        return item["namespace"], item["pod"], item["container"]
    return "", item["name"], item.get("zone", item.get("region", ""))
