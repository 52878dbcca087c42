"""Texts of playbooks as they read before they are filled in: `{{ subject.metadata.name }}` becomes NAME."""

from __future__ import annotations

import re

_HOLE = re.compile(r"\{\{((?:(?!\{\{|\}\}).)*)\}\}", re.DOTALL)
_CHAIN = re.compile(r"[A-Za-z_][\w.\[\]-]*\.([A-Za-z_]\w*)(?:\[\d*\])?|([A-Za-z_]\w*)(?:\[\d*\])?")
_SPOKEN = {"affected": "its Pods"}
_SHORT, _NOUNS = 4, frozenset({"job", "hpa", "api", "neg"})
"""Authors give half sentences names like `so` and `end`."""


def spoken(text: str) -> str:
    """The text in one line, its holes as words in capitals."""
    return " ".join(_HOLE.sub(_word, text).split())


def spoken_command(command: str) -> str:
    """A command with its holes as words in capitals; its lines stay."""
    return _HOLE.sub(_word, command).rstrip("\n")


def one_line(text: str) -> str:
    """A text without its line ends."""
    return " ".join(text.split())


def _word(match: re.Match[str]) -> str:
    inner = match[1].strip()
    if inner in _SPOKEN:
        return _SPOKEN[inner]
    chain = _CHAIN.fullmatch(inner)
    if chain is None or (chain[2] and len(chain[2]) < _SHORT and chain[2] not in _NOUNS):
        return "…"
    return (chain[1] or chain[2]).upper()
