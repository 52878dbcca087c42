"""Hostile files, written by the tests themselves: each is small on disk and large, deep or slow when it is read."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import random
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import msgspec

from gkedoctor.snapshot.model import Status
from gkedoctor.snapshot.store.layout import FORMAT, MANIFEST, Entry, StoredManifest, digest_of

MIB = 1 << 20
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: d}\nspec: {containers: []}\n"


def noise(size: int) -> bytes:
    """Bytes that no compression makes smaller: they raise what a ratio allows."""
    return random.Random(size).randbytes(size)


def aliases_in_flow() -> bytes:
    lines = ['a0: &0 {"x": lol}'] + [
        f"a{i}: &{i} {{" + ",".join(f'"k{j}":*{i - 1} ' for j in range(9)) + "}" for i in range(1, 10)
    ]
    return ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: d}\n" + "\n".join(lines)).encode()


def aliases_in_block() -> bytes:
    lines = ["a0: &-0 [lol,lol,lol]"] + [f"a{i}: &-{i}\n" + f"- *-{i - 1}\n" * 9 for i in range(1, 10)]
    return ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: d}\n" + "\n".join(lines)).encode()


def merges() -> bytes:
    base = "a0: &a0 {" + ",".join(f"k{i}: 1" for i in range(1000)) + "}\n"
    return (POD + base + "".join(f"b{i}: {{<<: *a0}}\n" for i in range(20_000))).encode()


def header_bomb(kind: bytes, size: int) -> bytes:
    """A tar file in xz with a header (GNU long name, pax) of that size."""
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = kind, size
    packer = lzma.LZMACompressor(preset=0)
    parts = [packer.compress(info.tobuf(tarfile.GNU_FORMAT))]
    parts += [packer.compress(b"a" * MIB) for _ in range(size // MIB)]
    return b"".join([*parts, packer.flush()])


def sparse_file() -> bytes:
    """A member of a tar file that claims 8 GiB and has no byte."""
    info = tarfile.TarInfo("a.json")
    info.type = tarfile.GNUTYPE_SPARSE
    data = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    data[483:495] = b"77777777777\0"
    data[148:156] = b" " * 8
    data[148:156] = b"%06o\0 " % sum(data)
    return bytes(data) + b"\0" * 1024


def many_headers() -> bytes:
    out = io.BytesIO()
    with gzip.open(out, "wb", 6) as file:
        for i in range(120_000):
            file.write(tarfile.TarInfo(f"a{i}.json").tobuf())
    return out.getvalue()


def large_in_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("noise.bin", noise(2 * MIB))
        archive.writestr("pods.json", b'[{"":0},' * 25_000_000)
    return out.getvalue()


def gzipped(unit: bytes, size: int, fill: int = 0) -> bytes:
    """JSON of a repeated unit, and as much noise in hexadecimal before it as raises the allowance."""
    head = b'["' + b'","'.join(noise(500_000).hex().encode() for _ in range(fill // 500_000)) + b'",'
    return gzip.compress(head + unit * (size // len(unit)) + b"0]", 6)


def stored(pieces: Iterable[bytes], count: int, *, fill: int = 0, collection: str = "pods") -> bytes:
    """A snapshot whose sums are right, with these pieces as its one member."""
    member, digest, size = f"kubernetes/{collection}.json", hashlib.sha256(), 0
    parts = list(pieces)
    for piece in parts:
        digest.update(piece)
        size += len(piece)
    entry = Entry(status=Status.COMPLETE, count=count, member=member, size=size, sha256=digest.hexdigest())
    now = datetime(2026, 1, 1, tzinfo=UTC)
    manifest = StoredManifest(format=FORMAT, tool="x", recorded_at=now, collections={collection: entry})
    manifest = msgspec.structs.replace(manifest, digest=digest_of(manifest))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(MANIFEST, msgspec.json.encode(manifest))
        if fill:
            archive.writestr("noise", noise(fill))
        with archive.open(member, "w") as file:
            for piece in parts:
                file.write(piece)
    return out.getvalue()


def pods(count: int) -> Iterable[bytes]:
    one = '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p%d","namespace":"d"}}'
    yield b"[\n" + b",\n".join((one % i).encode() for i in range(count)) + b"\n]\n"


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "aliases-flow.yaml": (aliases_in_flow, "aliases"),
    "aliases-block.yaml": (aliases_in_block, "aliases"),
    "merges.yaml": (merges, "aliases"),
    "documents.yaml": (lambda: b"---\na\n" * 250_000, "documents"),
    "int.yaml": (lambda: (POD + 'x: !!int ""\n').encode(), "int.yaml:5:4: "),
    "minus.yaml": (lambda: (POD + 'x: !!int "-"\n').encode(), "minus.yaml:5:4: "),
    "float.yaml": (lambda: (POD + 'x: !!float ""\n').encode(), "float.yaml:5:4: "),
    "time.yaml": (lambda: (POD + "x: !!timestamp foo\n").encode(), "time.yaml:5:4: "),
    "bool.yaml": (lambda: (POD + "x: !!bool foo\n").encode(), "bool.yaml:5:4: "),
    "python.yaml": (lambda: (POD + "x: !!python/object/apply:os.getcwd []\n").encode(), "python.yaml:5:4: "),
    "digits.json": (lambda: b'{"kind":"Pod"}\n{"a":' + b"9" * 5000 + b"}", "digits.json"),
    "sequence.json": (lambda: b'{"a":1}\n' * 250_000, "documents"),
    "string.json": (lambda: b'{"a":"' + b"x" * (9 * MIB) + b'"}', "value that is too long"),
    "ratio.json.gz": (lambda: gzip.compress(b"{" + b" " * (100 * MIB)), "after decompression"),
    "dense.json.gz": (lambda: gzipped(b'{"":0},', 60 * MIB, fill=1_000_000), "too much memory"),
    "long-name.tar.xz": (lambda: header_bomb(b"L", 256 * MIB), "name that is too long"),
    "pax.tar.xz": (lambda: header_bomb(b"x", 256 * MIB), "name that is too long"),
    "zeros.tar.bz2": (lambda: bz2.compress(b"\0" * (100 * MIB), 9), "after decompression"),
    "headers.tar.gz": (many_headers, "too many files"),
    "sparse.tar": (sparse_file, "sparse.tar"),
    "large.zip": (large_in_zip, "after decompression"),
    "spaces.gkesnap": (lambda: stored([b"["] + [b" " * MIB] * 100 + [b"]"], 1), "after decompression"),
    "string.gkesnap": (
        lambda: stored([b'[\n{"metadata":{"name":"'] + [b"a" * MIB] * 60 + [b'"}}\n]\n'], 1, fill=2 * MIB),
        "value that is too long",
    ),
    "objects.gkesnap": (lambda: stored(pods(60_000), 60_000), "too many objects"),
    "liar.gkesnap": (lambda: stored([b"[\n" + b'{"":{}},\n' * 6_000_000 + b"{}\n]\n"], 1, fill=MIB), "memory"),
}
"""By the file's name: what writes it, and what the error has to say."""

READ: dict[str, Callable[[], bytes]] = {
    "anchors.yaml": lambda: (POD + "".join(f"x{i}: &a{i} x\ny{i}: *a{i}\n" for i in range(20_000))).encode(),
    "members.json.gz": lambda: gzip.compress(b"{}") + gzip.compress(b"") * 100_000,
    "members.tar.bz2": lambda: bz2.compress(b"") * 100_000,
    "members.tar.xz": lambda: lzma.compress(b"") * 50_000,
    "logs.txt": lambda: (
        b'{"kind":"NodeList","items":[]}\n'
        + b"".join(b"==== START logs for container c of pod n/p%d ====\n" % i for i in range(50_000))
    ),
    "slashes.txt": lambda: (
        b'{"kind":"NodeList","items":[]}\n==== START logs for container c of pod ' + b"/" * MIB + b"\n"
    ),
    "newlines.gkesnap": lambda: stored(
        [b'[\n{"metadata":{"name":"a"},"x":['] + [b'"a"' + b"\n" * 100_000 + b","] * 500 + [b"0]}\n]\n"],
        1,
        fill=2 * MIB,
    ),
}
"""What may be read or refused, and only has to be quick: in time that grows with the file."""
