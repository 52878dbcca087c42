"""Private keys over several lines: PEM, OpenPGP, PuTTY. In a log each line may have a time and a name before it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gkedoctor.lazy_regex import lazy
from gkedoctor.snapshot.redaction.words import are_words

Span = tuple[int, int]

_MARK = lazy(r"-{4,5} ?(BEGIN|END) ([A-Z0-9 ]{0,40}) ?-{4,5}")
_PUTTY = lazy(r"PuTTY-User-Key-File-\d: ")
_LONGEST_BLOCK = 32 << 10
"""Characters of a key with what a log puts before each line: an RSA key of 8192 bits has 6,400."""

_MOST_LINES = 400
_KEY_LINE = lazy(r"[A-Za-z0-9+/=]{16,}|[A-Za-z0-9+/]{1,64}={0,2}")
_LONG_RUN = lazy(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40,}={0,2}")
_HEADER = lazy(r"(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset|MessageID|Subject|x-\w{1,20}):", re.I)
_SAME_LINE = lazy(r"(?:\\[nr]|[A-Za-z0-9+/=\s]){16,16384}+")


def private_blocks(text: str) -> Iterator[Span]:
    """Each private key from its first line to its last, or as far as lines look like one. A title alone is none."""
    for start, end, title in _blocks(text):
        if "PRIVATE KEY" in title:
            yield start, end
    for found in _PUTTY.finditer(text):
        lines = text.find("Private-Lines", found.end(), found.end() + _LONGEST_BLOCK)
        if lines >= 0:
            end = _lines_end(text, text.find("\n", lines))
            yield lines, max(end, lines)


def public_blocks(text: str) -> Iterator[Span]:
    """Certificates and public keys: random to look at, and no secret."""
    return ((start, end) for start, end, title in _blocks(text) if "PRIVATE KEY" not in title)


def _blocks(text: str) -> Iterator[tuple[int, int, str]]:
    """Begin, end and title of each block with a content."""
    marks = list(_MARK.finditer(text))
    for number, begin in enumerate(marks):
        if begin[1] == "BEGIN":
            following = marks[number + 1] if number + 1 < len(marks) else None
            end = _end_of(text, begin.end(), following)
            if end > begin.end():
                yield begin.start(), end, begin[2]


def _end_of(text: str, start: int, following: re.Match[str] | None) -> int:
    """Where the block ends whose first line ends at `start`; `start` where there is no block."""
    limit = following.start() if following is not None else len(text)
    if following is not None and following[1] == "END" and limit - start <= _LONGEST_BLOCK:
        return following.end() if len(text[start:limit].strip(" \r\n\\nr.…")) >= 8 else start
    same = _SAME_LINE.match(text, start, limit)
    if same is not None and "\n" not in same[0].strip():
        return same.end()
    return max(start, min(limit, _lines_end(text, text.find("\n", start, limit))))


def _lines_end(text: str, line_end: int) -> int:
    """The end of the last line in a row that looks like a part of a key; -1 where there is none."""
    found = -1
    for _ in range(_MOST_LINES):
        if line_end < 0:
            break
        following = text.find("\n", line_end + 1)
        line = text[line_end + 1 : following if following >= 0 else len(text)][:1024]
        if line.strip() and not _is_key_line(line):
            break
        if line.strip():
            found = line_end + 1 + len(line.rstrip())
        line_end = following
    return found


def _is_key_line(line: str) -> bool:
    if _HEADER.search(line):
        return True
    if len(line) <= 300 and _LONG_RUN.search(line):
        return True
    words = line.split()
    last = words[-1] if words else ""
    if _KEY_LINE.fullmatch(last) is None:
        return False
    return len(last) >= 16 or (len(words) == 1 and not are_words(last))
