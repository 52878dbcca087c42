"""Credentials in a text that stand behind their name: `password=…`, `"apiKey": "…"`, `<token>…</token>`, or encoded.

The text is gone through once. A name ends at `=`, `:` or their like; only behind a name that says something the value
is read, and the search goes on behind it, so that no character is read more than a bounded number of times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from gkedoctor.lazy_regex import lazy
from gkedoctor.snapshot.redaction import values
from gkedoctor.snapshot.redaction.forms import keyed_forms, pattern_of
from gkedoctor.snapshot.redaction.judging import Where, holds
from gkedoctor.snapshot.redaction.limits import LONGEST_VALUE
from gkedoctor.snapshot.redaction.names import Says, is_hook, is_identity, says, words_of

Span = tuple[int, int]

_COLOUR = r"(?:\x1b|\\x1b|\\u001b|\\033|\\e|\^\[)\[[\d;]{0,12}m"
_NAME = lazy(
    rf"""(?<![\w.\-])([\w.\-]++)
    (?:{_COLOUR}|\\{{0,8}}["'`»”]|\]|\)|\*{{1,2}}|&quot;|&\#34;|%22|%2522|\\u0022|[ \t]{{1,40}}){{0,6}}+
    (=>|->|→|⇒|:=|=3D|={{1,2}}|:{{1,2}}(?!//)|：|＝|%3[DdAa]|%253[DdAa]|\\{{1,4}}u003[dDaA]|&\#61;)
    (?:{_COLOUR}|\*{{1,2}}(?=[ \t])|[ \t]{{1,40}}|%20){{0,6}}+""",
    re.X,
)
"""A name with what separates it from its value. A run of name characters is tried at its beginning only."""

_OPENING = lazy(r"\\{0,8}[\"'`]|&quot;|&#34;|%22|%2522|\\u0022|[«“„]")
_CLOSING = {"«": "»", "“": "”", "„": "“"}
_WRAPPED = lazy(
    r"\s{0,40}+(?:string\(\d{1,6}\)[ ]?"
    r"|(?:Some|Ok|String|str|SecretStr|Secret|Optional|Just|Buffer\.from|bytes|Password|std::string|String::from|Secret::new|SecretString::(?:from|new))[(\[]|b|u|r|f|rb|@|N|\[)(?=\\{0,8}[\"'])"
)
"""What languages put before a string: `Some("x")` of Rust, `string(8) "x"` of PHP, `b'x'` of Python."""
_BARE = lazy(rf"[^\s\"<>`\x1b]{{1,{LONGEST_VALUE}}}+")
_END = lazy(
    r"\\{1,8}(?:[nrt\"]|'(?!\w))|=0[AaDd](?!\w)|\\{1,4}u00[0-9a-f]{2}|\\x1b|\\033|%(?:26|20|0[AaDd]|22|27|3[Bb])|&(?:quot|lt|gt|apos|amp|\#\d{1,4});"
    r"|&(?=[\w.\-\[\]%]{1,64}=)|[;,](?=$|\s|[\"']?[\w.\-]{1,40}[\"']?[=:])|'(?=\W|$)"
)
"""Where a value without quotes ends, short of the next space. `ab;Zebra` is one value, `ab;user=x` two."""

_BLOCK = lazy(r"[|>][+-]?\r?\n{1,2}[ \t]{0,64}+")
_TAG = lazy(r"[!&][A-Za-z][\w.\-/]{1,40}[ \t]{1,4}(?=\S)")
"""A tag or an anchor of YAML before the value."""

_PORT = lazy(r":(\d{1,5})(?=[/\s]|$)")
_URL_PORT = lazy(r":(\d{1,5})(?=[/?#:\s]|$)")
_HIGHEST_PORT = 65535
"""`auth:8443/ready`, `redis://auth:6379?db=0`: what stands before the colon is a host (RFC 3986, 3.2)."""

_USERINFO = lazy(r":[^\s/@\"'<>]{1,256}+@")
"""`redis://auth:PASSWORD@db:6379`: `urls` masks the password alone, so that the host stays."""

_EMPTY_PARAMETER = lazy(r"=(?:\s|$|\\{0,8}[\"'](?=[\s:,.)\]}>]|$))")
"""`/healthz?token=": dial tcp …`: the parameter has no value, and what follows belongs to the message."""

_GOES_ON = lazy(r"[ \t]+[a-z]{2,32}+(?![\w.\-]{0,32}[ \t]?[=:])")
_BEFORE = lazy(r"([A-Za-z]{2,24})[ _-]$")
_BEFORE_SLASH = lazy(r"([\w.\-]{2,40})/$")
_HALVES = frozenset({"key", "keys", "string", "code", "auth", "id", "credentials"})
_NAMES_A_NAME = frozenset(
    {
        "name",
        "key",
        "k",
        "headername",
        "header",
        "header_name",
        "variable",
        "property",
        "param",
        "field",
        "-name",
        "setting",
    }
)
_NAMES_A_VALUE = frozenset(
    {
        "v",
        "value",
        "val",
        "headervalue",
        "header_value",
        "content",
        "default",
        "literal",
        "stringvalue",
        "string_value",
        "plaintext",
        "plain",
        "secretvalue",
        "newvalue",
        "oldvalue",
    }
)
_PAIR = 60
"""Characters between the end of a name and the word `value`."""

_ELEMENT = lazy(
    r"<(?:[\w\-]{1,40}:)?([A-Za-z][\w.\-]{0,100}+)(?:\s[^<>]{0,200}+)?>(?:[ \t\r]{0,8}\n\s{0,64}+)?"
    r"(?:\s{0,64}+<(?:value|plain|string|content)>\s{0,8}+)?(?:\s{0,64}+<!\[CDATA\[\s{0,8}+)?([^<\s][^<]{0,1024}+)<",
    re.I,
)
"""An element with its text, also as CDATA, or in one that is the value alone: `<Password><Value>…`."""
_ENTRY = lazy(r"(?:key|name)=[\"']([\w.\-]{2,100}+)[\"'][ \t]{0,4}/?>([^<\s][^<]{0,1024}+)<")


class _Value(NamedTuple):
    start: int
    end: int
    quoted: bool


def assigned(text: str) -> Iterator[Span]:
    """The credentials behind a name, in their order."""
    position, pair = 0, (Says.NOTHING, -1)
    while (found := _NAME.search(text, position)) is not None:
        position = found.end()
        name = found[1]
        outside = _end_of_no_value(text, found)
        if outside is not None:
            position = outside
            continue
        strength = _strength(text, found)
        low = name.lower()
        if low in _NAMES_A_VALUE and 0 <= found.start() - pair[1] <= _PAIR:
            strength = max(strength, pair[0])
        elif low in _NAMES_A_NAME:
            pair = _named(text, position)
        if strength is Says.NOTHING and not _keyed(name):
            continue
        value = _value_at(text, position)
        if value is None:
            pair = (strength, position) if text[position : position + 1] == "{" else pair
            continue
        if _is_credential(text, name, strength, found[2], value):
            yield value.start, value.end
            position = max(position, value.end)
            if (changed := _changed_to(text, value)) is not None:
                yield changed.start, changed.end
                position = changed.end
        elif not value.quoted and text[value.end : value.end + 1] not in (":", "="):
            position = max(position, value.end)


def elements(text: str) -> Iterator[Span]:
    """The credentials that are the text of an XML element, or of an entry with a key."""
    if "</" not in text:
        return
    for pattern in (_ELEMENT, _ENTRY):
        for found in pattern.finditer(text):
            said = found[2].removesuffix("]]>")
            if "\n" not in said.rstrip() and holds(says(found[1]), said, Where.TEXT):
                yield found.start(2), found.start(2) + len(said.rstrip())


_ARROW = lazy(r"\\{0,8}[\"'`]?[ \t]{1,4}(?:->|=>|→|⇒)[ \t]{1,4}(?=\\{0,8}[\"'`\w])")


def _changed_to(text: str, value: _Value) -> _Value | None:
    """What the value becomes, where a plan shows both: `password = "…" -> "…"`."""
    arrow = _ARROW.match(text, value.end)
    new = _value_at(text, arrow.end()) if arrow is not None else None
    return new if new is not None and not values.is_nothing(text[new.start : new.end]) else None


def _strength(text: str, found: re.Match[str]) -> Says:
    """What the name says; of `API key: …` the word before it is a part."""
    own = says(found[1])
    if own is not Says.NOTHING and _is_of_source(text, found):
        return Says.NOTHING
    if own is not Says.NOTHING and text[found.start() - 1 : found.start()] == "/" and _is_of_path(text, found):
        return Says.NOTHING
    if own is Says.NOTHING and found[1].lower() in _HALVES:
        before = _BEFORE.search(text, max(0, found.start() - 26), found.start())
        return says(f"{before[1]}_{found[1]}") if before is not None else own
    return own


def _end_of_no_value(text: str, found: re.Match[str]) -> int | None:
    """Where to go on behind a name that has no value: a host with its port, an empty parameter of a URL; else None."""
    start, end = found.span(1)
    in_url = text.startswith("://", start - 3)
    port = (_URL_PORT if in_url else _PORT).match(text, end)
    if port is not None and int(port[1]) <= _HIGHEST_PORT:
        return port.end()
    if in_url and (password := _USERINFO.match(text, end)) is not None:
        return password.end()
    if text[start - 1 : start] not in ("?", "&") and not text.endswith("&amp;", 0, start):
        return None
    return end + 1 if _EMPTY_PARAMETER.match(text, end) is not None else None


def _is_of_path(text: str, found: re.Match[str]) -> bool:
    """Whether the name is a file's (`/etc/tls/tls.key": …`), or stands behind what explains it: `checksum/secret`."""
    before = _BEFORE_SLASH.search(text, max(0, found.start() - 42), found.start())
    return found[1].lower().endswith((".key", ".pem")) or (before is not None and is_identity(before[1]))


_IMAGE_TAG = lazy(r"(?:[0-9a-f]{7,64}|v?\d[\w.\-]{0,60}|[a-z]{2,20}-[0-9a-f]{7,40})(?=[\s\"',)@]|$)")
_SOURCE_LINE = lazy(r"\d{1,7}(?=[:,)\s]|$)")
_SOURCE = lazy(r"\.(?:rb|py|go|js|ts|tsx|java|kt|scala|php|rs|c|cc|cpp|cs|ex|exs|erl|lua|pl|swift|clj|hs|ml)$", re.I)


def _is_of_source(text: str, found: re.Match[str]) -> bool:
    """Whether the name is of a file with a line behind it (`credential.rb:12`), or of an image with its tag."""
    if found[2] != ":" or text[found.end() - 1] != ":":
        return False
    if _SOURCE.search(found[1]) and _SOURCE_LINE.match(text, found.end()):
        return True
    return text[found.start() - 1 : found.start()] == "/" and _IMAGE_TAG.match(text, found.end()) is not None


def _named(text: str, position: int) -> tuple[Says, int]:
    value = _value_at(text, position)
    if value is None or value.end - value.start > 100:
        return Says.NOTHING, -1
    return says(text[value.start : value.end]), value.end


def _is_credential(text: str, name: str, strength: Says, separator: str, value: _Value) -> bool:
    said = text[value.start : value.end]
    if any(pattern.fullmatch(said) for pattern in _keyed(name)):
        return True
    if name.lower().endswith(("cookie", "cookies", "cookie2")) and "=" in said:
        return False  # its values are told apart by `phrases.py`
    prose = separator.startswith(":") and not value.quoted
    if prose and values.is_letters(said) and _GOES_ON.match(text, value.end):
        return False
    if strength is not Says.PASSWORD and (values.is_object_name(said) or _is_reference(name, said)):
        return False
    return holds(strength, said, Where.PROSE if prose else Where.TEXT)


_KINDS = frozenset({"secret", "secrets", "token", "tokens", "credentials", "auth", "key"})
_KEBAB = lazy(
    r"[a-z]{1,40}(?:[-/.][a-z]{1,40}){1,8}|(?:[a-z0-9\-]{1,63}/)?[a-z][a-z0-9]{0,30}(?:[-.][a-z0-9]{1,30}){0,8}"
    r"-(?:token|dockercfg|secret|credentials|tls|config)(?:-[a-z0-9]{4,10})?"
)
"""Of words; or with the end that a controller gives it: `builder-token-x2k4z`, `bootstrap-token-07401b`."""


def _is_reference(name: str, said: str) -> bool:
    """`secret: shop/acme-tls not found`: the name of an object of that kind."""
    return name.lower() in _KINDS and _KEBAB.fullmatch(said) is not None


@lru_cache(maxsize=20_000)
def _keyed(name: str) -> tuple[re.Pattern[str], ...]:
    """The forms that are credentials under this name."""
    if is_identity(name) or is_hook(name):
        return ()
    words = set(words_of(name))
    return tuple(pattern for known, pattern in _keyed_forms() if words & known)


@cache
def _keyed_forms() -> tuple[tuple[frozenset[str], re.Pattern[str]], ...]:
    return tuple((frozenset(row.words.split()), re.compile(pattern_of(row.form))) for row in keyed_forms())


def _value_at(text: str, start: int) -> _Value | None:
    """The value that begins at a place: in quotes of whatever depth of escaping, or up to where it must end."""
    tag = _TAG.match(text, start)
    start = tag.end() if tag is not None else start
    block = _BLOCK.match(text, start)
    if block is not None:
        start = block.end()
    wrapped = _WRAPPED.match(text, start)
    opening = _OPENING.match(text, wrapped.end() if wrapped is not None else start)
    if opening is not None:
        begin = opening.end()
        return _Value(begin, _closed(text, begin, _CLOSING.get(opening[0], opening[0])), True)
    bare = _BARE.match(text, start)
    if bare is None or bare[0][0] in "{[(":
        return None
    cut = _END.search(text, start, bare.end())
    end = _stripped(text, start, cut.start() if cut is not None else bare.end())
    return _Value(start, end, False) if end > start else None


def _closed(text: str, begin: int, quote: str) -> int:
    """Where a quoted value ends: at the same quote, or with its line. A quote inside of a word is none."""
    limit = min(len(text), begin + LONGEST_VALUE)
    at = begin
    while (at := text.find(quote, at, limit)) >= 0:
        escaped = quote[0] != "\\" and text[at - 1] == "\\" and at > begin and text[at - 2 : at] != "\\\\"
        inside = quote == "'" and text[at + 1 : at + 2].isalnum()
        if not escaped and not inside:
            return at
        at += 1
    line = text.find("\n", begin, limit)
    return line if line >= 0 else limit


_CLOSERS = {")": "(", "]": "[", "}": "{"}


def _stripped(text: str, start: int, end: int) -> int:
    while end > start:
        last = text[end - 1]
        opener = _CLOSERS.get(last)
        if last not in ",;:.'" and (opener is None or text.find(opener, start, end) >= 0):
            break
        end -= 1
    return end
