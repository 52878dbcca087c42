"""OpenShift's `oc adm must-gather` and `oc adm inspect` (openshift/oc, pkg/cli/admin/inspect).

Lists lie at `namespaces/<namespace>/<group>/<plural>.yaml`, single objects at
`.../<plural>/<name>.yaml`. Failures are not recorded, so what is not there is unknown and never absent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

import msgspec

from gkedoctor.errors import SourceError
from gkedoctor.snapshot.importers.archive import Folder
from gkedoctor.snapshot.importers.documents import documents
from gkedoctor.snapshot.importers.lists import is_list, is_refusal, items_of, list_state
from gkedoctor.snapshot.importers.names import collection_of_file
from gkedoctor.snapshot.importers.recording import log_text, stem_of
from gkedoctor.snapshot.intake import LOGS_STATE, Gathered
from gkedoctor.snapshot.kinds import LOGS
from gkedoctor.snapshot.model import CollectionState, Status
from gkedoctor.snapshot.timestamps import parse_timestamp

_ELSEWHERE = "must-gather does not show whether this was empty, denied or not requested"
_SINGLE = CollectionState(Status.PARTIAL, reason="must-gather contains single objects of it, not the list")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)? ([+-]\d{4})")
_CLUSTER = "cluster-scoped-resources"


class _Place(NamedTuple):
    collection: str
    namespace: str | None
    single: bool


def is_must_gather(folder: Folder) -> bool:
    """Whether some directory has `cluster-scoped-resources/`, or `namespaces/<namespace>/core/`."""
    return any(
        f"/{_CLUSTER}/" in f"/{name}" or re.search(r"(?:^|/)namespaces/[^/]+/(?:core|apps|pods)/", name)
        for name in folder.files
    )


def gather_must_gather(folder: Folder) -> Gathered:
    """Reads all image directories as one."""
    gathered = Gathered(source=folder.name, elsewhere=_ELSEWHERE, budget=folder.budget)
    for path in sorted(folder.files):
        inner = _inner(path)
        if inner is None:
            continue
        if inner.endswith(".log"):
            _add_log(gathered, folder, path, inner)
        elif stem_of(inner) and (place := _place(inner)) is not None:
            _add(gathered, folder, path, place)
    gathered.recorded_at = _moment(folder)
    return gathered


def _inner(path: str) -> str | None:
    """The path below the image's directory."""
    parts = path.split("/")
    start = next((i for i, part in enumerate(parts) if part in (_CLUSTER, "namespaces")), None)
    return "/".join(parts[start:]) if start is not None else None


def _place(inner: str) -> _Place | None:
    parts = inner.split("/")
    if parts[0] == _CLUSTER:
        if len(parts) not in (3, 4):
            return None
        plural = stem_of(parts[2]) if len(parts) == 3 else parts[2]
        return _Place(_collection(parts[1], plural), None, single=len(parts) == 4)
    namespace, rest = parts[1], parts[2:]
    if len(rest) == 1:
        return _Place("namespaces", None, single=True)
    if len(rest) == 3 and rest[0] == "pods":
        return _Place("pods", namespace, single=True)
    if len(rest) not in (2, 3):
        return None
    plural = stem_of(rest[1]) if len(rest) == 2 else rest[1]
    return _Place(_collection(rest[0], plural), namespace, single=len(rest) == 3)


def _collection(group: str, plural: str) -> str:
    return collection_of_file(plural if group == "core" else f"{plural}.{group}")


def _add(gathered: Gathered, folder: Folder, path: str, place: _Place) -> None:
    collection, namespace, single = place
    try:
        read = documents(folder.take(path), path, folder.budget)
    except SourceError as error:
        gathered.mark(collection, CollectionState(Status.PARTIAL, reason=error.message))
        return
    for document in read:
        items = items_of(document)
        if single and not is_list(document) and not is_refusal(document):
            # adds to a list that was read before (namespaces/x/core/pods.yaml), and is no list by itself
            gathered.add(collection, items, gathered.states.get(collection, _SINGLE))
            continue
        state = list_state(collection, document)
        if namespace is not None:
            state = msgspec.structs.replace(state, namespaces=(namespace,))
        gathered.add(collection, items, state)


def _add_log(gathered: Gathered, folder: Folder, path: str, inner: str) -> None:
    """`namespaces/<namespace>/pods/<pod>/<container>/<container>/logs/{current,previous}.log`."""
    parts = inner.split("/")
    if len(parts) != 8 or parts[2] != "pods" or parts[6] != "logs":
        return
    which = parts[7].removesuffix(".log").removesuffix(".insecure")
    if which in ("current", "previous"):
        gathered.mark(LOGS, LOGS_STATE)
        text = log_text(folder, path)
        gathered.add_log(parts[1], parts[3], parts[4], text, previous=which == "previous")


def _moment(folder: Folder) -> datetime | None:
    """The end of the gathering, out of `timestamp`: Go's `2006-01-02 15:04:05.999 -0700 MST`."""
    return max(_moments(folder), default=None)


def _moments(folder: Folder) -> Iterator[datetime]:
    for path in folder.files:
        if path.rpartition("/")[2] != "timestamp":
            continue
        for found in _MOMENT.finditer(folder.read(path).decode("utf-8", "replace")):
            moment = parse_timestamp(f"{found[1]}T{found[2]}{found[3]}")
            if moment is not None:
                yield moment
