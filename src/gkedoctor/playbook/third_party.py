"""Playbooks of other packages, by the entry point group `gkedoctor.playbooks`.

An entry point names a package that holds playbooks, or a function that gives their folder. What of them cannot be
loaded is left out and told with its package: somebody else's slip must not take the shipped playbooks down.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from gkedoctor.errors import FileError, GkedoctorError
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.loader import load_playbook, shipped_causes, sources
from gkedoctor.playbook.vocabulary import Vocabulary

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "gkedoctor.playbooks"
_SECTION = f"[{GROUP}]".encode()


class ThirdPartyPlaybook(NamedTuple):
    """What one entry point came to: a playbook, or what is wrong, and the package and folder that it comes from."""

    package: str
    playbook: CompiledPlaybook | None
    trouble: str = ""
    folder: Path | None = None


def offered() -> Iterator[ThirdPartyPlaybook]:
    """All playbooks that installed packages offer, in the order of the packages' names, each checked.

    They may use the shipped causes, and those that their own package declares.
    """
    if not _anybody_offers():
        return
    from importlib.metadata import entry_points

    for entry in sorted(entry_points(group=GROUP), key=lambda e: (_package(e), e.name)):
        try:
            folder = _folder(entry.load())
        except Exception as error:  # noqa: BLE001  # somebody else's code: it may raise anything
            yield ThirdPartyPlaybook(
                _package(entry), None, f"entry point `{entry.name}`: {type(error).__name__}: {error}"
            )
            continue
        yield from _offers(_package(entry), folder)


def offered_causes(known: Vocabulary, offers: Iterable[ThirdPartyPlaybook], note: Callable[[str], None]) -> Vocabulary:
    """The vocabulary with the words that packages declare; `note` is called where two declare the same."""
    causes = known
    for folder, package in {offer.folder: offer.package for offer in offers if offer.folder is not None}.items():
        try:
            causes = causes.with_folders([folder])
        except FileError as error:
            note(f"of package {package}, left out: {error.place}: {error.message}")
    return causes


def _offers(package: str, folder: Path) -> Iterator[ThirdPartyPlaybook]:
    try:
        files = list(sources([folder]))
        causes = shipped_causes().with_folders([folder])
    except FileError as error:
        yield ThirdPartyPlaybook(package, None, f"{error.place}: {error.message}")
        return
    except GkedoctorError as error:
        yield ThirdPartyPlaybook(package, None, error.message)
        return
    for source in files:
        try:
            yield ThirdPartyPlaybook(package, load_playbook(source, causes=causes), folder=folder)
        except FileError as error:
            yield ThirdPartyPlaybook(package, None, f"{error.place}: {error.message}", folder=folder)


def _folder(found: Any) -> Path:
    """A package is where its files are; a function says where."""
    if isinstance(found, ModuleType):
        return Path(next(iter(found.__path__)))
    return Path(found() if callable(found) else found)


def _package(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist is not None else entry.value.partition(":")[0]


def _anybody_offers() -> bool:
    """Whether any installed package names the group: importing importlib.metadata to ask takes 100 ms, this takes 5."""
    return any(_names_the_group(folder) for folder in sys.path if folder)


def _names_the_group(folder: str) -> bool:
    try:
        with os.scandir(folder) as entries:
            infos = [entry.path for entry in entries if entry.name.endswith((".dist-info", ".egg-info"))]
    except OSError:
        return False
    return any(_mentions(Path(info, "entry_points.txt")) for info in infos)


def _mentions(file: Path) -> bool:
    try:
        return _SECTION in file.read_bytes()
    except OSError:
        return False
