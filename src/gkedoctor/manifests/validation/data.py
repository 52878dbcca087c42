"""Secrets, ConfigMaps and claims. No value is told, only its key."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gkedoctor.manifests.validation.containers import quantities_refused
from gkedoctor.manifests.validation.refusal import Refusal, is_filled_in_later
from gkedoctor.snapshot.model import Object
from gkedoctor.snapshot.redaction.value_facts import decoded

_KEY = re.compile(r"[-._a-zA-Z0-9]+")


def keys_refused(item: Object) -> Iterator[Refusal]:
    """core: ValidateSecret, ValidateConfigMap (IsConfigMapKey)."""
    for field in ("data", "stringData", "binaryData"):
        for key in item.get(field) or {}:
            fits = _KEY.fullmatch(key) and len(key) <= 253 and key != "." and not key.startswith("..")
            if not fits and not is_filled_in_later(key):
                yield Refusal(
                    f'{field}."{key}"',
                    f'"{key}" is not a valid key: letters, digits, `-`, `_` and `.`, at most 253 characters',
                )


def secret_data_refused(item: Object) -> Iterator[Refusal]:
    """encoding/json of Go: the values of `data` are bytes."""
    yield from _not_base64(item, "data", "for plain text, use stringData")


def config_data_refused(item: Object) -> Iterator[Refusal]:
    """The same of binaryData; core: ValidateConfigMap."""
    yield from _not_base64(item, "binaryData", "for plain text, use data")
    for key in (item.get("data") or {}).keys() & (item.get("binaryData") or {}).keys():
        yield Refusal(f'binaryData."{key}"', f'"{key}" is in both data and binaryData')


def _not_base64(item: Object, field: str, hint: str) -> Iterator[Refusal]:
    for key, value in (item.get(field) or {}).items():
        if decoded(value) is None and not is_filled_in_later(value):
            yield Refusal(f'{field}."{key}"', f'the value of "{key}" is not base64; {hint}')


def claim_refused(spec: Object) -> Iterator[Refusal]:
    """core: ValidatePersistentVolumeClaimSpec."""
    amounts = (spec.get("resources") or {}).get("requests") or {}
    yield from (one.below("resources.requests") for one in quantities_refused(amounts))
