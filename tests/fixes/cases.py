"""Which fixes are tried: for each cause, a case of its playbook for each way in which its commands come out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from gkedoctor.diagnose.cases import Case, case_files, given_snapshot, load_cases
from gkedoctor.diagnose.engine import diagnose
from gkedoctor.diagnose.model import Diagnosis, Outcome
from gkedoctor.errors import SourceError
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.snapshot.sources import load

_FLAGS = re.compile(r"^-")


class FixCase(NamedTuple):
    """One finding of one case, with the cluster it was found in."""

    playbook: str
    case: str
    snapshot: Snapshot
    before: Outcome
    diagnosis: Diagnosis

    @property
    def name(self) -> str:
        """`PLAYBOOK cause`."""
        return f"{self.playbook} {self.diagnosis.cause}"


LoadRecording = Callable[[str], Snapshot]


def fix_cases(
    paths: Sequence[Path], library: Sequence[CompiledPlaybook], recording: LoadRecording, *, every: bool = False
) -> Iterator[FixCase]:
    """The cases to try. `every`: all of them, not one for each way."""
    for path in case_files(paths):
        file = load_cases(path)
        seen: set[tuple[str, ...]] = set()
        causes: set[str] = set()
        for case in _ordered(file.cases):
            for found in _of_case(file.playbook, case, library, recording):
                shape = shape_of(found.diagnosis)
                known = shape in seen or (case.given.deny and found.diagnosis.cause in causes)
                if every or not known:
                    seen.add(shape)
                    causes.add(found.diagnosis.cause)
                    yield found


def recording_cases(
    folders: Sequence[Path], library: Sequence[CompiledPlaybook], *, every: bool = False
) -> Iterator[FixCase]:
    """The first finding of each recording; `every`: all of them."""
    for folder in folders:
        try:
            snapshot = load(_place(folder))
        except SourceError:  # beside recordings stand folders of other things
            continue
        before = diagnose(snapshot, library)
        for diagnosis in before.diagnoses if every else before.diagnoses[:1]:
            yield FixCase(diagnosis.playbook, folder.name, snapshot, before, diagnosis)


def _place(folder: Path) -> Path:
    """Where a recording with a known truth says that it is."""
    truth = folder / "truth.json"
    inner = json.loads(truth.read_text()).get("path", "") if truth.is_file() else ""
    return folder / inner


def _ordered(cases: Sequence[Case]) -> list[Case]:
    """Cases in which everything could be read come first."""
    confirming = [case for case in cases if case.expect and not case.given.manifests and not case.todo]
    return sorted(confirming, key=lambda case: bool(case.given.deny))


def _of_case(
    playbook: str, case: Case, library: Sequence[CompiledPlaybook], recording: LoadRecording
) -> Iterator[FixCase]:
    snapshot = given_snapshot(case.given, recording)
    before = diagnose(snapshot, library)
    causes = {expected.cause for expected in case.expect}
    for diagnosis in before.diagnoses:
        if diagnosis.playbook == playbook and diagnosis.cause in causes:
            yield FixCase(playbook, case.name, snapshot, before, diagnosis)


def shape_of(diagnosis: Diagnosis) -> tuple[str, ...]:
    """The cause and the verbs of its commands: what a case for it has to cover."""
    return (diagnosis.cause, *(" ".join(_verbs(command)) for command in diagnosis.fix.commands))


def _verbs(command: str) -> list[str]:
    words = command.partition("\n")[0].split()
    found, skip = words[:1], False
    for word in words[1:]:
        if skip:
            skip = False
        elif word in ("-n", "--namespace"):
            skip = True
        elif not _FLAGS.match(word) and word.isascii() and word.replace("-", "").isalpha():
            found.append(word.lower())
        else:
            break
    return found[: 4 if words[:1] == ["gcloud"] else 3]
