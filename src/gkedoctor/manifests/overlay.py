"""Files as a cluster: once as if they were everything, and once with what they leave open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path

from gkedoctor.errors import ManifestError
from gkedoctor.graph import Ref, controller_ref, ref_of
from gkedoctor.graph.objects.owners import WORKLOADS
from gkedoctor.manifests.builtins import builtins
from gkedoctor.manifests.document import ManifestSource, value_at
from gkedoctor.manifests.files import STDIN_NAME
from gkedoctor.manifests.generated_objects import makers
from gkedoctor.manifests.loading import Manifest, Manifests
from gkedoctor.manifests.planned import claims_of, planned
from gkedoctor.manifests.validation.table import refusals
from gkedoctor.snapshot.importers.names import collection_of_object, plural_of
from gkedoctor.snapshot.intake import Gathered, build_snapshot
from gkedoctor.snapshot.kinds import COLLECTIONS, FILES, KINDS
from gkedoctor.snapshot.model import FILES_ALONE, Collection, CollectionState, Object, Snapshot, Status, not_asked

NOT_HERE = "not in these files"
HOLLOW = "without data in these files"
DECLARED = "declared in .gkedoctor.yaml as created elsewhere"

_COMPLETE = CollectionState(Status.COMPLETE)
_PLACE = " - at `"
_SOME_KEY = "[...]"
"""How msgspec names a place: of a map not which key."""

Maker = Callable[[str, str], str | None]
"""(namespace, name) to why something that is not there may come to be; None where nothing says so."""


@dataclass(frozen=True)
class ManifestOverlay:
    """`closed`: the files as if they were everything. `open`: what they do not hold may exist all the same.

    `origins` says where each object of the files stands, `parts` where in another one that stands which is made of it
    (a claim in a StatefulSet), `problems` what in them cannot be understood.
    """

    closed: Snapshot
    open: Snapshot
    origins: Mapping[Ref, ManifestSource]
    parts: Mapping[Ref, ManifestSource]
    problems: tuple[ManifestError, ...]


class FromFiles(Collection):
    """A collection of which the files hold a part: a name that is not in them may exist elsewhere.

    A listing counts for what it has; that it has nothing proves nothing (`lacks`). A Secret without data is left out:
    something is to fill it.
    """

    def __init__(self, collection: Collection, elsewhere: str | None, made: Maker) -> None:
        super().__init__(collection.name, collection.state, collection.objects)
        self._elsewhere, self._made = elsewhere, made

    def why_incomplete(self, namespace: str | None = None, name: str | None = None, selector: str = "") -> str | None:
        """Why a name may exist though it is not in the files; of a listing, what its source says."""
        found = super().why_incomplete(namespace, name, selector)
        if found is None and name is not None:
            return self._made(namespace or "", name) or self._elsewhere
        return found

    def why_not_exhaustive(self, namespace: str | None = None) -> str | None:
        """Why a listing in which nothing fits proves nothing."""
        return super().why_not_exhaustive(namespace) or self._elsewhere


def world(
    manifests: Manifests,
    base: Snapshot | None = None,
    *,
    complete: bool = False,
    elsewhere: Sequence[str] = (),
    now: datetime | None = None,
) -> ManifestOverlay:
    """The files alone, or laid over a recorded cluster (`base`).

    `complete`: the files are everything, but for what objects in them make. `elsewhere`: patterns like
    `Secret/shop/tls-*` of what is made by others. `now`: the time by which certificates are judged, where there is no
    cluster; without it none has expired.
    """
    objects: dict[Ref, Object] = {ref: manifest.item for ref, manifest in manifests.objects.items()}
    gathered = _laid_over(base, objects) if base is not None else _alone()
    applied = list(planned(objects))
    _add(gathered, applied)
    claims = [(claim, ref, path) for ref, item in objects.items() for claim, path in claims_of(item)]
    _add_missing(gathered, (claim for claim, _, _ in claims))
    if base is None:
        _add_missing(gathered, builtins({ref.namespace for ref in objects if ref.namespace}))
        gathered.recorded_at = now
    snapshot = build_snapshot(gathered, manifest=base.manifest if base is not None else None)
    origins = {ref: manifest.origin for ref, manifest in manifests.objects.items()}
    reason = None if complete or base is not None else NOT_HERE
    made = makers(objects)
    stand = _standing(manifests, base)
    opened = [_open(collection, reason, made, elsewhere, origins) for collection in snapshot.collections.values()]
    return ManifestOverlay(
        closed=Snapshot(snapshot.manifest, [*map(_closed, snapshot.collections.values()), stand]),
        open=Snapshot(snapshot.manifest, [*opened, stand]),
        origins=origins,
        parts={ref_of(claim): _within(origins[ref], path) for claim, ref, path in claims},
        problems=tuple(_refused(snapshot, manifests, {ref_of(item) for item in applied})),
    )


def _within(origin: ManifestSource, path: str) -> ManifestSource:
    return origin._replace(path=f"{origin.path}.{path}".lstrip("."))


def _standing(manifests: Manifests, base: Snapshot | None) -> Collection:
    """Where each object of the files stands, and in which order `kubectl apply -f` takes those that it takes."""
    kinds = ("Namespace", "CustomResourceDefinition", "Secret")
    held = [item for kind in kinds for item in (base.collection(KINDS[kind].collection).objects if base else ())]
    there = {ref_of(item) for item in held}
    names = {manifest.origin.document.file for manifest in manifests.objects.values()}
    ordered = {name: _is_ordered(manifests, name) for name in names}
    records = [
        {
            "kind": ref.kind, "name": ref.name, "namespace": ref.namespace,
            "apiVersion": str(manifest.item.get("apiVersion")), "file": manifest.origin.document.file,
            "number": manifest.origin.number, "ordered": ordered[manifest.origin.document.file],
            "exists": ref in there,
        }
        for ref, manifest in manifests.objects.items()
    ]  # fmt: skip
    return Collection(FILES, _COMPLETE, records)


def _is_ordered(manifests: Manifests, file: str) -> bool:
    """Whether the file's name says when it is applied: kustomize and helm sort by kind, and write to a pipe."""
    if file == STDIN_NAME or not manifests.sorted:
        return file != STDIN_NAME
    return manifests.sorted.isdisjoint(Path(file).parents)


