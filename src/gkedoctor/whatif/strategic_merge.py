"""Strategic merge patch, as k8s.io/apimachinery `strategicpatch` applies it to the API server's own types."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from gkedoctor.errors import ChangeError
from gkedoctor.whatif.merge_keys import PRIMITIVE, Place, is_built_in_type

_DIRECTIVE, _RETAIN = "$patch", "$retainKeys"
_ORDER, _DELETE = "$setElementOrder/", "$deleteFromPrimitiveList/"


def strategic_merge(document: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """The document with the patch merged in, as a copy.

    ChangeError for a kind that is not the API server's own, and for a list element without its merge key.
    """
    if not is_built_in_type(document):
        kind = document.get("kind") if isinstance(document, Mapping) else None
        raise ChangeError(
            f"{kind} is a custom resource: it does not support strategic merge patches", hint="use --type=merge"
        )
    if not isinstance(patch, Mapping):
        raise ChangeError("a strategic merge patch is an object")
    return _merged_map(dict(document), patch, Place(str(document.get("kind"))))


def _merged_map(original: Mapping[str, Any], patch: Mapping[str, Any], place: Place) -> dict[str, Any]:
    directive = patch.get(_DIRECTIVE)
    if directive == "replace":
        return {key: _plain(value) for key, value in patch.items() if value is not None and not key.startswith("$")}
    if directive == "delete":
        return {}
    if directive not in (None, "merge"):
        raise ChangeError(f"unknown directive $patch: {directive}", hint="one of merge, replace, delete")
    result: dict[str, Any] = _retained(original, patch)
    for key, value in patch.items():
        if key.startswith(_DELETE):
            _delete_primitives(result, key.removeprefix(_DELETE), value)
    for key, value in patch.items():
        if not key.startswith("$"):
            _merge_field(result, key, value, patch.get(_ORDER + key), place.at(key))
    for key, order in patch.items():
        name = key.removeprefix(_ORDER)
        if key.startswith(_ORDER) and name not in patch and isinstance(result.get(name), list):
            result[name] = _ordered(result[name], result[name], order, place.at(name).merge_key or PRIMITIVE)
    return result


def _retained(original: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """The original with only those keys that `$retainKeys` names, where the patch has it."""
    keys = patch.get(_RETAIN)
    result = copy.deepcopy(dict(original))
    if keys is None:
        return result
    if not isinstance(keys, Sequence) or any(not k.startswith("$") and k not in keys for k in patch):
        raise ChangeError("$retainKeys has to list all fields that the patch sets")
    return {key: value for key, value in result.items() if key in keys}


def _delete_primitives(result: dict[str, Any], name: str, values: Any) -> None:
    have = result.get(name)
    if isinstance(have, list) and isinstance(values, list):
        result[name] = [value for value in have if value not in values]


def _merge_field(result: dict[str, Any], key: str, value: Any, order: Any, place: Place) -> None:
    have = result.get(key)
    if value is None:
        result.pop(key, None)
    elif isinstance(value, Mapping):
        if isinstance(have, Mapping) and not place.is_replaced:
            result[key] = _merged_map(have, value, place)
        else:
            result[key] = {} if value.get(_DIRECTIVE) == "delete" else _plain(value)
    elif isinstance(value, list) and place.merge_key is not None:
        result[key] = _merged_list(have if isinstance(have, list) else [], value, order, place, place.merge_key)
    else:
        result[key] = _plain(value)


def _merged_list(original: list[Any], patch: list[Any], order: Any, place: Place, key: str) -> list[Any]:
    if key == PRIMITIVE:
        merged = [*original, *(value for value in patch if value not in original)]
        return _ordered(merged, original, order, key) if order is not None else merged
    if any(isinstance(item, Mapping) and item.get(_DIRECTIVE) == "replace" for item in patch):
        return [_plain(item) for item in patch if isinstance(item, Mapping) and _DIRECTIVE not in item]
    merged = copy.deepcopy(original)
    for item in patch:
        _merge_element(merged, item, place, key)
    return _ordered(merged, original, order, key) if order is not None else merged


def _merge_element(merged: list[Any], item: Any, place: Place, key: str) -> None:
    if not isinstance(item, Mapping) or key not in item:
        raise ChangeError(f"an element of {'.'.join(place.names)} in the patch lacks `{key}`, its merge key")
    at = [i for i, have in enumerate(merged) if isinstance(have, Mapping) and have.get(key) == item[key]]
    if item.get(_DIRECTIVE) == "delete":
        merged[:] = [have for i, have in enumerate(merged) if i not in at]
    elif at:
        merged[at[0]] = _merged_map(merged[at[0]], item, place)
    else:
        merged.append(_plain(item))


def _ordered(merged: list[Any], server: list[Any], order: Any, key: str) -> list[Any]:
    """The elements that `$setElementOrder` names in its order, the others where the server had them beside those."""
    if not isinstance(order, list):
        raise ChangeError("$setElementOrder is a list")
    names = [_identity(item, key) for item in order]
    held = [_identity(item, key) for item in server]
    first = [item for name in names for item in merged if _identity(item, key) == name]
    others = [item for item in merged if _identity(item, key) not in names]
    result = []
    while first and others:
        left, right = _identity(first[0], key), _identity(others[0], key)
        is_later = left in held and right in held and held.index(right) < held.index(left)
        result.append(others.pop(0) if is_later else first.pop(0))
    return [*result, *first, *others]


def _identity(item: Any, key: str) -> Any:
    return item.get(key) if key != PRIMITIVE and isinstance(item, Mapping) else item


def _plain(value: Any) -> Any:
    """What a patch adds, without nulls and directives."""
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items() if v is not None and not k.startswith("$")}
    if isinstance(value, list):
        return [_plain(item) for item in value if not _is_deletion(item)]
    return value


def _is_deletion(item: Any) -> bool:
    return isinstance(item, Mapping) and item.get(_DIRECTIVE) in ("delete", "replace")
