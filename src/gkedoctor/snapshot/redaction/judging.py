"""Whether what stands under a name, in a context, is a credential."""

from __future__ import annotations

from enum import Enum

from gkedoctor.snapshot.redaction import values
from gkedoctor.snapshot.redaction.names import Says

_SHORTEST_FIELD, _SHORTEST_TEXT = 3, 4
_SHORTEST_NUMBER = 6
_LOOKED_AT = 512
"""Characters of a value that decide."""


class Where(Enum):
    """Where a value stands: what is between it and its name."""

    FIELD = "a field of its own: an environment variable, a header, a parameter"
    TEXT = "a text, bound to its name by `=` or quotes"
    PROSE = "a text, behind a colon: `token: permission denied`"


def holds(name: Says, value: str, where: Where) -> bool:
    """Whether a value under a name is a credential itself and no word about one."""
    value = value.strip()[:_LOOKED_AT]
    least = _SHORTEST_FIELD if where is Where.FIELD else _SHORTEST_TEXT
    if name is Says.NOTHING or len(value) < least or values.is_nothing(value):
        return False
    if name is Says.PERHAPS:
        return values.is_told(value)
    if name is Says.PASSWORD:
        return _is_password(value, where)
    if values.is_number(value):
        return len(value) >= _SHORTEST_NUMBER
    return not values.is_technical(value) and not values.is_phrase(value)


def _is_password(value: str, where: Where) -> bool:
    if values.is_path(value) or "://" in value[:24] or values.is_port_mapping(value):
        return False
    if values.is_number(value):
        return where is not Where.PROSE or len(value) >= _SHORTEST_NUMBER
    if where is Where.FIELD:
        return " " not in value or not values.is_phrase(value)
    return not values.is_phrase(value) and not values.is_duration(value)
