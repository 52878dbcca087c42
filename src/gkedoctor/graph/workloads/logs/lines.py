"""One line of a container's log: its format, severity and time, and the sentence in it. Pure.

A line is read without a choice of format beforehand: most containers mix two or three (an entrypoint script, the
program, its runtime). What is taken off in front (times, severities, process numbers) can neither be a host nor a port.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from gkedoctor.lazy_regex import lazy

UNKNOWN, DEBUG, INFO, WARN, ERROR, FATAL = range(6)
"""Severities, in their order. UNKNOWN: the line has none, as where a script or a runtime prints."""

LONGEST = 4000
"""Characters of a line that are read: what a program says stands in front, behind it are dumps."""

_LEVELS = {
    DEBUG: "trace debug dbug dbg verbose finest finer fine trc verb",
    INFO: "info inf information notice config log system note informational success ok status",
    WARN: "warn warning wrn warni",
    ERROR: "error err erro eror fail severe failure",
    FATAL: "fatal fata ftl critical crit emerg emergency alert panic dpanic",
}
_SEVERITIES = {word: severity for severity, words in _LEVELS.items() for word in words.split()}
_LETTERS = {"T": DEBUG, "D": DEBUG, "I": INFO, "W": WARN, "E": ERROR, "F": FATAL, "C": FATAL}
_UPPER = "|".join(sorted((w.upper() for w in _SEVERITIES if len(w) > 2), key=len, reverse=True))
_BRACKETED = "|".join(sorted((w for w in _SEVERITIES if len(w) > 2), key=len, reverse=True))

_CLOCK = r"\d\d?:\d\d(?::\d\d(?:[.,:]\d{1,9})?)?"
_ZONE = r"(?: ?(?:Z|UTC|GMT|[A-Z]{3,4}(?=\]| \[)|[+-]\d\d:?\d\d))?"
_TIME = lazy(
    r"[\[(]?(?:"
    rf"\d{{4}}[-/]\d\d[-/]\d\d[T ]+{_CLOCK}{_ZONE}"
    rf"|\d\d[-/][A-Z][a-z]{{2}}[-/]\d{{4}}[: ]{_CLOCK}{_ZONE}"
    rf"|(?:[A-Z][a-z]{{2}},? )?[A-Z][a-z]{{2}} {{1,2}}\d\d?(?:,? \d{{4}})? {_CLOCK}(?: [AP]M)?(?: \d{{4}})?"
    rf"|\d\d? [A-Z][a-z]{{2}} \d{{4}} {_CLOCK}"
    rf"|\d\d?[./]\d\d?[./]\d{{4}},? {_CLOCK}(?: ?[AP]M)?"
    rf"|{_CLOCK}(?: ?[AP]M)?(?=[\s\])|])"
    r"|\d{10}(?:\.\d{1,9})?(?=\s)"
    r")[\])]?[\s|:-]{0,4}"
)
"""A time at the beginning of what is left of a line, in any of the usual ways to write one."""
_KLOG = lazy(r"([IWEF])(\d{2})(\d{2}) (\d\d:\d\d:\d\d)(?:\.\d{1,9})?\s{1,9}\d{1,9} [^\s\]]{1,120}\] ?")
_COCKROACH = lazy(
    r"([IWEF])\d{6} \d\d:\d\d:\d\d\.\d{1,9} \d{1,9} \S{1,120} {1,3}(?:⋮ )?(?:\[[^\]]{0,80}\] )?(?:\d{1,9} )?"
)
_RUBY = lazy(r"([DIWEF]), \[([^\]]{1,60})\]\s{1,3}[A-Z]{4,5} -- [^:]{0,60}: ?")
_REDIS = lazy(r"\d{1,9}:[A-Z] (\d\d? [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d)\.\d{3} ([.\-*#]) ?")
_REDIS_LEVELS = {".": DEBUG, "-": INFO, "*": INFO, "#": UNKNOWN}
"""`#` is `warning`, which Redis uses for what ends it as well as for what does not (redis/src/server.c)."""
_LOGRUS = lazy(r"(DEBU|INFO|WARN|ERRO|FATA|PANI)\[\d{1,9}\] ")
_LOGRUS_LEVELS = {"DEBU": DEBUG, "INFO": INFO, "WARN": WARN, "ERRO": ERROR, "FATA": FATAL, "PANI": FATAL}
_DOTNET = lazy(r"(trce|dbug|info|warn|fail|crit): [A-Za-z_]")
_DOTNET_LEVELS = {"trce": DEBUG, "dbug": DEBUG, "info": INFO, "warn": WARN, "fail": ERROR, "crit": FATAL}
_LOGFMT = lazy(r"(?:^|\s)(?:level|lvl|severity)=\"?([A-Za-z]{3,11})\b")
_PAIR = lazy(r"(?:^|\s)([A-Za-z_][\w.@-]{0,40})=(\"(?:[^\"\\]|\\.){0,3000}\"|\S{0,1000})")
_ZAP = lazy(r"\t?(?:\x1b\[\d{1,3}m)?(DEBUG|INFO|WARN|ERROR|DPANIC|PANIC|FATAL)(?:\x1b\[0m)?\t")
_SHORT = lazy(r"\|?(TRC|DBG|INF|WRN|ERR|FTL|PNC|VRB)\b[\]|]? ?")
_SHORT_LEVELS = {"TRC": DEBUG, "DBG": DEBUG, "VRB": DEBUG, "INF": INFO, "WRN": WARN, "ERR": ERROR, "FTL": FATAL,
                 "PNC": FATAL}  # fmt: skip
_UPPER_LEVEL = lazy(rf"(?:^|[\s\[(|<:-])({_UPPER})(?=[\s\])|:>,]|$)[\])|:>]{{0,3}}\s{{0,8}}")
_LOWER_LEVEL = lazy(
    rf"\[(?:[a-z_]{{1,20}}:)?({_BRACKETED})\]|^(?:[\w./-]{{1,30}}: )?({_BRACKETED}):(?=\s)", re.IGNORECASE
)
_PREFIX = 100
"""Characters, behind the time, within which a severity stands: behind it are sentences that contain such words."""
_LOGGER = lazy(
    r"(?:\d{1,9} --- (?:\[[^\]]{0,120}\] ?){1,3}[\w.$\[\]/-]{1,120} {0,40}: "
    r"|(?:\[[^\]\s]{0,120}\] ?){1,4}(?:\([^)]{1,80}\) )?|\d{1,9}#\d{1,9}: (?:\*\d{1,12} )?"
    r"|[\w$]{1,40}(?:\.[\w$]{1,60}){1,12} - )"
)
"""What loggers put between the severity and the sentence: process, thread, class."""
_ANSI = lazy(r"\x1b\[[0-9;]{0,12}[A-Za-z]")


class Line(NamedTuple):
    """One line. `text`: the sentence, without time, severity and what else a format puts in front or around it.

    `more`: further lines within the line, as the stack trace of a JSON field.
    """

    raw: str
    format: str
    severity: int
    time: str
    text: str
    more: tuple[str, ...] = ()

    @property
    def has_head(self) -> bool:
        """Whether a format was recognized, so that the line begins an entry."""
        return self.format != "plain" or bool(self.time) or self.severity != UNKNOWN


def read_line(raw: str) -> Line:
    """The line in its format. Takes time linear in the first `LONGEST` characters."""
    line = raw[:LONGEST]
    if "\x1b" in line:
        line = _ANSI.sub("", line)
    first = line[:1]
    if first == "{" and (found := _json(raw, line)):
        return found
    if first in "IWEFD" and (found := _by_letter(raw, line)):
        return found
    if first.isdigit() and (match := _REDIS.match(line)):
        return Line(raw, "redis", _REDIS_LEVELS[match[2]], match[1], line[match.end() :])
    return _headed(raw, line)


def _by_letter(raw: str, line: str) -> Line | None:
    """klog and glog, Ruby's Logger, CockroachDB, logrus: a severity is the first thing of the line."""
    if match := _KLOG.match(line):
        text = line[match.end() :]
        return Line(raw, "klog", _LETTERS[match[1]], f"{match[2]}-{match[3]}T{match[4]}", _pairs_text(text) or text)
    if match := _RUBY.match(line):
        return Line(raw, "ruby", _LETTERS[match[1]], match[2], line[match.end() :])
    if match := _LOGRUS.match(line):
        return Line(raw, "logrus", _LOGRUS_LEVELS[match[1]], "", line[match.end() :])
    if match := _COCKROACH.match(line):
        return Line(raw, "glog", _LETTERS[match[1]], "", line[match.end() :])
    return None


