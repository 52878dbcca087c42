"""What a sentence of a log says about a host that could not be resolved or reached. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from itertools import chain
from typing import NamedTuple

from gkedoctor.graph.core.cidr import is_ip_address
from gkedoctor.graph.core.numbers import whole_number
from gkedoctor.lazy_regex import lazy
from gkedoctor.messages import message

_LONGEST = 2000


class ConnectionFailure(NamedTuple):
    """A line that says that a host could not be resolved (`dns`), reached (`refused`, `timeout`)
    or used (`unavailable`)."""

    problem: str
    host: str | None
    port: int | None
    line: str


def unreached(lines: Iterable[str], known: Collection[str] = ()) -> ConnectionFailure | None:
    """The first of the sentences, the most telling ones first, that names such a host; else the first about one.

    `known`: hosts that the Pod's spec names, which are hosts whatever they look like.
    """
    words, incoming = message("log/unreached-words"), message("log/incoming-request")
    anonymous: ConnectionFailure | None = None
    for line in lines:
        line = line[:_LONGEST]
        found = _unreached(line, known) if words.search(line) and not incoming.search(line) else None
        if found is not None and found.host is not None:
            return found
        anonymous = anonymous or found
    return anonymous


def _unreached(line: str, known: Collection[str]) -> ConnectionFailure | None:
    if match := message("log/name-not-resolved").search(line):
        host, port = _host(match, known, resolver=True), _port(match)
        if host is None:
            host, port = _named(line, known)
        return ConnectionFailure("dns", host, port, line)
    if (match := message("log/connection-failed").search(line)) and (failure := _connection(match, line, known)):
        return failure
    if message("log/dependency-unavailable").search(line):
        found = message("log/url-host").search(line)
        host = _host(found, known, resolver=True) if found is not None else None
        if host is None and (match := message("log/host-not-connected").search(line)):
            host, found = _host(match, known, resolver=False), match
        return ConnectionFailure("unavailable", host, _port(found) if host and found else None, line)
    if (match := message("log/host-not-connected").search(line)) and (host := _host(match, known, resolver=False)):
        return ConnectionFailure("unavailable", host, _port(match), line)
    if match := message("log/something-not-resolved").search(line):
        host = _host(match, known, resolver=False)
        return ConnectionFailure("dns", host, _port(match), line) if host is not None else None
    return None


def _connection(match: re.Match[str], line: str, known: Collection[str]) -> ConnectionFailure | None:
    """The failure of a connection. Without a word for what failed it counts only with something that is a host."""
    what = match.groupdict().get("what") or ""
    host, port = _host(match, known, resolver=False), _port(match)
    if host is None and not what:
        return None
    if host is None:
        host, port = _named(line, known)
    late = message("log/timed-out").search(what) is not None
    if host is None and late and not message("log/connection-words").search(line):
        return None
    return ConnectionFailure("timeout" if late else "refused", host, port, line)


def _named(line: str, known: Collection[str]) -> tuple[str | None, int | None]:
    """The first host that a sentence about a connection names."""
    every = chain(message("log/connection-failed").finditer(line), message("log/url-host").finditer(line))
    found = (m for m in every if m.groupdict().get("host"))
    return next(((host, _port(m)) for m in found if (host := _host(m, known, resolver=False))), (None, None))


def _host(match: re.Match[str], known: Collection[str], *, resolver: bool) -> str | None:
    host = match.groupdict().get("host")
    if not host:
        return None
    host = host.strip("[]").rstrip(".")
    return host.lower() if is_host(host, _port(match), known, resolver=resolver) else None


def _port(match: re.Match[str]) -> int | None:
    port = whole_number(match.groupdict().get("port"))
    return port if port is not None and 0 < port < 65536 else None


_NAME = lazy(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_-]{1,63}){0,20}")
_FILE_ENDINGS = """
c cc class conf cpp cs css dll env erl ex exs ext go gz h hpp html ini jar java js json jsx kt lock log lua md mjs
ml pem php pid pl properties proto py pyc rb rs scala sh so sock sql swift tar toml ts tsx txt vue war xml yaml yml
zip
"""
_FILES = frozenset(_FILE_ENDINGS.split())
_DATE = lazy(r"\d{4}-\d\d(?:-\d\d)?(?:[Tt]\d{0,2})?$|\d\d?[Tt]\d\d$")
_COMMON_WORDS = """
a address an at attempt byte bytes char client code col column connection count database date db: default error
errno exception exit file for from host hostname http https id in index info is it key level line list local module
name none null of offset on or pid port remote request seconds server service size socket status step tcp that the
this time timeout to token type udp undefined unknown url user value version warn with you your
"""
_WORDS = frozenset(_COMMON_WORDS.split())


def is_host(name: str, port: int | None, known: Collection[str] = (), *, resolver: bool = False) -> bool:
    """Whether a word of a sentence is a host: an address, a name that the Pod's spec has, or what looks like a name.

    A single label is one where a resolver was asked for it, or with a port; a time, a file, a class or a word of the
    sentence is none.
    """
    if is_ip_address(name) or name.lower() in known:
        return True
    if _DATE.match(name) or not _NAME.fullmatch(name) or not any(c.isalpha() for c in name):
        return False
    labels = name.split(".")
    if len(labels) > 1:
        is_class = any(label[:1].isupper() and any(c.islower() for c in label) for label in labels)
        return labels[-1].lower() not in _FILES and not is_class and not labels[-1].isdigit()
    return name.lower() not in _WORDS and (resolver or port is not None)
