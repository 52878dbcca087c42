"""Paths to texts: files and folders, recursively and in the order of their names, and standard input."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO, NamedTuple

from gkedoctor.errors import GkedoctorError, ManifestError, UsageError
from gkedoctor.manifests.sources import is_kustomization, source_in, unrendered
from gkedoctor.snapshot.importers.documents import text_of

SUFFIXES = (".yaml", ".yml", ".json")
LARGEST = 50 * 1024 * 1024
"""Bytes of one file: what etcd holds of an object is at most 1.5 MB."""

_FIRST = 1 << 16
"""Bytes that most files do not have: memory for the largest one takes longer to get than a small one to read."""

STDIN = Path("-")
STDIN_NAME = "<stdin>"


class File(NamedTuple):
    """A file and its text, or what kept it from being read."""

    name: str
    text: str = ""
    problem: ManifestError | None = None


def files(paths: Iterable[Path], stdin: BinaryIO) -> Iterator[File]:
    """The files that are named or stand in named folders, each once. UsageError for a path that is not there."""
    seen: set[tuple[int, int]] = set()
    sources: list[Path] = []
    errors: list[OSError] = []
    for path in paths:
        if path == STDIN:
            yield _read(STDIN_NAME, stdin)
            continue
        if not path.exists():
            raise UsageError(f"{path} does not exist")
        folder = path.is_dir()
        for found in _below(path, sources, errors) if folder else [str(path)]:
            yield from _once(found, seen, named=not folder)
    yield from (_unread(Path(error.filename), error) for error in errors)
    yield from (File(str(problem.path), problem=problem) for problem in unrendered(sources))


def _once(path: str, seen: set[tuple[int, int]], *, named: bool) -> Iterator[File]:
    """The file, unless it was read already by another name. A pipe is only read where it is named: it may never end."""
    try:
        status = os.stat(path)  # noqa: PTH116  # pathlib takes as long as all else that is done for a small file
    except OSError as error:
        yield _unread(Path(path), error)
        return
    place = (status.st_dev, status.st_ino)
    if place not in seen and (named or S_ISREG(status.st_mode)):
        seen.add(place)
        yield _opened(path)


def _below(folder: Path, sources: list[Path], errors: list[OSError]) -> Iterator[str]:
    """The manifests of a folder. What begins with a dot is the business of other tools (.git, .github).

    Folders that have to be rendered first are left out, and their charts and kustomizations added to `sources`; so are
    the kustomizations below another, which are built by themselves. `errors` takes folders that cannot be listed.
    """
    built: set[Path] = set()
    for place, folders, names in os.walk(folder, onerror=errors.append):
        root = Path(place)
        source = source_in(root, folders, names)
        if source is not None:
            sources.append(source)
            folders[:] = folders if is_kustomization(source) else []
        if source is not None or root.parent in built:
            built.add(root)
            names = []
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "node_modules")
        before = str(root / "x")[:-1]
        yield from (before + name for name in sorted(names) if name.endswith(SUFFIXES) and not name.startswith("."))


def _opened(path: str) -> File:
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return _read(shown(path), file)
    except OSError as error:
        return _unread(Path(path), error)


def _unread(path: Path, error: OSError) -> File:
    return File(shown(path), problem=_whole(shown(path), f"cannot be read: {error.strerror}"))


def shown(path: Path | str) -> str:
    """A path as it was given, below the working directory without it: short, and the same on every machine."""
    text, here = str(path), os.path.join(os.getcwd(), "")  # noqa: PTH109, PTH118  # by pathlib, 25 times as long
    return text.removeprefix(here) if text + os.sep != here else "."


def _whole(name: str, message: str, hint: str | None = None) -> ManifestError:
    """What is wrong with a file as a whole, told at its beginning."""
    return ManifestError(message, path=name, line=1, column=1, hint=hint)


def _read(name: str, file: BinaryIO) -> File:
    data = file.read(_FIRST)
    if len(data) == _FIRST:
        data += file.read(LARGEST + 1 - _FIRST)
    if len(data) > LARGEST:
        message = f"larger than {LARGEST // 2**20} MB, too large for a manifest"
        return File(name, problem=_whole(name, message, "leave the file out, or split it"))
    if not data.strip():
        return File(name)
    try:
        return File(name, text_of(data, name))
    except GkedoctorError as error:
        return File(name, problem=_whole(name, error.message.removeprefix(f"{name} ")))
