"""What can be said of a value without saying the value: its length and the ways in which it is commonly wrong."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

import msgspec

_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----")
_BYTES_LONG = re.compile(rb"(\d{1,12}) bytes long")
"""What `oc adm inspect` writes in place of a Secret's value (openshift/oc, pkg/cli/admin/inspect)."""

_PRINTABLE_SHARE = 0.9


class KeyFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The facts of one key. None: the tool that recorded the value hid it, so this is not known.

    Unknown fields are refused, so that nothing but facts can be read back under `keys`.
    """

    bytes: int | None = None
    empty: bool | None = None
    trailingNewline: bool | None = None  # noqa: N815 (as it is on the wire)
    whitespace: bool | None = None
    quoted: bool | None = None
    doubleBase64: bool | None = None  # noqa: N815
    pem: list[str] | msgspec.UnsetType = msgspec.UNSET
    certificate: CertificateFacts | msgspec.UnsetType = msgspec.UNSET

    def as_json(self) -> dict[str, Any]:
        """The facts as they stand in a snapshot."""
        facts: dict[str, Any] = msgspec.to_builtins(self)
        return facts


class CertificateFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """The leaf certificate of a PEM file, or why there is none."""

    notBefore: str | None = None  # noqa: N815
    notAfter: str | None = None  # noqa: N815
    names: list[str] | None = None
    subject: str | None = None
    issuer: str | None = None
    selfSigned: bool | None = None  # noqa: N815
    error: str | None = None


def facts_of(value: bytes) -> KeyFacts:
    """The facts of a value; of a placeholder for one, what the placeholder tells."""
    hidden = _BYTES_LONG.fullmatch(value)
    if hidden is not None:
        length = int(hidden[1])
        return KeyFacts(bytes=length, empty=length == 0)
    line = value.removesuffix(b"\n").removesuffix(b"\r")
    blocks = [label.decode() for label in _PEM.findall(value)]
    return KeyFacts(
        bytes=len(value),
        empty=not value,
        trailingNewline=value.endswith(b"\n"),
        whitespace=line != line.strip(),
        quoted=_is_quoted(value.strip()),
        doubleBase64=decoded_again(value) is not None,
        pem=blocks or msgspec.UNSET,
    )


def decoded(value: str) -> bytes | None:
    """The bytes of a `data` entry; None for what is no base64, such as `***HIDDEN***` of troubleshoot.sh."""
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def decoded_again(value: bytes) -> bytes | None:
    """What a value holds that was base64 before Kubernetes encoded it; None where it most likely was not."""
    stripped = value.strip()
    if len(stripped) < 8 or len(stripped) % 4:
        return None
    try:
        inner = base64.b64decode(stripped, validate=True)
        text = inner.decode()
    except ValueError:  # binascii.Error and UnicodeDecodeError are both one
        return None
    printable = sum(character.isprintable() or character in "\r\n\t" for character in text)
    return inner if text and printable >= _PRINTABLE_SHARE * len(text) else None


def _is_quoted(text: bytes) -> bool:
    return len(text) >= 2 and text[:1] == text[-1:] and text[:1] in (b'"', b"'")
