"""The order of the site: the sections of its sidebar, and which page comes before and after which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple


class Chapter(NamedTuple):
    """A page of the sidebar, by its path under `docs/`."""

    name: str
    page: str


SECTIONS: Mapping[str, tuple[Chapter, ...]] = MappingProxyType(
    {
        "Start": (
            Chapter("Overview", "README.md"),
            Chapter("Install", "install.md"),
            Chapter("Getting started", "getting-started.md"),
            Chapter("By symptom", "symptoms.md"),
        ),
        "Diagnose": (
            Chapter("A live cluster", "live.md"),
            Chapter("The screen", "screen.md"),
            Chapter("Reading a report", "reading-a-report.md"),
            Chapter("Recordings", "recording.md"),
            Chapter("From fix to cured", "fixing.md"),
            Chapter("Try a change first", "what-if.md"),
            Chapter("Who changed what", "changes.md"),
            Chapter("What changed", "comparing.md"),
            Chapter("Leftovers and teardown", "leftovers.md"),
            Chapter("Many clusters", "fleet.md"),
        ),
        "Before the deploy": (
            Chapter("Lint manifests", "before-the-deploy.md"),
            Chapter("What would be refused", "what-would-be-refused.md"),
        ),
        "In your tools": (
            Chapter("Formats", "formats.md"),
            Chapter("CI, shells, containers", "fitting-in.md"),
            Chapter("With an agent", "agents.md"),
            Chapter("kubectl on a recording", "serving.md"),
            Chapter("Configuration", "configuration.md"),
            Chapter("Permissions", "permissions.md"),
            Chapter("Troubleshooting gkedoctor", "troubleshooting.md"),
        ),
        "Reference": (
            Chapter("Messages", "what-you-see.md"),
            Chapter("Playbooks", "playbooks/README.md"),
            Chapter("Causes", "causes/README.md"),
            Chapter("Fixes that are proved", "fixes.md"),
            Chapter("Rules of what-if", "reference/what-if-rules.md"),
            Chapter("Load balancer failure modes", "load-balancer-failure-modes.md"),
            Chapter("Commands", "reference/cli.md"),
            Chapter("Python", "reference/python.md"),
            Chapter("Scale", "scale.md"),
        ),
        "Extend": (
            Chapter("Write playbooks", "writing-playbooks.md"),
            Chapter("Playbook format", "reference/playbook-format.md"),
            Chapter("Edges", "reference/edges.md"),
            Chapter("Functions", "reference/functions.md"),
        ),
    }
)
_SERIES = ("playbooks", "causes")
"""Folders whose pages follow one another by name."""


def chapters() -> Iterator[Chapter]:
    """All pages of the sidebar in their order."""
    for section in SECTIONS.values():
        yield from section


def neighbours(pages: Iterable[Path]) -> dict[Path, tuple[Path | None, Path | None]]:
    """The page before and after each page that has a place in an order."""
    there = set(pages)
    found: dict[Path, tuple[Path | None, Path | None]] = {}
    for order in (_sidebar(there), *(_series(there, folder) for folder in _SERIES)):
        for before, after in pairwise([None, *order, None]):
            if before is not None:
                found[before] = (found.get(before, (None, None))[0], after)
            if after is not None:
                found[after] = (before, None)
    return found


def _sidebar(there: set[Path]) -> list[Path]:
    return [page for chapter in chapters() if (page := Path(chapter.page)) in there]


def _series(there: set[Path], folder: str) -> list[Path]:
    return sorted(page for page in there if page.parent == Path(folder) and page.name != "README.md")
