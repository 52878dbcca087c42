"""OpenAPI as far as kubectl needs it: nothing in version 2, in version 3 what the objects of the recording show.

A recording holds no schemas. `kubectl explain` thus tells the fields that recorded objects have, and their types.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from gkedoctor.serve.errors import no_such_path
from gkedoctor.serve.request import Request, Response, answer
from gkedoctor.serve.resources import Resource
from gkedoctor.serve.snapshot_index import SnapshotIndex

_PROTOBUF = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
_SEEN_OBJECTS = 200
_DEEPEST = 20
_MAPS = frozenset(
    {"allocatable", "annotations", "capacity", "data", "hard", "keys", "labels", "limits", "matchLabels"}
    | {"nodeSelector", "requests", "used"}
)
"""Fields whose keys are the user's."""

_TYPES = ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"))
Schema = dict[str, Any]


def version_2(request: Request) -> Response:
    """`/openapi/v2`: a document without definitions, which makes kubectl skip what it would check by them."""
    if "protobuf" in request.accept:
        return Response(b"", _PROTOBUF)
    info = {"title": "Kubernetes, recorded", "version": "v1"}
    return answer({"swagger": "2.0", "info": info, "paths": {}, "definitions": {}})


def version_3(recorded: SnapshotIndex) -> Response:
    """`/openapi/v3`: where the document of each group and version is."""
    places = sorted({_place(r) for r in recorded.resources})
    return answer({"paths": {place: {"serverRelativeURL": f"/openapi/v3/{place}"} for place in places}})


def group_version(recorded: SnapshotIndex, place: str) -> Response:
    """`/openapi/v3/apis/GROUP/VERSION`. ApiError 404 for what is not served."""
    found = [r for r in recorded.resources if _place(r) == place]
    if not found:
        raise no_such_path()
    document = {
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes, recorded", "version": "v1"},
        "paths": {_path(r): {"get": {"x-kubernetes-group-version-kind": _kind(r), "responses": {}}} for r in found},
        "components": {"schemas": {_name(r): _resource_schema(recorded, r) for r in found}},
    }
    return answer(document)


def _place(resource: Resource) -> str:
    return f"apis/{resource.api_version}" if resource.group else f"api/{resource.version}"


def _path(resource: Resource) -> str:
    scope = "namespaces/{namespace}/" if resource.namespaced else ""
    return f"/{_place(resource)}/{scope}{resource.plural}"


def _name(resource: Resource) -> str:
    return f"recorded.{resource.group or 'core'}.{resource.version}.{resource.kind}"


def _kind(resource: Resource) -> dict[str, str]:
    return {"group": resource.group, "version": resource.version, "kind": resource.kind}


def _resource_schema(recorded: SnapshotIndex, resource: Resource) -> Schema:
    schema: Schema = {"type": "object", "properties": {}}
    if recorded.refusal(resource, None) is None:
        for item in islice(recorded.index(resource).scopes[None], _SEEN_OBJECTS):
            _learn(schema, item, 0)
    schema["description"] = f"The fields that objects of this recording have ({recorded.moment})."
    return schema | {"x-kubernetes-group-version-kind": [_kind(resource)]}


def _learn(schema: Schema, value: Any, depth: int, name: str = "") -> None:
    """Widens a schema so that it allows a value."""
    if value is None or depth > _DEEPEST:
        return
    if isinstance(value, Mapping):
        schema.setdefault("type", "object")
        _learn_fields(schema, value, depth, name)
    elif isinstance(value, list):
        schema.setdefault("type", "array")
        _learn_all(schema.setdefault("items", {}), value, depth)
    else:
        schema.setdefault("type", next((word for kind, word in _TYPES if isinstance(value, kind)), "string"))


def _learn_fields(schema: Schema, value: Mapping[str, Any], depth: int, name: str) -> None:
    if name in _MAPS:
        _learn_all(schema.setdefault("additionalProperties", {}), value.values(), depth)
        return
    properties = schema.setdefault("properties", {})
    for key, inner in value.items():
        _learn(properties.setdefault(key, {}), inner, depth + 1, key)


def _learn_all(schema: Schema, values: Iterable[Any], depth: int) -> None:
    for value in values:
        _learn(schema, value, depth + 1)
