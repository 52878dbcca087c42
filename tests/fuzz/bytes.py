"""Damages bytes as a broken disk, a cut connection and an enemy do. Deterministic in its random source."""

from __future__ import annotations

from random import Random

TOKENS = (
    b"&a ",
    b"*a",
    b"<<: *m",
    b"!!int ",
    b"!!float",
    b"!!bool",
    b"!!timestamp ",
    b"!!python/name:os.system",
    b"---\n",
    b"...",
    b"? ",
    b"- ",
    b": ",
    b"| \n",
    b">-\n",
    b"%YAML 1.1\n",
    b"\t",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xf0\x9f\xa6\x84",
    b"\\ud800",
    b"\\u0000",
    b'"',
    b"'",
    b"[",
    b"]",
    b"{",
    b"}",
    b",",
    b"[" * 500,
    b"{" * 300,
    b"- " * 300,
    b"null",
    b"NaN",
    b"Infinity",
    b"-0",
    b"1e999",
    b"1e-999",
    b"9" * 30,
    b"9" * 5000,
    b"0x",
    b"0o",
    b"0b",
    b"1_000",
    b".inf",
    b"~",
    b"=",
    b"0001-01-01T00:00:00Z",
    b"9999-12-31T23:59:59-23:59",
    b"2026-01-01",
    b"10Ei",
    b"1e18E",
    b"-5m",
    b"\xc2\xb2",
    b"projects/x/global/y/z",
    b"../../etc/passwd",
    b"\r\n",
    b"\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"0\r\n\r\n",
    b"ffffffff\r\n",
    b"Content-Length: 99999999999\r\n",
    b"PK\x03\x04",
    b"\x1f\x8b\x08",
    b"ustar",
    b"BZh9",
    b"\xfd7zXZ\0",
)


def damaged(data: bytes, random: Random, others: tuple[bytes, ...] = ()) -> bytes:
    """A copy with up to eight places changed, cut out, repeated, or exchanged for a token or a part of others."""
    found = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 3, 8))):
        _hit(found, random, others)
    return bytes(found[: 1 << 18])


def _hit(data: bytearray, random: Random, others: tuple[bytes, ...]) -> None:
    at = random.randrange(len(data) + 1)
    size = random.choice((1, 2, 8, 64))
    match random.randrange(8):
        case 0:
            data[at : at + 1] = bytes((random.randrange(256),))
        case 1:
            del data[at : at + size]
        case 2 | 3:
            data[at:at] = random.choice(TOKENS)
        case 4:
            data[at : at + size] = random.choice(TOKENS)
        case 5:
            data[at:at] = data[at : at + size] * random.choice((1, 3, 200))
        case 6:
            del data[random.randrange(len(data) + 1) :]
        case _:
            other = random.choice(others) if others else bytes(data)
            start = random.randrange(len(other) + 1)
            data[at:at] = other[start : start + 64]
