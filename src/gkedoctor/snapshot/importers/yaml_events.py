"""YAML documents to JSON values by the parser's events, in time and memory that grow with the text.

PyYAML's loaders compose nodes first, which takes four times the time and 300 bytes of memory a value, and what aliases
stand for is not limited. Here each alias is a copy that is counted; depth, documents and memory are limited while the
text is read. `refuse_traps` holds other readers of YAML to the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml
from yaml._yaml import CParser

from gkedoctor.errors import LimitError
from gkedoctor.limits import DEEPEST, YAML_DEPTH_MESSAGE
from gkedoctor.snapshot.budget import Budget
from gkedoctor.snapshot.importers.yaml_words import Plain, fits_collection, shown_tag, tagged

_MANY_BRACKETS = 400
_DEEP = re.compile(r"^ {200}|(?:[-?] ){50}", re.MULTILINE)
_PART_OF_DEEP = (" " * 200, "- - ", "? ? ", "- ? ")
"""One of them is in all that `_DEEP` finds, and a search for plain text takes a tenth of the time."""
_ALIAS = re.compile(r"(?:\A|[\s\[{,:\ufeff])\*[\w-]")
"""Where libyaml may see an alias: at the start of a token, with a name of letters, digits, `_` and `-` (scanner.c)."""

_SCALAR, _MAP, _LIST = 64, 232, 88
"""Bytes of memory that a value takes, its place in the map or list around it included (CPython 3.11)."""


class Mistake(Exception):  # noqa: N818  # what is told of it is told by a SourceError or ManifestError
    """What cannot be read in a text; `line` and `column` count from 0 at its beginning."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


def values(text: str, name: str, budget: Budget) -> Iterator[Any]:
    """The documents of a text that say something, as JSON values. A key that stands twice: the last one counts.

    `name` is what errors call the text. Raises Mistake with the place of what cannot be read, LimitError for what is
    too much.
    """
    for value in _Reader(text, name, budget).documents():
        if value is not None:
            yield value


def may_be_deep(text: str) -> bool:
    """Whether a text may be nested so deeply that it has to be looked at before it is composed."""
    if text.count("[") + text.count("{") >= _MANY_BRACKETS:
        return True
    return any(part in text for part in _PART_OF_DEEP) and _DEEP.search(text) is not None


def refuse_traps(text: str, name: str) -> None:
    """Mistake or LimitError for a text whose depth or aliases no other reader should meet; quick for all others."""
    if _ALIAS.search(text) is not None or may_be_deep(text):
        for _ in values(text, name, Budget(name, len(text))):
            pass


def mistake_of(error: yaml.YAMLError, text: str) -> Mistake:
    """PyYAML's error as one with its place."""
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        said = error.problem or error.context or "not valid YAML"
        deep = said == YAML_DEPTH_MESSAGE
        message = f"nested too deeply: more than {DEEPEST} levels" if deep else f"not valid YAML: {said}"
        return Mistake(message, mark.line if mark else 0, mark.column if mark else 0)
    said = (str(error).splitlines() or ["unknown"])[0]
    if not isinstance(error, yaml.reader.ReaderError):
        return Mistake(f"not valid YAML: {said}")
    before = text.encode("utf-8", "surrogatepass")[: error.position].decode("utf-8", "replace")  # libyaml: bytes
    line, column = before.count("\n"), len(before) - before.rfind("\n") - 1
    return Mistake(f"not valid YAML: {said}", line, column)


class _Anchored:
    """What an anchor names: a value, of how many values it is made, and how deep it is."""

    __slots__ = ("depth", "size", "value")

    def __init__(self, value: Any, size: int, depth: int) -> None:
        self.value, self.size, self.depth = value, size, depth


class _Frame:
    """A map or list that is still open."""

    __slots__ = ("anchor", "depth", "key", "merged", "start", "value", "wants_key")

    def __init__(self, value: Any, anchor: str | None, start: int) -> None:
        self.value, self.anchor, self.start = value, anchor, start
        self.wants_key = isinstance(value, dict)
        self.key: str | None = None
        self.merged: list[Any] = []
        self.depth = 1


