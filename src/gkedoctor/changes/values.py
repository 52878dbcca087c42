"""Values as a change may show them: short, and without credentials, whatever the recording kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from gkedoctor.changes.model import RecordedChange
from gkedoctor.snapshot.redaction.names import Says, says
from gkedoctor.snapshot.redaction.text import mask_text

_LONGEST = 300
_MOST = 12
_HIDDEN = "(not shown)"


def for_display(change: RecordedChange) -> RecordedChange:
    """The change with values that may be shown."""
    if change.note:
        change = replace(change, note=_shown(change.note))
    named = next((step[1:-1] for step in reversed(change.steps) if step.startswith("[")), "")
    is_variable = "env" in change.steps and change.steps[-1] == "value"
    if is_variable and says(named) is not Says.NOTHING:
        before = None if change.before is None else _HIDDEN
        after = None if change.after is None else _HIDDEN
        return replace(change, before=before, after=after)
    return replace(change, before=_shown(change.before), after=_shown(change.after))


def _shown(value: Any) -> Any:
    if isinstance(value, str):
        masked = mask_text(value)
        return masked if len(masked) <= _LONGEST else f"{masked[:_LONGEST]}… ({len(value)} characters)"
    if isinstance(value, list):
        more = [f"… ({len(value)} in all)"] if len(value) > _MOST else []
        return [*map(_shown, value[:_MOST]), *more]
    if isinstance(value, Mapping):
        return {str(key): _named(str(key), child, value) for key, child in list(value.items())[:_MOST]}
    return value


def _named(key: str, value: Any, beside: Mapping[str, Any]) -> Any:
    is_secret = says(str(beside.get("name", "")) if key == "value" else key) >= Says.CREDENTIAL
    return _HIDDEN if is_secret and isinstance(value, str) and value else _shown(value)
