"""Paths of fields in which an element of a list is named by what identifies it, so that two versions can be compared.

A step is the name of a field, or `[shop]` for the element of a list whose key field (name, containerPort, host, …) is
`shop`. Server-side apply names elements in the same way (https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

Steps = tuple[str, ...]

_KEYS = ("name", "containerPort", "port", "mountPath", "devicePath", "type", "key", "host", "path", "ip", "uid")
"""Fields that identify an element, the first that it has; of ports the number, for a name may be added to it."""

_PORT_KEYS = ("containerPort", "port")
_PLAIN = re.compile(r"[A-Za-z_]\w*")
_DEEPEST = 40


class LeafChange(NamedTuple):
    """A field with another value, or that one of the versions lacks (None)."""

    steps: Steps
    before: Any
    after: Any


def element_key(item: Any) -> str | None:
    """What identifies an element of a list: the value of its key field."""
    if not isinstance(item, Mapping):
        return None
    order = _PORT_KEYS if any(key in item for key in _PORT_KEYS) else _KEYS
    return next((str(item[key]) for key in order if isinstance(item.get(key), str | int)), None)


def leaf_changes(before: Any, after: Any, at: Steps = ()) -> Iterator[LeafChange]:
    """The fields that differ, as deep as both versions are alike in kind; absent, null and empty are one."""
    if before == after or (is_empty(before) and is_empty(after)) or len(at) > _DEEPEST:
        return
    maps = [value for value in (before, after) if isinstance(value, Mapping)]
    lists = [value for value in (before, after) if _has_elements(value)]
    others = [value for value in (before, after) if not is_empty(value)]
    if maps and len(maps) == len(others):
        old, new = before or {}, after or {}
        for key in [*old, *(key for key in new if key not in old)]:
            if not is_own_key(at, new.get(key, old.get(key))) or len({*old, *new}) == 1:
                yield from leaf_changes(old.get(key), new.get(key), (*at, str(key)))
    elif lists and len(lists) == len(others):
        old, new = _by_key(before), _by_key(after)
        for key in [*old, *(key for key in new if key not in old)]:
            yield from _element_changes(old.get(key), new.get(key), (*at, f"[{key}]"))
    else:
        yield LeafChange(at, before, after)


def _element_changes(before: Any, after: Any, at: Steps) -> Iterator[LeafChange]:
    """What differs in an element; one that came or went is one change, with its only field where it has but one."""
    found = list(leaf_changes(before, after, at))
    if len(found) > 1 and (before is None or after is None):
        found = [LeafChange(at, before, after)]
    yield from found


def is_own_key(at: Steps, value: Any) -> bool:
    """Whether a field below an element is only the key that names it."""
    return bool(at) and at[-1] == f"[{value}]"


def overlap(one: Steps, other: Steps) -> bool:
    """Whether two paths are of one field, or one of them of a field within the other."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def is_empty(value: Any) -> bool:
    """Absent, null and empty are the same to the API server."""
    return value is None or (isinstance(value, dict | list | str) and not value)


def _has_elements(value: Any) -> bool:
    """Whether it is a list of which each element has a key of its own."""
    if not isinstance(value, list) or not value:
        return False
    keys = [element_key(item) for item in value]
    return None not in keys and len(set(keys)) == len(keys)


def _by_key(items: Any) -> dict[str, Any]:
    return {str(element_key(item)): item for item in items or ()}


def value_at(item: Any, steps: Sequence[str]) -> Any:
    """The value at a path; None where there is none."""
    for step in steps:
        if step.startswith("[") and isinstance(item, list):
            index = _index(item, step)
            item = None if index is None else item[index]
        elif isinstance(item, Mapping):
            item = item.get(step)
        else:
            return None
    return item


def _index(items: list[Any], step: str) -> int | None:
    """Where the element of a step is: by its key, or by its number where elements have none."""
    key = step[1:-1]
    found = next((i for i, one in enumerate(items) if element_key(one) == key), None)
    is_number = found is None and key.isdigit() and int(key) < len(items) and element_key(items[int(key)]) is None
    return int(key) if is_number else found


def path_text(item: Any, steps: Sequence[str]) -> str:
    """The path as evidence writes it, `spec.containers[0].image`; an element that is not there keeps its key."""
    text = ""
    for step in steps:
        if step.startswith("[") and isinstance(item, list):
            index = _index(item, step)
            text += step if index is None else f"[{index}]"
            item = None if index is None else item[index]
            continue
        quoted = step if _PLAIN.fullmatch(step) or step.startswith("[") else f'"{step}"'
        text += quoted if step.startswith("[") or not text else f".{quoted}"
        item = item.get(step) if isinstance(item, Mapping) else None
    return text


_STEP = re.compile(r'"(?P<quoted>[^"]*)"|\[(?P<index>\d+|\*)\]|(?P<plain>[^.\["]+)')


def steps_of(item: Any, path: str) -> Steps:
    """The steps of a path with indexes into an object; an index without an element that has a key stays as it is."""
    steps: list[str] = []
    for match in _STEP.finditer(path):
        if match["index"] is None:
            step = match["quoted"] if match["quoted"] is not None else match["plain"]
            item = item.get(step) if isinstance(item, Mapping) else None
        else:
            element = item[int(match["index"])] if _reaches(item, match["index"]) else None
            key = element_key(element)
            step = f"[{key}]" if key is not None else match[0]
            item = element
        steps.append(step)
    return tuple(steps)


def _reaches(item: Any, index: str) -> bool:
    return isinstance(item, list) and index.isdigit() and int(index) < len(item)
