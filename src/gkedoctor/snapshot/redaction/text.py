"""One text without its credentials, whatever else there is: nothing is learned, and nothing is remembered."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator

from gkedoctor.lazy_regex import lazy
from gkedoctor.snapshot.redaction import commands, devices, echoes, nested, phrases, statements, structures
from gkedoctor.snapshot.redaction.assignments import assigned, elements
from gkedoctor.snapshot.redaction.blocks import private_blocks, public_blocks
from gkedoctor.snapshot.redaction.columns import in_columns
from gkedoctor.snapshot.redaction.echoes import encoded_secrets
from gkedoctor.snapshot.redaction.encoded import dumped
from gkedoctor.snapshot.redaction.known import known, random_words
from gkedoctor.snapshot.redaction.limits import LONGEST_MASKED_TEXT, capped
from gkedoctor.snapshot.redaction.nested import in_nested
from gkedoctor.snapshot.redaction.phrases import cookies, found_by, rule_set
from gkedoctor.snapshot.redaction.placeholders import MARK, PLACEHOLDER, placeholder
from gkedoctor.snapshot.redaction.sentences import in_sentences
from gkedoctor.snapshot.redaction.structures import in_structures
from gkedoctor.snapshot.redaction.urls import in_connection_strings, in_urls
from gkedoctor.snapshot.redaction.values import is_phrase

Span = tuple[int, int]

_SHORTEST = 8
"""Characters of the shortest text with a name and a credential in it: `pw=abc12`."""

_SECRET_LINES = lazy(r"[\"']?kind[\"']?\s{0,8}:\s{0,8}[\"']?Secret\b|\bstringData\b")
_ESCAPED_END = lazy(r"\\[nr]")
"""The end of a line in a text within a string: read as two ends, so that every place stays where it is."""

_DUMPED = lazy(r"[ \t][0-9a-f]{2}[0-9a-f ][0-9a-f ]{2}[0-9a-f ]{8,}[ |]", re.I)
_LINES_BEFORE = 8
_LONGEST_QUOTED = 1000
"""Characters of a line that is quoted: JSON in one line would be masked and printed whole for each mistake in it."""
_QUOTED = lazy(r"(?<=`)[^`]{1,4096}(?=`)|![^\s`]{1,4096}")


def spans(text: str) -> list[Span]:
    """Where the credentials of a free text are: in their order, none within another."""
    if len(text) < _SHORTEST:
        return []
    found = [*_in_context(text), *known(text), *in_urls(text)]
    if "\\n" in text:
        found += _in_context(_ESCAPED_END.sub("\n\n", text))
    if "@" in text:
        found += in_connection_strings(text)
    if "</" in text:
        found += elements(text)
    if _DUMPED.search(text) is not None:
        found += dumped(text, assigned)
    found += [*_random(text), *encoded_secrets(text)]
    if "BEGIN " in text or "PuTTY" in text:
        found += private_blocks(text)
    return _unmasked(text, _merged(found))


_SEARCHES = (assigned, in_sentences, in_structures, in_nested, in_columns, cookies)
_RULES = rule_set(
    (
        *phrases.RULES,
        *statements.RULES,
        *commands.RULES,
        *devices.RULES,
        *structures.RULES,
        *nested.RULES,
        *echoes.RULES,
    )
)


def _in_context(text: str) -> list[Span]:
    """The credentials that the words and lines around them show."""
    return [*found_by(_RULES, text), *(span for search in _SEARCHES for span in search(text))]


def precise_spans(text: str) -> list[Span]:
    """Where the credentials of a string of structure are: tokens of a known form, and those of URLs."""
    if len(text) < _SHORTEST:
        return []
    return _merged([*known(text), *in_urls(text)])


def replaced(text: str, found: Iterable[Span], token: Callable[[str], str]) -> str:
    """The text with what `token` says in place of each span."""
    parts: list[str] = []
    position = 0
    for start, end in found:
        parts += (text[position:start], token(text[start:end]))
        position = end
    return "".join([*parts, text[position:]])


def mask_text(text: str) -> str:
    """The text without credentials that its own words show. The same value has the same placeholder within it."""
    text = capped(text, LONGEST_MASKED_TEXT)
    found = spans(text)
    if not found:
        return text
    numbers: dict[str, int] = {}
    return replaced(text, found, lambda value: placeholder("text", str(numbers.setdefault(value, len(numbers)))))


def mask_excerpt(text: str, line: int) -> str | None:
    """One line of a file (from 0) as it may be quoted.

    None for a line of a Secret, for one that is too long to be read, and where lines do not match up.

    The lines before it are read with it: a credential's name may stand above its value.
    """
    lines = text.splitlines()
    if line >= len(lines) or len(lines[line]) > _LONGEST_QUOTED or _is_secret(text):
        return None
    window = lines[max(0, line - _LINES_BEFORE) : line + 1]
    shown = mask_text("\n".join(window)).splitlines()
    return shown[-1] if len(shown) == len(window) else None


def mask_message(message: str, source: str) -> str:
    """What a parser says of a text. Of a Secret it repeats no word of it but names that are made of words."""
    if not _is_secret(source):
        return mask_text(message)
    return _QUOTED.sub(lambda found: found[0] if found[0][0] != "!" and is_phrase(found[0]) else "…", message)


def _is_secret(text: str) -> bool:
    return _SECRET_LINES.search(text) is not None


def _random(text: str) -> Iterator[Span]:
    public = list(public_blocks(text)) if "BEGIN " in text else []
    for start, end in random_words(text):
        if not any(begin <= start < stop for begin, stop in public):
            yield start, end


def _unmasked(text: str, found: list[Span]) -> list[Span]:
    """The spans in their order, less those within a placeholder: what is masked already is nothing to learn."""
    if MARK not in text or not found:
        return found
    masked = [match.span() for match in PLACEHOLDER.finditer(text)]
    ends = [end for _, end in masked]
    kept = []
    for start, end in found:
        at = bisect_left(ends, end)
        if at == len(masked) or start < masked[at][0]:
            kept.append((start, end))
    return kept


def _merged(found: list[Span]) -> list[Span]:
    if len(found) < 2:
        return found
    found.sort()
    merged = [found[0]]
    for start, end in found[1:]:
        if start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
