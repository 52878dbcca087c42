"""`kubectl cluster-info dump`: as a directory, and as the one stream it prints without `--output-directory`."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from gkedoctor.errors import SourceError
from gkedoctor.snapshot.importers.archive import Folder
from gkedoctor.snapshot.importers.documents import documents, documents_of_text, text_of
from gkedoctor.snapshot.importers.lists import items_of, list_state, namespaces_of
from gkedoctor.snapshot.importers.names import collection_of_file, collection_of_object
from gkedoctor.snapshot.importers.old_schema import ORDER, is_old, modern
from gkedoctor.snapshot.importers.recording import stem_of
from gkedoctor.snapshot.intake import LOGS_STATE, Gathered
from gkedoctor.snapshot.kinds import COLLECTIONS, LOGS
from gkedoctor.snapshot.model import CollectionState, Status

_ELSEWHERE = "kubectl cluster-info dump does not contain it"
_LOG_START = re.compile(r"==== START logs for container (\S+) of pod (\S+?)/(\S+) ====$", re.MULTILINE)
_LOG_END = "==== END logs for container {} of pod {}/{} ===="
_FAILED_LOG = "Request log error:"
_DUMPED = frozenset({"NodeList", "EventList", "ReplicationControllerList"})


def is_cluster_info(folder: Folder) -> bool:
    """Whether there are nodes on top and a namespace's events or pods below."""
    top = {stem_of(name) for name in folder.files if "/" not in name}
    below = {stem_of(name) for name in folder.files if name.count("/") == 1}
    return "nodes" in top and bool(below & {"events", "pods"})


def is_cluster_info_stream(text: str) -> bool:
    """Whether a text is the dump in one piece; a dump without a single log is told by its lists."""
    if _LOG_START.search(text) is not None:
        return True
    head = text[:200].lstrip()
    if '"Items"' in text and "{" in head[:1]:
        return '"InvolvedObject"' in text or '"NodeInfo"' in text
    return all(f'"{kind}"' in text or f"kind: {kind}" in text for kind in _DUMPED)


def gather_cluster_info(folder: Folder) -> Gathered:
    """Reads the directory; a namespace whose list could not be read is stated for that list."""
    gathered = Gathered(source=folder.name, elsewhere=_ELSEWHERE)
    for path in sorted(folder.files):
        stem = stem_of(path)
        collection = collection_of_file(stem)
        namespace = path.split("/")[0] if path.count("/") == 1 else None
        if stem and path.count("/") <= 1 and collection in COLLECTIONS:
            _add_file(gathered, folder, path, collection, namespace)
        elif path.endswith("/logs.txt"):
            _add_logs(gathered, _text(folder, path))
    return gathered


def gather_stream(text: str, name: str) -> Gathered:
    """Reads the stream: documents with logs between them."""
    gathered = Gathered(source=name, elsewhere=_ELSEWHERE)
    read = [document for part in _without_logs(text) for document in documents_of_text(part, name)]
    old = [document for document in read if is_old(document)]
    for index, document in enumerate(old):
        gathered.add("nodes" if index == 0 else ORDER[(index - 1) % len(ORDER)], modern(document))
    for document in read:
        kind = document.get("kind") if isinstance(document, dict) else None
        home = collection_of_object("", kind.removesuffix("List")) if isinstance(kind, str) else None
        if home is not None:
            gathered.add(home, items_of(document), list_state(home, document))
    _add_logs(gathered, text)
    _limit_to_dumped(gathered)
    return gathered


def _add_file(gathered: Gathered, folder: Folder, path: str, collection: str, namespace: str | None) -> None:
    try:
        read = documents(folder.read(path), path)
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


def _add_logs(gathered: Gathered, text: str) -> None:
    for container, namespace, pod, log in _logs(text):
        gathered.mark(LOGS, LOGS_STATE)
        if not log.startswith(_FAILED_LOG):
            gathered.add_log(namespace, pod, container, log)


def _logs(text: str) -> Iterator[tuple[str, str, str, str]]:
    for found in _LOG_START.finditer(text):
        container, namespace, pod = found.groups()
        end = text.find(_LOG_END.format(container, namespace, pod), found.end())
        yield container, namespace, pod, text[found.end() : end if end >= 0 else None].strip("\n")


def _without_logs(text: str) -> Iterator[str]:
    """The parts of the stream that are documents."""
    position = 0
    while (found := _LOG_START.search(text, position)) is not None:
        if text[position : found.start()].strip():
            yield text[position : found.start()]
        end_line = _LOG_END.format(*found.groups())
        end = text.find(end_line, found.end())
        position = end + len(end_line) if end >= 0 else len(text)
    if text[position:].strip():
        yield text[position:]


def _text(folder: Folder, path: str) -> str:
    data = folder.read(path)
    try:
        return text_of(data, path)
    except SourceError:
        return data.decode("utf-8", "replace")
