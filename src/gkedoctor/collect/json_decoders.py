"""Decoders of JSON for worker threads.

msgspec 0.22 works out the types of a Struct when it is first decoded, and shows other threads what is half done: two
threads that decode the same Struct for the first time at the same moment may end the process with a segmentation
fault. So each decoder is made once, under a lock.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import Any

import msgspec

_LOCK = threading.Lock()


def json_decoder(shape: Any) -> msgspec.json.Decoder[Any]:
    """The decoder of a type, a Struct as a rule. Safe to call from several threads."""
    with _LOCK:
        return _decoder(shape)


@cache
def _decoder(shape: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(shape)
