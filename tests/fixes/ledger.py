"""What was proved, a line for each cause of a playbook: `docs/fixes.tsv`, the data of the page `docs/fixes.md`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from docs.tool.fixes import DATA, Row

from gkedoctor.diagnose.cases import case_files, load_cases
from gkedoctor.playbook.compiled import CompiledPlaybook
from tests.fixes.cases import FixCase, LoadRecording, fix_cases
from tests.fixes.placeholders import names_in
from tests.fixes.prove import Proof, Prover, Result

_ORDER = tuple(Result)
_HEAD = "# made by: python -m tests.fixes --write"
_LONGEST = 160


class Tried(NamedTuple):
    """A case and what came of it."""

    case: FixCase
    proof: Proof


def tried(
    paths: Sequence[Path], library: Sequence[CompiledPlaybook], recording: LoadRecording, prover: Prover
) -> Iterator[Tried]:
    """Tries every case of some test files."""
    for case in fix_cases(paths, library, recording):
        yield Tried(case, prover.prove(case.snapshot, case.before, case.diagnosis))


def rows(paths: Sequence[Path], library: Sequence[CompiledPlaybook], found: Iterable[Tried]) -> list[Row]:
    """A row for each cause that cases of these files confirm: the worst of what came of its ways."""
    worst: dict[tuple[str, str], Tried] = {}
    for one in found:
        key = one.case.playbook, one.case.diagnosis.cause
        if key not in worst or _rank(one) > _rank(worst[key]):
            worst[key] = one
    made = {key: Row(*key, one.proof.result.value, _why(one)) for key, one in worst.items()}
    for path in case_files(paths):
        file = load_cases(path)
        for case in file.cases:
            for expected in case.expect if case.given.manifests else ():
                key = file.playbook, expected.cause
                if _is_of(file.playbook, expected.cause, library):
                    made.setdefault(key, Row(*key, Result.IN_FILES.value, ""))
    return [made[key] for key in sorted(made)]


def _is_of(playbook: str, cause: str, library: Sequence[CompiledPlaybook]) -> bool:
    return any(p.id == playbook and any(c.cause == cause for c in p.model.causes) for p in library)


def _rank(one: Tried) -> int:
    return _ORDER.index(one.proof.result)


def _why(one: Tried) -> str:
    """Why it is not proved, in the words of the playbook where it has some."""
    if one.proof.result is Result.CURED:
        return ""
    if one.proof.result is Result.NEEDS_VALUE:
        steps = one.case.diagnosis.fix.steps
        return ", ".join(dict.fromkeys(name for step in steps for name in names_in(step)))
    if one.proof.result is Result.EDIT:
        return ""
    text = " ".join(" ".join(one.proof.says).split())
    return re.sub(r"[\t|]", " ", text)[:_LONGEST]


def write(made: Sequence[Row]) -> None:
    """Writes the file."""
    lines = [_HEAD, "\t".join(Row._fields), *("\t".join(row) for row in made)]
    DATA.write_text("\n".join(lines) + "\n", encoding="utf-8")
