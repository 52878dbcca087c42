"""`kubectl cluster-info dump`: as a directory, and as the one stream it prints without `--output-directory`."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec

from gkedoctor.errors import SourceError
from gkedoctor.snapshot.budget import Budget
from gkedoctor.snapshot.importers.archive import Folder
from gkedoctor.snapshot.importers.documents import documents, documents_of_text
from gkedoctor.snapshot.importers.lists import items_of, list_state, namespaces_of
from gkedoctor.snapshot.importers.names import collection_of_file, collection_of_object
from gkedoctor.snapshot.importers.old_schema import ORDER, is_old, modern
from gkedoctor.snapshot.importers.recording import log_text, stem_of
from gkedoctor.snapshot.intake import LOGS_STATE, Gathered
from gkedoctor.snapshot.kinds import COLLECTIONS, LOGS
from gkedoctor.snapshot.model import CollectionState, Status

_ELSEWHERE = "kubectl cluster-info dump does not contain it"
_LOG_START = re.compile(r"==== START logs for container (\S+) of pod ([^\s/]+)/(\S+) ====$", re.MULTILINE)
_LOG_END = re.compile(r"==== END logs for container (\S+) of pod ([^\s/]+)/(\S+) ====")
_FAILED_LOG = "Request log error:"
_DUMPED = frozenset({"NodeList", "EventList", "ReplicationControllerList"})


def is_cluster_info(folder: Folder) -> bool:
    """Whether there are nodes on top and a namespace's events or pods below."""
    top = {stem_of(name) for name in folder.files if "/" not in name}
    below = {stem_of(name) for name in folder.files if name.count("/") == 1}
    return "nodes" in top and bool(below & {"events", "pods"})


def is_cluster_info_stream(data: bytes) -> bool:
    """Whether a text is the dump in one piece; a dump without a single log is told by its lists."""
    if b"==== START logs for container " in data:
        return True
    if b'"Items"' in data and data[:200].lstrip()[:1] == b"{":
        return b'"InvolvedObject"' in data or b'"NodeInfo"' in data
    return all(f'"{kind}"'.encode() in data or f"kind: {kind}".encode() in data for kind in _DUMPED)


def gather_cluster_info(folder: Folder) -> Gathered:
    """Reads the directory; a namespace whose list could not be read is stated for that list."""
    gathered = Gathered(source=folder.name, elsewhere=_ELSEWHERE, budget=folder.budget)
    for path in sorted(folder.files):
        stem = stem_of(path)
        collection = collection_of_file(stem)
        namespace = path.split("/")[0] if path.count("/") == 1 else None
        if stem and path.count("/") <= 1 and collection in COLLECTIONS:
            _add_file(gathered, folder, path, collection, namespace)
        elif path.endswith("/logs.txt"):
            _add_logs(gathered, log_text(folder, path))
    return gathered


def gather_stream(text: str, name: str, budget: Budget) -> Gathered:
    """Reads the stream: documents with logs between them. PowerShell ends its lines with CR and LF."""
    text = text.replace("\r\n", "\n")
    gathered = Gathered(source=name, elsewhere=_ELSEWHERE, budget=budget)
    logs = list(_logs(text))
    read = [document for part in _without_logs(text, logs) for document in documents_of_text(part, name, budget)]
    old = [document for document in read if is_old(document)]
    for index, document in enumerate(old):
        gathered.add("nodes" if index == 0 else ORDER[(index - 1) % len(ORDER)], modern(document))
    for document in read:
        kind = document.get("kind") if isinstance(document, dict) else None
        home = collection_of_object("", kind.removesuffix("List")) if isinstance(kind, str) else None
        if home is not None:
            gathered.add(home, items_of(document), list_state(home, document))
    _add_logs(gathered, text)
    budget.use(len(text))
    _limit_to_dumped(gathered)
    return gathered


def _add_file(gathered: Gathered, folder: Folder, path: str, collection: str, namespace: str | None) -> None:
    try:
        read = documents(folder.take(path), path, folder.budget)
    except SourceError as error:
        gathered.mark(collection, _unread(namespace, error.message))
        return
    for document in read:
        items = modern(document) if is_old(document) else items_of(document)
        state = list_state(collection, document)
        if namespace is not None and state.status is Status.COMPLETE:
            state = msgspec.structs.replace(state, namespaces=(namespace,))
        gathered.add(collection, items, state)


def _unread(namespace: str | None, reason: str) -> CollectionState:
    if namespace is None:
        return CollectionState(Status.FAILED, reason=reason)
    return CollectionState(Status.PARTIAL, namespaces=(), unread={namespace: reason})


def _limit_to_dumped(gathered: Gathered) -> None:
    """Only some namespaces were dumped, by default two; which, is told by what is in them."""
    seen = {namespace for items in gathered.objects.values() for namespace in namespaces_of(items)}
    seen |= {where[0] for where in gathered.logs}
    for name, state in gathered.states.items():
        if name in COLLECTIONS and COLLECTIONS[name].namespaced:
            gathered.states[name] = msgspec.structs.replace(state, namespaces=tuple(sorted(seen)))


class _Log(NamedTuple):
    """A log in the stream: whose, and from where to where its text and the lines around it stand."""

    container: str
    namespace: str
    pod: str
    start: int
    text_start: int
    text_end: int
    end: int


def _add_logs(gathered: Gathered, text: str) -> None:
    for log in _logs(text):
        gathered.mark(LOGS, LOGS_STATE)
        said = text[log.text_start : log.text_end].strip("\n")
        if not said.startswith(_FAILED_LOG):
            gathered.add_log(log.namespace, log.pod, log.container, said)


def _logs(text: str) -> Iterator[_Log]:
    """The logs; one without an end goes on to the next one. Both lines are searched for once."""
    ends: dict[tuple[str | Any, ...], list[re.Match[str]]] = defaultdict(list)
    for line in _LOG_END.finditer(text):
        ends[line.groups()].append(line)
    position = 0
    for found, after in pairwise([*_LOG_START.finditer(text), None]):
        if found is None or found.start() < position:
            continue
        mine = ends[found.groups()]
        at = bisect_left(mine, found.end(), key=re.Match.start)
        if at < len(mine):
            stop, position = mine[at].span()
        else:
            stop = position = after.start() if after is not None else len(text)
        container, namespace, pod = found.groups()
        yield _Log(container, namespace, pod, found.start(), found.end(), stop, position)


def _without_logs(text: str, logs: Iterable[_Log]) -> Iterator[str]:
    """The parts of the stream that are documents."""
    position = 0
    for log in logs:
        if log.start >= position and text[position : log.start].strip():
            yield text[position : log.start]
        position = max(position, log.end)
    if text[position:].strip():
        yield text[position:]