def _headed(raw: str, line: str) -> Line:
    """A line that may begin with times and severities."""
    rest, time = line, ""
    for _ in range(2):  # `kubectl logs --timestamps` writes one in front of the program's own
        match = _TIME.match(rest)
        if match is None:
            break
        time, rest = time or match[0].strip("[]() |:-"), rest[match.end() :]
    if "=" in rest and (found := _LOGFMT.search(rest[:600])):
        severity = _SEVERITIES.get(found[1].lower(), UNKNOWN)
        return Line(raw, "logfmt", severity, time, _pairs_text(rest) or rest)
    if match := _ZAP.match(rest):
        return Line(raw, "zap", _SEVERITIES[match[1].lower()], time, _zap_text(rest[match.end() :]))
    if time and (match := _SHORT.match(rest)):
        return Line(raw, "console", _SHORT_LEVELS[match[1]], time, rest[match.end() :])
    if match := _DOTNET.match(rest):
        return Line(raw, "dotnet", _DOTNET_LEVELS[match[1]], time, rest[6:])
    return _levelled(raw, rest, time)


def _levelled(raw: str, rest: str, time: str) -> Line:
    head = rest[:_PREFIX]
    match = _UPPER_LEVEL.search(head)
    if match is not None and (time or match.start() < 40):
        severity = _SEVERITIES[match[1].lower()]
        return Line(raw, "levelled", severity, time, _sentence(rest[match.end() :]) or rest)
    match = _LOWER_LEVEL.search(head)
    if match is not None:
        text = _sentence(rest[match.end() :].lstrip(" :")) if match[1] else rest  # `error: …` begins the sentence
        return Line(raw, "levelled", _SEVERITIES[(match[1] or match[2]).lower()], time, text or rest)
    return Line(raw, "plain", UNKNOWN, time, rest)


