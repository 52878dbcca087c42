"""How far a collection is, one line a collector; it doubles as the report on permissions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gkedoctor.tui.model.lines import Line, Page

_TROUBLES = 5


@dataclass(frozen=True)
class Step:
    """One collector. `state`: empty while it works, then `complete`, `partial`, `denied` …"""

    collector: str
    objects: int
    seconds: float
    state: str = ""
    troubles: tuple[str, ...] = ()


_WORDS = {"": ("...", "dim"), "complete": ("ok", "ok"), "denied": ("deny", "fail"), "failed": ("fail", "fail")}


def progress_lines(steps: Sequence[Step], width: int) -> list[Line]:
    """The lines, with what was denied below its collector."""
    page = Page(width)
    for step in steps:
        word, style = _WORDS.get(step.state, ("part", "unknown"))
        page.add((f"{word:<5}", style), f"{step.collector:<16} {step.objects:>8,}  {step.seconds:5.1f} s")
        for trouble in step.troubles[-_TROUBLES:]:
            page.text(trouble, "unknown", " " * 5, rest=" " * 7)
        if len(step.troubles) > _TROUBLES:
            page.text(f"and {len(step.troubles) - _TROUBLES} more", "dim", " " * 5)
    if not steps:
        page.text("reaching the cluster …", "dim")
    page.text("esc stops and keeps what is here", "dim")
    return page.lines


def short_line(steps: Sequence[Step]) -> str:
    """`collecting 18,204 objects …`."""
    count = sum(step.objects for step in steps)
    return f"collecting {count:,} objects …" if count else "collecting …"
