"""One YAML document to one JSON value, as kubectl reads it, at several times the speed of PyYAML's constructor.

kubectl reads YAML 1.1 with go-yaml v2 (sigs.k8s.io/yaml): `yes` and `on` are booleans, dates and `12:30` are text, keys
are text. What kubectl lets pass and nobody means is refused here: a key that stands twice, aliases that blow up.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import yaml
from yaml._yaml import CParser

from gkedoctor.limits import DEEPEST, DEFAULT
from gkedoctor.snapshot.importers.yaml_events import Mistake, may_be_deep, mistake_of
from gkedoctor.snapshot.importers.yaml_words import Plain, shown_tag, tagged

__all__ = ["ForeignTag", "MappingKey", "Mistake", "Plain", "SharedParser", "composed", "keys_of", "value_of"]

_PLAIN, _TEXT, _INNER = "plain", "text", "inner"
"""Tags of scalars without a tag of their own, unquoted and quoted, and of sequences and mappings."""

_Scalar, _Mapping = yaml.ScalarNode, yaml.MappingNode
_DIRECTIVE = re.compile(r"^%", re.MULTILINE)
_MOST_FROM_ALIASES = 100_000
"""Nodes beyond one for each character of the text: only aliases can make them."""


class ForeignTag(Mistake):
    """A tag of another tool, like `!Ref` of CloudFormation."""


class _NodeComposer(CParser, yaml.resolver.Resolver):
    """Nodes of a text. Tags are told apart by the C parser alone: what a plain word means is looked up later."""

    def __init__(self, text: str, most: int = DEFAULT.yaml_nodes) -> None:
        CParser.__init__(self, text)
        yaml.resolver.Resolver.__init__(self)
        self._most = self._left = most

    def start(self) -> None:
        """Counts anew: the next document is another."""
        self._left = self._most

    def resolve(self, kind: type[yaml.Node], _value: Any, implicit: Any) -> str:
        self._left -= 1
        if self._left < 0:
            raise Mistake(f"more than {self._most:,} keys and values in one document, too many for a manifest")
        if kind is yaml.ScalarNode:
            return _PLAIN if implicit[0] else _TEXT
        return _INNER

    descend_resolver: Any = operator.is_
    ascend_resolver: Any = bool
    """Nothing: no tag depends on where a node stands. The parser calls both for each node, and what is built in is
    called in a third of the time."""


def composed(text: str) -> yaml.Node | None:
    """The nodes of a text with one document, with their marks; None for one without content."""
    try:
        _refuse_depth(text)
        node: yaml.Node | None = _NodeComposer(text).get_single_node()
        return node
    except yaml.YAMLError as error:
        raise mistake_of(error, text) from None


class SharedParser:
    """The nodes of the documents of one text, by one parser: to make one takes as long as to read a small document.

    What is wrong or odd in one document ends it; from there on each is to be read alone, as kubectl does.
    """

    def __init__(self, text: str, documents: Sequence[str]) -> None:
        alone = len(documents) < 2 or _DIRECTIVE.search(text) is not None or any(map(may_be_deep, documents))
        self._parser = None if alone else _NodeComposer(text)
        self._next: yaml.Node | None = None

    def node(self, start: int, end: int) -> yaml.Node | None:
        """The node of the document between two offsets of the text; None where that has to be read alone."""
        found: list[yaml.Node] = []
        try:
            while self._parser is not None and (node := self._peek()) is not None and node.start_mark.index < end:
                self._next = None
                if node.start_mark.index >= start:
                    found.append(node)
        except (yaml.YAMLError, Mistake):
            self._parser = None
        return found[0] if self._parser is not None and len(found) == 1 else None

    def _peek(self) -> yaml.Node | None:
        assert self._parser is not None
        if self._next is None and self._parser.check_node():
            self._parser.start()
            self._next = self._parser.get_node()
        return self._next


def _refuse_depth(text: str) -> None:
    if not may_be_deep(text):
        return
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            mark = event.start_mark
            raise Mistake("nested too deeply", mark.line if mark else 0, mark.column if mark else 0)


class MappingKey(NamedTuple):
    """A key of a mapping as it stands in the text, and what it leads to."""

    name: str
    key: yaml.Node
    value: yaml.Node


def value_of(text: str, plain: Plain, node: yaml.Node | None = None) -> Any:
    """The value of a text with one document. Mistake says what in it cannot be read.

    `node`: what `SharedParser` has read of it. The marks in it count from elsewhere, so that mistakes are found anew.
    """
    if node is not None:
        with suppress(Mistake):
            return _Values(plain, len(text) + _MOST_FROM_ALIASES).of(node, 0)
    node = composed(text)
    return None if node is None else _Values(plain, len(text) + _MOST_FROM_ALIASES).of(node, 0)


class _Values:
    """Values of nodes. Each alias gives a value of its own, so that a place in an object is found by identity."""

    def __init__(self, plain: Plain, most: int) -> None:
        self._plain, self._left = plain, most

    def of(self, node: yaml.Node, depth: int) -> Any:
        tag = node.tag
        if tag is _PLAIN:
            return self._plain[node.value]
        if tag is _TEXT:
            return node.value
        if type(node) is _Mapping:
            return self._mapping(node, depth + 1)
        if isinstance(node, yaml.ScalarNode):
            return self._tagged(node)
        assert isinstance(node, yaml.SequenceNode)
        self._count(node, depth)
        return [self.of(child, depth + 1) for child in node.value]

    def _count(self, node: yaml.CollectionNode, depth: int) -> None:
        self._left -= len(node.value)
        if depth > DEEPEST or self._left < 0:
            raise _mistake("nested too deeply" if depth > DEEPEST else "its aliases expand to too many values", node)

    def _mapping(self, node: yaml.MappingNode, depth: int) -> dict[str, Any]:
        self._count(node, depth)
        found: dict[str, Any] = {}
        merged: list[yaml.Node] = []
        plain, of = self._plain, self.of
        for key, value in node.value:
            if type(key) is not _Scalar:
                raise _mistake("a key must be a string", key)
            name = key.value
            if name == "<<" and key.tag is _PLAIN:
                merged += value.value if isinstance(value, yaml.SequenceNode) else [value]
                continue
            if name in found:
                raise _mistake(f"the key `{name}` appears twice", key)
            tag = value.tag
            found[name] = plain[value.value] if tag is _PLAIN else value.value if tag is _TEXT else of(value, depth)
        for base in merged:
            if not isinstance(base, yaml.MappingNode):
                raise _mistake("`<<` needs a mapping", base)
            found = self._mapping(base, depth + 1) | found
        return found

    def _tagged(self, node: yaml.ScalarNode) -> Any:
        line, column = node.start_mark.line, node.start_mark.column
        try:
            return tagged(node.tag, node.value)
        except KeyError:
            raise ForeignTag(f"the tag {node.tag} is not supported here", line, column) from None
        except ValueError:
            said = f"`{node.value[:40]}` is not a valid value for the tag {shown_tag(node.tag)}"
            raise Mistake(said, line, column) from None


def _mistake(message: str, node: yaml.Node) -> Mistake:
    return Mistake(message, node.start_mark.line, node.start_mark.column)


def keys_of(node: yaml.Node) -> list[MappingKey]:
    """The keys of a mapping: its own first, then those that `<<` brings in."""
    if not isinstance(node, yaml.MappingNode):
        return []
    own = [MappingKey(k.value, k, v) for k, v in node.value if isinstance(k, yaml.ScalarNode)]
    bases = [b for k in own if k.name == "<<" for b in (k.value.value if _is_list(k.value) else [k.value])]
    return [k for k in own if k.name != "<<"] + [k for base in bases for k in keys_of(base)]


def _is_list(node: yaml.Node) -> bool:
    return isinstance(node, yaml.SequenceNode)
