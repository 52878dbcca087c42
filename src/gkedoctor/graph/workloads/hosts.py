"""Hosts that a container names in its environment and arguments. Pure: `(name, text) -> [(host, port)]`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from gkedoctor.graph.core.numbers import whole_number
from gkedoctor.lazy_regex import lazy
from gkedoctor.snapshot.model import Object

Place = tuple[str, int | None]

_LONGEST = 4096
"""Characters of a value or script: what is longer is a file or a certificate."""
_SPACE = lazy(r"\s")

_LABEL = r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_NAME = rf"{_LABEL}(?:\.{_LABEL}){{0,10}}"
"""With upper limits, as all repeats here: a search from every place in a long text would take quadratic time."""
_URL = lazy(rf"\b[a-z][a-z0-9+.-]{{0,20}}://(?:[^@/\s]{{0,200}}@)?({_NAME})\.?(?::(\d{{1,5}}))?", re.IGNORECASE)
_IN_CLUSTER = lazy(
    rf"(?<![\w.-])({_LABEL}(?:\.{_LABEL}){{1,10}}\.svc(?:\.[a-z0-9.-]{{0,100}}[a-z0-9])?)(?::(\d{{1,5}}))?", re.I
)
_HOST_PORT = lazy(rf"({_NAME}):(\d{{2,5}})", re.IGNORECASE)
_PLAIN = lazy(_NAME, re.IGNORECASE)
_HOST_VARIABLE = lazy(
    r"(?:^|[_.-])(?:host|hostname|addr|address|server|servers|service|endpoint|url|uri|broker|brokers|upstream|dsn)s?$",
    re.IGNORECASE,
)
_TOOLS = lazy(
    r"\b(?:nslookup|getent hosts|getent ahosts|host|dig(?: \+short)?|ping(?: -[cwWi] ?\d{1,9}){0,9}"
    r"|nc(?: -[a-z0-9]{1,20}(?: \d{1,9}(?= ))?){0,9}|ncat(?: -\S{1,40}){0,9}|telnet|wait-for(?:-it)?(?:\.sh)?)"
    rf"\s{{1,20}}({_NAME})(?:[ :](\d{{2,5}}))?"
    rf"|(?:-h|--host)[ =]({_NAME})|/dev/tcp/({_NAME})/(\d{{1,5}})"
    rf"|\b(?:wget|curl)\b[^;|&]{{0,250}}?\s({_NAME}):(\d{{2,5}})\b",
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


@lru_cache(maxsize=8192)
def hosts_in(name: str, value: str) -> tuple[Place, ...]:
    """The hosts in the value of a variable or flag of that name. Pods of one template ask for the same again."""
    if not value or len(value) > _LONGEST or _SPACE.search(value.strip()):
        return ()
    found = _URL.findall(value) if "://" in value else []
    found += _IN_CLUSTER.findall(value) if ".svc" in value else []
    if not found and _HOST_VARIABLE.search(name):
        found = [m for part in value.split(",") if (m := _plain(part))]
    if not found and ":" in value and (whole := _HOST_PORT.fullmatch(value.strip())):
        found = [(whole[1], whole[2])]
    return tuple((host.lower(), whole_number(port)) for host, port in dict.fromkeys(found) if _is_host(host))


def _is_host(text: str) -> bool:
    return any(c.isalpha() for c in text) or text.count(".") == 3


def _plain(part: str) -> tuple[str, str] | None:
    whole = _HOST_PORT.fullmatch(part.strip())
    if whole:
        return whole[1], whole[2]
    return (part.strip(), "") if _PLAIN.fullmatch(part.strip()) else None


def _hosts_of_words(words: list[str]) -> Iterator[Place]:
    for i, word in enumerate(words):
        if _SPACE.search(word.strip()):
            yield from _hosts_of_script(word)
            continue
        flag, _, value = word.partition("=") if word.startswith("-") else ("", "", word)
        before = words[i - 1] if i and words[i - 1].startswith("-") else ""
        yield from hosts_in(flag.lstrip("-") or before.lstrip("-"), value)
    joined = " ".join(words)
    if words and not any(_SPACE.search(w.strip()) for w in words):
        yield from _hosts_of_script(joined)


def _hosts_of_script(text: str) -> Iterator[Place]:
    if text.startswith("-") or len(text) > _LONGEST:  # `--msg=any sentence`: no script
        return
    for match in _TOOLS.finditer(text):
        host = next((g for g in (match[1], match[3], match[4], match[6]) if g), None)
        port = next((g for g in (match[2], match[5], match[7]) if g), None)
        if host and not host.isdigit():
            yield host.lower(), whole_number(port)
    if re.search(r"\b(?:wget|curl|until|while)\b", text):
        for host, port in [*_URL.findall(text), *_IN_CLUSTER.findall(text)]:
            yield host.lower(), whole_number(port)
