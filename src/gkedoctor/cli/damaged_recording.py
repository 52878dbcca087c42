"""Whether a fault that nobody expected comes from a damaged snapshot that the command line names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from gkedoctor.errors import SnapshotError


def damaged_recording(arguments: Sequence[str]) -> SnapshotError | None:
    """The error of the first snapshot on the command line with an object that has not the types of its kind."""
    from gkedoctor.snapshot.damage import wrong_object

    for path in _paths(arguments):
        reason = wrong_object(path)
        if reason is not None:
            checked = f"{path.name.removesuffix('.gkesnap')}-checked.gkesnap"
            hint = f"gkedoctor import {path} -o {checked} leaves such objects out"
            return SnapshotError(f"{path.name} is damaged: {reason}", hint=hint)
    return None


def _paths(arguments: Sequence[str]) -> Iterator[Path]:
    """The files and folders on a command line: `PATH`, `--from PATH`, `--from=PATH`."""
    for argument in arguments:
        text = argument.partition("=")[2] if argument.startswith("--") else argument
        try:
            if text and (path := Path(text)).exists():
                yield path
        except (OSError, ValueError):
            continue
