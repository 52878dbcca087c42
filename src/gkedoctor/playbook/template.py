"""Texts of playbooks: `{{ expression }}`, and nothing else. No loops, no code.

In commands every value is quoted for the shell, so that a name out of a cluster cannot become a command.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from gkedoctor.graph import Unknown
from gkedoctor.playbook.expression import Expression

_HOLE = re.compile(r"\{\{((?:(?!\{\{|\}\}).)*)\}\}", re.DOTALL)
_MISSING = "(none)"


class Template(NamedTuple):
    """A text with holes: literal texts and expressions in turn."""

    parts: tuple[str | Expression, ...]

    @property
    def expressions(self) -> Iterator[Expression]:
        """The expressions in its holes."""
        return (part for part in self.parts if isinstance(part, Expression))

    def render(self, evaluate: Callable[[Expression], Any], *, shell: bool = False) -> str:
        """The text with its holes filled; with `shell`, values are quoted."""
        return "".join(
            part if isinstance(part, str) else plain(evaluate(part), shell=shell) for part in self.parts
        ).strip()


def template(text: str) -> Template:
    """The template that a text stands for."""
    pieces = _HOLE.split(text)
    parts = [Expression(p.strip()) if i % 2 else p for i, p in enumerate(pieces)]
    return Template(tuple(p for p in parts if p != ""))


def plain(value: Any, *, shell: bool = False) -> str:
    """A JSON value as it reads in a sentence: lists with commas, maps as `key=value`."""
    if isinstance(value, Unknown):
        return "(not known)"
    text = _words(value)
    return shlex.quote(text) if shell else text


def _words(value: Any) -> str:
    if value is None or value in ([], {}):
        return _MISSING
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list | tuple):
        return ", ".join(_words(v) for v in value)
    if isinstance(value, dict):
        return ", ".join(f"{k}={_words(v)}" for k, v in value.items())
    return str(value)
