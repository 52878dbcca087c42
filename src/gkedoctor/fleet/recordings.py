"""Which recordings are meant by what somebody names: files, folders of recordings, URLs, lists of all these.

A folder may be one recording or hold many. It is one if the names directly in it are those of a format; nothing is
opened to tell.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from gkedoctor.errors import SourceError, UsageError
from gkedoctor.fleet.model import Recording
from gkedoctor.snapshot.importers.names import collection_of_file, is_known

_URL = re.compile(r"[a-z][a-z0-9+.-]+://\S+", re.IGNORECASE)
_SUFFIXES = (".gkesnap", ".json", ".yaml", ".yml", ".txt", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".zip")
_MARKS = frozenset(
    {"manifest.json", "kubernetes", "gcp", "cluster-resources", "cluster-scoped-resources", "namespaces", "timestamp"}
)
"""A snapshot, a recording, a support bundle, and the last three a must-gather."""
_LISTED = 64 << 10
"""Bytes in which a list has to show that it is one; no cluster fits into so short a file of paths."""


class FolderEntries(NamedTuple):
    """The names directly in a folder."""

    files: tuple[str, ...]
    folders: tuple[str, ...]


class RecordingList(NamedTuple):
    """What was named: the recordings, and files beside them that are none by their names."""

    recordings: tuple[Recording, ...]
    left_aside: tuple[str, ...]


Listing = Callable[[str], dict[str, FolderEntries]]
"""A URL's folders with what is in them, by their path below it; empty where the URL is a file."""


def is_url(word: str) -> bool:
    """Whether a word is a URL and not a path."""
    return _URL.fullmatch(word) is not None


def named(words: Iterable[str], listing: Listing) -> RecordingList:
    """The recordings behind some words, each once, ordered by name. SourceError where a word leads to none."""
    places: dict[str, str] = {}
    aside: list[str] = []
    for word in words:
        found = list(_behind(word, listing, aside))
        if not found:
            raise SourceError(f"{word} has no recording", hint="files end in .gkesnap, .json, .yaml, .gz, .zip …")
        for base, at in found:
            places.setdefault(at, base)
    return RecordingList(tuple(_called(places)), tuple(aside))


def _behind(word: str, listing: Listing, aside: list[str]) -> Iterator[tuple[str, str]]:
    """The folder that gives the recordings their names, and the recordings."""
    if is_url(word):
        base = word.rstrip("/")
        levels = listing(base)
        below = recordings_below(lambda at: levels.get(at, FolderEntries((), ())), aside) if levels else [""]
        yield from ((_parent(base) if not at else base, f"{base}/{at}" if at else base) for at in below)
        return
    path = Path(word)
    if path.is_dir():
        for at in recordings_below(lambda at: _level(path / at), aside):
            yield (str(path), str(path / at)) if at else (str(path.parent), str(path))
        return
    lines = listed(path)
    if lines is None:
        yield str(path.parent), str(path)
        return
    for line in lines:
        yield from _behind(line if is_url(line) else str(path.parent / line), listing, aside)


def recordings_below(level: Callable[[str], FolderEntries], aside: list[str], at: str = "") -> Iterator[str]:
    """The recordings in a folder by their paths below it; `""` is the folder itself."""
    here = level(at)
    if is_one(here):
        yield at
        return
    for name in sorted((*here.files, *here.folders)):
        path = posixpath.join(at, name)
        if name in here.folders:
            yield from recordings_below(level, aside, path)
        elif name.lower().endswith(_SUFFIXES):
            yield path
        else:
            aside.append(path)


def is_one(level: FolderEntries) -> bool:
    """Whether a folder itself is one recording: by a name that a format has, or a file called like `pods.json`."""
    names = {*level.files, *level.folders}
    return bool(names & _MARKS) or any(
        name.lower().endswith(_SUFFIXES) and is_known(collection_of_file(name.split(".")[0])) for name in level.files
    )


def _level(folder: Path) -> FolderEntries:
    """Links to folders are left out: they may lead back to where they are."""
    try:
        with os.scandir(folder) as entries:
            shown = [entry for entry in entries if not entry.name.startswith(".")]
            files = tuple(entry.name for entry in shown if entry.is_file())
            return FolderEntries(files, tuple(entry.name for entry in shown if entry.is_dir(follow_symlinks=False)))
    except OSError as error:
        raise SourceError(f"{folder} cannot be read: {error.strerror}") from error


def listed(path: Path) -> list[str] | None:
    """The lines of a list of recordings; None where the file is no list. `#` begins a comment."""
    try:
        with path.open("rb") as file:
            head = file.read(_LISTED) if path.is_file() else b""
            if b"\0" in head or not _is_list(head.decode("utf-8", "ignore"), path.parent):
                return None
            return lines_of((head + file.read()).decode("utf-8"))
    except (OSError, UnicodeDecodeError):
        return None  # whoever diagnoses it says why it cannot be read


def _is_list(head: str, folder: Path) -> bool:
    lines = lines_of(head)[:20]
    return bool(lines) and any(is_url(line) or (len(line) < 1000 and (folder / line).exists()) for line in lines)


def lines_of(text: str) -> list[str]:
    """What a list names. UsageError for what is no list of names: a binary file."""
    if "\0" in text:
        raise UsageError("the list of recordings has a zero byte", hint="write one path or URL a line")
    stripped = (line.strip() for line in text.splitlines())
    return [line for line in stripped if line and not line.startswith("#")]


def _called(places: dict[str, str]) -> Sequence[Recording]:
    """Recordings by their paths below what was named; where two would be called the same, by their whole places."""
    short = {at: _short(at, base) for at, base in places.items()}
    counts: dict[str, int] = {}
    for name in short.values():
        counts[name] = counts.get(name, 0) + 1
    called = [Recording(name if counts[name] == 1 else at, at) for at, name in short.items()]
    return sorted(called, key=lambda r: r.name)


def _short(at: str, base: str) -> str:
    below = at.removeprefix(base).lstrip("/") if base != "." else at
    for suffix in _SUFFIXES:
        if below.lower().endswith(suffix) and not below.lower().endswith(f"/{suffix}"):
            return below[: -len(suffix)].removesuffix(".tar").removesuffix(".json")
    return below


def _parent(url: str) -> str:
    head, _, _ = url.rpartition("/")
    return head if "://" in head else url
