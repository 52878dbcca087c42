"""Credentials in values that a program prints with its own types: tuples, records without names, byte arrays, dumps.

`{password,<<"X">>}` (Erlang), `&{https://x ada X true <nil>}` (Go), `DbConf(pg,5432,ada,X)` (Scala), `key=[]byte{0x…}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gkedoctor.lazy_regex import lazy
from gkedoctor.snapshot.redaction import values
from gkedoctor.snapshot.redaction.judging import Where, holds
from gkedoctor.snapshot.redaction.names import Says, is_identity, says, words_of
from gkedoctor.snapshot.redaction.phrases import PROSE, Rule, rule, user_password

Span = tuple[int, int]

_I = re.IGNORECASE
_SECRET_WORDS = frozenset(
    [
        "key",
        "secret",
        "token",
        "password",
        "passwd",
        "pwd",
        "seed",
        "psk",
        "salt",
        "pass",
        "private",
        "iv",
        "nonce",
        "credential",
        "credentials",
        "hmac",
        "kek",
        "dek",
    ]
)


def _typed(found: re.Match[str]) -> bool:
    name = found["name"]
    return name.lower() not in PROSE and holds(says(name), found["v"], Where.FIELD)


def _named_or_chosen(found: re.Match[str]) -> bool:
    """Under `secret` and `token` stand mostly names: the value has to look chosen."""
    name, value = found["name"], found["v"]
    if says(name) < Says.CREDENTIAL:
        return False
    return _typed(found) or values.is_chosen(value)


def _bytes(found: re.Match[str]) -> bool:
    """Whether a list of numbers is a key: the name says so, and they are more than small counts."""
    words = words_of(found["name"])
    if not words or is_identity(found["name"]) or not (_SECRET_WORDS & set(words)):
        return False
    if says(found["name"]) is Says.NOTHING and words[-1] not in _SECRET_WORDS:
        return False
    numbers = re.findall(r"0x[0-9a-f]{1,2}|[0-9a-f]{2,3}|\d", found["v"], re.I)
    return any(len(number) > 2 or not number.isdigit() for number in numbers) and len(set(numbers)) > 3


def _user_value(found: re.Match[str]) -> bool:
    return user_password(found) and values.is_chosen(found["v"])


_TYPE = r"(?:[&*]?(?:new[ ])?(?:\[\d{0,4}\])?[A-Za-z:]{0,16}(?:\[\]|\(\d{1,5}\))?!?[ ]{0,2}(?:\(len=\d{1,5}\)[ ]?)?)"
_NUMBER = r"(?:0x[0-9a-f]{1,2}|[0-9a-f]{2}(?![0-9a-f])|-?\d{1,3})"

RULES: tuple[Rule, ...] = (
    # https://www.erlang.org/doc/system/data_types.html, https://hexdocs.pm/elixir/Keyword.html, Lisp, Prolog, Ruby, Python
    rule(
        ",|<<",
        r"(?<![\w.\-])[:']?(?P<name>[A-Za-z][\w.\-]{1,63}+)[\"']?\\{0,4}[ \t]{0,2}(?:,|=>|->|:)[ \t]{0,2}(?:<<|[@#$~bruBRUN]{1,2}|~c|~s|Just |Some\()?\\{0,4}[\"'`](?P<v>[^\s\"'`\\]{4,512}+)\\{0,4}[\"'`]",
        _named_or_chosen,
    ),
    # `key=[]byte{0xf0, …}`, `<Buffer f0 06 …>`, `"key":[12,34,…]`, `bytes=[-12, 34]`, `new byte[]{…}`
    rule(
        "key|secret|token|pass|seed|psk|salt|private|hmac|cred|pwd",
        r"(?<![\w.\-])(?P<name>[A-Za-z][\w.\-]{1,63}+)[\"'\\]{0,4}(?:[ ](?:bytes|material|data|value|content)){0,1}[ \t]{0,3}(?::=|=>|->|[:=(,])[ \t]{0,3}"
        + _TYPE
        + r"[\[{(<][ ]{0,2}(?:Buffer[ ])?(?P<v>"
        + _NUMBER
        + r"(?:[,; ]{1,3}"
        + _NUMBER
        + r"){7,512}+)",
        _bytes,
        _I,
    ),
    # `key=b'\xf0\x06…'`, `secret: "\x12\x34…"`
    rule(
        "\\x",
        r"(?<![\w.\-])(?P<name>[A-Za-z][\w.\-]{1,63}+)[\"']?[ \t]{0,3}[:=][ \t]{0,3}b?\\{0,2}[\"'](?P<v>(?=[^\"'\n]{0,64}\\x[0-9a-f]{2}\\{0,1})[^\"'\n]{8,2048}+)",
        lambda found: bool(_SECRET_WORDS & set(words_of(found["name"])[-1:])),
        _I,
    ),
    # a pair in one string, given to what logs in: `add_auth('digest', b'ada:X')`
    rule(
        "auth|login|cred|digest|userpwd|userinfo",
        r"(?:auth|login|cred|digest|userpwd|userinfo)\w{0,24}[^\n]{0,60}?[\"'`](?P<user>[\w.@+\-]{2,64}):(?P<v>[^\s\"'`:/]{5,256}+)[\"'`]",
        _user_value,
        _I,
    ),
)

_RECORD = lazy(r"(?P<type>[\w$.]{0,60}+)(?P<gap>[=: ]{0,3}[&*]{0,2})[({]{1,3}(?P<body>[^(){}\n]{8,800}+)")
_SPLIT = lazy(r"[^,\s]+")
_CONFIGURES = lazy(
    r"(?:conf(?:ig(?:uration)?)?|cred(?:ential)?s?|conn(?:ection)?(?:info|params?|string)?|auth\w{0,12}|login\w{0,8}|user\w{0,8}|account"
    r"|data_?source|db\w{0,8}|database|settings|options?|opts|params?|parameters|endpoint|broker|ldap\w{0,8}|smtp\w{0,8}|secret\w{0,8}"
    r"|registry|server|client|properties|props|jdbc\w{0,8}|dsn|basic)$",
    _I,
)
_USER = lazy(r"[\"']?[A-Za-z][A-Za-z_.@\-]{1,40}\d{0,2}[\"']?")
_STRONG = 10
"""Characters of a value that needs no user before it."""


def _records(text: str) -> Iterator[Span]:
    """The items of records without names that look chosen or drawn at random."""
    for found in _RECORD.finditer(text):
        body = found["body"]
        if (" " not in body and "," not in body) or not values.has_digit(body):
            continue
        configures = _CONFIGURES.search(found["type"]) is not None
        yield from _items(found.start("body"), body, configures=configures)


def _items(start: int, body: str, *, configures: bool) -> Iterator[Span]:
    items = list(_SPLIT.finditer(body))
    if len(items) < 3:
        return
    before = ""
    for item in items:
        value = item[0].strip("\"'`")
        if len(value) >= 6 and values.has_digit(value) and _is_item(value, before, configures=configures):
            begin = start + item.start() + item[0].index(value)
            yield begin, begin + len(value)
        before = item[0]


_NAMED = lazy(r"[\w.\-/]{1,64}[\\\"'`]{0,6}[=:]")
"""What has a name of its own is judged by it, in `assignments.py`."""


def _is_item(value: str, before: str, *, configures: bool) -> bool:
    if _NAMED.match(value) or values.is_technical(value):
        return False
    if values.is_random(value, 16) or (len(value) >= _STRONG and _is_strong(value)):
        return True
    return configures and _USER.fullmatch(before) is not None and values.is_chosen(value)


def _is_strong(value: str) -> bool:
    """Whether a value has upper and lower case, digits and signs, as only passwords have."""
    signs = sum(character in "!#$%^&*~@?+" for character in value)
    cases = {character.isupper() for character in value if character.isalpha()}
    return signs >= 1 and len(cases) == 2 and values.is_mixed(value) and "://" not in value


def in_structures(text: str) -> Iterator[Span]:
    """The credentials in records without names."""
    if "(" in text or "{" in text:
        yield from _records(text)
