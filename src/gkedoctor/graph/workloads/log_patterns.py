"""What a log line says about a host that could not be reached, a path, a port, by the messages of `log.yaml`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from gkedoctor.graph.core.lazy_regex import lazy
from gkedoctor.graph.core.numbers import whole_number
from gkedoctor.messages import message


class ConnectionFailure(NamedTuple):
    """A line that says that a host could not be resolved (`dns`) or reached (`refused`, `timeout`)."""

    problem: str
    host: str | None
    port: int | None
    line: str


def unreached(lines: Iterable[str]) -> ConnectionFailure | None:
    """The last line that says that a host could not be resolved or reached."""
    words, incoming = message("log/unreached-words"), message("log/incoming-request")
    for line in reversed(list(lines)):
        found = _unreached(line[:2000]) if words.search(line) and not incoming.search(line) else None
        if found is not None:
            return found
    return None


def _unreached(line: str) -> ConnectionFailure | None:
    if match := message("log/name-not-resolved").search(line):
        return ConnectionFailure("dns", _host(match), _port(match), line)
    if match := message("log/connection-failed").search(line):
        late = message("log/timed-out").search(match.groupdict().get("what") or "") is not None
        return ConnectionFailure("timeout" if late else "refused", _host(match), _port(match), line)
    return None


def _host(match: re.Match[str]) -> str | None:
    host = match.groupdict().get("host")
    return host.strip("[]").rstrip(".").lower() if host and not host.isdigit() else None


def _port(match: re.Match[str]) -> int | None:
    port = whole_number(match.groupdict().get("port"))
    return port if port is not None and port < 65536 else None


_FILE_TROUBLES = (("full", "log/disk-full"), ("readonly", "log/read-only"), ("denied", "log/files-denied"))
_PATHS = lazy(r"(?<![\w.:/])(/[A-Za-z0-9_.+@-]+(?:/[A-Za-z0-9_.+@-]*)*)")


class FileAccessFailure(NamedTuple):
    """A line that says that files could not be written or read: `denied`, `readonly` or `full`, and the paths in it."""

    problem: str
    paths: tuple[str, ...]
    line: str


def file_troubles(lines: Iterable[str]) -> list[FileAccessFailure]:
    """Every line about files that could not be read or written, the last first."""
    kinds = tuple((name, message(id)) for name, id in _FILE_TROUBLES)
    found = []
    for line in reversed(list(lines)):
        problem = next((name for name, pattern in kinds if pattern.search(line)), None)
        if problem is not None:
            found.append(FileAccessFailure(problem, tuple(_PATHS.findall(line[:2000])), line))
    return found
