"""Files that hold what was read from a cluster: whole or not at all, and for nobody else to read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from gkedoctor.errors import UsageError


def write_private_file(text: str, file: Path) -> None:
    """Writes a text as UTF-8 with mode 0600, in one step: a reader never meets half of it. UsageError says why not.

    A link stays a link. A pipe or a device is written as it is.
    """
    try:
        if file.exists() and not file.is_file():
            with file.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as device:
                device.write(text)
            return
        _replace(text, file.resolve())
    except OSError as error:
        raise UsageError(f"cannot write {file}: {error.strerror or error}") from None


def _replace(text: str, target: Path) -> None:
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    unfinished.unlink(missing_ok=True)  # of a process with the same number that was killed
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            stream.write(text)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
