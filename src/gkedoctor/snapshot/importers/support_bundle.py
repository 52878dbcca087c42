"""troubleshoot.sh support bundles (replicatedhq/troubleshoot, pkg/constants/constants.go).

`cluster-resources/<kind>/<namespace>.json` and `cluster-resources/<kind>.json`; what could not be read has a
`<kind>-errors.json` in place of the list, so that denied and empty can be told apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import msgspec

from gkedoctor.errors import SourceError
from gkedoctor.snapshot.importers.archive import Folder
from gkedoctor.snapshot.importers.documents import documents
from gkedoctor.snapshot.importers.lists import items_of, list_state
from gkedoctor.snapshot.importers.names import collection_of_file
from gkedoctor.snapshot.importers.recording import gather_logs, stem_of
from gkedoctor.snapshot.intake import Gathered
from gkedoctor.snapshot.kinds import COLLECTIONS
from gkedoctor.snapshot.model import CollectionState, Status
from gkedoctor.snapshot.refusals import refused_state

ROOT = "cluster-resources"
_ELSEWHERE = "this support bundle does not contain it"
_ERRORS = "-errors"
_NO_LISTS = frozenset({"auth-cani-list", "image-pull-secrets", "resources", "groups", "license", "logs"})


def bundle_root(folder: Folder) -> str | None:
    """The shortest path named `cluster-resources`; the directory around it has any name."""
    found = {
        "/".join(parts[: parts.index(ROOT) + 1])
        for parts in (name.split("/") for name in folder.files)
        if ROOT in parts[:-1]
    }
    return min(found, key=lambda path: (path.count("/"), path), default=None)


def gather_support_bundle(folder: Folder, root: str) -> Gathered:
    """Reads the lists, then what is said of those that are missing, then the logs."""
    gathered = Gathered(source=folder.name, elsewhere=_ELSEWHERE, budget=folder.budget)
    resources = folder.under(root)
    errors: list[tuple[str, str]] = []
    for path in _lists(resources):
        collection, namespace = _place(path)
        if stem_of(path).endswith(_ERRORS) and namespace is None:
            errors.append((path, collection))
        else:
            _add_list(gathered, resources, path, collection, namespace)
    for path, collection in errors:
        _add_errors(gathered, resources, path, collection)
    gather_logs(gathered, resources.under("pods/logs"))
    gathered.versions |= _versions(folder, root)
    return gathered


def _lists(resources: Folder) -> Iterator[str]:
    for path in sorted(resources.files):
        parts = path.split("/")
        deepest = 3 if parts[0] == "custom-resources" else 2
        if len(parts) <= deepest and stem_of(path) and not {parts[0], stem_of(parts[0])} & _NO_LISTS:
            yield path


def _place(path: str) -> tuple[str, str | None]:
    """The collection and the namespace of `pods/shop.json`, `nodes.json`, `custom-resources/x.y.z/shop.json`."""
    parts = path.removeprefix("custom-resources/").split("/")
    if len(parts) == 2:
        return collection_of_file(parts[0]), stem_of(parts[1])
    return collection_of_file(stem_of(parts[0]).removesuffix(_ERRORS)), None


def _add_list(gathered: Gathered, resources: Folder, path: str, collection: str, namespace: str | None) -> None:
    try:
        read = documents(resources.take(path), path, resources.budget)
    except SourceError as error:
        gathered.mark(collection, _unread({namespace: error.message}, collection))
        return
    for document in read:
        state = list_state(collection, document)
        if namespace is not None and state.status is Status.COMPLETE:
            state = msgspec.structs.replace(state, namespaces=(namespace,))
        gathered.add(collection, items_of(document), state)


def _add_errors(gathered: Gathered, resources: Folder, path: str, collection: str) -> None:
    """A map of namespace to message, or for cluster-scoped kinds a list of messages."""
    try:
        read = documents(resources.take(path), path, resources.budget)
    except SourceError as error:
        gathered.mark(collection, CollectionState(Status.FAILED, reason=error.message))
        return
    for said in read:
        if isinstance(said, dict):
            gathered.mark(collection, _unread({key: _text(value) for key, value in said.items()}, collection))
        elif said:
            gathered.mark(collection, refused_state(collection, _text(said)))


def _unread(reasons: dict[str | None, str], collection: str) -> CollectionState:
    """Namespaces that are missing from a list; without a namespace (a cluster-wide list) all of it is."""
    first = next(iter(reasons.values()), "")
    whole = refused_state(collection, first)
    named = {namespace: reason for namespace, reason in reasons.items() if namespace}
    if not named or not _is_namespaced(collection):
        return whole
    return msgspec.structs.replace(whole, reason="", namespaces=(), unread=named)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()[:300]


def _versions(folder: Folder, root: str) -> dict[str, str]:
    """The server's version, which stands beside `cluster-resources`."""
    path = str(PurePosixPath(root).parent / "cluster-info/cluster_version.json").removeprefix("./")
    try:
        read = documents(folder.take(path), path, folder.budget) if path in folder.files else []
    except SourceError:
        return {}
    for document in read:
        said = document.get("string") if isinstance(document, dict) else None
        if isinstance(said, str):
            return {"controlPlane": said}
    return {}


def _is_namespaced(collection: str) -> bool:
    kind = COLLECTIONS.get(collection)
    return kind is None or kind.namespaced