def _sentence(text: str) -> str:
    """A text without what a logger puts in front of it."""
    match = _LOGGER.match(text)
    return text[match.end() :] or text if match is not None else text


_TEXT_KEYS = ("msg", "message", "text", "@m", "MESSAGE", "log", "event", "title")
_ERROR_KEYS = ("error", "err", "cause", "reason", "exception", "exception.message", "error.message", "details",
               "errorVerbose", "attr", "@x", "exc_info", "stack_trace", "stack", "stacktrace", "error.stack_trace",
               "trace", "detail")  # fmt: skip
_LEVEL_KEYS = ("level", "severity", "lvl", "log.level", "@l", "s", "levelname", "loglevel", "priority", "LogLevel")
_TIME_KEYS = ("time", "ts", "timestamp", "@timestamp", "@t", "t", "date", "datetime", "Timestamp")
_DECODER = msgspec.json.Decoder()


def _json(raw: str, line: str) -> Line | None:
    """A JSON line; None where it is none."""
    try:
        value = _DECODER.decode(raw[: 1 << 16])
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or not value:
        return None
    severity = _json_severity(value)
    time = next((t for k in _TIME_KEYS if (t := value.get(k)) is not None), "")
    if isinstance(time, dict):
        time = time.get("$date", "")
    said = [str(value[k]) for k in _TEXT_KEYS if isinstance(value.get(k), str) and value[k]]
    errors = [text for key in _ERROR_KEYS for text in _flat(value.get(key))]
    parts = [": ".join((said[0], errors[0])), *said[1:], *errors] if said and errors else [*said, *errors]
    for outer in ("error", "log", "State"):  # ECS nests: {"log": {"level": …}}
        inner = value.get(outer)
        if isinstance(inner, dict) and severity == UNKNOWN:
            severity = _json_severity(inner)
    texts = "\n".join(dict.fromkeys(part.strip() for part in parts if part.strip())).splitlines()
    texts = texts or [line]
    return Line(raw, "json", severity, str(time), texts[0][:LONGEST], tuple(t[:LONGEST] for t in texts[1:200]))


