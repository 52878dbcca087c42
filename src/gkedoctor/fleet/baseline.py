"""An earlier report of the fleet, to hold a later one against."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from gkedoctor.compare.inputs import ComparisonInput, SavedReport, saved_side
from gkedoctor.errors import SourceError


class _SavedCluster(msgspec.Struct, frozen=True):
    name: str
    report: SavedReport


class _SavedFleet(msgspec.Struct, frozen=True):
    """What is read of a saved report of a fleet; a later v1 may have more."""

    schema: Literal["gkedoctor/fleet/v1"]
    clusters: tuple[_SavedCluster, ...]


def clusters_of(path: Path) -> dict[str, ComparisonInput]:
    """The clusters of a saved `fleet -o json` by name. SourceError where the file is none."""
    try:
        saved = msgspec.json.decode(path.read_bytes(), type=_SavedFleet)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror or error}") from error
    except msgspec.MsgspecError as error:
        raise SourceError(f"{path} is not a fleet report: {error}", hint="save one with: fleet … -o json") from error
    return {cluster.name: saved_side(str(path), cluster.report) for cluster in saved.clusters}
