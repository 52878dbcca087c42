"""Folders that hold what objects are made of: charts of Helm and trees of Kustomize. They are rendered, not applied."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from gkedoctor.errors import ManifestError, SourceError
from gkedoctor.snapshot.importers.archive import read_file
from gkedoctor.snapshot.importers.documents import documents

_CHART = "Chart.yaml"
_KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/"""


def source_in(folder: Path, folders: list[str], names: list[str]) -> Path | None:
    """The file that makes of a folder a chart or a kustomization; None where its files are manifests."""
    if _CHART in names and "templates" in folders:
        return folder / _CHART
    return next((folder / name for name in _KUSTOMIZATIONS if name in names), None)


def is_kustomization(source: Path) -> bool:
    """Whether it is a kustomization, below which others may stand; a chart is rendered with all that is in it."""
    return source.name != _CHART


def unrendered(sources: list[Path]) -> Iterator[ManifestError]:
    """One line for each folder that has to be rendered; what another kustomization builds on is rendered with it."""
    used = {used for source in filter(is_kustomization, sources) for used in _built_on(source)}
    for source in sources:
        if not is_kustomization(source):
            yield _told(source, "a Helm chart: render it first", "helm template")
        elif source.parent.resolve() not in used:
            yield _told(source, "a kustomization: build it first", "kubectl kustomize")


def _told(source: Path, message: str, command: str) -> ManifestError:
    hint = f"{command} {shlex.quote(str(source.parent))} | gkedoctor lint -"
    return ManifestError(message, path=str(source), line=1, column=1, hint=hint)


def _built_on(kustomization: Path) -> Iterator[Path]:
    """The folders that a kustomization names; none where it cannot be read, which `kubectl kustomize` then says."""
    try:
        [found] = documents(read_file(kustomization), str(kustomization))
    except (ValueError, SourceError):
        return
    for key in ("resources", "bases", "components"):
        named = found.get(key) if isinstance(found, dict) else None
        for path in named if isinstance(named, list) else []:
            if isinstance(path, str) and "\0" not in path:
                yield (kustomization.parent / path).resolve()