def _flat(value: Any, depth: int = 2) -> list[str]:
    """The texts of a value of a JSON line, those of nested errors too."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict) and depth:
        return [text for inner in value.values() for text in _flat(inner, depth - 1)]
    if isinstance(value, list) and depth:
        return [text for inner in value[:20] for text in _flat(inner, depth - 1)]
    return []


_NUMBERED = ((60, FATAL), (50, ERROR), (40, WARN), (30, INFO), (0, DEBUG))
"""pino and bunyan write numbers (github.com/pinojs/pino, docs/api.md); so does syslog, with 0 to 7."""
_SYSLOG = (FATAL, FATAL, FATAL, ERROR, WARN, INFO, INFO, DEBUG)


def _json_severity(value: Mapping[str, Any]) -> int:
    found = next((f for k in _LEVEL_KEYS if (f := value.get(k)) is not None), None)
    if isinstance(found, bool):
        return UNKNOWN
    if isinstance(found, int | float):
        if 0 <= found < 8:
            return _SYSLOG[int(found)]
        return next(severity for least, severity in _NUMBERED if found >= least)
    if isinstance(found, str):
        word = found.strip().lower()
        return _LETTERS.get(found, UNKNOWN) if len(found) == 1 else _SEVERITIES.get(word, UNKNOWN)
    return UNKNOWN


def _pairs_text(text: str) -> str:
    """What the pairs `msg="…" err="…"` of a line say; empty where it has none. Further pairs are no sentence."""
    if "=" not in text:
        return ""
    pairs = {match[1]: _unquoted(match[2]) for match in _PAIR.finditer(text)}
    said = [pairs[k] for k in ("msg", "message", "event") if pairs.get(k)]
    said += [pairs[k] for k in ("error", "err", "reason", "cause", "exception", "details") if pairs.get(k)]
    if not said:
        return ""
    before = text.partition(" err=")[0] if text.startswith('"') else ""  # klog: `"Sentence" err="…" key="…"`
    return ": ".join(dict.fromkeys([before.strip('" '), *said] if before else said))


def _unquoted(text: str) -> str:
    return text[1:-1].replace('\\"', '"').replace("\\n", "\n") if text[:1] == '"' else text


def _zap_text(text: str) -> str:
    """`logger<TAB>message<TAB>{"error": "…"}` of zap's console encoder."""
    parts = text.split("\t")
    if parts[-1].startswith("{"):
        try:
            inner = _DECODER.decode(parts[-1])
            errors = [inner[k] for k in ("error", "err", "reason") if isinstance(inner.get(k), str)]
            parts = [*parts[:-1], *errors]
        except (msgspec.DecodeError, ValueError, RecursionError, AttributeError):
            pass
    return ": ".join(p.strip() for p in parts if p.strip())


def line_time(text: str, clock: datetime) -> datetime | None:
    """The time of a line, if it says the date and the time in a way that is certain; UTC where it names no zone."""
    match = re.match(r"(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d):(\d\d):(\d\d)", text)
    short = re.match(r"(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)$", text) if match is None else None
    try:
        if match is not None:
            return datetime(*(int(g) for g in match.groups()), tzinfo=clock.tzinfo)  # type: ignore[misc, arg-type]
        if short is not None:  # klog leaves out the year
            return datetime(clock.year, *(int(g) for g in short.groups()), tzinfo=clock.tzinfo)  # type: ignore[misc, arg-type]
    except ValueError:
        return None
    return None
