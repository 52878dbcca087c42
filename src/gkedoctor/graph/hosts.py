"""Hosts that a container names in its environment and arguments. Pure: `(name, text) -> [(host, port)]`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from gkedoctor.snapshot.model import Object

Place = tuple[str, int | None]

_LABEL = r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?"
_NAME = rf"{_LABEL}(?:\.{_LABEL})*"
_URL = re.compile(rf"\b[a-z][a-z0-9+.-]*://(?:[^@/\s]*@)?({_NAME})\.?(?::(\d{{1,5}}))?", re.IGNORECASE)
_IN_CLUSTER = re.compile(rf"(?<![\w.-])({_LABEL}(?:\.{_LABEL})+\.svc(?:\.[a-z0-9.-]*[a-z0-9])?)(?::(\d{{1,5}}))?", re.I)
_HOST_PORT = re.compile(rf"({_NAME}):(\d{{2,5}})", re.IGNORECASE)
_PLAIN = re.compile(_NAME, re.IGNORECASE)
_HOST_VARIABLE = re.compile(
    r"(?:^|[_.-])(?:host|hostname|addr|address|server|servers|service|endpoint|url|uri|broker|brokers|upstream|dsn)s?$",
    re.IGNORECASE,
)
_TOOLS = re.compile(
    r"\b(?:nslookup|getent hosts|getent ahosts|host|dig(?: \+short)?|ping(?: -[cwWi] ?\d+)*"
    rf"|nc(?: -[a-z0-9]+(?: \d+(?= ))?)*|ncat(?: -\S+)*|telnet|wait-for(?:-it)?(?:\.sh)?)"
    rf"\s+({_NAME})(?:[ :](\d{{2,5}}))?"
    rf"|(?:-h|--host)[ =]({_NAME})|/dev/tcp/({_NAME})/(\d+)|\b(?:wget|curl)\b[^;|&]*?\s({_NAME}):(\d{{2,5}})\b",
    re.IGNORECASE,
)
"""The ways in which shell scripts wait for a host."""


def named_hosts(container: Object) -> Iterator[tuple[Place, Any]]:
    """Every host that a container's environment and arguments name, with the place in the spec."""
    for variable in container.get("env") or []:
        for place in hosts_in(str(variable.get("name") or ""), str(variable.get("value") or "")):
            yield place, variable
    for field in ("command", "args"):
        words = [str(w) for w in container.get(field) or []]
        for place in _hosts_of_words(words):
            yield place, container[field]


def hosts_in(name: str, value: str) -> Iterator[Place]:
    """The hosts in the value of a variable or flag of that name."""
    if not value or re.search(r"\s", value.strip()):
        return
    found = [*_URL.findall(value), *_IN_CLUSTER.findall(value)]
    if not found and _HOST_VARIABLE.search(name):
        found = [m for part in value.split(",") if (m := _plain(part))]
    if not found and (whole := _HOST_PORT.fullmatch(value.strip())):
        found = [(whole[1], whole[2])]
    for host, port in dict.fromkeys(found):
        if re.search(r"[a-z]", host, re.IGNORECASE) or host.count(".") == 3:
            yield host.lower(), int(port) if port else None


def _plain(part: str) -> tuple[str, str] | None:
    whole = _HOST_PORT.fullmatch(part.strip())
    if whole:
        return whole[1], whole[2]
    return (part.strip(), "") if _PLAIN.fullmatch(part.strip()) else None


def _hosts_of_words(words: list[str]) -> Iterator[Place]:
    for i, word in enumerate(words):
        if re.search(r"\s", word.strip()):
            yield from _hosts_of_script(word)
            continue
        flag, _, value = word.partition("=") if word.startswith("-") else ("", "", word)
        before = words[i - 1] if i and words[i - 1].startswith("-") else ""
        yield from hosts_in(flag.lstrip("-") or before.lstrip("-"), value)
    joined = " ".join(words)
    if words and not any(re.search(r"\s", w.strip()) for w in words):
        yield from _hosts_of_script(joined)


def _hosts_of_script(text: str) -> Iterator[Place]:
    if re.match(r"-", text):  # `--msg=any sentence`: no script
        return
    for match in _TOOLS.finditer(text):
        host = next((g for g in (match[1], match[3], match[4], match[6]) if g), None)
        port = next((g for g in (match[2], match[5], match[7]) if g), None)
        if host and not host.isdigit():
            yield host.lower(), int(port) if port else None
    if re.search(r"\b(?:wget|curl|until|while)\b", text):
        for host, port in [*_URL.findall(text), *_IN_CLUSTER.findall(text)]:
            yield host.lower(), int(port) if port else None