class _Reader:
    """Builds one document after the other."""

    def __init__(self, text: str, name: str, budget: Budget) -> None:
        self._text, self._name, self._budget, self._limits = text, name, budget, budget.limits
        self._used, self._memory = 0, budget.memory
        self._aliases = budget.limits.yaml_aliases
        self._plain = Plain()
        self._count = 0
        self._stack: list[_Frame] = []
        self._anchors: dict[str, _Anchored] = {}
        self._on: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._opened,
            yaml.SequenceStartEvent: self._opened,
            yaml.MappingEndEvent: self._closed,
            yaml.SequenceEndEvent: self._closed,
            yaml.AliasEvent: self._alias,
        }

    def documents(self) -> Iterator[Any]:
        found = 0
        try:
            event = CParser(self._text).get_event
            while (one := event()) is not None and type(one) is not yaml.StreamEndEvent:
                if type(one) is yaml.DocumentStartEvent:
                    found += 1
                    if found > self._limits.documents:
                        raise LimitError(self._name, "holds too many documents", f"{self._limits.documents:,}")
                    yield self._document(event)
        except yaml.YAMLError as error:
            raise mistake_of(error, self._text) from None

    def _document(self, event: Callable[[], Any]) -> Any:
        root = _Frame([], None, self._count)
        self._stack, self._anchors = [root], {}
        on = self._on
        while type(one := event()) is not yaml.DocumentEndEvent:
            self._count += 1
            on[type(one)](one)
            if self._used > self._memory:
                break
        self._budget.use(self._used)
        self._used, self._memory = 0, self._budget.memory
        return root.value[0] if root.value else None

    def _scalar(self, event: Any) -> None:
        top = self._stack[-1]
        if top.wants_key:
            top.key, top.wants_key = event.value, False
            if event.value == "<<" and event.implicit[0]:
                top.key = None
            if event.anchor is not None:
                self._anchors[event.anchor] = _Anchored(event.value, 1, 0)
            return
        value = event.value
        if event.tag is not None:
            value = self._tagged(event)
        elif event.implicit[0]:
            value = self._plain[value]
        self._used += _SCALAR + len(event.value)
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(value, 1, 0)
        self._place(top, value, event)

    def _tagged(self, event: Any) -> Any:
        try:
            return tagged(event.tag, event.value)
        except KeyError:
            message = f"the tag {shown_tag(event.tag)} is not supported here"
        except ValueError:
            message = f"`{event.value[:40]}` is not a valid value for the tag {shown_tag(event.tag)}"
        raise _at(event, message)

    def _opened(self, event: Any) -> None:
        if self._stack[-1].wants_key:
            raise _at(event, "a key must be a string")
        if len(self._stack) > DEEPEST:
            raise _at(event, f"nested too deeply: more than {DEEPEST} levels")
        if not fits_collection(event.tag):
            raise _at(event, f"the tag {shown_tag(event.tag)} is not supported here")
        is_map = type(event) is yaml.MappingStartEvent
        self._used += _MAP if is_map else _LIST
        self._stack.append(_Frame({} if is_map else [], event.anchor, self._count))

    def _closed(self, event: Any) -> None:
        frame = self._stack.pop()
        value = frame.value
        if frame.merged:
            value = self._with_merged(frame, event)
        above = self._stack[-1]
        above.depth = max(above.depth, frame.depth + 1)
        if frame.anchor is not None:
            self._anchors[frame.anchor] = _Anchored(value, self._count - frame.start, frame.depth)
        self._place(above, value, event)

    def _with_merged(self, frame: _Frame, event: Any) -> dict[str, Any]:
        """The map with what `<<` brings in; its own keys win, then the first of several."""
        found: dict[str, Any] = {}
        for base in reversed([one for part in frame.merged for one in (part if isinstance(part, list) else [part])]):
            if not isinstance(base, dict):
                raise _at(event, "`<<` needs a mapping")
            found |= base
        own: dict[str, Any] = frame.value
        return found | own

    def _alias(self, event: Any) -> None:
        known = self._anchors.get(event.anchor)
        top = self._stack[-1]
        if known is None:
            raise _at(event, f"the alias *{event.anchor} has no anchor before it")
        if top.wants_key:
            if not isinstance(known.value, str):
                raise _at(event, "a key must be a string")
            top.key, top.wants_key = known.value, False
            return
        self._aliases -= known.size
        self._used += known.size * _SCALAR
        if self._aliases < 0:
            raise LimitError(
                self._name, "has YAML aliases that expand to too many values", f"{self._limits.yaml_aliases:,}"
            )
        if len(self._stack) + known.depth > DEEPEST:
            raise _at(event, f"nested too deeply: more than {DEEPEST} levels")
        self._count += known.size
        top.depth = max(top.depth, known.depth + 1)
        self._place(top, _copied(known.value), event)

    def _place(self, top: _Frame, value: Any, event: Any) -> None:
        if isinstance(top.value, list):
            top.value.append(value)
            return
        if top.wants_key:
            raise _at(event, "a key must be a string")
        if top.key is None:
            top.merged.append(value)
        else:
            top.value[top.key] = value
        top.key, top.wants_key = None, True


def _copied(value: Any) -> Any:
    """A value of its own for each alias: what is read may be changed in place."""
    if isinstance(value, dict):
        return {key: _copied(inner) for key, inner in value.items()}
    return [_copied(inner) for inner in value] if isinstance(value, list) else value


def _at(event: Any, message: str) -> Mistake:
    return Mistake(message, event.start_mark.line, event.start_mark.column)
