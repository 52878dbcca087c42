"""Small changes to the objects of a case: the smallest step from something real to something else."""

from __future__ import annotations

import copy
import re
from typing import Any

import msgspec

from gkedoctor.errors import UsageError
from gkedoctor.graph import nearest
from gkedoctor.snapshot.custom_kinds import custom_kind, is_custom
from gkedoctor.snapshot.importers.names import collection_of_object, plural_of
from gkedoctor.snapshot.kinds import COLLECTIONS, KINDS

_STEP = re.compile(r'"([^"]+)"|([^.\[\]"]+)|\[(\d+)\]')
WITHOUT_NAMESPACE = "shop"
"""The namespace of namespaced manifests in a case that name none."""


class ObjectPatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One change. `ref` is KIND/NS/NAME (KIND/NAME for cluster objects); a NAME that ends in `*` means all such.

    `set` maps paths (`status.phase`, `metadata.labels."a/b"`, `spec.ports[0].port`) to values, `unset` drops paths,
    `remove` drops the objects.
    """

    ref: str
    set: dict[str, Any] = {}
    unset: tuple[str, ...] = ()
    remove: bool = False


class PatchError(UsageError):
    """A change of a case that cannot be carried out. `place`: where in `given` it stands, as in `patch[0].ref`."""

    def __init__(self, message: str, place: str) -> None:
        super().__init__(message)
        self.place = place


def collection_of_case(item: Any) -> str:
    """The collection of an object of a case; of a kind that is not built in, by its API group."""
    version, kind = str(item.get("apiVersion") or ""), str(item.get("kind"))
    known = KINDS.get(kind)
    group = version.rpartition("/")[0]
    if known is not None and ((known.cloud and not group) or collection_of_object(version, kind) or "." not in group):
        return known.collection
    return plural_of(version, kind)


def _lives_in_namespace(item: Any) -> bool:
    collection = collection_of_case(item)
    if collection in COLLECTIONS:
        return COLLECTIONS[collection].namespaced and not COLLECTIONS[collection].cloud
    row = custom_kind(str(item.get("apiVersion") or "").rpartition("/")[0], str(item.get("kind")))
    return row is None or row.namespaced


class Patches:
    """Applies changes to raw objects by collection, copying what it touches."""

    def __init__(self, objects: dict[str, list[Any]]) -> None:
        self.objects = objects

    def add(self, item: Any) -> None:
        """Adds one manifest; a namespaced one without a namespace goes to `shop`."""
        item = copy.deepcopy(item)
        if _lives_in_namespace(item):
            item["metadata"].setdefault("namespace", WITHOUT_NAMESPACE)
        self.objects.setdefault(collection_of_case(item), []).append(item)

    def apply(self, change: ObjectPatch, number: int = 0) -> None:
        """Carries out one change, the one at `patch[number]`; PatchError where it meets nothing."""
        kind, *namespace, name = change.ref.split("/")
        collection = KINDS[kind].collection if kind in KINDS else self._of_operator(kind)
        if collection is None:
            raise PatchError(f"the patch changes `{change.ref}`: unknown kind `{kind}`", f"patch[{number}].ref")
        items = self.objects.get(collection, [])
        met = [i for i, item in enumerate(items) if _is(item, "".join(namespace), name)]
        if not met:
            near = nearest(change.ref, [_ref(kind, item) for item in items])
            meant = f"; did you mean `{near}`?" if near else ""
            raise PatchError(f"the patch changes `{change.ref}`, which does not exist{meant}", f"patch[{number}].ref")
        for i in met:
            try:
                items[i] = None if change.remove else _changed(items[i], change)
            except (LookupError, TypeError, AttributeError):
                message = f"the patch changes `{change.ref}` at a path that does not exist"
                raise PatchError(message, f"patch[{number}]") from None
        self.objects[collection] = [item for item in items if item is not None]

    def _of_operator(self, kind: str) -> str | None:
        """The collection of a kind that is not built in, where there are objects of it."""
        names = [name for name in self.objects if is_custom(name)]
        return next((n for n in names if any(item.get("kind") == kind for item in self.objects[n])), None)


def _is(item: Any, namespace: str, name: str) -> bool:
    metadata = item.get("metadata") or item
    if (metadata.get("namespace") or "") != namespace:
        return False
    have = metadata.get("name") or ""
    return have.startswith(name[:-1]) if name.endswith("*") else have == name


def _ref(kind: str, item: Any) -> str:
    metadata = item.get("metadata") or item
    return "/".join(str(part) for part in (kind, metadata.get("namespace"), metadata.get("name")) if part)


def _changed(item: Any, change: ObjectPatch) -> Any:
    item = copy.deepcopy(dict(item))
    for path, value in change.set.items():
        _put(item, path, value)
    for path in change.unset:
        _drop(item, path)
    return item


def _steps(path: str) -> list[str | int]:
    return [int(index) if index else quoted or plain for quoted, plain, index in _STEP.findall(path)]


def _put(item: Any, path: str, value: Any) -> None:
    *way, last = _steps(path)
    for step in way:
        item = item[step] if isinstance(step, int) else item.setdefault(step, {})
    if isinstance(last, int) and last == len(item):
        item.append(value)
    else:
        item[last] = value


def _drop(item: Any, path: str) -> None:
    *way, last = _steps(path)
    for step in way:
        item = item[step]
    del item[last]
