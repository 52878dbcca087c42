"""Where a value stands in its object, so that evidence can be looked up: `status.conditions[1].message`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gkedoctor.diagnose.model import ResolvedEvidence
from gkedoctor.diagnose.scope import Scope
from gkedoctor.graph import Ref, Unknown, ref_of
from gkedoctor.graph.core.ref import is_object
from gkedoctor.playbook.compiled import CompiledEvidence
from gkedoctor.playbook.expression import Expression

_LAST_FIELD = re.compile(r'^(?P<parent>.+)\.(?P<field>[A-Za-z_]\w*|"[^"]+")$', re.DOTALL)
_PLAIN_KEY = re.compile(r"[A-Za-z_]\w*")
_INDEX = re.compile(r"\[(\d+)\]")
_LONGEST = 600


def proof(evidence: CompiledEvidence, scope: Scope, subject: Ref) -> ResolvedEvidence | None:
    """The evidence with its place; None where there is nothing to show."""
    value = scope.evaluate(evidence.show)
    if value is None or isinstance(value, Unknown) or value in ([], {}, ""):
        return None
    holder = scope.evaluate(evidence.of)
    items = holder if isinstance(holder, list) else [holder]
    objects = [i for i in items if is_object(i)]
    place = evidence.path or evidence.show.source
    for item in objects:
        found = locate(evidence.show, scope, item)
        if found is not None:
            return ResolvedEvidence(ref_of(item), found, _short(value), evidence.label)
    return ResolvedEvidence(ref_of(objects[0]) if objects else subject, place, _short(value), evidence.label)


def locate(show: Expression, scope: Scope, item: Mapping[str, Any]) -> str | None:
    """The path of what `show` gives inside the object, found by identity: of the value itself or of its parent."""
    value = scope.evaluate(show)
    if isinstance(value, dict | list):
        return path_to(item, value) or _path_of_parts(item, value)
    split = _LAST_FIELD.match(show.source.strip())
    if split is None:
        return None
    parent = scope.evaluate(Expression(split["parent"]))
    if not isinstance(parent, dict):
        return None
    inside = path_to(item, parent)
    field = split["field"].strip('"')
    return None if inside is None else _join(inside, field)


def _path_of_parts(item: Mapping[str, Any], value: Any) -> str | None:
    """The path that the elements of a list share: `spec.containers[*].ports[0]`; None where one stands elsewhere."""
    paths = [path_to(item, part) for part in value if isinstance(part, dict)] if isinstance(value, list) else []
    if not paths or len(paths) != len(value) or None in paths:
        return None
    steps = [_INDEX.split(str(path)) for path in paths]
    if len({tuple(step[::2]) for step in steps}) != 1:
        return None
    indexes = [found[0] if len(set(found)) == 1 else "*" for found in zip(*(s[1::2] for s in steps), strict=True)]
    return "".join(text + (f"[{at}]" if at else "") for text, at in zip(steps[0][::2], [*indexes, ""], strict=True))


def path_to(item: Any, wanted: Any, path: str = "", depth: int = 24) -> str | None:
    """The path at which `wanted` itself (not an equal) stands inside an object."""
    if item is wanted:
        return path
    if depth == 0:
        return None
    if isinstance(item, Mapping):
        steps = ((_join(path, str(key)), child) for key, child in item.items())
    elif isinstance(item, list | tuple):
        steps = ((f"{path}[{i}]", child) for i, child in enumerate(item))
    else:
        return None
    for place, child in steps:
        if isinstance(child, dict | list) and (found := path_to(child, wanted, place, depth - 1)) is not None:
            return found
    return None


def _join(path: str, key: str) -> str:
    step = key if _PLAIN_KEY.fullmatch(key) else f'"{key}"'
    return f"{path}.{step}" if path else step


def _short(value: Any) -> Any:
    if isinstance(value, str) and len(value) > _LONGEST:
        return value[:_LONGEST] + f"… ({len(value)} characters)"
    if isinstance(value, list) and len(value) > 20:
        return [*map(_short, value[:20]), f"… ({len(value)} in all)"]
    if isinstance(value, list):
        return [_short(v) for v in value]
    if isinstance(value, dict):
        return {str(k): _short(v) for k, v in list(value.items())[:40]}
    return value
