"""Texts of playbooks as they read before they are filled in: `{{ subject.metadata.name }}` becomes NAME."""

from __future__ import annotations

import re
from itertools import takewhile

_HOLE = re.compile(r"\{\{((?:(?!\{\{|\}\}).)*)\}\}", re.DOTALL)
_CHAIN = re.compile(r"[A-Za-z_][\w.\[\]-]*\.([A-Za-z_]\w*)(?:\[\d*\])?|([A-Za-z_]\w*)(?:\[\d*\])?")
_SPOKEN = {"affected": "its Pods"}
_NOUNS = frozenset((
    "account", "address", "api", "certificate", "claim", "class", "command", "config", "configmap",
    "configuration", "container", "cronjob", "deployment", "domain", "error", "file", "frontend", "gateway",
    "host", "hpa", "image", "ingress", "job", "key", "kind", "limits", "location", "message", "name",
    "namespace", "neg", "node", "owner", "path", "pod", "policy", "pool", "port", "project", "quota", "reason",
    "region", "registry", "resource", "route", "secret", "service", "team", "volume", "webhook", "workload",
    "zone",
))  # fmt: skip
"""Names that say in a sentence what stands there. Authors also name half sentences (`so`, `told`, `late_where`)."""


_UNFILLED = re.compile(r"…|\b(?:" + "|".join(noun.upper() for noun in sorted(_NOUNS)) + r")\b")
"""What is left of a text that only a finding can fill in."""
_ASIDE = re.compile(r"\s{0,8}\([^()…]{0,300}…[^()]{0,300}\)")
_NAMED = re.compile(r"\b([A-Z][A-Za-z]+) (?:NAME|SECRET|CONFIGMAP)\b")
_PLACE = re.compile(r"\bin namespace (?:NAME|NAMESPACE)\b")


def general_advice(text: str) -> str:
    """The first sentences of advice that hold for every object, without what only a finding can fill in."""
    said = _PLACE.sub("in the namespace of the Pod", _NAMED.sub(r"the \1", _ASIDE.sub("", with_placeholders(text))))
    sentences = re.split(r"(?<=[.!]) ", said)[:2]
    return " ".join(takewhile(lambda sentence: not _UNFILLED.search(sentence), sentences))


def with_placeholders(text: str) -> str:
    """The text in one line, its holes as words in capitals where they are names of things, else as `…`."""
    return " ".join(_HOLE.sub(_noun, text).split())


def command_with_placeholders(command: str) -> str:
    """A command with its holes as words in capitals; its lines stay."""
    return _HOLE.sub(_word, command).rstrip("\n")


def one_line(text: str) -> str:
    """A text without its line ends."""
    return " ".join(text.split())


def _noun(match: re.Match[str]) -> str:
    inner = match[1].strip()
    if inner in _SPOKEN:
        return _SPOKEN[inner]
    chain = _CHAIN.fullmatch(inner)
    noun = (chain[1] or chain[2]) if chain is not None else ""
    return noun.upper() if noun in _NOUNS else "…"


def _word(match: re.Match[str]) -> str:
    """In a command every simple hole is a placeholder to fill in, whatever its name."""
    chain = _CHAIN.fullmatch(match[1].strip())
    return (chain[1] or chain[2]).upper() if chain is not None else "…"
