"""Passwords and codes in sentences, in whatever language: `das Kennwort … ist falsch`, `credentials: ada / …`.

The value is told by how it looks (`values.is_chosen`), since a sentence has a word like `wrong` in the same place. Words
are found by their first letters, so that a text without them costs no more than looking for those.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from gkedoctor.lazy_regex import lazy
from gkedoctor.snapshot.redaction import languages, values
from gkedoctor.snapshot.redaction.words import is_wordy

Span = tuple[int, int]

_I = re.IGNORECASE
_QUOTES = r"[\"'`«»„“”‘’‚「『（(*_]{0,4}"
_MARK = r"[^\s\"'`´,;<>()\[\]{}«»„“”‘’「」『』（）。，、！：＝؟।\\=|]"
_VALUE = rf"{_QUOTES}(?P<v>(?=[^\s\d]{{0,60}}\d){_MARK}{{4,127}}[^\s\"'`´,;<>()\[\]{{}}«»„“”‘’「」『』（）。，、！：＝؟।\\=|.:…*_?])"
_ASCII = r"(?P<v>(?=[^\s\d]{0,60}\d)[!-&(-:=?-\[\]-{}~]{5,127}[!#-&+/0-9=@-Z^a-z~])"
_SOME = r"(?:[^\W\d]{1,14}[ \t]{1,3}){0,3}"
_FROM = r"(?:from|von|de|da|z|ze|från|fra|van|из|с|از|từ)"
_TO = r"(?:to|auf|zu|nach|à|a|para|na|do|till|til|naar|на|sang)"


class Tail(NamedTuple):
    """What may follow a word; the group `v` is the credential. It is tried where the word ends, and nowhere else."""

    pattern: re.Pattern[str]
    judge: Callable[[re.Match[str]], bool]


def chosen(found: re.Match[str]) -> bool:
    """Whether the value is one that somebody chose or chance made, behind a word that leaves no other meaning."""
    return values.is_chosen(found["v"])


def _bold(found: re.Match[str]) -> bool:
    """Whether the value is chosen and no name of a user: with both cases, signs, or three digits."""
    value = found["v"]
    digits = sum(map(str.isdigit, value))
    return values.is_chosen(value) and (digits >= 3 or not value.islower() or values.is_told(value))


def _announced(found: re.Match[str]) -> bool:
    """Whether the second of a pair is a password: behind ` / ` a chosen one, behind `/` or `:` one that is told."""
    value = found["v"]
    if found["user"].isdigit() or value.startswith("/"):
        return False
    if " " in found["sep"]:
        return values.is_chosen(value)
    return values.is_told(value) or (value.isalnum() and not value.islower() and _bold(found) and not is_wordy(value))


def _always(_: re.Match[str]) -> bool:
    return True


def _tail(pattern: str, judge: Callable[[re.Match[str]], bool]) -> Tail:
    return Tail(lazy(pattern, _I), judge)


_IS = languages.IS
_BEHIND = (
    # right behind the word: `Kennwort X ist falsch`, `**Passwort** is now X`
    _tail(
        rf"[*_\"'`]{{0,3}}(?:[ \t]{{1,4}}|[ \t]{{0,2}}[:=](?!3D)[ \t*]{{0,4}})(?:(?:{_IS})[ \t]{{1,4}}{_SOME})?{_VALUE}",
        chosen,
    ),
    # with what the password is for between them: `пароль для admin: X`, `the pw on the new box is X`
    _tail(
        rf"[ \t][^\n=]{{1,70}}?(?:[ \t](?:{_IS})[ \t]{{1,4}}{_SOME}|[ \t]{{0,3}}[:=](?!3D)[ \t]{{0,4}}{_SOME}){_VALUE}",
        chosen,
    ),
    # from one to another
    _tail(rf"[^\n=]{{0,50}}?[ \t]{_FROM}[ \t]{{1,3}}{_VALUE}", chosen),
    _tail(rf"[^\n=]{{0,50}}?[ \t]{_FROM}[ \t]{{1,3}}[^\s]{{3,130}}[ \t]{{1,3}}{_TO}[ \t]{{1,3}}{_VALUE}", chosen),
)
_BEHIND_OTHER = (
    _tail(r"[^\nA-Za-z0-9\u2e80-\u9fff\uac00-\ud7a3]{0,40}?(?<![!-~])" + _ASCII, _bold),
    _tail(r"[^\nA-Za-z0-9]{0,20}?[为為是成はがを는은이을를「『（→][ ]{0,2}" + _ASCII, _bold),
    _tail(r"[^\nA-Za-z0-9]{0,30}[:：=\"'`][ ]{0,2}" + _ASCII, chosen),
)
_BEFORE = _tail(rf"(?<![\w.\-/]){_VALUE}[\"'`«»”’]?[ \t](?:{languages.AS})[ \t]{{1,3}}{_SOME}$", chosen)
"""The value first: `'X' is not the password`, `X ist das neue Passwort`. Expects the text to end at the word."""

_FAR = 160
_DIGIT = lazy(r"\d")
_LATIN = lazy(rf"(?:{languages.LATIN})(?!\w)")
_OTHER = lazy(languages.OTHER, _I)
_OTHER_CODES = _tail(rf"(?:{languages.OTHER_CODES})[^\n\d]{{0,16}}?(?P<v>\d{{4,8}})(?!\d)", _always)

_CODES = (
    _tail(
        rf"(?<!\w)(?:{languages.CODES})(?!\w)(?:[^\n\d=]{{0,30}}?[ :](?:{_IS})[ \"'\[(]{{1,3}}|[ ]{{0,2}}:?[ \"'\[(]{{1,3}})"
        r"(?P<v>\d{5,8}|\d{3}[ -]\d{3}|[A-Z]{1,3}-\d{4,8})(?![\w.\-]\w|\w|[ ](?:ms|s|sec|bytes|items|times|of)\b)",
        _always,
    ),
    _tail(
        r"(?<!\w)(?:otp|tan|pin|passcode|pincode|pin[ -]code|one-time[ ]code)[ \t]{0,2}(?:is|ist|lautet|est|es|:|=|jest|é|è)"
        r"[ \t]{1,3}(?P<v>\d{4,8})(?![\w.]\w|\w|[ ](?:ms|s|sec|bits?|bytes|items|times|of)\b)",
        _always,
    ),
)
_CODE_NEAR = lazy(r"\d{4}|\d{3}[ -]\d{3}")
_CODE_BACK, _CODE_AHEAD = 48, 72

_LOGIN = lazy(rf"(?:{languages.LOGINS})(?!\w)")
_PAIR = _tail(
    r"[^\n]{0,60}?[ \t\"'`(:：](?P<user>[\w.@+\-]{2,64})[\"'`]?(?P<sep>[ ]/[ ]|[ ]\|[ ]|[:/])[\"'`]?"
    r"(?P<v>(?=[^\s\d]{0,60}\d)[^\s\"'`<>,;]{5,127}[^\s\"'`<>,;.)\]}])",
    _announced,
)


def in_sentences(text: str) -> Iterator[Span]:
    """The passwords, codes and pairs that sentences of the text tell."""
    if _DIGIT.search(text) is None:
        return
    low = text.lower()
    low = low if len(low) == len(text) else text
    for start, end in _words(low, languages.LATIN_STEMS, _LATIN):
        yield from _around(text, start, end, _BEHIND)
    for _, end in _words(low, languages.LOGIN_STEMS, _LOGIN):
        yield from _judged(_PAIR.pattern.match(text, end), _PAIR)
    yield from _codes(text, low)
    if not text.isascii():
        yield from _in_other_letters(text)


def _in_other_letters(text: str) -> Iterator[Span]:
    for word in _OTHER.finditer(text):
        yield from _around(text, *word.span(), (*_BEHIND, *_BEHIND_OTHER))
    for code in _OTHER_CODES.pattern.finditer(text):
        yield code.span("v")


def _words(low: str, stems: Iterable[str], pattern: re.Pattern[str]) -> Iterator[Span]:
    """Where words stand that begin with one of the stems."""
    for stem in stems:
        at = low.find(stem)
        while at >= 0:
            before = low[at - 1 : at]
            if not before.isalnum() and before not in (".", "/", "\\") and (word := pattern.match(low, at)):
                yield word.span()
            at = low.find(stem, at + len(stem))


def _around(text: str, start: int, end: int, tails: Iterable[Tail]) -> Iterator[Span]:
    for tail in tails:
        yield from _judged(tail.pattern.match(text, end), tail)
    if _DIGIT.search(text, max(0, start - _FAR), start) is not None:
        yield from _judged(_BEFORE.pattern.search(text, max(0, start - _FAR), start), _BEFORE)


_PORT = lazy(r"\d{1,5}(?:[/?#]|$)")


def _judged(found: re.Match[str] | None, tail: Tail) -> Iterator[Span]:
    if found is not None and found.string[found.start("v") - 1] == ":" and _PORT.match(found["v"]):
        return  # `password:100/auth`: a host with its port
    if found is not None and tail.judge(found):
        yield found.span("v")


def _codes(text: str, low: str) -> Iterator[Span]:
    for stem in languages.CODE_STEMS:
        at, last = low.find(stem), -1
        while at >= 0:
            if at >= last and _CODE_NEAR.search(low, at, at + _CODE_AHEAD) is not None:
                last = at + _CODE_AHEAD
                for each in _CODES:
                    for found in each.pattern.finditer(text, max(0, at - _CODE_BACK), last):
                        yield found.span("v")
            at = low.find(stem, at + len(stem))
