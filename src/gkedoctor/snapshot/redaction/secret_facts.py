"""Secrets and ConfigMaps become facts: no value of a Secret ever enters a snapshot.

A Secret in a snapshot:

    {"apiVersion": "v1", "kind": "Secret", "metadata": {...}, "type": "Opaque", "immutable": true,
     "keys": {"TOKEN": {"bytes": 24, "empty": false, "trailingNewline": true, "whitespace": false,
                        "quoted": false, "doubleBase64": true}},
     ...}

`keys`             always there, `{}` for a Secret without data. Each key has all six facts:
  bytes            length of the decoded value.
  empty            true for zero bytes.
  trailingNewline  true where the value ends with a line feed (`echo` without `-n`).
  whitespace       true for white space at either end, other than one final line feed.
  quoted           true where the value is enclosed in `"` or `'`.
  doubleBase64     true where the decoded value is itself base64 of readable text.
                   A fact is null where the tool that made the recording hid the value.
  pem              only for PEM files: the labels of the blocks, `["CERTIFICATE", "PRIVATE KEY"]`.
  certificate      only where `pem` has a CERTIFICATE: facts of the first one (see below).
`certificate`      only where the type is `kubernetes.io/tls` or there is a key `tls.crt`: the facts of
                   `tls.crt`: {"notBefore": "2026-01-01T00:00:00Z", "notAfter": ..., "names": [SANs, or CN],
                   "subject": ..., "issuer": ..., "selfSigned": false}, or only {"error": "..."}.
`keyFits`          beside `certificate`: whether `tls.key` belongs to it; null where that cannot be told.
`registries`       only for the types of pull Secrets: the hosts, `["gcr.io"]`.
`registriesReadable`  beside `registries`: false where the file is not what a kubelet can read.

A ConfigMap has `keys` of the same shape (`certificate` left out) in place of `data` and `binaryData`; with
`values=True`, both stay beside it, as they do for kube-system/ingress-uid: that UID stands in names on Google Cloud.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from gkedoctor.snapshot.certificates import certificate_facts, key_fits
from gkedoctor.snapshot.redaction.value_facts import CertificateFacts, KeyFacts, decoded, facts_of

LEFT_OUT = "(value left out by gkedoctor)"
"""What `gkedoctor serve` answers in place of a ConfigMap's value. A collector that reads it takes the facts instead."""

_KEPT = ("apiVersion", "kind", "metadata", "type", "immutable")
_CONVERTED = ("keys", "certificate", "keyFits", "registries", "registriesReadable")
_PULL_KEYS = {"kubernetes.io/dockerconfigjson": ".dockerconfigjson", "kubernetes.io/dockercfg": ".dockercfg"}


def secret_facts(secret: Mapping[str, Any]) -> dict[str, Any]:
    """The Secret without its values. Expects `data` and `stringData` to map strings to strings, or null."""
    kept = {key: secret[key] for key in _KEPT if key in secret}
    if "keys" in secret and "data" not in secret and "stringData" not in secret:
        return kept | {key: secret[key] for key in _CONVERTED if key in secret}
    values = secret_values(secret)
    kept["keys"] = {key: _facts(value).as_json() for key, value in values.items()}
    kept |= _tls(secret.get("type"), values)
    return kept | _registries(secret.get("type"), values)


def config_facts(config: Mapping[str, Any], *, values: bool = False) -> dict[str, Any]:
    """The ConfigMap with facts in place of its data, or beside them."""
    if (
        "keys" in config
        and "binaryData" not in config
        and not set((config.get("data") or {}).values()) - {LEFT_OUT, ""}
    ):
        return {key: value for key, value in config.items() if key != "data"}
    found: dict[str, bytes | None] = {
        key: value.encode("utf-8", "surrogatepass") for key, value in (config.get("data") or {}).items()
    }
    found |= {key: decoded(value) for key, value in (config.get("binaryData") or {}).items()}
    kept = values or _names_the_cluster(config)
    result = {key: value for key, value in config.items() if kept or key not in ("data", "binaryData")}
    result["keys"] = {key: (KeyFacts() if value is None else facts_of(value)).as_json() for key, value in found.items()}
    return result


def with_placeholders(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """The ConfigMap of a snapshot with each key in `data` again, for readers to whom a missing key is an empty map."""
    if "data" in config or "binaryData" in config or not config.get("keys"):
        return config
    return {**config, "data": {key: "" if facts.get("empty") else LEFT_OUT for key, facts in config["keys"].items()}}


def _names_the_cluster(config: Mapping[str, Any]) -> bool:
    """Whether it is the UID in the names of what the Ingress controller makes, which is no secret."""
    metadata = config.get("metadata") or {}
    return (metadata.get("namespace"), metadata.get("name")) == ("kube-system", "ingress-uid")


def secret_values(secret: Mapping[str, Any]) -> dict[str, bytes | None]:
    """The decoded values by key; `stringData` wins, as in the API server. None: hidden by another tool."""
    data, text = secret.get("data"), secret.get("stringData")
    values: dict[str, bytes | None] = {}
    if isinstance(data, dict):
        values |= {key: decoded(value) for key, value in data.items() if isinstance(value, str)}
    if isinstance(text, dict):
        values |= {key: value.encode("utf-8", "surrogatepass") for key, value in text.items() if isinstance(value, str)}
    return values


def _facts(value: bytes | None) -> KeyFacts:
    if value is None:
        return KeyFacts()
    facts = facts_of(value)
    if isinstance(facts.pem, list) and "CERTIFICATE" in facts.pem:
        return msgspec.structs.replace(facts, certificate=certificate_facts(value))
    return facts


def _tls(type_: Any, values: Mapping[str, bytes | None]) -> dict[str, Any]:
    if type_ != "kubernetes.io/tls" and "tls.crt" not in values:
        return {}
    certificate, key = values.get("tls.crt"), values.get("tls.key")
    facts = certificate_facts(certificate) if certificate is not None else _no_certificate("tls.crt" in values)
    fits = key_fits(certificate, key) if certificate is not None and key is not None else None
    return {"certificate": msgspec.to_builtins(facts), "keyFits": fits}


def _no_certificate(hidden: bool) -> CertificateFacts:
    return CertificateFacts(error="the value was hidden" if hidden else "there is no key tls.crt")


def _registries(type_: Any, values: Mapping[str, bytes | None]) -> dict[str, Any]:
    """The hosts a pull Secret is for; a kubelet skips the whole file where it cannot be read."""
    key = _PULL_KEYS.get(type_) if isinstance(type_, str) else None
    if key is None:
        return {}
    try:
        content = json.loads(values.get(key) or b"")
    except (ValueError, RecursionError):
        content = None
    hosts = content.get("auths") if isinstance(content, dict) and key == ".dockerconfigjson" else content
    if not isinstance(hosts, dict):
        return {"registries": [], "registriesReadable": False}
    return {"registries": sorted({_host(host) for host in hosts}), "registriesReadable": True}


def _host(registry: str) -> str:
    """`gcr.io` out of `https://gcr.io/v1/`, without a user or password somebody put there."""
    try:
        return urlsplit(registry if "//" in registry else f"//{registry}").netloc.rpartition("@")[2]
    except ValueError:
        return ""
