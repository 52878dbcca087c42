"""What of the corpus is in an output: by own search, and by what detect-secrets finds in it."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from benchmarks.leaks.corpus import Leak
from benchmarks.leaks.harmless import Harmless
from benchmarks.leaks.outputs import Output

_SHORT = 10
"""Below this many characters a value counts only where nothing that could belong to it stands around it."""

_LONGEST_LINE = 20_000
_BREAK = re.compile(r"\s*\n[\s|>]*")
_COLOUR = re.compile(r"(?:\x1b|\\u001b|\\x1b)?\[[0-9;]+m")
_ESCAPE = re.compile(r"\\([^A-Za-z0-9])")


class Judged(NamedTuple):
    """One output: the secrets that are in clear in it, and the harmless lines that are not whole."""

    name: str
    clear: tuple[Leak, ...]
    changed: tuple[Harmless, ...] = ()
    looked_for: int = 0
    """Harmless lines that should be there, without the messages."""

    messages: tuple[Harmless, ...] = ()
    """The messages that gkedoctor looks for and that are not whole."""


def judged(output: Output, leaks: Sequence[Leak], harmless: Sequence[Harmless]) -> Judged:
    """Searches one output. Harmless lines are looked for only where the output is the whole cluster."""
    views = _views(output.text)
    clear = tuple(leak for leak in leaks if any(_shows(views, needle) for needle in leak.needles))
    looked = [line for line in harmless if output.whole and (output.logs or line.place not in ("log", "message"))]
    lost = [line for line in looked if not _stands(views, line)]
    changed = tuple(line for line in lost if line.place != "message")
    messages = tuple(line for line in lost if line.place == "message")
    return Judged(output.name, clear, changed, sum(line.place != "message" for line in looked), messages)


def _views(text: str) -> list[str]:
    """The text, and what a reader sees of it: without the escapes of JSON, Markdown and HTML, lines put together."""
    seen = html.unescape(_ESCAPE.sub(r"\1", text))
    return [text, seen, _BREAK.sub("", _COLOUR.sub("", seen)), _COLOUR.sub(" ", text)]


def _shows(views: Iterable[str], needle: str) -> bool:
    if len(needle) >= _SHORT:
        return any(needle in view for view in views)
    alone = re.compile(rf"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-F][0-9A-F])){re.escape(needle)}(?![A-Za-z0-9])")
    return any(alone.search(view) for view in views)


def _stands(views: Sequence[str], line: Harmless) -> bool:
    """Whether a line is there as it was. Escapes are taken out of both, whichever they are."""
    return all(part in views[0] or _ESCAPE.sub(r"\1", part) in views[1] or _bare(part) in views[1] for part in
               line.shown)  # fmt: skip


def _bare(text: str) -> str:
    """A text as `_views` shows it where it was written into JSON first."""
    return html.unescape(_ESCAPE.sub(r"\1", text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")))


class Second(NamedTuple):
    """What detect-secrets says: how many values it reports, of how many secrets one is whole, or a part.

    A value of which a part is left is no secret any more, mostly; own search does not look for parts.
    """

    reported: int
    leaks: int
    parts: int


def second_opinion(text: str, leaks: Sequence[Leak]) -> Second:
    """Runs the detectors of detect-secrets over a text, without its verifiers, which would call the providers."""
    values = _reported(text)
    joined, long = "\n".join(values), [value for value in values if len(value) > _SHORT]
    whole = parts = 0
    for leak in leaks:
        if any(needle in joined if len(needle) >= _SHORT else needle in values for needle in leak.needles):
            whole += 1
        elif any(value in needle for needle in leak.needles for value in long):
            parts += 1
    return Second(len(values), whole, parts)


def _reported(text: str) -> set[str]:
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
    from detect_secrets.settings import transient_settings

    classes = get_mapping_from_secret_type_to_class().values()
    found: set[str] = set()
    with transient_settings({"plugins_used": [{"name": each.__name__} for each in classes]}):
        detectors = [each() for each in classes]
        for number, line in enumerate(_lines(text), 1):
            for detector in detectors:
                secrets = detector.analyze_line(filename="output.json", line=line, line_number=number)
                found |= {secret.secret_value for secret in secrets if secret.secret_value}
    return found


def _lines(text: str) -> Iterable[str]:
    for line in text.splitlines():
        for start in range(0, len(line), _LONGEST_LINE):
            yield line[start : start + _LONGEST_LINE]


def share(some: int, of: int) -> float:
    """Per cent."""
    return 100 * some / of if of else 0.0


def counted(leaks: Iterable[Leak], field: str) -> Counter[str]:
    """How many of each place, form or type."""
    return Counter(getattr(leak, field) for leak in leaks)
