"""How much of a text is looked at, by its kind, in characters. What was not looked at is never kept."""

from __future__ import annotations

from gkedoctor.lazy_regex import lazy

LONGEST_LINE = 16 << 10
"""Of a log line. A container runtime splits lines at 16 KiB (containerd, cri-o)."""

LONGEST_LOG = 1 << 20
"""Of one container's log: the end of it, which tells how the container ended."""

LONGEST_MASKED_TEXT = 256 << 10
"""Of any other text: all annotations of an object together have no more (apimachinery, TotalAnnotationSizeLimitB)."""

LONGEST_VALUE = 4096
"""Of one credential. What follows is masked as far as the word goes."""

LONGEST_LEARNED = 256
"""Of a value that is looked for elsewhere, its beginning."""

MOST_LEARNED = 5000
"""Values of one namespace that are looked for elsewhere: the work for a text stays bounded."""

_SLACK = 64
"""Characters of the words that say what was cut: a text that was cut is not cut again."""

_CUT = lazy(r" … cut, \d{1,12} characters more$")


def capped(text: str, most: int) -> str:
    """The text, or its beginning and a word on how much is missing. A text that was cut stays as it is."""
    if len(text) <= most or (len(text) <= most + _SLACK and _CUT.search(text, most)):
        return text
    return f"{text[:most]} … cut, {len(text) - most} characters more"


def capped_log(text: str) -> str:
    """The end of a log, each line no longer than a runtime writes one."""
    if len(text) > LONGEST_LOG + _SLACK:
        start = text.find("\n", len(text) - LONGEST_LOG) + 1 or len(text) - LONGEST_LOG
        text = f"… cut, {start} characters before this\n{text[start:]}"
    if len(text) <= LONGEST_LINE:
        return text
    return "\n".join(capped(line, LONGEST_LINE) for line in text.splitlines())
