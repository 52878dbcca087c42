"""Values of Secrets and ConfigMaps. A snapshot holds facts in place of them; kubectl has to read and write values.

Each key gets a value of its own that says whose it is. What still has it when the cluster is recorded again was not
changed, and keeps its facts; any other value gets the facts that the product computes.
"""

from __future__ import annotations

import base64
from typing import Any

from gkedoctor.snapshot.model import Object
from gkedoctor.snapshot.redaction.secret_facts import config_facts, secret_facts

_OF_TYPE = ("certificate", "keyFits", "registries", "registriesReadable")
_CERTIFICATE, _PULL = ("tls.crt", "tls.key"), (".dockerconfigjson", ".dockercfg")


def with_values(item: Object) -> dict[str, Any]:
    """The object as an API server has it."""
    kept = {key: value for key, value in item.items() if key not in ("keys", *_OF_TYPE)}
    names = item.get("keys") or {}
    if item["kind"] == "Secret":
        return {**kept, "data": {name: base64.b64encode(_value(item, name).encode()).decode() for name in names}}
    known = item.get("data") or {}
    return {**kept, "data": {name: known.get(name, _value(item, name)) for name in names}}


def with_facts(item: Object, before: Object | None) -> dict[str, Any]:
    """The object as a snapshot has it. `before`: as the first snapshot had it."""
    is_secret = item["kind"] == "Secret"
    found = secret_facts(item) if is_secret else config_facts(item, values="data" in (before or {}))
    if before is None:
        return found
    if "data" not in before:
        found.pop("data", None)
    own = with_values(before).get("data") or {}
    data = item.get("data") or {}
    same = {name for name in before.get("keys") or {} if data.get(name) == own.get(name)}
    found["keys"] = {name: before["keys"][name] if name in same else facts for name, facts in found["keys"].items()}
    for facts, keys in ((_OF_TYPE[:2], _CERTIFICATE), (_OF_TYPE[2:], _PULL)):
        changed = any(name in data and name not in same for name in keys)
        if not changed:
            found |= {name: before[name] for name in facts if name in before}
    return found


def _value(item: Object, key: str) -> str:
    facts = item["keys"][key]
    if facts.get("empty"):
        return ""
    metadata = item["metadata"]
    return f"value of {metadata.get('namespace')}/{metadata['name']}/{key}"
