"""Recordings in remote storage, through fsspec: listed, and fetched one by one. The only module that knows fsspec."""

from __future__ import annotations

import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from gkedoctor.errors import SourceError, UsageError
from gkedoctor.fleet.recordings import FolderEntries, is_url

EXTRA = "pip install 'gkedoctor[fleet]'"


def listing(url: str) -> dict[str, FolderEntries]:
    """The folders below a URL with what is in them, by their paths below it; empty where it is a file."""
    system, path = _opened(url)
    try:
        if system.isfile(path):
            return {}
        found = [str(at) for at in system.find(path)]
    except Exception as error:  # a storage system's own code: it may raise anything
        raise _unreadable(url, error) from error
    if not found:
        raise SourceError(f"{shown(url)} has no files", hint="check the name, and the permission to list it")
    return _levels(at.removeprefix(path.rstrip("/")).lstrip("/") for at in found)


@contextmanager
def fetched(at: str) -> Iterator[Path]:
    """A recording as a local path: where it is, or a copy of what a URL holds that is removed afterwards."""
    if not is_url(at):
        yield Path(at)
        return
    system, path = _opened(at)
    with tempfile.TemporaryDirectory(prefix="gkedoctor-fleet-") as folder:
        copy = Path(folder, path.rstrip("/").rpartition("/")[2])
        try:
            system.get(path, str(copy), recursive=not system.isfile(path))
        except Exception as error:  # a storage system's own code: it may raise anything
            raise _unreadable(at, error) from error
        yield copy


def shown(at: str) -> str:
    """A place without what may be a credential in it: the user and the query of a URL."""
    if not is_url(at):
        return at
    parts = urlsplit(at)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _opened(url: str) -> tuple[Any, str]:
    """The storage system of a URL, and the path in it. UsageError where a package is missing for it."""
    try:
        from fsspec.core import url_to_fs

        system, path = url_to_fs(url)
    except ImportError as error:
        raise UsageError(f"{shown(url)} cannot be read: {error}", hint=EXTRA) from error
    except ValueError as error:
        raise UsageError(f"{shown(url)} cannot be read: {error}") from error
    except Exception as error:  # a storage system's own code: it may raise anything
        raise _unreadable(url, error) from error
    return system, str(path)


def _unreadable(url: str, error: Exception) -> SourceError:
    user = urlsplit(url).netloc.rpartition("@")[0]
    said = [line.replace(f"{user}@", "") if user else line for line in str(error).splitlines()[:1]]
    return SourceError(f"{shown(url)} cannot be read: {': '.join([type(error).__name__, *said])}")


def _levels(paths: Iterator[str]) -> dict[str, FolderEntries]:
    files: dict[str, list[str]] = defaultdict(list)
    folders: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        above, name = os.path.split(path)
        files[above].append(name)
        while above:
            higher, name = os.path.split(above)
            folders[higher].add(name)
            above = higher
    return {at: FolderEntries(tuple(files[at]), tuple(folders[at])) for at in sorted({*files, *folders})}
