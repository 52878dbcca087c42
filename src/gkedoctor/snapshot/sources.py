"""Reads a recorded cluster state of any known format."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from gkedoctor.errors import SourceError
from gkedoctor.snapshot.importers.archive import Folder, archive_folder, real_folder
from gkedoctor.snapshot.importers.recording import gather_recording, is_recording
from gkedoctor.snapshot.intake import Gathered, taken_in
from gkedoctor.snapshot.model import Snapshot


def load(path: Path, *, config_values: bool = False, recorded_at: datetime | None = None) -> Snapshot:
    folder = real_folder(path)
    return taken_in(gather_recording(folder), config_values=config_values, recorded_at=recorded_at)
