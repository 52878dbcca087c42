"""Texts in other clothes: base 64 that is no credential, and hexadecimal dumps that show one."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from gkedoctor.lazy_regex import lazy

Span = tuple[int, int]

_LONGEST = 16 << 10
_MAGIC = (
    b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"%PDF-", b"RIFF", b"wOFF", b"wOF2", b"\x00\x01\x00\x00", b"<svg", b"<?xml",
    b"-----BEGIN CERT", b"-----BEGIN PUBLIC", b"-----BEGIN X509", b"\x00asm", b"BM",
)  # fmt: skip
"""How images, fonts, documents, certificates and WebAssembly begin (https://www.iana.org/assignments/media-types)."""

_CERTIFICATE = re.compile(rb"\x30\x82..\x30\x82..\xa0\x03\x02\x01\x02", re.DOTALL)
"""How a certificate begins in DER: two sequences, then its version (RFC 5280, 4.1)."""

_TEXT = lazy(r"[^\W\d_]{2,60}+[^\w\s]{0,3}(?:\s{1,4}[\w.,:;!?'\"()\-/]{1,40}){3,400}", re.UNICODE)


@lru_cache(maxsize=1024)
def decoded_bytes(word: str) -> bytes | None:
    """What a word is in base 64, with its padding or cut off anywhere; None for what is none."""
    body = word.rstrip("=").replace("-", "+").replace("_", "/")[:_LONGEST]
    body = body[: len(body) - (len(body) % 4 == 1)]
    try:
        return base64.b64decode(body + "=" * (-len(body) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def decoded_text(word: str) -> str | None:
    """What a word says in base 64, if that is a text that can be read."""
    content = decoded_bytes(word)
    if content is None or len(content) < 8:
        return None
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        if error.start < len(content) - 3:
            return None
        text = content[: error.start].decode()
    return text if all(character.isprintable() or character in "\r\n\t" for character in text) else None


def is_harmless_base64(word: str) -> bool:
    """Whether a word is base 64 of an image, a certificate, or a sentence."""
    content = decoded_bytes(word)
    if content is None:
        return False
    if content.startswith(_MAGIC) or _CERTIFICATE.match(content):
        return True
    text = decoded_text(word)
    return text is not None and _TEXT.match(text) is not None


_DUMP = lazy(
    r"(?:^|\n)[^\n]{0,80}?\b(?:0x)?[0-9a-f]{4,8}:?[ \t]{1,4}(?P<hex>(?:[0-9a-f]{2}(?:[0-9a-f]{2})?[ ]{1,3}){4,32}+)[ \t]{0,60}+[|]?[ ]{0,2}(?P<text>[^\n]{1,40})",
    re.I,
)
"""A line of `hexdump -C`, `xxd`, Wireshark, tcpdump -X."""

Search = Callable[[str], Iterator[Span]]


def dumped(text: str, search: Search) -> Iterator[Span]:
    """The lines of a dump in which what they hold together has a credential. Expects `search` to find credentials."""
    lines = list(_DUMP.finditer(text))
    said, places = "", []
    for line in lines:
        content = bytes.fromhex("".join(line["hex"].split())).decode("latin-1")
        places.append((len(said), len(said) + len(content), line))
        said += content
    for start, end in search(said) if said else ():
        for begin, stop, line in places:
            if begin < end and start < stop:
                yield line.span("hex")
                yield line.span("text")
