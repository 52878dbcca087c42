"""Files to objects with their places. What cannot be read is a problem with its place, and stops nothing else."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import NoneType
from typing import Any, BinaryIO, NamedTuple

from gkedoctor.errors import ManifestError
from gkedoctor.graph import Ref, ref_of
from gkedoctor.graph.core.ref import namespaced
from gkedoctor.manifests.document import Document, ManifestSource
from gkedoctor.manifests.files import files
from gkedoctor.manifests.yaml_values import ForeignTag, Mistake, Plain, SharedParser, value_of
from gkedoctor.snapshot.kinds import KINDS

_BREAK = re.compile(r"^(?:---|\.\.\.)(?=[ \t\r\n]|\Z)", re.MULTILINE)
"""Between two documents, also inside of a block of text (YAML 1.2, 9.1.2)."""

_KEY = re.compile(r"(?:---)?\n?\w")
"""With what most documents begin, so that they need not be taken apart to see that they say something."""

_OBJECT = re.compile(r"\b(?:apiVersion|kind)\b")
"""What every object of Kubernetes says of itself."""

_SORTERS = ("kustomization.yaml", "kustomization.yml", "Chart.yaml")
_WINS = "the last one applied wins"
_TWICE = f"{_WINS}; for two namespaces, run gkedoctor twice, each time with -n"
_UNRENDERED = "a template that is not rendered"
_RENDER = "render it first: helm template CHART | gkedoctor lint -"
_STATUS_NOTES = re.compile(r"ingress\.kubernetes\.io/|cloud\.google\.com/neg-status$|deployment\.kubernetes\.io/")
"""Annotations that controllers write: status in another place."""


class Manifest(NamedTuple):
    """One object as it is to be applied, without status, and where it stands."""

    item: dict[str, Any]
    origin: ManifestSource


@dataclass
class Manifests:
    """What was read. `others` counts documents that are no objects of Kubernetes (values.yaml, CI files).

    `sorted`: folders whose files are put in order by kustomize or helm, and not by their names.
    """

    objects: dict[Ref, Manifest] = field(default_factory=dict)
    problems: list[ManifestError] = field(default_factory=list)
    files: int = 0
    documents: int = 0
    others: Counter[str] = field(default_factory=Counter)
    sorted: set[Path] = field(default_factory=set)


def read(paths: Iterable[Path], *, stdin: BinaryIO, namespace: str = "default") -> Manifests:
    """The objects of files and folders, `-` for standard input. `namespace`: of objects that name none."""
    reading = _Reading(namespace)
    for file in files(paths, stdin):
        reading.found.files += 1
        if Path(file.name).name in _SORTERS:
            reading.found.sorted.add(Path(file.name).parent)
        if file.problem is not None:
            reading.found.problems.append(file.problem)
        reading.take(file.name, file.text)
    return reading.found


def read_text(name: str, text: str, *, namespace: str = "default") -> Manifests:
    """The objects of one text."""
    reading = _Reading(namespace)
    reading.take(name, text)
    return reading.found


def documents(name: str, text: str) -> Iterator[Document]:
    """The documents of a text: JSON one after another where it begins like JSON, else YAML."""
    if text.lstrip()[:1] in ("{", "["):
        whole = _json_documents(name, text)
        yield from whole if whole is not None else [Document(name, text)]
        return
    start, line = 0, 0
    for found in [*_BREAK.finditer(text), None]:
        end = found.start() if found is not None else len(text)
        if has_content(text[start:end]):
            yield Document(name, text[start:end], line, start=start)
        line += text.count("\n", start, end)
        start = end if found is None or found[0] == "---" else found.end()


def has_content(chunk: str) -> bool:
    """Whether there is more in a part of a file than its `---`, comments and directives."""
    if _KEY.match(chunk):
        return True
    lines = (line.strip() for line in chunk.removeprefix("---").splitlines())
    return any(line and line[0] not in "#%" for line in lines)


def _json_documents(name: str, text: str) -> list[Document] | None:
    """JSON documents one after another; None where it is no JSON, but YAML in brackets, or broken."""
    decoder, found, position = json.JSONDecoder(), [], 0
    while position < len(text):
        try:
            end = decoder.raw_decode(text, position)[1]
        except (ValueError, RecursionError):
            return None
        line = text.count("\n", 0, position)
        found.append(Document(name, text[position:end], line, position - text.rfind("\n", 0, position) - 1, position))
        position = end + len(text[end:]) - len(text[end:].lstrip())
    return found


class _Reading:
    """Takes one text after the other."""

    def __init__(self, namespace: str) -> None:
        self.found = Manifests()
        self._namespace, self._plain = namespace, Plain()

    def take(self, name: str, text: str) -> None:
        found = list(documents(name, text))
        together = SharedParser(text, [document.text for document in found])
        for document in found:
            self._take(document, together)

    def _take(self, document: Document, together: SharedParser) -> None:
        self.found.documents += 1
        try:
            value = _value(document, self._plain, together)
        except Mistake as mistake:
            if _is_foreign(document, mistake):
                self.found.others["no object"] += 1
            else:
                self.found.problems.append(_told(document, mistake))
            return
        for item, path in _items(value, ""):
            self._take_object(item, document, path)

    def _take_object(self, item: Any, document: Document, path: str) -> None:
        origin = ManifestSource(document, path, len(self.found.objects))
        lacks = _lacking(item)
        wrong = _no_text(item) if lacks is not None and not lacks.startswith("metadata") else None
        if lacks is None:
            self.found.others[_format_of(item)] += 1
        elif wrong or lacks:
            said = f"{wrong} must be a string" if wrong else f"{lacks} is missing"
            self.found.problems.append(origin.error(said, wrong or lacks))
        elif _is_template(item):
            self.found.problems.append(origin.error(_UNRENDERED, hint=_RENDER))
        else:
            self._keep(Manifest(self._settled(item), origin))

    def _keep(self, manifest: Manifest) -> None:
        ref = _ref(manifest.item)
        before = self.found.objects.get(ref)
        if before is not None and before.item != manifest.item:
            first = before.origin.place()
            message = f"{ref} is also in {first.file}:{first.line}:{first.column}, with different content"
            hint = _TWICE if ref.namespace == self._namespace else _WINS
            self.found.problems.append(manifest.origin.error(message, hint=hint))
        self.found.objects[ref] = manifest

    def _settled(self, item: dict[str, Any]) -> dict[str, Any]:
        """The object in its namespace and without what only a cluster knows of it."""
        metadata = {k: v for k, v in item["metadata"].items() if k not in _OF_THE_CLUSTER}
        if not namespaced(item["kind"]):
            metadata.pop("namespace", None)
        elif not metadata.get("namespace"):
            metadata["namespace"] = self._namespace
        if not metadata.get("name"):
            metadata["name"] = f"{metadata['generateName']}generated"
        notes = metadata.get("annotations")
        if isinstance(notes, dict) and any(map(_STATUS_NOTES.match, notes)):
            metadata["annotations"] = {k: v for k, v in notes.items() if not _STATUS_NOTES.match(k)}
        settled = {k: v for k, v in item.items() if k != "status"}
        return _without_nulls(settled, _DATA) | {"metadata": _without_nulls(metadata, _LABELS)}


_DATA = ("data", "stringData", "binaryData")
_LABELS = ("labels", "annotations")


def _without_nulls(item: dict[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """The same with empty texts for the nulls in maps of texts, as the API server reads them (Go's encoding/json)."""
    maps = {field: item[field] for field in fields if isinstance(item.get(field), dict)}
    filled = {f: {k: "" if v is None else v for k, v in m.items()} for f, m in maps.items() if None in m.values()}
    return item | filled


_OF_THE_CLUSTER = frozenset(
    ("uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "selfLink", "managedFields")
)


def _value(document: Document, plain: Plain, together: SharedParser) -> Any:
    if document.text[:1] in ("{", "["):
        try:
            return json.loads(document.text, object_pairs_hook=_once)
        except (ValueError, RecursionError, Mistake):
            pass  # YAML in brackets, or what the other reader says with its place
    return value_of(document.text, plain, together.node(document.start, document.start + len(document.text)))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise Mistake(f"the key `{twice}` appears twice in one object")
    return found


def _is_foreign(document: Document, mistake: Mistake) -> bool:
    """Whether what cannot be read is of other tools: JSON with comments, YAML with tags of their own."""
    if _OBJECT.search(document.text) is not None:
        return False
    return document.file.endswith(".json") or isinstance(mistake, ForeignTag)


def _told(document: Document, mistake: Mistake) -> ManifestError:
    if "{{" in document.text:
        before = document.text[: document.text.index("{{")]
        return document.error(_UNRENDERED, before.count("\n"), len(before) - before.rfind("\n") - 1, _RENDER)
    hint = None
    lines = document.text.splitlines()
    if mistake.line < len(lines) and re.match(r" *\t", lines[mistake.line]):
        hint = "indent with spaces: YAML does not allow tabs"
    return document.error(mistake.message, mistake.line, mistake.column, hint)


def _items(value: Any, path: str) -> Iterator[tuple[Any, str]]:
    """The objects of a document: itself, or those of a List, with the way to them."""
    kind = value.get("kind") if isinstance(value, dict) else None
    if (
        isinstance(value, dict)
        and isinstance(kind, str)
        and kind.endswith("List")
        and isinstance(value.get("items"), list)
    ):
        for i, item in enumerate(value["items"]):
            if isinstance(item, dict) and kind != "List":
                item = {"apiVersion": value.get("apiVersion"), "kind": kind.removesuffix("List"), **item}
            yield from _items(item, f"{path}.items[{i}]".lstrip("."))
    elif value is not None:
        yield value, path


def _lacking(item: Any) -> str | None:
    """The field that an object lacks, empty where it has all; None for what is no object of Kubernetes."""
    if not isinstance(item, dict):
        return None
    version, kind, metadata = item.get("apiVersion"), item.get("kind"), item.get("metadata")
    if isinstance(version, str) and isinstance(kind, str) and version and kind:
        if isinstance(metadata, dict) and (metadata.get("name") or metadata.get("generateName")):
            return ""
        return "metadata.name" if kind in KINDS and _is_ours(version, kind) else None
    if isinstance(metadata, dict) and metadata.get("name") and "spec" in item:
        return "kind" if version else "apiVersion" if isinstance(kind, str) and kind in KINDS else None
    return None


def _no_text(item: dict[str, Any]) -> str | None:
    """The name in the metadata that is no text: a number, or a template that reads as a mapping."""
    metadata = item["metadata"]
    fields = ("name", "generateName", "namespace")
    return next((f"metadata.{f}" for f in fields if not isinstance(metadata.get(f), (str, NoneType))), None)


def _ref(item: dict[str, Any]) -> Ref:
    """What tells an object from others; a Service of Knative is another than a Service of Kubernetes."""
    ref, version = ref_of(item), item["apiVersion"]
    if ref.kind not in KINDS or _is_ours(version, ref.kind):
        return ref
    return ref._replace(kind=f"{ref.kind}.{version.rpartition('/')[0]}")


def _is_ours(version: str, kind: str) -> bool:
    return version.rpartition("/")[0] in ("", KINDS[kind].group, "extensions")


def _is_template(item: dict[str, Any]) -> bool:
    """Whether a name is still to be filled in; elsewhere `{{ }}` may be meant (alerts, workflows)."""
    names = [item["kind"], *(item["metadata"].get(key) for key in ("name", "generateName", "namespace"))]
    return any("{{" in name for name in names if isinstance(name, str))


def _format_of(item: Any) -> str:
    """What a document is that is no object: by its own words, else `YAML`."""
    version = item.get("apiVersion") if isinstance(item, dict) else None
    return f"{item.get('kind')} of {version}" if isinstance(version, str) and item.get("kind") else "no object"
