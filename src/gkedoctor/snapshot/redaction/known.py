"""Credentials that their form gives away, wherever they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from gkedoctor.lazy_regex import lazy
from gkedoctor.snapshot.redaction import values
from gkedoctor.snapshot.redaction.encoded import is_harmless_base64
from gkedoctor.snapshot.redaction.forms import infix_forms, pattern_of, token_forms, width_of
from gkedoctor.snapshot.redaction.names import is_identity
from gkedoctor.snapshot.redaction.words import are_words, is_wordy

Span = tuple[int, int]

_LONG = lazy(r"(?<![\w\-])[\w\-]{13,}+")
"""Every form has a run of this kind in it, and most texts have none. Tried at the beginning of a run only."""

_BACK = 24
"""Characters before such a run in which a form may begin: `SG.`, `1//0`, `dp.scim.`, `access_token$production$`."""

_ESCAPES = lazy(r"(?:\\[nrtfv]|%[0-9A-Fa-f]{2}|\\?u00[0-9A-Fa-f]{2}|\\x[0-9A-Fa-f]{2}|\[[0-9;]{0,8}m)$")
_HASH = lazy(
    r"\$(?:apr1|1|2[abxyz]?|5|6|7|y|gy|argon2(?:id|i|d)|scrypt|pbkdf2[\w\-]{0,16}|bcrypt-sha256|S|P|H|sha1|md5)\$[\w./$=,+\-]{8,256}"
    r"|\{(?:S?SHA(?:224|256|384|512)?|S?MD5|CRYPT|PBKDF2[\w\-]{0,10}|ARGON2)\}[A-Za-z0-9+/=$.]{8,256}"
    r"|pbkdf2_sha\d{1,3}\$\d{1,8}\$[\w./+=\-]{1,64}\$[\w./+=\-]{16,128}|SCRAM-SHA-\d{1,3}\$\d{1,8}:[\w./+=\-]{8,64}\$[\w./+=:\-]{16,128}"
)
_RANDOM = lazy(r"(?<![\w+/.\-])[\w+/\-]{20,}+={0,2}+")
_NAME_BEFORE = lazy(r"([\w.\-]{2,40})[\"'\\ \t]{0,4}[=:@~][\"'\\ \t]{0,4}(?:W/)?$")
_WEAK = lazy(r"(?<!\w)W/\\{0,8}\"$")
"""What stands before a weak ETag (RFC 9110, 8.8.3)."""
_LEAST_RANDOM = 24


class _Known(NamedTuple):
    source: str
    strict: bool
    """Whether the literal is so short that more has to speak for the form."""

    @property
    def pattern(self) -> re.Pattern[str]:
        """Compiled when its literal is first met: all of them cost a fifth of a cold `lint`."""
        return _regex(self.source)


class _Around(NamedTuple):
    literal: str
    most: int
    exact: bool
    before: re.Pattern[str]
    tail: re.Pattern[str]


def known(text: str) -> Iterator[Span]:
    """The tokens of known forms."""
    starts, forms = _compiled()
    last = 0
    for run in _LONG.finditer(text):
        position = max(last, run.start() - _BACK)
        while (literal := starts.search(text, position, run.end())) is not None:
            position = literal.start() + 1
            span = _formed(text, literal, forms[literal[0]])
            if span is not None:
                yield span
                position = last = span[1]
                if last >= run.end():
                    break
    yield from _infixed(text)
    if "$" in text or "{" in text:
        yield from (found.span() for found in _HASH.finditer(text))


def random_words(text: str) -> Iterator[Span]:
    """The words that only chance makes, long enough to be a key, and under no name that explains them."""
    for run in _RANDOM.finditer(text):
        word = run[0].strip("=-_+/")
        if len(word) < _LEAST_RANDOM or not _is_random(word) or _is_path_of_words(run[0]) or _is_public(text, run):
            continue
        before = _NAME_BEFORE.search(text, max(0, run.start() - 50), run.start())
        if before is None or not is_identity(before[1]):
            yield run.span()


def _is_path_of_words(run: str) -> bool:
    """Whether a run is a path with words in it and no part that is a key: `/_next/static/V4…/_buildManifest`."""
    parts = [part for part in run.split("/") if part]
    if len(parts) < 3 or any(values.is_random(part, _LEAST_RANDOM) for part in parts):
        return False
    return sum(len(part) >= 4 and are_words(part) for part in parts) >= 2


_PARTS = lazy(r"[-_/+]+")


def _is_random(word: str) -> bool:
    """Whether a word is drawn at random, and no hexadecimal number with words beside it: `base_7A8619E8CDE5F5D8`."""
    if not values.is_random(word, _LEAST_RANDOM) and not values.is_one_case_random(word):
        return False
    numbers: list[str] = []
    others: list[str] = []
    for part in filter(None, _PARTS.split(word)):
        (numbers if values.is_hex(part, 8) else others).append(part)
    return not numbers or not all(part.isalpha() and are_words(part) for part in others)


_SUM = lazy(r"(?:sha\d{1,3}|h1|md5)[-:]", re.I)
_ID_BEFORE = lazy(
    r"\b(?:ids?|peer|digest|checksum|revision|commit|etag|cid|kid|uid|integrity|fingerprint)[ \t]{1,3}[\"'`]?$", re.I
)
"""`peer id 12D3Koo…`: the word that explains it stands before it without a sign."""

_JWK_PUBLIC = lazy(r"\\{0,4}\"(?:x|y|n|x5t|x5t#S256|kid)\\{0,4}\"[ \t]{0,4}:[ \t]{0,4}\\{0,4}\"$")
"""The public parts of a JSON Web Key (RFC 7518, 6)."""

_JWK_AROUND = 1200
_PUBLIC_KEY = lazy(r"(?:ssh-[\w\-]{2,12}|ecdsa-[\w\-]{4,24}|sk-[\w\-]{4,24})(?:@openssh\.com)?[ \t]$")


def _is_public(text: str, run: re.Match[str]) -> bool:
    """A sum that begins with the name of its function, a weak ETag, and the public key of an SSH server or user."""
    if _WEAK.search(text, max(0, run.start() - 12), run.start()):
        return True
    if _SUM.match(run[0]) or _SUM.search(text, max(0, run.start() - 8), run.start()):
        return True
    if _PUBLIC_KEY.search(text, max(0, run.start() - 44), run.start()) is not None:
        return True
    if _ID_BEFORE.search(text, max(0, run.start() - 20), run.start()) is not None:
        return True
    if _JWK_PUBLIC.search(text, max(0, run.start() - 24), run.start()) is not None:
        return text.find("kty", max(0, run.start() - _JWK_AROUND), run.end() + _JWK_AROUND) >= 0
    return is_harmless_base64(run[0])


_LETTERS_ALONE = 30
"""Characters from which letters alone are looked at: `hf_` and 34 letters (https://huggingface.co/docs/hub/security-tokens)."""


def _formed(text: str, literal: re.Match[str], candidates: Iterable[_Known]) -> Span | None:
    start = literal.start()
    before = text[start - 1 : start]
    if before.isalnum() and not _ESCAPES.search(text, max(0, start - 9), start):
        return None
    for form in candidates:
        found = form.pattern.match(text, start)
        if found is None:
            continue
        if not form.strict or _is_drawn(found[0][len(literal[0]) :]):
            return found.span()
    return None


def _is_drawn(tail: str) -> bool:
    """Whether what follows a short literal is drawn at random, and no name in kebab or camel case."""
    if not any(map(str.isdigit, tail)):
        return len(tail) >= _LETTERS_ALONE and _changes_case(tail) and not is_wordy(tail)
    return values.is_random(tail, 12) or not is_wordy(tail)


def _changes_case(letters: str) -> bool:
    """Whether upper and lower case alternate as chance makes them; camel case changes at most twice a word."""
    changes = sum(a.isupper() != b.isupper() for a, b in pairwise(letters))
    return 4 * changes >= len(letters)


def _infixed(text: str) -> Iterator[Span]:
    for infix in _compiled_infixes():
        at = text.find(infix.literal)
        while at >= 0:
            span = _around(text, at, infix)
            if span is not None:
                yield span
            at = text.find(infix.literal, at + len(infix.literal))


def _around(text: str, at: int, infix: _Around) -> Span | None:
    head = infix.before.search(text, max(0, at - infix.most), at)
    if head is None or (infix.exact and text[head.start() - 1 : head.start()].isalnum()):
        return None
    rest = infix.tail.match(text, at + len(infix.literal))
    return (head.start(), rest.end()) if rest is not None else None


@cache
def _regex(source: str) -> re.Pattern[str]:
    return re.compile(source)


@cache
def _compiled() -> tuple[re.Pattern[str], Mapping[str, tuple[_Known, ...]]]:
    """The literals as one pattern, and the forms of each literal, longest literals first."""
    forms: dict[str, list[_Known]] = {}
    for form in token_forms():
        source = re.escape(form.start) + pattern_of(form.tail) + r"(?![A-Za-z0-9])"
        strict = len(form.start) < 4 or form.start in ("live_", "test_", "sandbox_", "secret_", "proxy_")
        forms.setdefault(form.start, []).append(_Known(source, strict))
    for literal, found in forms.items():  # `sk-proj-…` is tried as `sk-…` too where the longer literal does not fit
        for other in forms:
            if other != literal and literal.startswith(other):
                found.extend(forms[other])
    return re.compile(alternatives(forms)), {literal: tuple(found) for literal, found in forms.items()}


def alternatives(literals: Iterable[str]) -> str:
    """A pattern for any of the literals, the longer ones first, in groups by their first characters."""
    groups: dict[str, list[str]] = {}
    for literal in sorted(literals, key=lambda word: (-len(word), word)):
        groups.setdefault(literal[0], []).append(literal[1:])
    return "|".join(
        f"{re.escape(first)}(?:{'|'.join(map(re.escape, tails))})" for first, tails in sorted(groups.items())
    )


@cache
def _compiled_infixes() -> tuple[_Around, ...]:
    found = []
    for infix in infix_forms():
        least, most = width_of(infix.before)
        before = re.compile(pattern_of(infix.before) + "$")
        tail = re.compile(pattern_of(infix.tail) + r"(?![A-Za-z0-9])")
        found.append(_Around(infix.literal, most, least == most, before, tail))
    return tuple(found)
