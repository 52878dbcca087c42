"""Credentials that a program's own syntax marks, without `=` or `:`: flags, SQL, netrc, headers, cookies, commands.

Each rule has words of which one is in every text that it can fit (in lower case), so that most texts meet no pattern.
Each pattern begins with a literal or at the beginning of a line, and every repetition in it is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from gkedoctor.lazy_regex import lazy
from gkedoctor.snapshot.redaction import values
from gkedoctor.snapshot.redaction.judging import Where, holds
from gkedoctor.snapshot.redaction.names import Says, says
from gkedoctor.snapshot.redaction.words import are_words, is_wordy

Span = tuple[int, int]
Judge = Callable[[re.Match[str]], bool]


def password(found: re.Match[str]) -> bool:
    """Whether the value is one of a password, and no word."""
    return holds(Says.PASSWORD, found["v"], Where.TEXT)


def _credential(found: re.Match[str]) -> bool:
    return holds(Says.CREDENTIAL, found["v"], Where.TEXT)


def anything(found: re.Match[str]) -> bool:
    """Whether there is a value: for patterns that leave no doubt."""
    return not values.is_nothing(found["v"])


def _told(found: re.Match[str]) -> bool:
    return values.is_told(found["v"])


def named(found: re.Match[str]) -> bool:
    """Whether the value is a credential under the name in the group `name`."""
    return holds(says(found["name"]), found["v"], Where.TEXT)


def _named_flag(found: re.Match[str]) -> bool:
    value = found["v"]
    if value.startswith("-"):
        return False
    return holds(says(found["name"]), value, Where.TEXT)


def _sentence(found: re.Match[str]) -> bool:
    value = found["v"]
    if says(found["name"]) is not Says.PASSWORD:
        return values.is_told(value)
    if found["is"]:
        return holds(Says.PASSWORD, value, Where.TEXT)
    return values.is_told(value) or (values.is_alphanumeric(value) and not are_words(value))


def _row(found: re.Match[str]) -> bool:
    return found["name"].lower() not in PROSE and holds(says(found["name"]), found["v"], Where.FIELD)


PROSE = frozenset(
    {
        "secret",
        "secrets",
        "token",
        "tokens",
        "key",
        "keys",
        "auth",
        "cookie",
        "credential",
        "credentials",
        "salt",
        "seed",
        "sid",
    }
)
"""Words that a sentence puts before a name in quotes: `secret "db" not found`."""


def _bearer(found: re.Match[str]) -> bool:
    value = found["v"]
    if values.is_nothing(value) or values.is_phrase(value):
        return False
    if found["header"] is None and found[0][:6].lower() == "digest" and values.is_hex(value):
        return False  # `digest 250711b3…`, of a chart or an image
    if found["header"] is not None or values.is_told(value):
        return True
    return (
        found[0].lower().startswith("bearer") and len(value) >= 16 and values.has_digit(value) and not is_wordy(value)
    )


def user_password(found: re.Match[str]) -> bool:
    """Whether what follows a user and a colon is a password, and no port or address."""
    user, value = found["user"], found["v"]
    if value.isdigit() and (user.isdigit() or len(value) <= 5):
        return False
    return not values.is_technical(value) and not values.is_phrase(value) and not values.is_nothing(value)


class Rule(NamedTuple):
    """A pattern whose group `v` is the credential, the words that lead to it, and what its value has to be."""

    words: tuple[str, ...]
    """An empty one: the rule is tried on every text."""

    pattern: re.Pattern[str]
    judge: Judge


def rule(words: str, pattern: str, judge: Judge, flags: int = 0) -> Rule:
    """A rule whose words are given with `|` between them, in lower case."""
    return Rule(tuple(words.split("|")), lazy(pattern, flags), judge)


_VALUE = r"(?P<q>\\{0,4}[\"']?)(?P<v>[^\s\"'\\<>]{1,512}+)"
_QUOTED = r"\\{0,4}['\"](?P<v>[^'\"\\\s]{1,512}+)"
_I = re.IGNORECASE

RULES: tuple[Rule, ...] = (
    # RFC 6750, RFC 7617, https://docs.github.com/en/rest/authentication: schemes of the header Authorization
    rule(
        "bearer|basic|token|apikey|api-key|negotiate|ntlm|splunk|ssws|digest|genie|bot|aws4",
        r"(?P<header>\b(?:proxy-)?authorization[\"'\\]{0,6}[ \t]{0,4}(?:=>|[:=,])[ \t\"'\\\[]{0,8})?"
        r"\b(?:bearer|basic|token|apikey|api-key|negotiate|ntlm|splunk|ssws|geniekey|bot|digest)[ \t]{1,4}"
        r"(?P<v>[A-Za-z0-9._~+/=\-!$%^*@#]{5,2048}+)",
        _bearer,
        _I,
    ),
    rule("--| -", r"(?<![\w\-])--?(?P<name>[A-Za-z][\w.\-]{1,63}+)[ \t]{1,4}(?!--?[A-Za-z])" + _VALUE, _named_flag),
    rule("-p|-u|-w|-a|-x", r"(?<![\w\-])-(?P<name>pass|password|pw|token|secret|key)[ \t]{1,4}" + _VALUE, _named_flag),
    # https://curl.se/docs/manpage.html#-u
    rule(
        "-u|--user|--creds|--basic",
        r"(?<![\w\-])(?:-u|--user|--proxy-user|--creds|--basic-auth|--auth)[ =]{0,2}[\"']?"
        r"(?P<user>[^\s:\"'=/]{1,64}+):(?P<v>[^\s\"']{3,256}+)",
        user_password,
    ),
    # https://dev.mysql.com/doc/refman/8.4/en/command-line-options.html: the password is attached to -p
    rule(
        "mysql|mariadb|mysqldump|mysqladmin|xtrabackup|innobackupex",
        r"\b(?:mysql\w{0,16}|mariadb[\w\-]{0,16}|xtrabackup)\b[^\n|;&]{0,200}?[ \t\"',]-p(?P<v>[^\s\"',\\=\-][^\s\"',\\]{2,255}+)",
        anything,
    ),
    # https://linux.die.net/man/1/sshpass, https://redis.io/docs/latest/develop/tools/cli/
    rule(
        "sshpass|redis-cli|mongo|docker login|podman login|helm registry|crane auth|az login|ldap|keytool|mosquitto"
        "|sqlcmd|smbclient|impala|beeline|cqlsh|zip|rclone|influx|clickhouse|mc alias|nats|etcdctl|skopeo|buildah|oras|bcp",
        r"\b(?:sshpass|redis-cli|mongo\w{0,12}|docker|podman|helm|crane|az|ldap\w{1,12}|mosquitto_\w{3}|sqlcmd|bcp|cqlsh|beeline"
        r"|zip|influx|clickhouse-client|skopeo|buildah|oras|nats)\b[^\n|;&]{0,200}?[ \t\"',]-[pPaw][ \t\"',]{0,4}"
        r"(?P<v>[^\s\"',\-][^\s\"',]{2,255}+)",
        password,
    ),
    rule(
        "etcdctl|rclone|smbclient|curl|wget",
        r"[ \t](?:--user|-U)[ =](?P<user>[^\s:%]{1,64}+)[:%](?P<v>[^\s]{3,256}+)",
        user_password,
    ),
    rule("sqlplus", r"\bsqlplus\b[^\n|;&/]{0,100}?[ \t][^\s/@]{1,64}/(?P<v>[^\s/@\"']{2,128}+)@?", anything),
    rule("snmp", r"\bsnmp\w{2,10}\b[^\n|;&]{0,100}?[ \t]-c[ \t]{0,2}(?P<v>[^\s\-]{4,128}+)", password),
    rule(
        "rabbitmqctl",
        r"\brabbitmqctl[ \t]+(?:add_user|change_password)[ \t]+\S{1,64}+[ \t]+(?P<v>\S{3,256}+)",
        anything,
    ),
    rule("vault login", r"\bvault[ \t]+login[ \t]+(?:-[\w=\-]{1,40}[ \t]+){0,4}(?P<v>[^\s=\-]{8,256}+)", _credential),
    rule(
        "mc alias|mc config|minio",
        r"\bmc[ \t]+(?:alias|config)[ \t]+(?:set|host[ \t]+add)[ \t]+\S{1,64}+[ \t]+\S{1,256}+[ \t]+\S{1,128}+[ \t]+(?P<v>\S{8,256}+)",
        anything,
    ),
    rule(
        "chpasswd",
        r"(?P<user>[\w.\-]{1,32}):(?P<v>[^\s\"'|:]{3,128}+)[\"']?[ \t]{0,4}\|[ \t]{0,4}(?:sudo[ \t]+)?chpasswd",
        anything,
    ),
    rule(
        "htpasswd",
        r"\bhtpasswd\b[^\n|;&]{0,100}?[ \t]-\w{0,4}b\w{0,4}[ \t][^\n|;&]{0,160}?[ \t](?P<v>[^\s\-]{4,128})(?=\s|$|[|;&])",
        _told,
    ),
    rule(
        "passin|passout|storepass|keypass",
        r"(?:-pass(?:in|out)?[ \t]+|-)(?:pass:|storepass[ \t]+|keypass[ \t]+)(?P<v>[^\s\"']{3,128}+)",
        anything,
    ),
    rule(
        "login",
        r"\b(?:npm|yarn|pip|twine|gem|cargo|gh|glab|heroku|doctl|flyctl)\b[ \t]+login[ \t]+(?P<v>[^\s\-]{16,256}+)",
        _told,
    ),
    # https://dev.mysql.com/doc/refman/8.4/en/create-user.html, https://www.postgresql.org/docs/current/sql-createrole.html
    rule(
        "identified",
        r"\bidentified[ \t]{1,4}(?:with[ \t]{1,4}\S{1,40}+[ \t]{1,4})?(?:by|as)[ \t]{1,4}(?:password[ \t]{1,4})?(?:values[ \t]{1,4})?"
        + _VALUE,
        anything,
        _I,
    ),
    rule(
        "password",
        r"\b(?:with|encrypted|set|alter|create|user|role|login|superuser)\b[^\n]{0,40}?\bpassword[ \t]{1,4}" + _QUOTED,
        anything,
        _I,
    ),
    rule("password(", r"\bpassword\([ \t]{0,4}" + _QUOTED, anything, _I),
    rule("password for", r"\bpassword[ \t]+for[ \t]+\S{1,128}+[ \t]{0,4}(?:=|to|is)[ \t]{0,4}" + _VALUE, password, _I),
    # https://www.gnu.org/software/inetutils/manual/html_node/The-_002enetrc-file.html
    rule(
        "password",
        r"\b(?:login|user|username|account)[ \t\r\n]{1,16}\S{1,128}+[ \t\r\n]{1,16}(?:password|passwd|pass)[ \t\r\n]{1,16}(?P<v>\S{1,256}+)",
        password,
        _I,
    ),
    # https://www.postgresql.org/docs/current/libpq-pgpass.html
    rule(":", r"^[^:\s]{1,255}+:(?:\d{2,5}|\*):[^:\s]{1,64}+:[^:\s]{1,64}+:(?P<v>\S{3,256}+)$", password, re.MULTILINE),
    # https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
    rule(
        "setuser|user ",
        r"\b(?:user|setuser)[ \t]+\S{1,64}+[ \t]+[^\n]{0,80}?[ \t]>(?P<v>[^\s>]{3,256}+)",
        anything,
        _I,
    ),
    rule(
        "auth",
        r"\bAUTH[ \t]+(?:PLAIN[ \t]+|LOGIN[ \t]+|XOAUTH2[ \t]+|\w{1,32}[ \t]+)?[\"']?(?P<v>[A-Za-z0-9+/=!@#$%^&*_\-]{6,512}+)",
        _told,
    ),
    rule("auth", r"\bAUTH[ \t]+(?:PLAIN|LOGIN|XOAUTH2)[ \t]+(?P<v>[A-Za-z0-9+/=]{8,512}+)", anything),
    # lines of configuration files: `requirepass X`, `ENV DB_PASSWORD X`, `bindpw X`
    rule(
        "pass|pw|secret|token|auth|key|cred",
        r"^[ \t]{0,32}(?:(?:export|setenv|set|ENV|ARG|env)[ \t]{1,4})?(?P<name>[A-Za-z][\w.\-]{1,63}+)[ \t]{1,8}[\"']?(?P<v>[^\s\"'=:]{3,256}+)[\"']?[ \t]{0,8};?$",
        named,
        re.MULTILINE,
    ),
    rule(
        "env |setenv|export|arg ", r"\b(?:ENV|ARG|setenv)[ \t]{1,4}(?P<name>[A-Z]\w{1,63}+)[ \t]{1,4}" + _VALUE, named
    ),
    # a row of a table, a pair of a list (Clojure, Lisp), what a program quotes: `| NAME | X |`, `:password "X"`
    rule(
        "|",
        r"\|[ \t]{0,40}[`\"']?(?P<name>[A-Za-z][\w.\-]{1,63}+)[`\"']?[ \t]{0,40}\|[ \t]{0,40}[`\"']?(?P<v>[^\s|`\"']{3,512}+)",
        _row,
    ),
    rule(
        "\"|'",
        r"(?<![\w.\-]):?(?P<name>[A-Za-z][\w.\-]{1,63}+)(?:[ \t]{1,4}|[ \t]{0,2}(?:,|\.)[ \t]{1,2})[\"'](?P<v>[^\s\"']{4,512}+)[\"']",
        _row,
    ),
    rule(
        "pass|pw|secret|token|key|cred",
        r"^[ \t]{0,16}(?P<name>[A-Za-z][\w.\-]{1,63}+)\t{1,4}(?P<v>[^\s\"']{4,512}+)",
        _row,
        re.MULTILINE,
    ),
    rule(
        "{|(|value=",
        r"(?<![\w.\-])(?P<name>[A-Za-z][\w.\-]{1,63}+)[{(][ \t]{0,2}(?:value|val|v|raw)[ \t]{0,2}[=:][ \t]{0,2}[\"']?(?P<v>[^\s\"')}]{3,512}+)",
        _row,
    ),
    rule("value=", r"<(?P<name>[A-Za-z][\w.\-]{1,63}+)[ \t][^<>]{0,160}?\b[Vv]alue=[\"'](?P<v>[^\"'<>]{3,512}+)", _row),
    # what servers print once, at their first start (MySQL, Jenkins, Grafana, Elasticsearch)
    rule(
        "password|passphrase|credential",
        r"\b(?:password|passphrase|passwd|credentials?)\b[^\n:=]{0,80}:[ \t\r\n]{1,8}(?P<v>[^\s\"'<>]{6,256}+)",
        _told,
        _I,
    ),
    rule(
        "login|auth|credential",
        r"\b(?:login|auth\w{0,12}|credentials?)\b[^\n]{0,60}?[ \t][\w.\-]{1,64}(?:[ \t]/[ \t]|[:/])(?P<v>[^\s\"'<>/]{6,256}+)",
        _told,
        _I,
    ),
    rule("openssl", r"\bopenssl\b[^\n|;&]{0,160}?[ \t]-k[ \t]{1,4}(?P<v>[^\s\-]{4,256}+)", password),
    rule(
        "community",
        r"\b(?:snmp[\w\-]{0,16}|rocommunity|rwcommunity)[ \t]+(?:community[ \t]+)?(?P<v>[^\s\-]{4,64}+)",
        password,
        _I,
    ),
    # https://www.rfc-editor.org/rfc/rfc7616: the response of a digest
    rule("response=", r"\b(?:response|cnonce)=\\{0,4}\"(?P<v>[0-9a-f]{32,128}+)\\{0,4}\"", anything),
    # https://www.rfc-editor.org/rfc/rfc7518: private parts of a JSON Web Key
    rule(
        "kty", r"\\{0,4}\"(?:d|p|q|dp|dq|qi|k)\\{0,4}\"[ \t]{0,4}:[ \t]{0,4}\\{0,4}\"(?P<v>[\w\-]{16,2048}+)", anything
    ),
    # https://github.com/bitcoin/bips/blob/master/bip-0039.mediawiki: 12 to 24 words
    rule(
        "mnemonic|phrase",
        r"\b(?:mnemonic|seed|recovery)[ _\-]?(?:phrase|words)?[\"'\\ \t:=]{1,8}(?P<v>(?:[a-z]{3,8}[ ,]{1,2}){11,23}[a-z]{3,8})",
        anything,
        _I,
    ),
    # sentences of programs: `the password is X`, `using password X`, `password set to X`
    rule(
        "password|passphrase|passwd|secret|token|key|credential",
        r"\b(?P<name>password|passphrase|passwd|pwd|pre-?shared[ \-]?key|secret|token|api[ _\-]?key|credentials?)[ \t]{1,2}"
        r"(?P<is>(?:is|was|to|as|set to|changed to|reset to|generated|of|with)(?:[ \t]{0,2}:)?[ \t]{1,2})?[\"'`(«]?(?P<v>[^\s\"'`,;<>()=:»]{6,256}+)",
        _sentence,
        _I,
    ),
    rule(
        "with|using|login|logged",
        r"\b(?:log(?:in|[ ]in)|logging in|logged in|authenticate[ds]?|authenticating|sign(?:ed|ing)? in|connect(?:ed|ing)?)\b[^\n]{0,60}?\b(?:with|using|as)[ \t]{1,2}"
        r"[\"'`]?(?:[\w.\-]{1,64}[:/])?(?P<v>[^\s\"'`,;<>()=:/]{6,256}+)",
        _told,
        _I,
    ),
)

_COOKIE = lazy(r"\b(?:set-)?cookie2?[\"'\\]{0,6}[ \t]{0,4}(?:=>|[:=])[ \t]{0,4}[\"'\\\[]{0,6}", re.I)
_CRUMB = lazy(r"([\w.\-]{1,64}+)=([^\s;,\"'\\<>]{4,2048}+)")
_ATTRIBUTES = frozenset(
    {
        "path",
        "domain",
        "expires",
        "max-age",
        "samesite",
        "secure",
        "httponly",
        "priority",
        "version",
        "comment",
        "lang",
        "locale",
        "theme",
        "tz",
        "timezone",
    }
)
_LONGEST_COOKIE = 4096


_SMALL = 2048
"""Characters of a text that is looked at as a whole."""

_BACK, _AHEAD = 256, 768
_WIDE = frozenset({"kty", "$ansible_vault", "random_password", "mnemonic", "<auth-user-pass>", "variable", "334 "})
"""First words of rules whose credential may stand far from them."""


class RuleSet(NamedTuple):
    """Rules, and for each of their words which of them it leads to: a text is asked for every word once."""

    rules: tuple[Rule, ...]
    words: tuple[tuple[str, tuple[int, ...]], ...]


def rule_set(rules: Iterable[Rule]) -> RuleSet:
    """The rules with their words."""
    rules = tuple(rules)
    words: dict[str, list[int]] = {}
    for number, each in enumerate(rules):
        for word in each.words:
            words.setdefault(word, []).append(number)
    return RuleSet(rules, tuple((word, tuple(numbers)) for word, numbers in words.items()))


def found_by(rules: RuleSet, text: str) -> Iterator[Span]:
    """The credentials that the rules find, in their order."""
    low = text.lower()
    led = {number for word, numbers in rules.words if word in low for number in numbers}
    for each in [rules.rules[number] for number in sorted(led)]:
        for start, end in _windows(low, each) if len(low) == len(text) > _SMALL else ((0, len(text)),):
            yield from (found.span("v") for found in each.pattern.finditer(text, start, end) if each.judge(found))


def _windows(low: str, rule: Rule) -> Iterator[Span]:
    """The lines around the words of a rule, as far as a pattern reaches: in their order, none overlaps another."""
    if rule.words[0] in _WIDE or "" in rule.words:
        yield 0, len(low)
        return
    last = 0
    for at in sorted(_places(low, rule.words)):
        if at < last:
            continue
        far = max(0, at - 4 * _BACK)
        start = max(last, far, low.rfind("\n", far, max(0, at - _BACK)) + 1)
        end = low.find("\n", at + _AHEAD, at + 8 * _AHEAD)
        last = end if end >= 0 else min(len(low), at + 8 * _AHEAD)
        yield start, last


def _places(low: str, words: Iterable[str]) -> Iterator[int]:
    for word in words:
        at = low.find(word)
        while at >= 0:
            yield at
            at = low.find(word, at + len(word))


def cookies(text: str) -> Iterator[Span]:
    """The values of a Cookie header, but for attributes and words (RFC 6265)."""
    if "ookie" not in text and "OOKIE" not in text:
        return
    position = 0
    while (header := _COOKIE.search(text, position)) is not None:
        line = text.find("\n", header.end())
        position = min(line if line >= 0 else len(text), header.end() + _LONGEST_COOKIE)
        for crumb in _CRUMB.finditer(text, header.end(), position):
            value = crumb[2]
            if crumb[1].lower() not in _ATTRIBUTES and len(value) >= 6 and _is_crumb(value):
                yield crumb.span(2)


def _is_crumb(value: str) -> bool:
    return not values.is_nothing(value) and not values.is_phrase(value) and not values.is_number(value)
