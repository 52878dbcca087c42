"""Lines put together to entries: a stack trace, a usage text or a block belongs to what it follows. Pure.

The grammar is that of the runtimes' own printers: Python's traceback, Java's printStackTrace, Go's panic, Node's
uncaught errors, .NET's Exception.ToString, Ruby, Rust's panic hook and anyhow, PHP, Spring Boot's failure analysis,
PostgreSQL's DETAIL and HINT.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gkedoctor.graph.workloads.logs.lines import DEBUG, ERROR, FATAL, INFO, UNKNOWN, WARN, Line, read_line
from gkedoctor.lazy_regex import lazy

_FRAME = lazy(
    r"\s{0,40}(?:at [\w$.<>/@(\[:-]|File \"|\.\.\. \d{1,5} (?:more|common)|\.{3} \d|from [^\s:]{1,300}:\d|#\d{1,4} "
    r"|\d{1,4}: 0x|[^\s:]{1,300}\.rb:\d{1,6}:in [`'][^`']{1,200}'$|created by "
    r"|goroutine \d|rip |eip |--- End of|\[signal |in [`'<]|stack traceback)"
)
"""A line of a stack trace, or what only stands within one."""
_GO_FRAME = lazy(r"[\w./*()\[\]{}·%-]{1,300}\((?:[\w{}.?*, ]{0,300})\)$|\t/?[\w./@+-]{1,300}\.(?:go|s):\d{1,6}")
_CAUSE = lazy(
    r"\s{0,20}(?:Caused by|Suppressed|Wrapped by|\[cause\]|Inner [Ee]xception|Nested exception)\b:?|\s{1,20}---> "
)
_CHAINED = lazy(
    r"Caused by: ?$|The above exception was |During handling of the above |Traceback \(most recent|\[SQL: "
    r"|\[parameters: |\(Background on this error|LINE \d{1,5}:|\s{0,8}\^|Stack (?:trace|backtrace):"
    r"|note: (?:run with|Some details)|Location:$|thrown in |Backtrace"
)
_DETAIL = lazy(r"(?:\[\d{1,9}\] )?(?:\S{1,80}@\S{1,80} )?(?:DETAIL|HINT|CONTEXT|STATEMENT|QUERY|LOCATION): ")
_EXCEPTION = lazy(
    r"(?:(?:Exception in thread|Unhandled [Ee]xception|Uncaught|fatal:)\b.{0,80}?)?"
    r"(?:[A-Za-z_$][\w$]{0,80}(?:\.|::|\\)){0,12}(?:Error|Exception|[A-Z_$][\w$]{0,100}(?:Error|Exception|Exit|Interrupt|"
    r"Failure|Fault|Timeout|Refused|NotFound|DoesNotExist|Denied|Required|Invalid|Missing))\b"
    r"(?: \([\w\d :.-]{1,60}\))?(?: \[[\w-]{1,60}\])?(?::|$| \()"
)
"""The head of an exception as runtimes print it: a class, and what it says."""
_FATAL = lazy(
    r"(?:panic: |fatal error: |Traceback \(most recent|Unhandled [Ee]xception|Unhandled rejection|Uncaught |\*\* \("
    r"|terminate called |thread '.{0,80}' (?:\(\d{1,9}\) )?panicked at|Exception in thread \"|(?:PHP )?Fatal error: "
    r"|Fatal Python error|#{0,3}\s?A fatal error|SIGSEGV|Segmentation fault|APPLICATION FAILED TO START"
    r"|[^\s:]{1,200}\.rb:\d{1,6}:in [^:]{1,100}: |standard_init_linux|exec /\S{1,200}: "
    r"|Error: Could not find or load main"
    r"|[^\s:]{1,200}: error while loading shared|node:internal|Bus error|Illegal instruction|Abort trap"
    r"|init terminating)"
)
"""What a runtime prints when it ends a process."""
_NODE_PLACE = lazy(r"(?:node:|file:///|/)[^\s:]{1,300}:\d{1,6}$")
_USAGE = lazy(
    r"\s{0,8}(?:usage|options|flags|commands|available commands|global flags|examples|arguments)\b:?", re.IGNORECASE
)
_BLOCK_END = 400
"""Lines of one entry that are kept: traces of recursions have thousands."""


class Entry(NamedTuple):
    """What a program said at once, and what kind of entry it is (see `_kind`)."""

    lines: tuple[Line, ...]
    severity: int
    kind: str

    @property
    def head(self) -> Line:
        """The line that begins the entry."""
        return self.lines[0]

    @property
    def texts(self) -> tuple[str, ...]:
        """The sentences in it, without those of stack frames, from the first line to the last."""
        said = (text for line in self.lines for text in (line.text, *line.more))
        return tuple(text.strip() for text in said if text.strip() and not is_frame(text))


def is_frame(text: str) -> bool:
    """Whether a line is part of a stack trace and says nothing by itself."""
    return _FRAME.match(text) is not None or _GO_FRAME.match(text) is not None


def is_exception(text: str) -> bool:
    """Whether a line begins with the class of an exception."""
    return _EXCEPTION.match(text) is not None


def is_cause(text: str) -> bool:
    """Whether a line names the exception that caused the one above it."""
    return _CAUSE.match(text) is not None


def entries_of(lines: Iterable[str]) -> list[Entry]:
    """The lines of one run as entries, in their order."""
    found: list[Entry] = []
    group: list[Line] = []
    state = ""
    for raw in lines:
        if not raw.strip():
            state = _after_blank(state, group)
            continue
        line = read_line(raw)
        kind = _starts(line, group, state)
        if kind is None:
            if len(group) < _BLOCK_END:
                group.append(line)
            state = _next_state(state, line)
            continue
        if group:
            found.append(_entry(group))
        group, state = [line], kind
    if group:
        found.append(_entry(group))
    return found


def _after_blank(state: str, group: Sequence[Line]) -> str:
    """Blocks go on behind an empty line; plain sentences do not."""
    if state == "trace":
        return "traced"
    return state if state in ("spring", "usage", "rust", "traced", "node", "anyhow", "go", "banner") else ""


def _starts(line: Line, group: Sequence[Line], state: str) -> str | None:
    """The state that a line opens as the beginning of an entry; None where it belongs to the entry before it."""
    raw = line.raw
    if not group:
        return _opened(line)
    if _DETAIL.match(line.text):
        return None
    if line.has_head and not raw[:1].isspace() and not (state and is_exception(line.text) and not line.time):
        return _opened(line)
    return None if _continues(line, raw, state, group) else _opened(line)


def _continues(line: Line, raw: str, state: str, group: Sequence[Line]) -> bool:
    """Whether a line without a head goes on with the entry before it."""
    text = line.text
    if text.startswith("Traceback (most recent"):  # of a chain, or of `logger.exception()`
        return state in ("python", "trace", "traced") or group[0].severity >= WARN
    if raw[:1].isspace() or is_frame(raw) or is_cause(raw) or _CHAINED.match(text):
        return not (line.severity >= WARN and raw[:1] == " " and line.format == "levelled" and state != "spring")
    if state in (
        "python",
        "trace",
        "banner",
        "colon",
    ):  # the first line that is not indented is the exception, and its message
        return True
    if state in ("spring", "usage"):
        return not is_exception(text) and _FATAL.match(text) is None
    if state == "rust":
        return True
    if state == "node":
        return _FATAL.match(text) is None
    if state == "go":
        return _GO_FRAME.match(raw) is not None or text.startswith(("exit status", "goroutine"))
    if raw.startswith(("}", ")", "]")):
        return True
    last = group[-1]
    return last.severity >= ERROR and len(group) == 1 and is_exception(text)


def _opened(line: Line) -> str:
    """The state behind a line that begins an entry."""
    text = line.text
    if text.startswith("Traceback (most recent"):
        return "python"
    if " panicked at " in text[:200]:
        return "rust" if text.rstrip().endswith(":") else ""
    if text.startswith(("panic: ", "fatal error: ", "goroutine ")):
        return "go"
    if _NODE_PLACE.match(text):
        return "node"
    if "APPLICATION FAILED TO START" in text or text.startswith("*****"):
        return "spring"
    if text.startswith("*** ") or text.rstrip().endswith(" ***"):
        return "banner"
    if _USAGE.match(text) and not line.has_head:
        return "usage"
    if line.severity >= ERROR and text.rstrip().endswith(":"):
        return "colon"
    if text.startswith("Error:") and line.format in ("plain", "levelled"):
        return "anyhow"
    return ""


def _next_state(state: str, line: Line) -> str:
    """The state behind a line that went on with an entry."""
    text = line.text
    if text.startswith("Traceback (most recent"):
        return "python"
    if state == "python" and not line.raw[:1].isspace():
        return "trace"
    if state == "rust":
        return "traced"
    if state == "node" and line.raw[:1] == "}":
        return ""
    return state


def _entry(group: Sequence[Line]) -> Entry:
    head, kind = group[0], _kind(group)
    severity = head.severity
    if severity == UNKNOWN:
        severity = {"fatal": FATAL, "trace": ERROR}.get(kind, UNKNOWN)
    return Entry(tuple(group), severity, kind)


def _kind(group: Sequence[Line]) -> str:
    """`fatal`: the runtime's own way to end a process; `trace`: an exception; `usage`; `plain`."""
    head = group[0]
    if len(group) == 1 and head.severity in (DEBUG, INFO, WARN):
        return "plain"
    if any(_FATAL.match(line.text) for line in group[:3]) or _NODE_PLACE.match(head.text):
        return "fatal"
    if _USAGE.match(head.text) and not head.has_head:
        return "usage"
    if any(is_exception(line.text) for line in group) or any(is_cause(line.raw) for line in group[1:]):
        return "trace"
    return "plain"
