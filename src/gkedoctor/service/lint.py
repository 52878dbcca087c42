"""Problems in manifests, before they are applied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from msgspec.structs import replace as replace_field

from gkedoctor.config.model import Settings
from gkedoctor.diagnose import spec
from gkedoctor.diagnose.file_fixes import corrected
from gkedoctor.diagnose.model import NotChecked, Outcome
from gkedoctor.manifests.loading import Manifests, read
from gkedoctor.manifests.overlay import world
from gkedoctor.playbook.library import Library
from gkedoctor.playbook.model import Severity
from gkedoctor.report.answer import Answer
from gkedoctor.report.filtering import answer
from gkedoctor.report.selection import Selection
from gkedoctor.snapshot.model import Snapshot


@dataclass(frozen=True, kw_only=True)
class LintOptions:
    """What is checked, and how strictly."""

    paths: tuple[Path, ...]
    """Files and folders; `-` is standard input."""

    namespace: str = "default"
    """The namespace of objects that do not set one."""

    complete: bool = False
    """What is not in the files does not exist."""

    min_severity: str | None = None
    """Leave out what is milder. None: what the configuration says, else nothing is left out."""

    show_suppressed: bool = False
    now: datetime | None = None
    """The time by which certificates are judged where there is no cluster. None: the present."""


def read_manifests(options: LintOptions, stdin: BinaryIO) -> Manifests:
    """The objects in the files, and what of the files cannot be read. UsageError for a path that is not there."""
    return read(options.paths, stdin=stdin, namespace=options.namespace)


def lint(
    manifests: Manifests,
    options: LintOptions,
    library: Library,
    settings: Settings | None = None,
    cluster: Snapshot | None = None,
    *,
    live: bool = False,
    notes: Sequence[str] = (),
) -> Answer:
    """What is wrong in manifests, laid over a cluster where there is one. `live`, `notes`: how that was taken."""
    held = settings or Settings()
    now = options.now or datetime.now(UTC)
    files = world(manifests, cluster, complete=options.complete, elsewhere=held.elsewhere, now=now)
    wanted = Selection(min_severity=Severity(options.min_severity or held.min_severity or Severity.ADVISORY))
    found = answer(
        of_files(spec.lint(files, library), manifests), files.open, wanted, library, rules=held.rules,
        show_suppressed=options.show_suppressed,
    )  # fmt: skip
    return replace(
        found,
        outcome=replace_field(found.outcome, live=live),
        playbooks={playbook.id: playbook.model.title for playbook in library},
        problems=(*manifests.problems, *files.problems),
        notes=(*notes, *found.notes),
    )


def of_files(outcome: Outcome, manifests: Manifests) -> Outcome:
    """The outcome with fixes for the files; without an object, nothing was checked and it is not complete."""
    diagnoses = tuple(map(corrected, outcome.diagnoses))
    if manifests.objects:
        return replace_field(outcome, diagnoses=diagnoses)
    nothing = NotChecked("files", "not_asked", "", "no Kubernetes object was found in them")
    return replace_field(outcome, diagnoses=diagnoses, complete=False, not_checked=(*outcome.not_checked, nothing))
