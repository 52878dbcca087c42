"""Copies of the recordings for an agent: without the truth, and under names that do not give the answer away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import msgspec

from evals.tasks import RECORDINGS, Task
from gkedoctor.snapshot import store
from gkedoctor.snapshot.model import Collection, CollectionState, Snapshot, Status, permission
from gkedoctor.snapshot.sources import load

NEUTRAL = "team-a"
"""In place of a recording's name, which is its namespace as well."""

WHERE = {
    "gkedoctor": "The cluster was recorded. The recording is {path}; use the tools of gkedoctor with it as the source.",
    "kubectl": "The cluster was recorded. `kubectl --kubeconfig {path}.kubeconfig` reads it.",
}
"""How the agent gets at the cluster: with gkedoctor, and the usual way, to compare with."""


def prepare(task: Task, folder: Path, way: str) -> tuple[Path, Path]:
    """Writes the recording and the prompt of one task into a folder; gives their paths."""
    recording = folder / f"{task.id}.gkesnap"
    store.write(neutral(load(RECORDINGS / task.recording), task), recording)
    prompt = folder / f"{task.id}.prompt.md"
    template = Path(__file__).with_name("prompt.md").read_text(encoding="utf-8")
    where = WHERE[way].format(path=recording.resolve())
    prompt.write_text(template.format(question=task.question, where=where), encoding="utf-8")
    return recording, prompt


def neutral(snapshot: Snapshot, task: Task) -> Snapshot:
    """The snapshot with a neutral name and without what the task leaves out, which reads as denied."""
    manifest = msgspec.structs.replace(snapshot.manifest, source=task.id)
    return Snapshot(manifest, _collections(snapshot, task))


def _collections(snapshot: Snapshot, task: Task) -> Iterator[Collection]:
    for name, collection in snapshot.collections.items():
        if any(fnmatchcase(name, pattern) for pattern in task.without):
            yield Collection(name, CollectionState(Status.DENIED, reason="forbidden", needs=permission(name)))
        else:
            yield Collection(name, collection.state, _renamed(collection, task.recording))


def _renamed(collection: Collection, name: str) -> list[Any]:
    """The objects with the recording's name replaced wherever it is a word: in namespaces, links and messages."""
    text = msgspec.json.encode(list(collection)).decode()
    found: list[Any] = msgspec.json.decode(re.sub(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", NEUTRAL, text))
    return found
