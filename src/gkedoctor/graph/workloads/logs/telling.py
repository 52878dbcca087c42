"""The telling entry of a run: the one that says why the process ended, and what belongs to its cause. Pure.

The last entry that reports a failure counts, but for those that only say *that* it ends ("Exiting", "npm ERR! code 1",
"Aborting"), those about the shutdown itself, and those that a later success made history. Severity decides where a
program writes one: what it calls information never proves a fault.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gkedoctor.graph.workloads.logs.entries import Entry, entries_of, is_cause, is_exception
from gkedoctor.graph.workloads.logs.lines import DEBUG, FATAL, INFO, UNKNOWN, WARN
from gkedoctor.lazy_regex import lazy
from gkedoctor.messages import message

_WINDOW = 400
"""Lines at the end of a run that can tell why it ended: the longest stack trace and what came before it."""
_BACK = 8
"""Entries before a vague one that may say what it is about."""
_BARE_CLASS = lazy(r"(?:[\w$]{1,80}(?:\.|::|\\)){0,12}[\w$]{1,100}(?:Exception|Error):?")
"""The class of an exception without what it says."""
_WORD = lazy(r"[a-z]+(?:'[a-z]+)?")
_GENERIC_WORDS = """
a an and are as at be because been by can cannot check code command container could couldn't did didn't do does due
error errors err exit exited exiting exits failed failing fails failure fatal for from goodbye graceful gracefully
had has have hook in init initialisation initialization initialize is it its job log logs main message more non
normal normally not of on one or out process program re reason retry run running script see server service shut
shutdown shutting start started starting startup status stop stopped stopping succeeded successfully task terminate
terminated terminating termination that the there this to unable unexpected unexpectedly up was went with without
worker wrong you your zero application app aborting aborted abort boot booting bye details info above previous
output following quit quitting giving again now complete completed signal received sigterm caught handler
encountered occurred during while manager problem component components children child db database loading load
config configuration module modules problems elifecycle errno npm yarn node lifecycle panic crit fail warn instance
daemon closed closing cleanup finished done killed ending ended setup set will going any pid returned return
workers master bailing fix please connection pool http https listener failing exception exceptions unhandled
uncaught execution
"""
_GENERIC = frozenset(_GENERIC_WORDS.split())
"""Words of which a sentence that says nothing consists."""


_FAILURE_WORDS = """
abort aborted aborting assert assertion bad conflict corrupt corrupted crash crashed denied died empty enoent error
errors exceeded exception exhausted expired fail failed failing fails failure failures fatal forbidden halt illegal
incompatible insufficient invalid killed malformed mismatch missing oom overflow panic panicked refused rejected
required segfault sigsegv traceback unable unauthorized unbound uncaught undefined unexpected unhandled unknown
unreachable unrecognized unset unsupported violation wrong raise raised expected nxdomain eaccess eacces eaddrinuse
duplicate unresolved unauthorised couldn't can't cannot doesn't won't isn't timeout timedout
"""
_FAILURES = frozenset(_FAILURE_WORDS.split())
_PARTS = ("not found", "could not", "can not", "not set", "no such", "no space", "not permitted", "not allowed",
          "must ",
          "does not", "do not", "is not", "are not", "timed out", "read-only", "error", "exception", "already in use",
          "bind to", "give up", "giving up", "gave up", "not a directory", "is a directory", "no valid", "no default",
          "no route", "out of memory", "too many", "too large", "too long", "not exist", "not available", "not valid",
          "did not", "was not", "were not", "unavailable", "not supported", "not defined", "no module")  # fmt: skip
"""What a sentence without a severity has that reports a failure."""
_SERVING = ("listen", "serv", "start", "ready", "accept", "waiting for conn", "running")
"""One of these stands in every sentence by which a program says that it serves."""


class Reading(NamedTuple):
    """What one run says.

    `entry`: the telling entry; `line`: the sentence of it that tells; `chain`: all sentences of it and of its cause,
    `line` first. `proves`: it reports a failure, and nothing shows that the program went on after it. `before`: the
    failures just before it, the nearest first, which may name what it does not.
    """

    entry: Entry | None
    line: str
    chain: tuple[str, ...]
    proves: bool
    before: tuple[str, ...] = ()


NOTHING = Reading(None, "", (), False)


def read_run(lines: Sequence[str]) -> Reading:
    """The telling entry of the lines of one run that has ended."""
    entries = entries_of(lines[-_WINDOW:])
    if not entries:
        return NOTHING
    at = _telling(entries)
    if at is None:
        last = next((e for e in reversed(entries) if _says_something(e)), entries[-1])
        return Reading(last, headline(last), (), False)
    entry = entries[at]
    line = headline(entry)
    chain = [line, *(t for t in reversed(entry.texts) if t != line)]
    before = _context(entries, at)
    if _needs_context(line):
        chain += before
    return Reading(entry, line, tuple(dict.fromkeys(chain)), True, tuple(dict.fromkeys(before)))


def complaints(lines: Sequence[str]) -> list[str]:
    """The failures that a run that still goes on reports, the last first; those before its last success are history."""
    found: list[str] = []
    for entry in reversed(entries_of(lines[-_WINDOW:])):
        if _succeeds(entry):
            break
        if entry.severity >= WARN or (entry.severity == UNKNOWN and _fails(entry)):
            line = headline(entry)
            found += [line, *(t for t in reversed(entry.texts) if t != line)]
    return found


def _telling(entries: Sequence[Entry]) -> int | None:
    """The place of the telling entry: none behind which the program says that it serves."""
    best: tuple[int, int] | None = None
    for at in range(len(entries) - 1, -1, -1):
        entry = entries[at]
        if _succeeds(entry) or (best is not None and best[0] >= 3 and best[1] - at > _BACK):
            break
        if best is not None and entry.severity != FATAL and best[0] >= 3:
            continue
        weight = _weight(entry)
        if weight and (best is None or weight > best[0]):
            best = (weight, at)
        if weight >= 4:
            break
    if best is None:
        return None
    return best[1] if best[0] >= 2 or best[1] >= len(entries) - 3 else None


def _weight(entry: Entry) -> int:
    """How much an entry can say of the end: 4 a runtime or a severity ended it, 3 a failure, 1 a doubtful one."""
    severity = entry.severity
    if entry.kind == "usage" or severity in (DEBUG, INFO) or (severity == UNKNOWN and not _fails(entry)):
        return 0
    if not _says_something(entry):
        return 0
    if severity == WARN or message("log/of-the-shutdown").search(headline(entry)):
        return 1
    return 4 if severity == FATAL else 3


def _fails(entry: Entry) -> bool:
    """Whether a sentence without a severity reports a failure."""
    if not any(_has_failure_word(line.text) for line in entry.lines[:12]):
        return False
    return message("log/no-failure").search(entry.head.text) is None


def _has_failure_word(text: str) -> bool:
    """Whether one of the words or parts of words is in a text: by sets, as most lines of a log come here."""
    folded = text[:1000].lower()
    return not _FAILURES.isdisjoint(_WORD.findall(folded)) or any(part in folded for part in _PARTS)


def _succeeds(entry: Entry) -> bool:
    """Whether the program says that it serves, so that what came before did not end it."""
    if entry.severity > INFO or entry.kind != "plain":
        return False
    text = entry.head.text
    folded = text[:600].lower()
    if not any(hint in folded for hint in _SERVING):
        return False
    return message("log/serving-requests").search(text) is not None and not _fails(entry)


def _says_something(entry: Entry) -> bool:
    return any(not is_vague(text) for text in entry.texts)


def is_vague(text: str) -> bool:
    """Whether a sentence says only that the process ends."""
    if message("log/says-nothing").search(text):
        return True
    if _BARE_CLASS.fullmatch(text[:200]):
        return True
    words = _WORD.findall(text[:300].lower())
    return len(text) < 200 and all(word in _GENERIC or len(word) == 1 for word in words)


def headline(entry: Entry) -> str:
    """The sentence of an entry that tells most: the innermost cause of a chain of exceptions, else the first one."""
    texts = entry.texts
    if not texts:
        return entry.head.raw.strip()
    causes = [t for t in texts if is_cause(t) and not t.rstrip().endswith("by:")]
    if causes and not any(t.startswith("Traceback") for t in texts):
        return _first_informative(list(reversed(causes)), texts)
    if "APPLICATION FAILED TO START" in texts or texts[0].startswith("*****"):
        return _described(texts)
    if any(t.startswith("Traceback (most recent") for t in texts):
        return _of_traceback(entry, texts)
    if " panicked at " in texts[0][:200]:
        return texts[1] if texts[0].endswith(":") and len(texts) > 1 else texts[0]
    if texts[0].startswith(("panic", "fatal error", "Unhandled exception. ")):
        return _first_informative(texts, texts)
    errors = [t for t in texts if is_exception(t) and not is_vague(t)]
    if errors and (entry.kind == "fatal" or is_vague(texts[0]) or message("log/gives-up").search(texts[0])):
        return errors[0]
    if entry.head.text.endswith(" ***"):
        return texts[-1]
    return _first_informative(texts, texts)


def _first_informative(texts: Sequence[str], otherwise: Sequence[str]) -> str:
    return next((t for t in texts if not is_vague(t)), next((t for t in otherwise if not is_vague(t)), otherwise[0]))


def _described(texts: Sequence[str]) -> str:
    """The sentence under `Description:` of Spring Boot's failure analysis."""
    at = next((i for i, t in enumerate(texts) if t.startswith("Description:")), None)
    if at is not None and at + 1 < len(texts):
        return texts[at + 1]
    return texts[0]


def _of_traceback(entry: Entry, texts: Sequence[str]) -> str:
    """The exception of a Python traceback: the last one that was raised."""
    found = ""
    inside = False
    for line in entry.lines:
        for raw in (line.text if line.format != "plain" else line.raw, *line.more):
            if raw.startswith("Traceback (most recent"):
                inside = True
            elif inside and raw.strip() and not raw[:1].isspace():
                found, inside = raw.strip(), False
    return found or next((t for t in reversed(texts) if is_exception(t)), texts[0])


def _needs_context(line: str) -> bool:
    """Whether an entry only says that something failed or was given up, so that lines before it may be the cause."""
    return is_vague(line) or bool(message("log/gives-up").search(line))


def _context(entries: Sequence[Entry], at: int) -> list[str]:
    """The sentences of failures just before an entry, the nearest first. Those about telemetry are no causes."""
    found: list[str] = []
    for entry in reversed(entries[max(0, at - _BACK) : at]):
        if _succeeds(entry):
            break
        if (entry.severity >= WARN or _fails(entry)) and not message("log/of-telemetry").search(headline(entry)):
            found += [headline(entry), *entry.texts]
    return found
