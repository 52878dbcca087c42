"""The tasks of `tasks.yaml`, and what an answer to each has to hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import msgspec
import yaml

ROOT = Path(__file__).parents[1]
RECORDINGS = ROOT / "recorded_clusters"


class Task(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question on one recording. `cause`, `fix`, `unchecked`: regular expressions for the fields of an answer.

    `without`: names of collections that the copy for the agent does not have; a final `*` stands for any rest.
    """

    id: str
    recording: str
    question: str
    expect: Literal["fault", "healthy", "unknown"] = "fault"
    cause: str = ""
    fix: str = ""
    unchecked: str = ""
    without: tuple[str, ...] = ()


def tasks(path: Path | None = None) -> tuple[Task, ...]:
    """All tasks, in the order of the file. msgspec.ValidationError for a field that no task has."""
    text = (path or Path(__file__).with_name("tasks.yaml")).read_text(encoding="utf-8")
    return msgspec.convert(yaml.load(text, Loader=yaml.CSafeLoader), tuple[Task, ...])


def roots(task: Task) -> tuple[str, ...]:
    """The objects that may be named as the root, as `Kind/name` or `Kind`, out of the recording's truth."""
    truth = json.loads((RECORDINGS / task.recording / "truth.json").read_text(encoding="utf-8"))
    return tuple(root for root in (truth["root"], *truth.get("accept_roots", ())) if root)
