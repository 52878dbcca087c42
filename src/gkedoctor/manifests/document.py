"""Where things stand: documents of files, objects in documents, keys in objects."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any, NamedTuple

import yaml

from gkedoctor.errors import ManifestError
from gkedoctor.manifests.yaml_values import Mistake, composed, keys_of
from gkedoctor.snapshot.redaction.text import mask_excerpt, mask_message

_STEP = re.compile(r'"([^"]+)"|([^.\[\]"]+)|\[(\d+)\]')
_ONLY_JSON = re.compile(r"\\(?:u[0-9a-fA-F]{4}|.)|[\x7f-\x9f]")
_NO_LINE_ENDS = dict.fromkeys(map(ord, "\x85\u2028\u2029"), ".")


class Document(NamedTuple):
    """One document of a file. `line` and `column`, from 0, say where in the file its text begins, as does `start`."""

    file: str
    text: str
    line: int = 0
    column: int = 0
    start: int = 0

    def error(self, message: str, line: int = 0, column: int = 0, hint: str | None = None) -> ManifestError:
        """What is wrong at a place of the document: its line without credentials, and without the line of a Secret."""
        at = self.at(line, column)
        return ManifestError(
            mask_message(message, self.text),
            path=at.file,
            line=at.line,
            column=at.column,
            source_line=mask_excerpt(self.text, line) if not self.column else None,
            hint=hint,
        )

    def at(self, line: int, column: int) -> FilePosition:
        """The place in the file of a place in the document, both from 0."""
        return FilePosition(self.file, self.line + line + 1, column + 1 + (self.column if line == 0 else 0))


class FilePosition(NamedTuple):
    """A place in a file, line and column counted from 1."""

    file: str
    line: int
    column: int


class ManifestSource(NamedTuple):
    """Where an object stands: its document, the way to it (`items[3]`), and its number in the order of reading."""

    document: Document
    path: str
    number: int

    def place(self, path: str = "") -> FilePosition:
        """The place of what stands at a path of the object: its key, or the nearest above it that there is."""
        return self.document.at(*self._mark(path))

    def error(self, message: str, path: str = "", hint: str | None = None) -> ManifestError:
        """What is wrong with what stands at a path of the object."""
        return self.document.error(message, *self._mark(path), hint)

    def _mark(self, path: str) -> tuple[int, int]:
        node = _nodes(self.document.text)
        mark = _mark(node, [*_steps(self.path), *_steps(path)]) if node is not None else None
        return (mark.line, mark.column) if mark is not None else (0, 0)


def value_at(item: Any, path: str) -> Any:
    """What stands at a path of an object; None where there is nothing."""
    for step in _steps(path):
        try:
            item = item[step]
        except (LookupError, TypeError):
            return None
    return item


def _nodes(text: str) -> yaml.Node | None:
    """The nodes of a text that was read; None where it is JSON beyond YAML.

    YAML does not know all escapes of JSON, nor all of its characters: those stand there as so many dots, as do the
    line ends of YAML 1.1 that no editor counts.
    """
    text = text.translate(_NO_LINE_ENDS)
    for tried in (text, _ONLY_JSON.sub(lambda found: "." * len(found[0]), text)):
        with suppress(Mistake):
            return composed(tried)
    return None


def _steps(path: str) -> list[str | int]:
    """`spec.ports[0]."a/b"` in its steps; whatever stands behind what is no path of an object is left out."""
    return [int(index[:18]) if index else quoted or plain for quoted, plain, index in _STEP.findall(path)]


def _mark(node: yaml.Node, steps: list[str | int]) -> yaml.Mark:
    mark = node.start_mark
    for step in steps:
        found = _step(node, step)
        if found is None:
            break
        mark, node = found
    return mark


def _step(node: yaml.Node, step: str | int) -> tuple[yaml.Mark, yaml.Node] | None:
    if isinstance(step, int):
        inside = node.value if isinstance(node, yaml.SequenceNode) else []
        return (inside[step].start_mark, inside[step]) if step < len(inside) else None
    key = next((key for key in keys_of(node) if key.name == step), None)
    return (key.key.start_mark, key.value) if key is not None else None
