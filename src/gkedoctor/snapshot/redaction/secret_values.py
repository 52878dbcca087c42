"""The values of Secrets, in the ways in which they can surface in text."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from gkedoctor.snapshot.field_history import LAST_APPLIED
from gkedoctor.snapshot.redaction.placeholders import placeholder
from gkedoctor.snapshot.redaction.secret_facts import secret_values
from gkedoctor.snapshot.redaction.value_facts import decoded_again

_SHORTEST = 5
"""Shorter values (`true`, `8080`) are too common in text to be told from it."""

_SHORTEST_LINE = 8
_LONGEST = 64 << 10
"""Bytes of a value that are looked at: a key or a file for a registry has less."""


def surfacing(secret: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each text that shows a value of a Secret, with its placeholder, which stands for the Secret and its key."""
    metadata = secret.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    reference = f"{metadata.get('namespace')}/{metadata.get('name')}"
    for copy in (secret, last_applied(metadata)):
        for key, value in secret_values(copy).items():
            token = placeholder(reference, key)
            for text in _forms(value[:_LONGEST]) if value is not None else ():
                yield text, token


def last_applied(metadata: Mapping[str, Any]) -> Mapping[str, Any]:
    """The object as it was last applied: an older value may still be in a log."""
    annotations = metadata.get("annotations")
    text = annotations.get(LAST_APPLIED) if isinstance(annotations, dict) else None
    try:
        applied = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        applied = None
    return applied if isinstance(applied, dict) else {}


def _forms(value: bytes) -> Iterator[str]:
    """The value as it is, line by line, encoded, decoded; and the passwords in it."""
    yield from _long_enough(base64.b64encode(value).decode())
    for layer in (value, decoded_again(value)):
        if layer is None:
            continue
        text = layer.decode("utf-8", "replace")
        yield from _long_enough(text)
        yield from _long_enough(base64.b64encode(layer.strip()).decode())
        lines = text.splitlines()
        for line in lines if len(lines) > 1 else ():
            if len(line.strip()) >= _SHORTEST_LINE and not line.startswith("-----"):
                yield line.strip()
        yield from _passwords(text)


def _passwords(text: str) -> Iterator[str]:
    """The password of a URL, and those of a file for a container registry."""
    try:
        if "://" in text and (password := urlsplit(text.strip()).password):
            yield from _long_enough(password)
        content = json.loads(text) if text.lstrip().startswith("{") else None
    except (ValueError, RecursionError):
        return
    yield from _registry_passwords(content)


def _registry_passwords(content: Any) -> Iterator[str]:
    hosts = content.get("auths", content) if isinstance(content, dict) else None
    for login in hosts.values() if isinstance(hosts, dict) else ():
        for key in ("password", "auth") if isinstance(login, dict) else ():
            if isinstance(login.get(key), str):
                yield from _long_enough(login[key])


def _long_enough(text: str) -> Iterator[str]:
    if len(stripped := text.strip()) >= _SHORTEST:
        yield stripped
