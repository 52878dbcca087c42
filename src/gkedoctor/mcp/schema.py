"""JSON Schemas of tools, made of their structs, without what costs an agent tokens and says nothing."""

from __future__ import annotations

from typing import Any

import msgspec

_KEPT = ("type", "enum", "description", "minimum", "maximum")


def input_schema(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """What a tool takes: types, words and descriptions."""
    made = _Slim(struct)
    found = made.object(made.root)
    required = made.root.get("required")
    return {**found, "required": required} if required else found


def output_schema(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """What a tool gives: the names and types of its fields. A list of texts, or of objects shown before, is a list."""
    made = _Slim(struct, texts=False)
    return made.object(made.root)


class _Slim:
    """The schema of one struct with its references in place, each at its first place."""

    def __init__(self, struct: type[msgspec.Struct], *, texts: bool = True) -> None:
        (top,), self._definitions = msgspec.json.schema_components([struct])
        self.root: dict[str, Any] = self._definitions[_name(top)]
        self._texts = texts
        self._shown: set[str] = set()

    def object(self, schema: dict[str, Any]) -> dict[str, Any]:
        """An object with the fields of a struct."""
        return {"type": "object", "properties": {name: self._field(one) for name, one in schema["properties"].items()}}

    def _field(self, schema: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {key: schema[key] for key in _KEPT if key in schema}
        items = schema.get("items")
        if not isinstance(items, dict):
            return found
        if "$ref" not in items:
            return {**found, "items": self._field(items)} if self._texts else found
        if _name(items) in self._shown:
            return found
        self._shown.add(_name(items))
        return {**found, "items": self.object(self._definitions[_name(items)])}


def _name(reference: dict[str, Any]) -> str:
    return str(reference["$ref"]).rpartition("/")[2]
