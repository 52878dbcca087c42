"""What a sentence of a log says about files that could not be written, read or found. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from gkedoctor.lazy_regex import lazy
from gkedoctor.messages import message

_FILE_TROUBLES = (("full", "log/disk-full"), ("readonly", "log/read-only"), ("notemp", "log/no-temporary-directory"),
                  ("denied", "log/files-denied"), ("missing", "log/file-missing"))  # fmt: skip
_PATHS = lazy(r"(?<![\w.:/])(/[A-Za-z0-9_.+@-]+(?:/[A-Za-z0-9_.+@-]*)*)")


class FileAccessFailure(NamedTuple):
    """A line that says that files could not be used (denied, readonly, full, notemp or missing), with its paths."""

    problem: str
    paths: tuple[str, ...]
    line: str


def file_troubles(lines: Iterable[str]) -> list[FileAccessFailure]:
    """Every sentence about files that could not be used, in the order in which they are given."""
    kinds = tuple((name, message(id)) for name, id in _FILE_TROUBLES)
    found = []
    for line in lines:
        line = line[:2000]
        problem = next((name for name, pattern in kinds if pattern.search(line)), None)
        if problem is not None:
            paths = tuple(p.rstrip(".:,") for p in _PATHS.findall(line))
            found.append(FileAccessFailure(problem, paths, line))
    return found
