"""The addresses at which a program says that it listens. Pure.

A container may serve several ports, and not every listener is for others: what is bound to the loopback address answers
only within the Pod. A log tells where a program listens; that it listens nowhere else, no log can tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from gkedoctor.graph.workloads.logs.lines import WARN, read_line
from gkedoctor.messages import message

_LOOPBACK = re.compile(r"127\.\d{1,3}\.\d{1,3}\.\d{1,3}|localhost|\[?::1\]?")
_HINTS = ("listen", "serv", "start", "running", "bound", "bind", "address", "open")
"""One of these stands in every sentence that names a listener."""


class Listener(NamedTuple):
    """A port at which a program listens; `loopback`: only for processes of the same Pod."""

    port: int
    loopback: bool


def listeners(lines: Iterable[str]) -> list[Listener]:
    """All ports that a log says are served, each once: on the loopback address only where no other is named for it."""
    found: dict[int, bool] = {}
    serving, port = message("log/serving"), message("log/served-port")
    for raw in lines:
        folded = raw[:2000].lower()
        if not any(hint in folded for hint in _HINTS) or not serving.search(folded):
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


def ports_in(lines: Iterable[str]) -> list[int]:
    """The ports that a log says are served to others: `listening on :8080`, `Tomcat started on port(s): 8080`."""
    return [listener.port for listener in listeners(lines) if not listener.loopback]


def _whole(text: str, raw: str, format: str) -> str:
    """The sentence, or the whole line where the address is a pair beside it (`msg="Starting" address=:4244`)."""
    return raw[:2000] if format in ("logfmt", "klog", "json", "zap") else text
