"""Credentials that validators, form bodies, servers and encodings show again: `input_value='…'`, `name="password"`.

The rules have the form of those in `phrases.py`: words that lead to a pattern, a bounded pattern, and a judge.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from gkedoctor.lazy_regex import lazy
from gkedoctor.snapshot.redaction.phrases import Rule, anything, named, password, rule
from gkedoctor.snapshot.redaction.statements import made_up

Span = tuple[int, int]

_I = re.IGNORECASE

RULES: tuple[Rule, ...] = (
    # https://redis.io/docs/latest/commands/auth/: what a server says of a login that it refuses
    rule("auth ", r"\bAUTH[ \t](?P<v>[^\s\"']{6,256}+)[ \t]+(?:failed|rejected|denied|was|is|with|from)\b", made_up),
    rule("requirepass|masterauth", r"\b(?:requirepass|masterauth)[ \t]{1,4}[\"']?(?P<v>[^\s\"']{3,512}+)", made_up, _I),
    # https://dev.mysql.com/doc/refman/8.4/en/data-directory-initialization.html: any sign may be in it
    rule("temporary password", r"\btemporary password is generated for [^\s:]{1,128}+: (?P<v>\S{6,64}+)", anything),
    rule(
        "username=|user=",
        r"\b(?:username|user)=(?P<user>[\w.\-]{1,64}+):(?P<v>[^\s\"',:/@&;]{6,256}+)(?=[\s\"',;&]|$)",
        made_up,
    ),
    # a list of arguments in any language: a user and then a password
    rule(
        "-p",
        r"[\"'](?:-u|--user|--username|-U)[\"'][ \t]{0,2},[ \t]{0,2}[\"'][^\"'\n]{1,128}+[\"'][ \t]{0,2},[ \t]{0,2}"
        r"[\"'](?:-p|-P|--pass|--password)[\"'][ \t]{0,2},[ \t]{0,2}[\"'](?P<v>[^\"'\n]{3,256}+)[\"']",
        password,
    ),
    # https://docs.pydantic.dev/latest/errors/errors/, JSON Schema validators of Helm and others
    rule(
        "input_value",
        r"^[ \t]{0,8}(?P<name>[\w.\-]{2,100}+)\n[^\n]{0,400}?\binput_value='(?P<v>[^'\n]{3,512}+)'",
        named,
        re.MULTILINE,
    ),
    rule(
        "got",
        r"(?<![\w.\-])(?P<name>[\w.\-]{3,100}+):[ ][^\n:\"]{0,80}+:[ ]got:?[ ]\"(?P<v>[^\"\n]{3,512}+)\"",
        named,
    ),
    # a value in brackets, as Java's loggers print it
    rule("=[", r"(?<![\w.\-])(?P<name>[A-Za-z][\w.\-]{1,100}+)=\[(?P<v>[^\]\[\s,]{4,256}+)\]", named),
    # conditions: `if ($http_x_api_key != "…")`
    rule(
        "!=|==|=~",
        r"(?<![\w.\-])(?P<name>[A-Za-z][\w.\-]{1,100}+)[ \t]{0,2}(?:!=|==|=~)[ \t]{0,2}"
        r"\\{0,4}[\"'](?P<v>[^\"'\s\\]{6,512}+)",
        named,
    ),
    # https://zookeeper.apache.org/doc/current/zookeeperAdmin.html: users of the digest login module
    rule("user_", r"^[ \t]{0,16}user_\w{1,64}+=\"(?P<v>[^\"\n]{4,256}+)\"", made_up, re.MULTILINE),
    # https://www.rfc-editor.org/rfc/rfc7578: a part of a form
    rule('name="', r"\bname=\"(?P<name>[\w.\-]{2,100}+)\"(?:\r?\n|\\r?\\n|\\r\\n){2}(?P<v>[^\s\\]{3,512}+)", named),
    rule("&lt;", r"&lt;(?P<name>[A-Za-z][\w.\-]{1,100}+)&gt;(?P<v>[^&<>\s]{3,512}+)&lt;/", named),
    # the address of a database, encoded for a URL
    rule("%3a%2f%2f", r"%3A%2F%2F[\w.\-]{1,64}+%3A(?P<v>[^\s\"'&]{3,256}?)%40", anything, _I),
    # the encoding is named between the name and the value
    rule(
        " hex| base64| b64",
        r"(?<![\w.\-])(?P<name>[A-Za-z][\w.\-]{1,100}+)[ \t](?:hex|base64|b64)[:=][ \t]{0,2}"
        r"(?P<v>[A-Za-z0-9+/=]{12,1024}+)",
        named,
        _I,
    ),
)


def _aligned(text: str) -> Iterator[str]:
    """What base 64 makes of a text wherever it begins, without the ends that depend on its neighbours."""
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + text.encode()).decode().rstrip("=")
        yield encoded[(0, 2, 3)[shift] : len(encoded) - 1]


_ENCODED_SECRET = tuple(part for text in ("kind: Secret", '"kind":"Secret"') for part in _aligned(text))
_RUN = lazy(r"[A-Za-z0-9+/]{24,65536}+={0,2}")


def encoded_secrets(text: str) -> Iterator[Span]:
    """Secrets that somebody encoded as a whole: their keys and values cannot be told apart there."""
    if any(part in text for part in _ENCODED_SECRET):
        yield from (run.span() for run in _RUN.finditer(text) if any(part in run[0] for part in _ENCODED_SECRET))
