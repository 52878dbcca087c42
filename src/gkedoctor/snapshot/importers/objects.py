"""Files of `kubectl get ... -o json|yaml`: v1 Lists of mixed kinds, typed lists, arrays, objects; one or many."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec

from gkedoctor.errors import LimitError, SourceError
from gkedoctor.snapshot.budget import Budget
from gkedoctor.snapshot.importers.archive import Folder
from gkedoctor.snapshot.importers.asked_kinds import RECORD_COMMAND, SNAPSHOT_COMMAND, VALUES_WARNING, asked_for
from gkedoctor.snapshot.importers.documents import documents
from gkedoctor.snapshot.importers.lists import is_list, is_refusal, items_of, list_state, namespaces_of
from gkedoctor.snapshot.importers.names import (
    cloud_collection_of_file,
    collection_of_file,
    collection_of_object,
    is_known,
    plural_of,
)
from gkedoctor.snapshot.importers.recording import lists_in, stem_of
from gkedoctor.snapshot.intake import Gathered
from gkedoctor.snapshot.model import WITHOUT_STATUS, CollectionState, Status

_BEGIN = 1 << 20
_OF_KUBERNETES = re.compile(rb'(?m)^[\s-]{0,8}"?(?:apiVersion|kind|items)"?\s{0,8}:')
_FORMATS = (".json", ".yaml", ".yml", ".gz")
_ELSEWHERE = "no such object in this recording"
_HINT = f"record one with `{SNAPSHOT_COMMAND}`, or without gkedoctor: {RECORD_COMMAND} ({VALUES_WARNING})"
_WITH_STATUS = (
    *("pods", "nodes", "deployments", "replicasets", "statefulsets", "daemonsets", "replicationcontrollers", "jobs"),
    *("cronjobs", "persistentvolumeclaims", "ingresses", "horizontalpodautoscalers", "gateways", "httproutes"),
    *("apiservices", "poddisruptionbudgets", "managedcertificates"),
)
_COMPLETE = CollectionState(Status.COMPLETE)
_ALONE = CollectionState(Status.PARTIAL, reason="one object was recorded, and no listing")


def gather_file(name: str, data: bytes, budget: Budget) -> Gathered:
    """Reads one file; what it does not hold at all may or may not have been asked for."""
    gathered = Gathered(source=name, elsewhere=_ELSEWHERE, budget=budget)
    add_documents(gathered, stem_of(name), _documents(data, name, budget))
    if not gathered.states:
        raise SourceError(f"{name} is not a recording: it contains no Kubernetes objects", hint=_HINT)
    narrow(gathered)
    _mark_exports(gathered)
    return gathered


def _documents(data: bytes, name: str, budget: Budget) -> list[Any]:
    """The documents of a file; a file without a word of Kubernetes that cannot be parsed is another kind of file."""
    begin = data[:_BEGIN]
    try:
        return documents(data, name, budget)
    except LimitError:
        raise
    except SourceError as error:
        if _OF_KUBERNETES.search(begin) or name.endswith(_FORMATS) or "text file" in error.message:
            raise
        raise SourceError(f"{name} is not a recording", hint=_HINT) from error


def gather_files(folder: Folder) -> Gathered | None:
    """Reads the files directly in a folder; None where none of them holds objects."""
    gathered = Gathered(source=folder.name, elsewhere=_ELSEWHERE, budget=folder.budget)
    for path, stem in lists_in(folder, ""):
        try:
            add_documents(gathered, stem, documents(folder.take(path), path, folder.budget))
        except SourceError as error:
            collection = cloud_collection_of_file(stem) or collection_of_file(stem)
            if is_known(collection):
                gathered.mark(collection, CollectionState(Status.FAILED, reason=error.message))
    if not gathered.states:
        return None
    narrow(gathered)
    _mark_exports(gathered)
    return gathered


def add_documents(gathered: Gathered, stem: str, read: Iterable[Any]) -> None:
    """Sorts objects into collections by their kind, then by the list's kind, then by the file's name."""
    by_name = cloud_collection_of_file(stem) or collection_of_file(stem)
    alone: Counter[str] = Counter()
    for document in read:
        home = _home(document) or (by_name if is_known(by_name) else None)
        if is_refusal(document):
            if home is not None:
                gathered.mark(home, list_state(home, document))
            continue
        if home is not None and (is_list(document) or isinstance(document, list)):
            gathered.add(home, (), list_state(home, document))
        items = items_of(document)
        for item in items:
            collection = _home(item) or home
            if collection is not None:
                gathered.add(collection, (item,), list_state(collection, document))
                alone[collection] += item is document
        for collection in asked_for(items) if len(items) > 1 else ():
            gathered.mark(collection, _COMPLETE)
    for collection, objects in alone.items():
        if objects == 1:
            gathered.mark(collection, _ALONE)


def _mark_exports(gathered: Gathered) -> None:
    """Where no object has a status, of the kinds that the API server never gives without, nothing is known of them.

    `kubectl neat`, backup tools and repositories of manifests leave it out.
    """
    held = {name: gathered.objects[name] for name in _WITH_STATUS if gathered.objects.get(name)}
    statuses = (item.get("status") for items in held.values() for item in items if isinstance(item, dict))
    if any(status not in (None, {}, {"loadBalancer": {}}) for status in statuses):
        return
    for name in held:
        gathered.states[name] = CollectionState(Status.PARTIAL, WITHOUT_STATUS)


def narrow(gathered: Gathered) -> None:
    """A recording with objects of one namespace only was most likely asked of that namespace only."""
    seen = set(namespaces_of(item for items in gathered.objects.values() for item in items))
    if len(seen) != 1:
        return
    for name, state in gathered.states.items():
        if state.namespaces is None and any(namespaces_of(gathered.objects.get(name, ()))):
            gathered.states[name] = msgspec.structs.replace(state, namespaces=tuple(seen))


def _home(document: Any) -> str | None:
    """The collection that a document's own kind names."""
    if not isinstance(document, dict) or not isinstance(document.get("kind"), str):
        return None
    kind = document["kind"]
    api_version = document.get("apiVersion")
    api_version = api_version if isinstance(api_version, str) else ""
    if is_list(document):
        kind = kind.removesuffix("List")
    if not kind or kind in ("Status", "Table"):
        return None
    return collection_of_object(api_version, kind) or (
        plural_of(api_version, kind) if api_version and "metadata" in document else None
    )
