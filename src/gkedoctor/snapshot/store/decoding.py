"""Objects out of the pieces of a member, without ever holding all of its text.

A member of a file has one object a line (`writing.py`), so it can be cut between lines; any other array is read whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from itertools import chain
from typing import Any

import msgspec

from gkedoctor.snapshot.garbage import paused_garbage_collector
from gkedoctor.snapshot.model import Object
from gkedoctor.snapshot.store.sharing import Place

MANY = 1 << 22
"""Bytes of a member from which on it pays to look for equal parts, and to read ahead in a thread."""

_LINES = b'[\n{"'
_BETWEEN = b",\n{"
_FEW = 8

_parts_of = msgspec.json.Decoder(list[msgspec.Raw]).decode
_object = msgspec.json.Decoder(dict[str, Any]).decode


def decoded(pieces: Iterable[bytes], root: Place | None, words: Sequence[bytes] = ()) -> list[Object]:
    """The objects of a member: plain ones, or with equal parts shared below `root`.

    Raises msgspec's errors for what is no array of objects. One by one: a decoder holds the interpreter until it is
    done, and a screen has to take keys in between. `words`: only the objects on lines with one of them are wanted.
    """
    found: list[Object] = []
    with paused_garbage_collector():
        for block in _blocks(ahead(pieces) if root is not None else iter(pieces)):
            chosen = _lines_with(words, block) if words else block
            found += map(_object, _parts_of(chosen)) if root is None else root.all_of(chosen)
    if root is not None and not all(isinstance(item, dict) for item in found):
        raise msgspec.ValidationError("Expected `object`")
    return found


def texts(pieces: Iterable[bytes]) -> list[bytes]:
    """The text of each object of a member. Raises msgspec's errors for what is no array of objects."""
    found: list[bytes] = []
    for block in _blocks(ahead(pieces)):
        found += map(bytes, _parts_of(block))
    if not all(text.startswith(b"{") for text in found):
        raise msgspec.ValidationError("Expected `object`")
    return found


def _blocks(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Arrays of JSON that together hold what the one in the pieces holds."""
    waiting = [next(pieces, b"")]
    if not waiting[0].startswith(_LINES):
        yield _joined(chain(waiting, pieces))
        return
    for piece in pieces:
        cut = piece.rfind(_BETWEEN)
        if cut < 0 and _BETWEEN in waiting[-1][-2:] + piece[:2]:
            piece = b"".join((waiting.pop(), piece))
            cut = piece.rfind(_BETWEEN)
        if cut < 0:
            waiting.append(piece)
            continue
        ended: list[bytes | memoryview] = [*waiting, memoryview(piece)[:cut], b"]"]
        waiting = [b"[", piece[cut + 1 :]]
        yield b"".join(ended) if len(ended) < _FEW else _joined(_dropped(ended))
    yield _joined(_dropped(waiting))


def _dropped(pieces: list[Any]) -> Iterator[Any]:
    """The pieces, each let go of when the next one is asked for."""
    pieces.reverse()
    while pieces:
        yield pieces.pop()


def _joined(pieces: Iterable[bytes | memoryview]) -> bytes:
    """All of them in one, without all of them beside it."""
    whole = BytesIO()
    for piece in pieces:
        whole.write(piece)
    return whole.getvalue()


def _lines_with(words: Sequence[bytes], block: bytes) -> bytes:
    """The array of the objects on lines that have one of the words; anything but one object a line stays whole."""
    if not block.startswith((_LINES, b'[{"')):
        return block
    starts: set[int] = set()
    for word in words:
        at = block.find(word)
        while at >= 0:
            starts.add(block.rfind(b"\n", 0, at) + 1)
            end = block.find(b"\n", at)
            at = block.find(word, end) if end >= 0 else -1
    lines = (block[start : end if (end := block.find(b"\n", start)) >= 0 else len(block)] for start in sorted(starts))
    return b"[" + b",".join(line.strip(b"[], \n") for line in lines) + b"]"


def ahead(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces, each made in a thread while the one before it is worked on: inflating lets the interpreter go on."""
    from concurrent.futures import ThreadPoolExecutor  # 10 ms, and small inputs need none

    source = iter(pieces)
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, source, None)
        while (piece := coming.result()) is not None:
            coming = reader.submit(next, source, None)
            yield piece
