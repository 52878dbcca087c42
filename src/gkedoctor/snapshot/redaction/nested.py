"""Credentials in a map or a block whose parent says what they are: `tokens { agent = "…" }`, `stringData: {…}`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gkedoctor.lazy_regex import lazy
from gkedoctor.snapshot.redaction import values
from gkedoctor.snapshot.redaction.judging import Where, holds
from gkedoctor.snapshot.redaction.names import Says, is_identity, says
from gkedoctor.snapshot.redaction.phrases import Rule, anything, rule

Span = tuple[int, int]

_I = re.IGNORECASE
_PARENTS = r"(?:[\w\-]{0,24}[_\-])?(?:tokens|passwords|passwds|secrets|credentials|creds|api_?keys|auth_?keys|auths?|keys|stringdata|secretdata|accounts|users|userlist|htpasswd|chpasswd)"
_BRACES = lazy(
    rf"(?<![\w\-])(?P<name>{_PARENTS})[\"'\\]{{0,8}}[ \t]{{0,4}}[:=]?>?[ \t]{{0,4}}(?:map(?:\[string\](?:string|interface\{{\}}|\[\]byte))?)?"
    r"[{\[](?P<body>[^{}\[\]]{4,8192}+)",
    _I,
)
"""A map in braces, or Go's `map[a:b]`."""

_BLOCK = lazy(rf"^(?P<indent>[ \t\-]{{0,40}})[\"']?(?P<name>{_PARENTS})[\"']?:[ \t]{{0,4}}\r?\n", re.I | re.M)
_CHILD = lazy(
    r"[\"'\\]{0,8}(?P<key>[\w.\-/@]{1,128}+)[\"'\\]{0,8}[ \t]{0,16}[:=]>?[ \t]{0,16}[\"'\\]{0,8}(?P<v>[^\s\"'\\,;}\])]{4,4096}+)"
)
_LINE = lazy(
    r"^[ \t]{0,80}+(?:-[ \t]{1,4})?[\"']?(?P<key>[\w.\-/@]{1,128}+)[\"']?[ \t]{0,4}[:=][ \t]{0,8}[\"']?(?P<v>[^\s\"'#]{4,4096}+)[\"']?[ \t\r]{0,8}$"
)
_MOST_LINES = 100
_SECRET = lazy(r"\\{0,4}[\"']?kind\\{0,4}[\"']?[ ]{0,2}[:=][ ]{0,2}\\{0,4}[\"']?Secret\b", _I)
_DATA = lazy(
    r"(?<![\w\-])(?:data|stringData)\\{0,8}[\"']?[ \t]{0,4}[:=][ \t]{0,4}(?:map(?:\[string\](?:string|\[\]u?int8|\[\]byte))?)?[{\[](?P<body>[^{}\[\]]{4,16384}+)",
    _I,
)

RULES: tuple[Rule, ...] = (
    # https://developer.hashicorp.com/terraform/internals/json-format: outputs that are marked as sensitive
    rule(
        'sensitive|issecret|is_secret|"secret"|hidden|masked|protected|encrypted',
        r"\\{0,4}[\"']?(?:value|default|plaintext|content)\\{0,4}[\"']?[ \t]{0,4}[:=][ \t]{0,4}\\{0,4}[\"'](?P<v>[^\"'\\\n]{3,4096}+)[^{}]{0,200}?\b(?:sensitive|is_?secret|secret|hidden|masked|protected|encrypted)\\{0,4}[\"']?[ \t]{0,4}[:=][ \t]{0,4}(?:true|1\b)",
        anything,
        _I,
    ),
    rule(
        'sensitive|issecret|is_secret|"secret"|hidden|masked|protected|encrypted',
        r"\b(?:sensitive|is_?secret|secret|hidden|masked|protected|encrypted)\\{0,4}[\"']?[ \t]{0,4}[:=][ \t]{0,4}(?:true|1\b)[^{}]{0,200}?[\"' \t\n]\\{0,4}(?:value|default|plaintext|content)\\{0,4}[\"']?[ \t]{0,4}[:=][ \t]{0,4}\\{0,4}[\"'](?P<v>[^\"'\\\n]{3,4096}+)",
        anything,
        _I,
    ),
    # https://cloudinit.readthedocs.io/en/latest/reference/modules.html#set-passwords: user and password a line
    rule(
        "chpasswd|htpasswd|basicauth|users:|basic_auth",
        r"\b(?:chpasswd|htpasswd|basicauth\w{0,8}|basic_auth\w{0,8}|users)[\"']?:[^\n]{0,8}\n(?:[^\n]{0,80}\n){0,6}?[ \t]{1,40}(?:-[ \t]{1,4})?[\"']?(?P<user>[a-zA-Z_][\w.\-]{0,63}):(?P<v>[^\s\"':]{5,256})[\"']?[ \t\r]{0,8}(?=\n|$)",
        lambda found: values.is_chosen(found["v"]) or values.is_told(found["v"]),
        _I,
    ),
)


def in_nested(text: str) -> Iterator[Span]:
    """The credentials in maps and blocks."""
    low = text.lower()
    if "secret" in low and "ata" in low and _SECRET.search(text) is not None:
        yield from _all_of(text)
    if not any(word in low for word in _HINTS):
        return
    for found in _BRACES.finditer(text):
        if "kty" in found["body"]:  # keys of a JSON Web Key Set: `phrases.py` knows which parts of them are private
            continue
        for child in _CHILD.finditer(text, *found.span("body")):
            if _is_child(found["name"], child):
                yield child.span("v")
    if "\n" in text:
        yield from _blocks(text)


_HINTS = (
    "tokens",
    "passw",
    "secrets",
    "cred",
    "keys",
    "stringdata",
    "auth",
    "secretdata",
    "accounts",
    "users",
    "userlist",
)


def _all_of(text: str) -> Iterator[Span]:
    """The values of a Secret that was printed in one line: all of them, whatever their names."""
    for found in _DATA.finditer(text):
        for child in _CHILD.finditer(text, *found.span("body")):
            if not values.is_nothing(child["v"]):
                yield child.span("v")


def _blocks(text: str) -> Iterator[Span]:
    for found in _BLOCK.finditer(text):
        indent = len(found["indent"].replace("-", " "))
        start = found.end()
        for _ in range(_MOST_LINES):
            end = text.find("\n", start)
            line = text[start : end if end >= 0 else len(text)][:4096]
            if line.strip() and len(line) - len(line.lstrip()) <= indent and not line.lstrip().startswith("- "):
                break
            child = _LINE.match(line)
            if child is not None and _is_child(found["name"], child):
                yield start + child.start("v"), start + child.end("v")
            if end < 0:
                break
            start = end + 1


def _is_child(parent: str, child: re.Match[str]) -> bool:
    """Whether an entry is a credential. Under `stringData` all are; under `users` what is told."""
    value, low = child["v"], parent.lower()
    if values.is_nothing(value) or values.is_path(value):
        return False
    if low in ("stringdata", "secretdata"):
        return True
    if is_identity(child["key"]) or "://" in value:
        return False
    if low.endswith(("passwords", "passwds", "htpasswd", "chpasswd")):
        return holds(Says.PASSWORD, value, Where.TEXT)
    if values.is_technical(value):
        return False
    if low.endswith(("tokens", "secrets", "credentials", "creds")) and says(child["key"]) is Says.NOTHING:
        return values.is_told(value) or values.UUID.fullmatch(value) is not None
    return values.is_told(value) and not low.endswith(("users", "accounts", "userlist"))
