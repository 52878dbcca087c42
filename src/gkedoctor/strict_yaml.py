"""YAML files that people write: what in one cannot be read is said with file, line, column and the nearest key."""

from __future__ import annotations

import operator
import re
from collections.abc import Mapping, Sequence
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

import msgspec
import yaml

from gkedoctor.errors import FileError, LimitError, PlaybookError, UsageError
from gkedoctor.graph import nearest
from gkedoctor.snapshot.importers.yaml_events import Mistake, refuse_traps
from gkedoctor.snapshot.importers.yaml_words import shown_tag


class Source(NamedTuple):
    """A file: where it is, its text, and the kind of error that says what is wrong in it."""

    path: str
    text: str
    error: type[FileError] = PlaybookError


def read_source(path: Path, error: type[FileError] = PlaybookError) -> Source:
    """A file's text; UsageError where it is not readable UTF-8."""
    try:
        return Source(str(path), path.read_text(encoding="utf-8"), error)
    except UnicodeDecodeError as fault:
        raise error(f"not UTF-8 text (byte {fault.start})", path=str(path)) from None
    except OSError as fault:
        raise UsageError(f"cannot read {path}: {fault.strerror}") from None


_TEXT, _LIST, _MAP = (f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # libyaml where it is built in
    """Safe YAML that refuses what YAML 1.1 gets wrong: duplicate keys, and `yes`, `no`, `on`, `off` as booleans.

    Nearly all nodes of such a file are texts, lists and maps without a tag of their own: those are made here, in half
    of the time that PyYAML's generators take.
    """

    descend_resolver: Any = operator.is_
    ascend_resolver: Any = bool
    """Nothing, quickly: no tag depends on where a node stands."""

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> str:
        """The tag of a node without one, as the same string for the same tag."""
        if kind is yaml.ScalarNode:
            return _tag_of(value) if implicit[0] else _TEXT
        return _LIST if kind is yaml.SequenceNode else _MAP

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        """The value of a node; the same one for an alias."""
        if node.tag is _TEXT:
            return node.value
        is_map = node.tag is _MAP
        if not is_map and node.tag is not _LIST:
            return super().construct_object(node, deep)
        if node in self.constructed_objects or node in self.recursive_objects:
            return super().construct_object(node, deep)
        self.recursive_objects[node] = None
        construct = self.construct_object
        value = _construct_mapping(self, node) if is_map else [construct(child, True) for child in node.value]
        self.constructed_objects[node] = value
        del self.recursive_objects[node]
        return value


@lru_cache(maxsize=8192)
def _tag_of(value: str) -> str:
    """The tag of a plain scalar."""
    found = _Loader.yaml_implicit_resolvers.get(value[:1], ())
    return next((tag for tag, regexp in found if regexp.match(value)), _TEXT)


def _construct_scalar(loader: Any, node: yaml.ScalarNode) -> Any:
    """What PyYAML makes of a scalar; a text that does not fit its tag (`!!int ""`) is an error with its place."""
    try:
        return yaml.SafeLoader.yaml_constructors[node.tag](loader, node)
    except (ValueError, LookupError, AttributeError, TypeError, OverflowError):
        said = f"`{node.value[:40]}` is not a valid value for the tag {shown_tag(node.tag)}"
        raise yaml.constructor.ConstructorError(None, None, said, node.start_mark) from None


for _kind in ("int", "float", "bool", "timestamp", "binary"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_kind}", _construct_scalar)
_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, regexp) for tag, regexp in found if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")
    ]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def _construct_mapping(loader: Any, node: yaml.MappingNode) -> dict[Any, Any]:
    loader.flatten_mapping(node)
    mapping: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in mapping:
            raise yaml.constructor.ConstructorError(None, None, f"the key `{key}` stands twice", key_node.start_mark)
        mapping[key] = loader.construct_object(value_node, deep=True)
    return mapping


_Loader.add_constructor("tag:yaml.org,2002:map", _construct_mapping)


def read_yaml(source: Source, *, trusted: bool = False) -> Any:
    """The value of a YAML text; the source's error with the place where it cannot be parsed.

    `trusted`: the file ships with the program, so that its aliases and depth need no second pass over its events.
    """
    try:
        if not trusted:
            refuse_traps(source.text, source.path)
        return yaml.load(source.text, Loader=_Loader)  # a SafeLoader
    except Mistake as error:
        hint = _yaml_hint(error.message, _line(source, error.line))
        raise _error(source, error.message, _Place(error.line, error.column), hint=hint) from None
    except LimitError as error:
        raise source.error(error.message.removeprefix(f"{source.path} "), path=source.path) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join(str(p) for p in (error.problem, error.context) if p)
        text = _line(source, mark.line) if mark is not None else ""
        raise _error(source, f"not valid YAML: {problem}", mark, hint=_yaml_hint(problem, text)) from None
    except yaml.YAMLError as error:
        raise source.error(f"not valid YAML: {error}", path=source.path) from None


class _Place(NamedTuple):
    """A place in a text, counted from 0, as PyYAML's marks have it."""

    line: int
    column: int


_BARE_NOT = re.compile(r"\s*+(?:- )?+[\w-]*+:?+\s*+(?P<expression>![^!\s].*)$")
"""A line whose value begins with `!`, which YAML reads as a tag."""


