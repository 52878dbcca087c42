"""Secrets and ConfigMaps of a snapshot hold facts in place of values: this gives patches keys to work on.

A patch is applied to a copy in which each key has a placeholder. What still has it afterwards keeps its facts; what
the patch wrote gets new facts.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from gkedoctor.snapshot.model import Object
from gkedoctor.snapshot.redaction.secret_facts import LEFT_OUT, config_facts, secret_facts

_ENCODED = base64.b64encode(LEFT_OUT.encode()).decode()
_DERIVED = ("certificate", "keyFits", "registries", "registriesReadable")
_SOURCES = frozenset({"tls.crt", "tls.key", ".dockerconfigjson", ".dockercfg"})


def with_values(item: Object) -> dict[str, Any]:
    """The object with a placeholder for each value that the snapshot left out."""
    if item.get("kind") not in ("Secret", "ConfigMap") or "data" in item or not item.get("keys"):
        return dict(item)
    place = _ENCODED if item["kind"] == "Secret" else LEFT_OUT
    return {**item, "data": dict.fromkeys(item["keys"], place)}


def with_facts(item: Mapping[str, Any], before: Object | None) -> dict[str, Any]:
    """The object as a snapshot holds it: facts of the values that were written, and the old ones of the others."""
    kind = item.get("kind")
    if kind not in ("Secret", "ConfigMap") or not ({"data", "stringData", "binaryData"} & item.keys()):
        return dict(item)
    kept = {key for key, value in (item.get("data") or {}).items() if value in (_ENCODED, LEFT_OUT)}
    written = {name: _without(item[name], kept) for name in ("data", "stringData", "binaryData") if item.get(name)}
    kept -= set(written.get("stringData", {}))
    bare = {key: value for key, value in item.items() if key not in ("keys", *written, *_DERIVED)}
    new = (secret_facts if kind == "Secret" else config_facts)({**bare, "data": {}, **written})
    old = before.get("keys") or {} if before is not None else {}
    result = {**new, "keys": {**{key: old[key] for key in sorted(kept) if key in old}, **new["keys"]}}
    if before is not None and not _SOURCES & new["keys"].keys():
        result |= {key: before[key] for key in _DERIVED if key in before}
    return result


def _without(values: Mapping[str, Any], kept: set[str]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if not (key in kept and value in (_ENCODED, LEFT_OUT))}
