"""Whether a stored snapshot holds objects that have the wrong types.

The checksums of a snapshot show that it is what was written, not that what was written makes sense. Checking each
object whenever a snapshot is read would cost more than 3 % of a report; so this is asked after a fault that nobody
expected, when time does not matter.
"""

from __future__ import annotations

from pathlib import Path

from gkedoctor.errors import SnapshotError
from gkedoctor.snapshot import store


def wrong_object(path: Path) -> str | None:
    """Where the first object without the types of its kind is, and what is wrong; None where `path` is no snapshot."""
    from gkedoctor.snapshot.shape_check import shape_error

    try:
        if not store.is_stored(path):
            return None
        for name, collection in store.read(path).collections.items():
            for place, item in enumerate(collection.objects, 1):
                reason = shape_error(name, item)
                if reason is not None:
                    return f"{name}, object {place}: {reason}"
    except SnapshotError as error:
        return error.message
    return None
