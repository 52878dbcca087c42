"""Label selectors as kubectl takes them on the command line: `app=cart,tier!=db,env in (prod,live),!old`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from gkedoctor.errors import UsageError
from gkedoctor.graph.core.label_selectors import holds

Requirements = tuple[Mapping[str, Any], ...]

_KEY = r"[A-Za-z0-9](?:[\w./-]*[A-Za-z0-9])?"
_FORMS = (
    (re.compile(rf"({_KEY})\s*==?\s*([\w.-]*)"), "In"),
    (re.compile(rf"({_KEY})\s*!=\s*([\w.-]*)"), "NotIn"),
    (re.compile(rf"({_KEY})\s+in\s*\(([\w.,\s-]*)\)"), "In"),
    (re.compile(rf"({_KEY})\s+notin\s*\(([\w.,\s-]*)\)"), "NotIn"),
    (re.compile(rf"!\s*({_KEY})()"), "DoesNotExist"),
    (re.compile(rf"({_KEY})()"), "Exists"),
)
_COMMA = re.compile(r",(?![^(]*\))")
"""A comma that does not stand inside parentheses."""


def parse_selector(text: str) -> Requirements:
    """The requirements of a selector; UsageError says which part cannot be read."""
    return tuple(_requirement(part.strip()) for part in _COMMA.split(text))


def selects(requirements: Requirements, labels: Mapping[str, str] | None) -> bool:
    """Whether labels meet every requirement."""
    return all(holds(requirement, labels) for requirement in requirements)


def _requirement(part: str) -> Mapping[str, Any]:
    for form, operator in _FORMS:
        found = form.fullmatch(part)
        if found is not None:
            return {"key": found[1], "operator": operator, "values": _values(found[2])}
    raise UsageError(f"not a label selector: `{part}`", hint="as in kubectl: app=cart,tier!=db,env in (prod,live),!old")


def _values(text: str) -> Sequence[str]:
    return [value.strip() for value in text.split(",")]