def _yaml_hint(problem: str, line: str) -> str | None:
    bare = _BARE_NOT.match(line.rstrip())
    if bare is not None:
        return f'put it in double quotes: "{bare["expression"]}", because YAML reads `!` as the beginning of a tag'
    if "expected ',' or '}'" in problem:
        return "an expression with a comma inside { } ends the value there: write it in block style, one key per line"
    if "cannot start any token" in problem or "mapping values are not allowed" in problem:
        return 'put the expression in double quotes: one that starts with !, [, & or `, or holds ": ", needs them'
    return None


def error_at(source: Source, place: str, message: str, *, hint: str | None = None, key: bool = False) -> FileError:
    """The error for what stands at a path like `$.causes[0].when`; with `key`, for its key."""
    return _error(source, message, _mark(source, place, key=key), hint=hint)


def line_of(source: Source, place: str) -> int | None:
    """The line, counted from 1, on which the value of a path stands."""
    mark = _mark(source, place)
    return mark.line + 1 if mark is not None else None


def _error(source: Source, message: str, mark: yaml.Mark | _Place | None, *, hint: str | None = None) -> FileError:
    if mark is None:
        return source.error(message, path=source.path, hint=hint)
    text = _line(source, mark.line)
    return source.error(
        message, path=source.path, line=mark.line + 1, column=mark.column + 1, source_line=text, hint=hint
    )


def _line(source: Source, number: int) -> str:
    lines = source.text.splitlines()
    return lines[number] if number < len(lines) else ""


_PLACE = re.compile(r" - at `(?:key in )?([^`]{0,500})`$")
_UNKNOWN_FIELD = re.compile(r"unknown field `(.*?)`")

Keys = Mapping[str, Sequence[str]]
"""The keys that may stand in a mapping, by the last key on the way to it; `""`: everywhere else."""


Choices = Mapping[str, Sequence[str]]
"""The values that the key of an enumeration takes."""


def fields_of(structs: Mapping[str, type[msgspec.Struct]]) -> tuple[Keys, Choices]:
    """The keys of some structs, by the key under which each stands, and the values of those that are enumerations."""
    keys: dict[str, Sequence[str]] = {}
    choices: dict[str, Sequence[str]] = {}
    for name, struct in structs.items():
        hints = get_type_hints(struct)
        fields = msgspec.structs.fields(struct)
        keys[name] = [field.encode_name for field in fields]
        for field in fields:
            alternatives = (hints[field.name], *get_args(hints[field.name]))
            values = [str(value) for hint in alternatives for value in _values(hint)]
            if values:
                choices[field.encode_name] = values
    return keys, choices


def _values(hint: Any) -> Sequence[Any]:
    if get_origin(hint) is Literal:
        return get_args(hint)
    return [member.value for member in hint] if isinstance(hint, type) and issubclass(hint, Enum) else ()


def validation_error(source: Source, text: str, keys: Keys, choices: Choices | None = None) -> FileError:
    """msgspec's sentence, with the line of the key it is about, and what may stand there."""
    found = _PLACE.search(text)
    place, message = (found[1] if found else "$"), _PLACE.sub("", text)
    unknown = _UNKNOWN_FIELD.search(message)
    last = re.sub(r"\[[^\[\]]*\]", "", place).rsplit(".", 1)[-1]
    if unknown is None:
        hint = _choice_hint(message, (choices or {}).get(last, ()))
        return _error(source, message[0].lower() + message[1:], _mark(source, place), hint=hint)
    key = unknown[1]
    known = list(keys.get(last, keys[""]))
    meant = nearest(key, known)
    hint = f"did you mean `{meant}`?" if meant else f"the keys here are {', '.join(known)}"
    return _error(source, f"unknown key `{key}`", _mark(source, f"{place}.{key}", key=True), hint=hint)


def _choice_hint(message: str, values: Sequence[str]) -> str | None:
    found = re.match(r"Invalid enum value '?(.*?)'?$", message)
    if found is None or not values:
        return None
    meant = nearest(found[1], list(values))
    return f"did you mean `{meant}`?" if meant else f"one of {', '.join(values)}"


_Struct = TypeVar("_Struct", bound=msgspec.Struct)


def convert_at(source: Source, place: str, value: Any, struct: type[_Struct], keys: Keys) -> _Struct:
    """The struct that the value at a path stands for; the source's error where it does not fit."""
    try:
        return msgspec.convert(value, struct)
    except msgspec.ValidationError as error:
        text = str(error)
        at = _PLACE.search(text)
        inner = at[1].removeprefix("$") if at else ""
        raise validation_error(source, f"{_PLACE.sub('', text)} - at `{place}{inner}`", keys) from None


def _mark(source: Source, place: str, *, key: bool = False) -> yaml.Mark | None:
    """Where in the file a path like `$.causes[0].when` stands: the value, or with `key` its key."""
    node = yaml.compose(source.text, Loader=_Loader)
    mark: yaml.Mark | None = node.start_mark if node is not None else None
    for part in re.findall(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]", place):
        found = _step(node, part)
        if found is None:
            break
        key_node, node = found
        mark = key_node.start_mark if key else node.start_mark
    return mark


def _step(node: Any, part: tuple[str, str]) -> tuple[Any, Any] | None:
    name, index = part
    if isinstance(node, yaml.MappingNode) and name:
        return next(((k, v) for k, v in node.value if k.value == name), None)
    if isinstance(node, yaml.SequenceNode) and index.isdigit() and int(index) < len(node.value):
        element = node.value[int(index)]
        return element, element
    return None
