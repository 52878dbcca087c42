"""The fix of a finding in files is a line of the file: its corrected text as a diff, where that is certain.

A command against a cluster is no fix there: the files are applied again, and win.
"""

from __future__ import annotations

import difflib
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeGuard

import msgspec

from gkedoctor.diagnose.model import Diagnosis, Location, ResolvedFix, Step
from gkedoctor.playbook.model import Safety

_NEAREST = "reference.nearest"
"""The path of the evidence that gives the name in the files which is most likely meant."""
_WINDOW = 12
"""Lines below the place of a finding in which what it is about is written."""
_LARGEST = 1 << 20
_CLUSTER_TOOLS = ("kubectl", "gcloud", "gsutil", "helm")

ReadText = Callable[[str], str | None]


class Replacement(NamedTuple):
    """What is written, as a regular expression with the text to keep in group 1, and what belongs in its place."""

    pattern: str
    new: str


def read_text(file: str) -> str | None:
    """The text of a file; None for standard input, and for what is too large or no text."""
    path = Path(file)
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST:
            return None
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def corrected(found: Diagnosis, read: ReadText = read_text) -> Diagnosis:
    """The finding with a fix for its file: a patch where the line is certain, and no command for a cluster."""
    if found.location is None:
        return found
    patch = _patch(found, found.location, read)
    own = [command for command in found.fix.commands if not command.startswith(_CLUSTER_TOOLS)]
    steps = (Step(patch, Safety.CHANGES),) if patch else ()
    say = f"Correct the line: {_said(patch)}" if patch else found.fix.say
    fix = ResolvedFix(say, (*([patch] if patch else []), *own), (*steps, *found.fix.described))
    check = (f"gkedoctor lint {found.location.file}",) if found.location.file != "-" else ()
    return msgspec.structs.replace(found, fix=fix, verify=check)


def _said(patch: str) -> str:
    """The corrected text of a patch, as a sentence shows it."""
    added = next(line[1:].strip() for line in patch.splitlines() if line.startswith("+") and line[1:2] != "+")
    return f"`{added}`."


def _patch(found: Diagnosis, place: Location, read: ReadText) -> str | None:
    """The command that corrects the one line that holds the mistake; None where it is not one for certain."""
    text = read(place.file)
    if text is None or "\r" in text:
        return None
    lines = text.splitlines(keepends=True)
    for wanted in _replacements(found):
        window = range(place.line - 1, min(place.line - 1 + _WINDOW, len(lines)))
        hits = [i for i in window if re.search(wanted.pattern, lines[i])]
        if len(hits) == 1:
            return _diff(place.file, lines, hits[0], wanted)
    return None


def _diff(file: str, lines: list[str], at: int, wanted: Replacement) -> str:
    changed = [*lines]
    changed[at] = re.sub(wanted.pattern, lambda match: match[1] + wanted.new, lines[at], count=1)
    ends = [line if line.endswith("\n") else f"{line}\n" for line in lines]
    to = [line if line.endswith("\n") else f"{line}\n" for line in changed]
    diff = "".join(difflib.unified_diff(ends, to, file, file, n=1))
    return f"patch {shlex.quote(file)} <<'EOF'\n{diff}EOF"


def _replacements(found: Diagnosis) -> Iterator[Replacement]:
    """A name that is written almost as one in the files; a label of a selector that differs from that of the Pods."""
    for evidence in found.evidence:
        if evidence.path.endswith(_NEAREST) and _is_name(evidence.value):
            yield Replacement(rf"""(:\s*["']?){re.escape(found.root.name)}(?![\w.-])""", evidence.value)
    maps = [held for evidence in found.evidence if (held := _map(evidence.value))]
    if len(maps) == 2:
        written, meant = maps
        differ = [key for key in written if key in meant and written[key] != meant[key]]
        if len(differ) == 1 and written.keys() <= meant.keys():
            key, old, new = differ[0], written[differ[0]], meant[differ[0]]
            yield Replacement(rf"""({re.escape(key)}["']?\s*:\s*["']?){re.escape(old)}(?![\w.-])""", new)


def _is_name(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and re.fullmatch(r"[a-z0-9][a-z0-9.-]{0,252}", value) is not None


def _map(value: Any) -> dict[str, str]:
    """A map of texts; empty for anything else."""
    return value if isinstance(value, dict) and all(isinstance(text, str) for text in value.values()) else {}
