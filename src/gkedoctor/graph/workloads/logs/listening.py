"""The addresses at which a program says that it listens. Pure.

A container may serve several ports, and not every listener is for others: what is bound to the loopback address answers
only within the Pod. A log tells where a program listens; that it listens nowhere else, no log can tell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from gkedoctor.graph.workloads.logs.lines import WARN, read_line
from gkedoctor.messages import message

_LOOPBACK = re.compile(r"127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[?::1\]?")
"""`localhost` is no sign: many programs print it whatever they are bound to."""
_HINTS = ("listen", "serv", "start", "running", "bound", "bind", "address", "open")
"""One of these stands in every sentence that names a listener."""


_MOST = 1000
"""Lines at the beginning and at the end that are read: programs say where they listen when they start."""


class Listener(NamedTuple):
    """A port at which a program listens; `loopback`: only for processes of the same Pod."""

    port: int
    loopback: bool


def listeners(lines: Sequence[str]) -> list[Listener]:
    """All ports that a log says are served, each once: on the loopback address only where no other is named for it."""
    found: dict[int, bool] = {}
    serving, port = message("log/serving"), message("log/served-port")
    if not lines:
        return []
    if len(lines) > 2 * _MOST:
        lines = [*lines[:_MOST], *lines[-_MOST:]]
    folded = "\n".join(line[:2000] for line in lines).lower().split("\n")
    for raw, text in zip(lines, folded, strict=True):
        if not any(hint in text for hint in _HINTS) or not serving.search(text):
            continue
        line = read_line(raw)
        if line.severity >= WARN or message("log/connection-words").search(line.text):
            continue
        for match in port.finditer(_whole(line.text, raw, line.format)):
            number = int(next(g for g in (match["port"], match["listening"], match["address"]) if g))
            if 0 < number < 65536:
                loopback = bool(_LOOPBACK.fullmatch(match["host"] or ""))
                found[number] = found.get(number, True) and loopback
    return [Listener(number, loopback) for number, loopback in sorted(found.items())]


def ports_in(lines: Sequence[str]) -> list[int]:
    """The ports that a log says are served to others: `listening on :8080`, `Tomcat started on port(s): 8080`."""
    return [listener.port for listener in listeners(lines) if not listener.loopback]


def _whole(text: str, raw: str, format: str) -> str:
    """The sentence, or the whole line where the address is a pair beside it (`msg="Starting" address=:4244`)."""
    return raw[:2000] if format in ("logfmt", "klog", "json", "zap") else text
