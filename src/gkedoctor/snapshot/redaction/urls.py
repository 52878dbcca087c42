"""Credentials in URLs and in the connection strings of drivers: passwords, tokens in queries and paths, webhooks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gkedoctor.lazy_regex import lazy
from gkedoctor.snapshot.redaction import values
from gkedoctor.snapshot.redaction.judging import Where, holds
from gkedoctor.snapshot.redaction.names import Says, says, words_of

Span = tuple[int, int]

_REST = lazy(r"[^\s\"<>\\`]{1,1024}")
_AUTHORITY = lazy(r"[^/?#]*")
_QUERY = lazy(r"(?<=[?&;])([\w.\-\[\]%]{1,64}+)=([^&\s\"'<>#;\\]{1,2048}+)")
_IN_QUERY = frozenset(
    {"key", "code", "ticket", "access", "hash", "hmac", "session", "s", "k", "t", "apikey", "appid", "state"}
)
"""Names of parameters that say something in a query alone; their value has to look like a token."""

_IN_PATH = lazy(
    r"/(?:tokens?|keys?|secrets?|api-?keys?|api_keys?|auth|access_tokens?|webhooks?|hooks?|invite|reset|magic|unsubscribe"
    r"|reset[-_]?password|password[-_]?reset|password/(?:edit|reset)|verify(?:[-_]?email)?|confirm(?:ation)?|activate)"
    r"/([^/\s?#\"'<>&]{12,256}+)",
    re.I,
)
_NO_PASSWORD = frozenset({"password", "passwd", "pass", "pw", "pwd", "secret", "token", "x", "x-oauth-basic", "nopass"})
_PORT = lazy(r"\d{0,5}")
_PUBLIC_USER = lazy(r"[a-z][a-z0-9.-]{2,63}@[a-z0-9.-]{1,253}\.gserviceaccount\.com", re.I)

_WEBHOOKS: tuple[tuple[str, str], ...] = (
    # https://api.slack.com/messaging/webhooks
    ("hooks.slack.com/", r"(?:services|workflows|triggers)/([^\s\"'<>?#&]{8,200})"),
    ("hooks.slack-gov.com/", r"(?:services|workflows|triggers)/([^\s\"'<>?#&]{8,200})"),
    # https://discord.com/developers/docs/resources/webhook
    ("/api/webhooks/", r"(\d{5,25}/[\w\-]{16,128})"),
    ("/webhooks/", r"(\d{15,25}/[\w\-]{30,128})"),
    # https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/
    ("/webhookb2/", r"([^\s\"'<>?#&]{16,400})"),
    ("outlook.office.com/webhook/", r"([^\s\"'<>?#&]{16,400})"),
    # https://docs.mattermost.com/developer/webhooks-incoming.html, https://docs.rocket.chat/docs/integrations
    ("/hooks/", r"([a-z0-9]{20,30}(?:/[A-Za-z0-9]{16,64})?|[A-Za-z0-9]{16,24}/[A-Za-z0-9]{30,64})(?![\w-])"),
    # https://zapier.com/help/doc/how-get-started-webhooks-zapier
    ("hooks.zapier.com/hooks/", r"(?:catch|standard)/([^\s\"'<>?#&]{6,100})"),
    # https://developer.pagerduty.com/docs/events-api-v1
    ("events.pagerduty.com/", r"(?:integration|x-ere|generic)/(\w{20,40})"),
    ("alert.victorops.com/integrations/generic/", r"\d{1,10}/alert/([^\s\"'<>?#&]{8,100})"),
    # https://ifttt.com/maker_webhooks
    ("maker.ifttt.com/trigger/", r"[^/\s]{1,64}/(?:json/)?with/key/([\w\-]{10,64})"),
    # https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
    ("/open-apis/bot/", r"v?\d?/?hook/([\w\-]{16,64})"),
    # https://developer.work.weixin.qq.com/document/path/91770
    ("/cgi-bin/webhook/", r"\w{1,16}\?(?:[\w=&]{0,64}&)?key=([\w\-]{16,64})"),
    # https://healthchecks.io/docs/http_api/
    ("hc-ping.com/", r"([\w\-]{20,64})"),
    ("betterstack.com/api/v1/heartbeat/", r"(\w{16,64})"),
    ("cronitor.link/", r"(?:p/)?(\w{10,64})"),
    ("webhook.site/", r"([\w\-]{30,64})"),
    # https://www.make.com/en/help/tools/webhooks
    (".make.com/", r"(\w{24,64})"),
    # https://developer.webex.com/docs/webhooks
    ("webexapis.com/v1/webhooks/incoming/", r"([\w\-]{20,200})"),
    # https://core.telegram.org/bots/api#authorizing-your-bot
    ("api.telegram.org/bot", r"(\d{5,16}:[\w\-]{20,64})"),
    # https://github.com/Yelp/detect-secrets/blob/master/detect_secrets/plugins/softlayer.py
    ("api.softlayer.com/soap/", r"v3(?:\.1)?/(\w{40,80})"),
)
_HOOKS = tuple((literal, lazy(tail)) for literal, tail in _WEBHOOKS)
_ORACLE = lazy(r"jdbc:oracle:(?:thin|oci8?):([^/\s@\"']{1,64}+)/")
_DRIVER_HOSTS = ("@(", "@tcp(", "@tcp4(", "@unix(", "@udp(", "@cloudsql(", "@tcp6(")
_LEFT = lazy(r"[\s\"'=<>,`]")
_DSN = 256
"""Characters before `@tcp(` in which user and password stand."""


def in_urls(text: str) -> Iterator[Span]:
    """Passwords before the host, webhooks, tokens in queries and paths: all that is precise enough for any string."""
    if "://" in text:
        yield from _userinfos(text)
    if "=" in text and ("?" in text or "&" in text):
        yield from _queries(text)
    if "/" in text:
        yield from _hooks(text)
        for found in _IN_PATH.finditer(text):
            if values.is_told(found[1]) or values.is_hex(found[1], 20):
                yield found.span(1)


def in_connection_strings(text: str) -> Iterator[Span]:
    """Passwords in the forms of drivers that are no URLs: Go's MySQL driver, Oracle's."""
    if "@" not in text:
        return
    for host in _DRIVER_HOSTS:
        at = text.find(host)
        while at >= 0:
            span = _before_host(text, at)
            if span is not None:
                yield span
            at = text.find(host, at + len(host))
    for found in _ORACLE.finditer(text):
        at = text.find("@", found.end(), found.end() + 128)
        if at > found.end() and not values.is_nothing(text[found.end() : at]):
            yield found.end(), at


def hook_path(text: str, start: int, end: int) -> Span | None:
    """What of a webhook's address between two places is a credential: the path, unless it is made of words."""
    scheme = text.find("://", start, end)
    if scheme < 0 or scheme - start > 16:
        return None
    slash = text.find("/", scheme + 3, end)
    path = text[slash + 1 : end] if slash >= 0 else ""
    if len(path) < 6 or values.is_nothing(path) or values.is_phrase(path):
        return None
    return slash + 1, end