def _alone() -> Gathered:
    gathered = Gathered(source=FILES_ALONE)
    for name, kind in COLLECTIONS.items():
        gathered.add(name, (), not_asked(name, NOT_HERE) if kind.cloud else _COMPLETE)
    return gathered


def _laid_over(base: Snapshot, objects: Mapping[Ref, Object]) -> Gathered:
    """What a cluster holds, without what the files replace and what the replaced controllers made."""
    gathered = Gathered(source=base.manifest.source)
    gathered.add_snapshot(base)
    replaced = {ref for ref in objects if ref.kind in WORKLOADS}
    for kind in ("ReplicaSet", "Job", "Pod"):
        collection = KINDS[kind].collection
        items = gathered.objects.get(collection, [])
        gone = {ref_of(item) for item in items if _owner(item) in replaced}
        replaced |= gone
        gathered.objects[collection] = [item for item in items if ref_of(item) not in gone]
        gathered.states.setdefault(collection, base.collection(collection).state)
    for collection, items in gathered.objects.items():
        gathered.objects[collection] = [i for i in items if "metadata" not in i or ref_of(i) not in objects]
    return gathered


def _owner(item: Object) -> Ref | None:
    owner = controller_ref(item)
    return Ref(str(owner.get("kind")), str(owner.get("name")), item["metadata"].get("namespace")) if owner else None


def _add(gathered: Gathered, items: Iterable[Object]) -> None:
    for item in items:
        collection = _collection_of(item)
        gathered.states.setdefault(collection, _COMPLETE)
        gathered.objects.setdefault(collection, []).append(item)


def _collection_of(item: Object) -> str:
    version, kind = str(item.get("apiVersion")), str(item["kind"])
    return collection_of_object(version, kind) or plural_of(version, kind)


def _add_missing(gathered: Gathered, items: Iterable[Object]) -> None:
    missing = list(items)
    kinds = {item["kind"] for item in missing}
    held = (item for found in gathered.objects.values() for item in found if item.get("kind") in kinds)
    there = {ref_of(item) for item in held if "metadata" in item}
    _add(gathered, (item for item in missing if ref_of(item) not in there))


def _closed(collection: Collection) -> Collection:
    return Collection(collection.name, _COMPLETE, collection.objects)


def _open(
    collection: Collection,
    reason: str | None,
    made: Mapping[Ref, Ref],
    elsewhere: Sequence[str],
    origins: Mapping[Ref, ManifestSource],
) -> Collection:
    known = COLLECTIONS.get(collection.name)
    if known is None or known.cloud:
        return collection
    kind = known.name
    filled = kind in ("Secret", "ConfigMap")
    hollow = {ref_of(item) for item in collection.objects if filled and not item.get("keys")} & origins.keys()
    patterns = [p.split("/")[1:] for p in elsewhere if fnmatchcase(kind, p.split("/")[0])]

    def maker(namespace: str, name: str) -> str | None:
        if any(_fits(pattern, namespace, name) for pattern in patterns):
            return DECLARED
        ref = Ref(kind, name, namespace or None)
        if ref in hollow:
            return HOLLOW
        found = made.get(ref)
        return f"{found.kind} {found.name} creates it" if found is not None else None

    kept = [item for item in collection.objects if ref_of(item) not in hollow] if hollow else collection.objects
    return FromFiles(Collection(collection.name, collection.state, kept), reason, maker)


def _fits(pattern: Sequence[str], namespace: str, name: str) -> bool:
    """Whether `[namespace, name]` or `[name]` fits, part by part."""
    names = (name,) if len(pattern) == 1 else (namespace, name)
    return len(names) == len(pattern) and all(fnmatchcase(n, p) for n, p in zip(names, pattern, strict=True))


def _refused(snapshot: Snapshot, manifests: Manifests, there: Set[Ref]) -> Iterator[ManifestError]:
    """What the API server would refuse: a number where a text belongs, and of the rest what breaks its rules."""
    for ref, manifest in manifests.objects.items():
        malformed = snapshot.collection(_collection_of(manifest.item)).state.malformed
        reason = malformed.get(f"{ref.namespace}/{ref.name}" if ref.namespace else ref.name) if malformed else None
        if reason is not None:
            yield _misfit(ref, manifest, reason)
        elif ref in there:
            for found in refusals(manifest.item):
                yield manifest.origin.error(f"{ref} is invalid: {found.reason}", found.path)


def _misfit(ref: Ref, manifest: Manifest, reason: str) -> ManifestError:
    message, _, found = reason.partition(_PLACE)
    path = found.rstrip("`").removeprefix("key in ").removeprefix("$").lstrip(".")
    if "`str`" in message and path.endswith(_SOME_KEY):
        path = _first_that_is_no_text(manifest.item, path.removesuffix(_SOME_KEY))
    where = f" at {path}" if path else ""
    return manifest.origin.error(f"{ref}: {message[:1].lower()}{message[1:]}{where}", path)


def _first_that_is_no_text(item: Object, path: str) -> str:
    """The way to the value in a map of texts that is none."""
    texts = value_at(item, path)
    wrong = [key for key, value in texts.items() if not isinstance(value, str)] if isinstance(texts, dict) else []
    return f'{path}."{wrong[0]}"' if wrong else path
