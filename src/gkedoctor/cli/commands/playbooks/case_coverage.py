"""What `playbooks lint` and `playbooks test` warn of: parts of a playbook that none of its cases reaches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from gkedoctor.errors import GkedoctorError

if TYPE_CHECKING:
    from gkedoctor.diagnose.cases import Case, LoadRecording
    from gkedoctor.playbook.compiled import CompiledPlaybook

_RECORDINGS_KEPT = 8


def recordings_in(folder: Path) -> LoadRecording:
    """Loads a recording of a folder by its name; the last few are kept."""
    from gkedoctor.snapshot.model import Snapshot
    from gkedoctor.snapshot.sources import load

    @lru_cache(maxsize=_RECORDINGS_KEPT)
    def recording(name: str) -> Snapshot:
        return load(folder / name)

    return recording


def coverage_warnings(playbook: CompiledPlaybook, cases: Iterable[Case], recording: LoadRecording) -> Iterator[str]:
    """One line for each cause that no case confirms, each rule-out that no case meets, and what else cases lack."""
    from gkedoctor.diagnose.coverage import untested

    try:
        lacking = untested(playbook, cases, recording)
    except GkedoctorError as error:  # of a case: `playbooks test` shows its place
        lacking = [f"what its cases reach was not checked: {error.message}"]
    yield from (f"warn {playbook.id}: {text}" for text in lacking)
