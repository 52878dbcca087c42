"""What an answer is worth: compared field by field with what the recording's truth says. No model judges another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evals.tasks import Task, roots
from evals.transcripts import Transcript, answer

RIGHT, PARTIAL, WRONG, MISSED, ABSTAINED, FALSE_ALARM, GUESSED, NO_ANSWER = (
    "right", "partial", "wrong", "missed", "abstained", "false alarm", "guessed", "no answer",
)  # fmt: skip
RESULTS = (RIGHT, PARTIAL, WRONG, MISSED, ABSTAINED, FALSE_ALARM, GUESSED, NO_ANSWER)
_OTHERWISE: Mapping[tuple[str, str], str] = {
    ("fault", "healthy"): MISSED,
    ("fault", "unknown"): ABSTAINED,
    ("healthy", "fault"): FALSE_ALARM,
    ("healthy", "unknown"): ABSTAINED,
    ("unknown", "fault"): GUESSED,
    ("unknown", "healthy"): GUESSED,
}
"""What an answer with another verdict than the expected one is called."""


@dataclass(frozen=True)
class Score:
    """The result of one transcript, and which of the fields that its task requires it has right."""

    task: Task
    transcript: Transcript
    result: str
    fields: Mapping[str, bool]


def scored(task: Task, transcript: Transcript) -> Score:
    """The score of one transcript."""
    found = answer(transcript.text)
    verdict = found.get("VERDICT", "").strip().lower().rstrip(".")
    if verdict not in ("fault", "healthy", "unknown"):
        return Score(task, transcript, NO_ANSWER, {})
    if verdict != task.expect:
        return Score(task, transcript, _OTHERWISE[task.expect, verdict], {})
    fields = _fields(task, found)
    if all(fields.values()):
        return Score(task, transcript, RIGHT, fields)
    return Score(task, transcript, PARTIAL if fields.get("ROOT", True) else WRONG, fields)


def _fields(task: Task, found: Mapping[str, str]) -> dict[str, bool]:
    """The fields that matter for the expected verdict, and whether each is right."""
    if task.expect == "fault":
        root = any(names(found.get("ROOT", ""), root) for root in roots(task))
        return {"ROOT": root, "CAUSE": _says(found, "CAUSE", task.cause), "FIX": _says(found, "FIX", task.fix)}
    return {"UNCHECKED": _says(found, "UNCHECKED", task.unchecked)} if task.expect == "unknown" else {}


def _says(found: Mapping[str, str], field: str, pattern: str) -> bool:
    return re.search(pattern, found.get(field, ""), re.IGNORECASE) is not None


def names(text: str, root: str) -> bool:
    """Whether a text names an object (`Kind/name`, or `Kind` for any of it), in any of the ways that people use."""
    kind, _, name = root.partition("/")
    if not re.search(rf"\b{re.escape(kind)}s?\b", text, re.IGNORECASE):
        return False
    return not name or re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", text) is not None


def table(scores: Sequence[Score]) -> str:
    """A table in Markdown, and the totals. Healthy and unanswerable tasks are counted apart: noise and honesty."""
    lines = ["| task | recording | result | root | cause | fix | tool calls | tokens |", "| --- " * 8 + "|"]
    for score in scores:
        marks = [_mark(score.fields.get(field)) for field in ("ROOT", "CAUSE", "FIX")]
        cost = [_number(score.transcript.calls), _number(score.transcript.tokens)]
        lines.append(f"| {' | '.join([score.task.id, score.task.recording, score.result, *marks, *cost])} |")
    lines.append("")
    for kind, label in (("fault", "faults"), ("healthy", "healthy clusters"), ("unknown", "not answerable")):
        lines.append(f"{label}: {_totals(score for score in scores if score.task.expect == kind)}")
    return "\n".join(lines) + "\n"


def _totals(scores: Iterable[Score]) -> str:
    of_kind = list(scores)
    counts = {result: sum(score.result == result for score in of_kind) for result in RESULTS}
    others = [f"{count} {result}" for result, count in counts.items() if count and result != RIGHT]
    return ", ".join([f"{counts[RIGHT]} of {len(of_kind)} right", *others])


def _mark(right: bool | None) -> str:
    return "" if right is None else "yes" if right else "no"


def _number(value: int | None) -> str:
    return "?" if value is None else str(value)
