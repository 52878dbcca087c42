"""What can be copied and saved: a fix, a verify command, a ticket, the whole report, the snapshot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from gkedoctor.diagnose.model import Diagnosis
from gkedoctor.errors import UsageError
from gkedoctor.report.formats import Page, renderer
from gkedoctor.report.private_file import write_private_file
from gkedoctor.tui.model.session import Found
from gkedoctor.tui.model.state import ViewState, alone

FORMATS = {
    ".md": "md", ".json": "json", ".html": "html", ".txt": "text", ".yaml": "yaml", ".sarif": "sarif", ".xml": "junit",
    ".prom": "prometheus",
}  # fmt: skip
SNAPSHOT = ".gkesnap"


class FileToSave(NamedTuple):
    """What the save dialog shows, and what writes the file. `endings`: those that a name may have, in words."""

    title: str
    suggestion: str
    endings: str
    write: Callable[[Path], str]


def fix(found: Sequence[Found]) -> str:
    """The commands of the fixes, to be pasted whole."""
    return _joined(c for f in found if isinstance(f, Diagnosis) for c in f.fix.commands)


def verify(found: Sequence[Found]) -> str:
    """The commands that show whether they are fixed."""
    return _joined(c for f in found if isinstance(f, Diagnosis) for c in f.verify)


def _joined(commands: object) -> str:
    return "".join(command.rstrip("\n") + "\n" for command in commands)  # type: ignore[attr-defined]


def ticket(scene: ViewState, found: Sequence[Found]) -> str:
    """Findings as Markdown for one ticket."""
    return renderer("md").render(alone(scene, found), Page())


def _cluster(scene: ViewState) -> str:
    """The name of the cluster; of a live one that has none, that of its context."""
    outcome = scene.outcome
    return outcome.cluster or (outcome.source if outcome.live else "") or "cluster"


def suggestion(scene: ViewState, what: str = "") -> str:
    """A file name for the report, or for `what` of the cluster: `gkedoctor-teratail-history-20261122-1231.md`."""
    cluster = "".join(c if c.isalnum() or c in "-_" else "-" for c in _cluster(scene))
    return f"gkedoctor-{cluster}-{f'{what}-' if what else ''}{scene.outcome.recorded_at:%Y%m%d-%H%M}.md"


def report_file(scene: ViewState) -> FileToSave:
    """The report or the snapshot, to be saved."""
    endings = f"{' '.join(FORMATS)}, or {SNAPSHOT} for the snapshot"
    return FileToSave("Save the report", suggestion(scene), endings, partial(save, scene))


def save(scene: ViewState, file: Path) -> str:
    """Writes the report, or the snapshot, as the end of the name says; says what was written."""
    end = file.suffix.lower()
    if end == SNAPSHOT:
        from gkedoctor.snapshot import store

        store.write(scene.snapshot, file)
        return f"saved the snapshot as {file}"
    if end not in FORMATS:
        raise UsageError(f"`{file.name}` has no known ending", hint=f"one of {', '.join([*FORMATS, SNAPSHOT])}")
    text = renderer(FORMATS[end]).render(scene.answer, Page())
    write_private_file(text, file)
    return f"saved the report as {file}"
