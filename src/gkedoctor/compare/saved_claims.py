"""The findings of a saved report, by what is needed to verify them."""

from __future__ import annotations

from pathlib import Path

from gkedoctor.compare.inputs import read_saved_report, saved_ref
from gkedoctor.diagnose.verification import Claim
from gkedoctor.errors import SourceError


def claims_in(path: Path) -> tuple[Claim, ...]:
    """The diagnoses of a saved JSON report, in its order. SourceError where it is none."""
    report = read_saved_report(path)
    if report is None:
        raise SourceError(f"{path} is not a JSON report of gkedoctor", hint="gkedoctor report -o json=FILE writes one")
    return tuple(
        Claim(
            fingerprint=found.fingerprint,
            playbook=found.playbook or "",
            cause=found.cause or "",
            title=found.title,
            root=saved_ref(found.root),
            affected=tuple(map(saved_ref, found.explains)),
        )
        for found in report.diagnoses
    )