def _before_host(text: str, at: int) -> Span | None:
    begin = max(0, at - _DSN)
    left = [found.end() for found in _LEFT.finditer(text, begin, at)]
    begin = left[-1] if left else begin
    if "://" in text[begin:at]:
        begin = text.index("://", begin) + 3
    colon = text.find(":", begin, at)
    if colon < 0 or colon + 1 >= at or values.is_nothing(text[colon + 1 : at]):
        return None
    return colon + 1, at


def _userinfos(text: str) -> Iterator[Span]:
    at = text.find("://")
    while at >= 0:
        following = text.find("://", at + 3)
        rest = _REST.match(text, at + 3, following if following >= 0 else len(text))
        if rest is not None and "@" in rest[0]:
            span = _credential_of(rest[0])
            if span is not None:
                yield at + 3 + span[0], at + 3 + span[1]
        at = following


def _credential_of(rest: str) -> Span | None:
    """Where in what follows `://` the password is, or a token that stands in the place of the user."""
    authority = _AUTHORITY.match(rest)
    assert authority is not None
    end = authority[0].rfind("@")
    if end < 0:
        user, colon, port = authority[0].partition(":")
        if not colon or _PORT.fullmatch(port):
            return None
        end = rest.find("@")
    user, colon, password = rest[:end].partition(":")
    if colon and password and password.lower() not in _NO_PASSWORD:
        return None if values.is_nothing(password) else (len(user) + 1, end)
    if _PUBLIC_USER.match(rest) or values.is_nothing(user) or password.lower() == "password":
        return None
    drawn = values.is_random(user, 16) or values.is_hex(user, 16) or values.is_mixed(user)
    drawn = drawn or (len(user) >= 16 and user.isalnum() and values.has_digit(user) and not user.islower())
    return (0, len(user)) if drawn or (colon and len(user) >= 16 and not values.is_phrase(user)) else None


def _queries(text: str) -> Iterator[Span]:
    for found in _QUERY.finditer(text):
        name, value = found[1], found[2]
        strength = says(name)
        if strength >= Says.CREDENTIAL:
            is_one = holds(strength, value, Where.TEXT)
        elif strength is Says.PERHAPS or _IN_QUERY.intersection(words_of(name)):
            is_one = _is_drawn(value)
        else:
            is_one = _is_beside_user(text, found)
        if is_one:
            yield found.span(2)


_SHORT_PASSWORDS = frozenset({"p", "pw", "pwd", "pass", "passw"})
_USER = lazy(r"[?&](?:u|user|usr|username|login|uid|usuario|benutzer)=")
_NEAR = 256
"""Characters before and behind a short parameter in which the one of its user stands."""


def _is_beside_user(text: str, found: re.Match[str]) -> bool:
    """Whether a parameter is the password of the pair `u=…&p=…` (https://docs.influxdata.com/influxdb/v1/tools/api/)."""
    if found[1].lower() not in _SHORT_PASSWORDS or found[2].isdigit() or values.is_nothing(found[2]):
        return False
    return _USER.search(text, max(0, found.start() - _NEAR), found.end() + _NEAR) is not None


def _is_drawn(value: str) -> bool:
    return values.is_told(value) or values.is_hex(value, 16)


def _hooks(text: str) -> Iterator[Span]:
    for literal, tail in _HOOKS:
        at = text.find(literal)
        while at >= 0:
            found = tail.match(text, at + len(literal))
            if found is not None:
                yield found.span(1)
            at = text.find(literal, at + len(literal))
