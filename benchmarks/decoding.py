"""What reading alone costs: decompresses and decodes members of a snapshot into dicts, with the collector off.

python -m benchmarks.decoding SNAPSHOT MEMBER…
"""

from __future__ import annotations

import gc
import sys
import zipfile
from typing import Any

import msgspec


def decoded(path: str, members: list[str]) -> int:
    """How many objects there are."""
    gc.disable()
    decode = msgspec.json.Decoder(list[dict[str, Any]]).decode
    with zipfile.ZipFile(path) as archive:
        kept = [decode(archive.read(member)) for member in members]
    return sum(map(len, kept))


if __name__ == "__main__":
    print(decoded(sys.argv[1], sys.argv[2:]))
