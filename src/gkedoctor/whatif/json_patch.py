"""JSON Patch: RFC 6902, with pointers as in RFC 6901."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from gkedoctor.errors import ChangeError

_INDEX = re.compile(r"0|[1-9][0-9]{0,9}")


def json_patch(document: Any, operations: Sequence[Any]) -> Any:
    """The document with all operations applied in order, as a copy.

    ChangeError, with the number of the operation, where one is malformed, its path does not exist or its test fails:
    then none is applied.
    """
    result = copy.deepcopy(document)
    if isinstance(operations, (str, bytes, Mapping)) or not isinstance(operations, Sequence):
        raise ChangeError("a JSON patch is a list of operations")
    for number, operation in enumerate(operations):
        try:
            result = _applied(result, operation)
        except ChangeError as error:
            raise ChangeError(f"operation {number} of the JSON patch: {error.message}", hint=error.hint) from None
    return result


def pointer_steps(pointer: Any) -> list[str]:
    """The steps of a JSON pointer: `/spec/ports/0`, with `~1` for a slash and `~0` for a tilde."""
    if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")):
        raise ChangeError(f"{pointer!r} is not a JSON pointer", hint="write it like /spec/ports/0/targetPort")
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def same_json(left: Any, right: Any) -> bool:
    """Whether two JSON values are equal: numbers by value, and true is not 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same_json(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same_json, left, right))
    return bool(left == right)


def _applied(document: Any, operation: Any) -> Any:
    if not isinstance(operation, Mapping):
        raise ChangeError("an operation is an object with op and path")
    name = operation.get("op")
    apply = _OPERATIONS.get(name) if isinstance(name, str) else None
    if apply is None:
        raise ChangeError(f"unknown operation {name!r}", hint=f"one of {', '.join(_OPERATIONS)}")
    return apply(document, operation)


def _member(operation: Mapping[str, Any], name: str) -> Any:
    if name not in operation:
        raise ChangeError(f"{operation['op']} needs `{name}`")
    return operation[name]


def _get(document: Any, steps: Sequence[str], pointer: str) -> Any:
    for step in steps:
        if isinstance(document, dict) and step in document:
            document = document[step]
        elif isinstance(document, list) and _INDEX.fullmatch(step) and int(step) < len(document):
            document = document[int(step)]
        else:
            raise ChangeError(f"the path {pointer} does not exist")
    return document


def _add(document: Any, operation: Mapping[str, Any]) -> Any:
    return _put(document, operation["path"], copy.deepcopy(_member(operation, "value")))


def _put(document: Any, pointer: str, value: Any) -> Any:
    steps = pointer_steps(pointer)
    if not steps:
        return value
    parent, last = _get(document, steps[:-1], pointer), steps[-1]
    if isinstance(parent, dict):
        parent[last] = value
    elif isinstance(parent, list) and (last == "-" or (_INDEX.fullmatch(last) and int(last) <= len(parent))):
        parent.insert(len(parent) if last == "-" else int(last), value)
    else:
        raise ChangeError(f"the path {pointer} does not exist")
    return document


def _cut(document: Any, pointer: str) -> tuple[Any, Any]:
    """(the document without what stands at the path, that value)."""
    steps = pointer_steps(pointer)
    found = _get(document, steps, pointer)
    if not steps:
        return None, found
    parent, last = _get(document, steps[:-1], pointer), steps[-1]
    del parent[int(last) if isinstance(parent, list) else last]
    return document, found


def _remove(document: Any, operation: Mapping[str, Any]) -> Any:
    return _cut(document, operation["path"])[0]


def _replace(document: Any, operation: Mapping[str, Any]) -> Any:
    value = copy.deepcopy(_member(operation, "value"))
    steps = pointer_steps(operation["path"])
    _get(document, steps, operation["path"])
    if not steps:
        return value
    parent, last = _get(document, steps[:-1], operation["path"]), steps[-1]
    parent[int(last) if isinstance(parent, list) else last] = value
    return document


def _move(document: Any, operation: Mapping[str, Any]) -> Any:
    source, path = _member(operation, "from"), operation["path"]
    steps = pointer_steps(source)
    if source != path and pointer_steps(path)[: len(steps)] == steps:
        raise ChangeError(f"{source} cannot be moved into itself")
    left, value = _cut(document, source)
    return _put(left, path, value)


def _copy(document: Any, operation: Mapping[str, Any]) -> Any:
    source = _member(operation, "from")
    return _put(document, operation["path"], copy.deepcopy(_get(document, pointer_steps(source), source)))


def _test(document: Any, operation: Mapping[str, Any]) -> Any:
    path, value = operation["path"], _member(operation, "value")
    if not same_json(_get(document, pointer_steps(path), path), value):
        raise ChangeError(f"the test of {path} fails: it has another value")
    return document


def _checked(apply: Callable[[Any, Mapping[str, Any]], Any]) -> Callable[[Any, Mapping[str, Any]], Any]:
    def run(document: Any, operation: Mapping[str, Any]) -> Any:
        _member(operation, "path")
        return apply(document, operation)

    return run


_OPERATIONS: Mapping[str, Callable[[Any, Mapping[str, Any]], Any]] = MappingProxyType(
    {
        name: _checked(apply)
        for name, apply in {
            "add": _add, "remove": _remove, "replace": _replace, "move": _move, "copy": _copy, "test": _test,
        }.items()
    }
)  # fmt: skip
