"""Unknown fields and wrong types, by the models that the Kubernetes client is generated with from the server's OpenAPI.

An API server drops an unknown field of a patch with a warning, and refuses one of `kubectl apply`. Here both are
refused: a printed fix whose field is dropped does nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from gkedoctor.snapshot.model import Object

_LIST = re.compile(r"[Ll]ist\[(?P<of>.+)\]")
_MAP = re.compile(r"[Dd]ict[\[(]str, ?(?P<of>.+)[\])]")
_SIMPLE: Mapping[str, tuple[type, ...]] = {
    "str": (str,), "int": (int,), "bool": (bool,), "float": (int, float), "datetime": (str,), "bytes": (str,),
    "date": (str,),
}  # fmt: skip
_QUANTITIES = re.compile(r"\.(?:limits|requests|capacity|allocatable|hard|default|defaultRequest|max|min|sizeLimit)\b")


def schema_problems(item: Object) -> Iterator[str]:
    """What of an object of a built-in kind has no place in its schema."""
    name = _model_of(str(item.get("apiVersion")), str(item.get("kind")))
    if name:
        for field, value in item.items():
            yield from _checked(name, field, value, "")


def _model_of(api_version: str, kind: str) -> str:
    """`V1Deployment`; empty for a kind that is not built in."""
    group, _, version = api_version.rpartition("/")
    if "." in group and not group.endswith(".k8s.io"):
        return ""
    name = f"{version[:1].upper()}{version[1:]}{kind}"
    name = {"V1Event": "CoreV1Event"}.get(name, name)
    return name if _fields(name) else ""


@cache
def _fields(model: str) -> Mapping[str, str]:
    """The fields of a model as they are on the wire, with their types; empty for what is no model."""
    import kubernetes.client

    found = getattr(kubernetes.client, model, None)
    types, names = getattr(found, "openapi_types", {}), getattr(found, "attribute_map", {})
    return {names[attribute]: type_ for attribute, type_ in types.items()}


def _checked(model: str, field: str, value: Any, path: str) -> Iterator[str]:
    place = f"{path}.{field}".lstrip(".")
    type_ = _fields(model).get(field)
    if type_ is None:
        yield f'{place}: strict decoding error: unknown field "{place}"'
    elif value is not None:
        yield from _of_type(type_, value, place)


def _of_type(type_: str, value: Any, place: str) -> Iterator[str]:
    listed, mapped = _LIST.fullmatch(type_), _MAP.fullmatch(type_)
    if listed is not None:
        if not isinstance(value, list):
            yield f"{place}: Invalid value: {value!r} is no list"
            return
        for number, entry in enumerate(value):
            yield from _of_type(listed["of"], entry, f"{place}[{number}]")
    elif mapped is not None:
        if not isinstance(value, Mapping):
            yield f"{place}: Invalid value: {value!r} is no map"
            return
        for key, entry in value.items():
            yield from _of_type(mapped["of"], entry, f"{place}.{key}")
    else:
        yield from _of_model(type_, value, place)


def _of_model(type_: str, value: Any, place: str) -> Iterator[str]:
    if _fields(type_) and isinstance(value, Mapping):
        for field, entry in value.items():
            yield from _checked(type_, field, entry, place)
        return
    allowed = _SIMPLE.get(type_)
    if allowed is None or value is None:
        return
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if type_ == "str" and is_number and _QUANTITIES.search(place):
        return
    if not isinstance(value, allowed) or (isinstance(value, bool) and type_ != "bool"):
        yield f"{place}: Invalid value: {value!r}: must be of type {type_}"
