"""Credentials in calls, statements and messages that repeat what they were given: `define('DB_PASSWORD', '…')`.

The rules have the form of those in `phrases.py`: words that lead to a pattern, a bounded pattern, and a judge.
"""

from __future__ import annotations

import re

from gkedoctor.snapshot.redaction import values
from gkedoctor.snapshot.redaction.judging import Where, holds
from gkedoctor.snapshot.redaction.names import Says, says
from gkedoctor.snapshot.redaction.phrases import (
    PROSE,
    Rule,
    anything,
    named,
    password,
    rule,
    user_password,
)
from gkedoctor.snapshot.redaction.words import are_words, is_wordy

_I = re.IGNORECASE
_LOWER, _UPPER = re.compile(r"[a-z]"), re.compile(r"[A-Z]")


def made_up(found: re.Match[str]) -> bool:
    """Whether the value looks made up or drawn at random; a name with a number at its end does not."""
    value = found["v"]
    if values.is_told(value):
        return True
    if values.is_nothing(value) or values.is_technical(value) or not values.has_digit(value):
        return False
    mixed = _LOWER.search(value) is not None and _UPPER.search(value) is not None
    return mixed or (values.is_alphanumeric(value) and not are_words(value))


def _echoed(found: re.Match[str]) -> bool:
    """Whether a refused value is a credential. Under `secret` stands mostly the name of an object."""
    if says(found["name"]) is Says.PASSWORD:
        return holds(Says.PASSWORD, found["v"], Where.TEXT)
    return says(found["name"]) is not Says.NOTHING and values.is_told(found["v"])


def _argument(found: re.Match[str]) -> bool:
    return found["name"].lower() not in PROSE and named(found)


def _drawn(found: re.Match[str]) -> bool:
    """Whether the value looks made up, and is no name in camel case with a number: `PASS TestRotation2`."""
    return made_up(found) and not is_wordy(found["v"])


def _codes(found: re.Match[str]) -> bool:
    """Whether a list is one of codes: each of its words has a digit or is drawn."""
    words = re.split(r"[\"' ,;]+", found["v"])
    return all(values.has_digit(word) or not are_words(word) for word in words if word)


def _typed(found: re.Match[str]) -> bool:
    name = found["name"]
    return says(name) is not Says.NOTHING and name.lower() not in PROSE and made_up(found)


_NAME = r"(?<![\w.\-])(?P<name>[A-Za-z][\w.\-]{1,100}+)"
_QUOTED = r"(?P<q>\\{0,4}[\"'])(?P<v>(?:(?!(?P=q))[^\n]){3,512}+)(?P=q)"
_STRING = r"\\{0,4}[\"'][^\"'\n]{0,200}+[\"']"

RULES: tuple[Rule, ...] = (
    #
    # https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apimachinery/pkg/util/validation/field/errors.go
    rule(
        "invalid value|unsupported value|duplicate value",
        _NAME + r"(?:\[[^\]\s]{0,60}\])?:[ ](?:Invalid|Unsupported|Duplicate)[ ]value:[ ]" + _QUOTED,
        _echoed,
    ),
    rule("value", _NAME + r"[ \t]{1,4}(?:(?:with|has|had)[ \t]{1,4})?value[ \t:=]{1,4}" + _QUOTED, _argument, _I),
    # two arguments of a call: https://www.php.net/define, Properties.setProperty, os.getenv with its default
    rule(
        "(",
        r"\([ \t]{0,4}\\{0,4}[\"'](?P<name>[A-Za-z][\w.\-]{1,100}+)\\{0,4}[\"'][ \t]{0,4},[ \t]{0,16}" + _QUOTED,
        _argument,
    ),
    # user and password as arguments: https://requests.readthedocs.io/en/latest/user/authentication/
    rule(
        "auth",
        r"\b(?:auth[ \t]{0,2}=[ \t]{0,2}|\w{0,16}(?:Basic|Digest)_?Auth)\([ \t]{0,2}"
        + _STRING
        + r"[ \t]{0,4},[ \t]{0,4}"
        + _QUOTED,
        password,
        _I,
    ),
    # https://www.php.net/manual/en/pdo.construct.php, https://www.php.net/manual/en/mysqli.construct.php
    rule(
        "pdo|mysqli",
        r"\b(?:PDO|mysqli)(?:->__construct|_connect)?\("
        + _STRING
        + r"[ ]{0,4},[ ]{0,4}"
        + _STRING
        + r"[ ]{0,4},[ ]{0,4}"
        + _QUOTED,
        password,
        _I,
    ),
    # https://learn.microsoft.com/en-us/sql/connect/jdbc/building-the-connection-url: a value in braces
    rule("={", r"\b(?:password|pwd)=\{(?P<v>[^{}\s\"']{6,128}+)\}", made_up, _I),
    # https://curl.se/docs/manpage.html: short options in one word, the last of them -u
    rule(
        "curl",
        r"\bcurl\b[^\n|;]{0,200}?[ \t]-[A-Za-z]{1,8}u[ \t]{0,2}[\"']?"
        r"(?P<user>[^\s:\"'=/]{1,64}+):(?P<v>[^\s\"']{3,256}+)",
        user_password,
    ),
    # https://httpd.apache.org/docs/current/programs/htpasswd.html: file, user, password; without a file under -n
    rule(
        "htpasswd",
        r"\bhtpasswd[ \t]+(?:-\w{1,8}[ \t]+){0,4}?-(?=\w{0,8}b)(?:(?=\w{0,8}n)\w{1,8}|\w{1,8}[ \t]+[^\s\-]\S{0,200}+)"
        r"[ \t]+[^\s\-]\S{0,100}+[ \t]+(?P<v>[^\s\"'|;&>\-]{3,128}+)",
        password,
    ),
    # https://docs.haproxy.org/3.0/configuration.html#stats%20auth, http://www.squid-cache.org/Doc/config/cache_peer/
    rule("stats", r"\bstats[ \t]+auth[ \t]+(?P<user>[^\s:]{1,64}+):(?P<v>\S{3,256}+)", user_password),
    rule("login=", r"\blogin=(?P<user>[\w.\-@]{1,64}+):(?P<v>[^\s\"'&]{4,256}+)", user_password),
    # https://redis.io/docs/latest/commands/config-set/, https://redis.io/docs/latest/commands/monitor/
    rule(
        "requirepass|masterauth",
        r"\bCONFIG\"?[ \t]+\"?SET\"?[ \t]+\"?(?:requirepass|masterauth)\"?[ \t]+[\"']?(?P<v>[^\s\"']{3,512}+)",
        anything,
        _I,
    ),
    rule('"auth"', r"\"AUTH\"(?:[ ]\"[^\"\s]{1,64}+\"(?=[ ]\"))?[ ]\"(?P<v>[^\"\s]{4,512}+)\"", password, _I),
    # https://www.rfc-editor.org/rfc/rfc959 (PASS), https://www.rfc-editor.org/rfc/rfc9051#section-6.2.3 (LOGIN)
    rule("pass", r"(?:ftp>|--->|\bC:|>>>)[ \t]{0,2}PASS[ \t](?P<v>[^\s<]{4,128}+)", anything),
    rule("login", r"\b[A-Za-z]{1,4}\d{1,6}[ ]LOGIN[ ]\"?[^\s\"]{1,128}+\"?[ ]\"?(?P<v>[^\s\"]{4,128}+)", password),
    # https://docs.oracle.com/en/database/oracle/oracle-database/19/netag/configuring-naming-methods.html: EZCONNECT
    rule(
        "@",
        r"(?<![\w/.\-])[A-Za-z]\w{1,30}/(?P<v>[^\s/@\"']{3,128}+)@(?://[\w.\-]{1,253}|[\w.\-]{1,253}:\d{4,5}/\w)",
        made_up,
    ),
    # https://registry.terraform.io/providers/hashicorp/random/latest/docs/resources/password
    rule(
        "random_password|random_string",
        r"\brandom_(?:password|string)\b[\s\S]{0,600}?\""
        r"result\\{0,4}\"[ ]{0,2}:[ ]{0,2}\\{0,4}\"(?P<v>[^\"\\\n]{4,256}+)",
        anything,
    ),
    # a line that announces, and the next with the value: `elasticsearch-reset-password` prints `New value: …`
    rule(
        "value",
        r"\bpassword\b[^\n]{0,120}\n{1,2}[ \t]{0,8}(?:new[ ]|temporary[ ])?value:[ \t]{1,4}(?P<v>[^\s\"'\\]{6,256}+)",
        made_up,
        _I,
    ),
    # `Neues Passwort für Benutzer admin: …`
    rule(
        "passw|kennwort|passe|contraseña|senha|wachtwoord|пароль|hasło",
        r"\b(?:password|passwort|kennwort|mot[ ]de[ ]passe|contraseña|senha|wachtwoord|пароль|hasło)[ ]"
        r"(?:for|für|pour|para|de|del|do|voor|для|dla)[ ][^\n:=]{1,60}:[ \t]{1,4}(?P<v>[^\s\"'<>\\]{6,256}+)",
        made_up,
        _I,
    ),
    # a password file's line within a line: host:port:database:user:password
    rule(
        ":",
        r"(?<![^\s\"'=])[A-Za-z][\w.\-]{0,253}+:\d{4,5}:[\w.\-*]{1,64}+:[\w.\-]{1,64}+:(?P<v>[^\s\"'\\]{6,256}+)",
        made_up,
    ),
    # https://www.pgbouncer.org/config.html#authentication-file-format: `"user" "password"`
    rule('"', r"^\"[^\"\n]{1,64}+\"[ \t]{1,8}\"(?P<v>[^\"\n]{3,512}+)\"[ \t]{0,8}$", made_up, re.MULTILINE),
    # https://openvpn.net/community-resources/reference-manual-for-openvpn-2-6/: a file of two lines, given inline
    rule("<auth-user-pass>", r"<auth-user-pass>\s{1,4}\S{1,128}+\s{1,4}(?P<v>\S{3,256}+)\s", anything),
    # https://docs.ansible.com/ansible/latest/vault_guide/vault_encrypting_content.html: lines of 80 digits
    rule(
        "$ansible_vault",
        r"\$ANSIBLE_VAULT;[^\n]{1,60}(?P<v>(?:(?:\\n|[ \t\r\n]){1,24}[0-9a-f]{16,80}+){1,400}+)",
        anything,
    ),
    # https://www.rfc-editor.org/rfc/rfc4954: the answers of AUTH LOGIN, in base 64; 334 asks for them
    rule(
        "334 ",
        r"\b334[ ][A-Za-z0-9+/]{4,40}={0,2}[^\n]{0,8}\n[^\n]{0,60}?(?P<v>[A-Za-z0-9+/]{6,512}={0,2})[ \t\r]{0,4}$",
        anything,
        re.MULTILINE,
    ),
    # codes that a person is shown once
    rule(
        "code",
        r"\b(?:backup|recovery|scratch|rescue)[ _-]?codes?\b[^\n:=]{0,60}[:=][ \t\"'\[]{1,8}"
        r"(?P<v>[\w-]{4,24}(?:[\"']?[ ,;]{1,3}[\"']?[\w-]{4,24}){0,24})",
        _codes,
        _I,
    ),
    # https://www.erlang.org/doc/apps/erts/erl_cmd.html
    rule("-setcookie", r"-setcookie[ \t\"',]{1,6}(?P<v>[^\s\"',]{3,256}+)", anything),
    rule("pass", r"\bPASS[ \t](?P<v>[^\s<\"']{4,128}+)", _drawn),
    # https://7-zip.opensource.jp/chm/cmdline/switches/password.htm, https://linux.die.net/man/1/unrar: attached to -p
    rule(
        "7z|rar|p7zip",
        r"\b(?:7z[ar]?|7zz|p7zip|unrar|rar)\b[^\n|;&]{0,200}?[ \t\"',]-p(?P<v>[^\s\"',\-][^\s\"',]{2,255}+)",
        anything,
    ),
    # https://learn.microsoft.com/en-us/sql/tools/sqlcmd/sqlcmd-utility,
    # https://docs.oracle.com/cd/E18283_01/server.112/e16604/qstart.htm
    rule(
        "sqlcmd|bcp|osql|isql|tsql",
        r"\b(?:sqlcmd|bcp|osql|isql|tsql)\b[^\n|;&]{0,300}?[ \t\"',]-P[ \t\"',]{0,6}"
        r"(?P<v>[^\s\"',\-][^\s\"',]{2,255}+)",
        anything,
    ),
    # https://metacpan.org/pod/DBI#connect and calls like it: a source, a user, a password
    rule(
        "connect(|getconnection(|open(|newclient(|login(",
        r"\b\w{0,24}(?:connect|connection|open|client|login)\([ ]{0,4}"
        + _STRING
        + r"[ ]{0,4},[ ]{0,4}(?:"
        + _STRING
        + r"|\w{1,40})[ ]{0,4},[ ]{0,4}"
        + _QUOTED,
        made_up,
        _I,
    ),
    # a value in a type of its own, as Scala and Kotlin print it: `Password(…)`, `Token("…")`
    rule(
        "(",
        r"(?<![\w.\-])(?P<name>[A-Z][A-Za-z]{1,40})\([ ]{0,2}\\{0,4}[\"']?"
        r"(?P<v>[^\s\"'(),\\]{4,512}+)\\{0,4}[\"']?[ ]{0,2}\)",
        _typed,
    ),
    # a pair that a message repeats: `('api', '…') is no valid pair of user and password`
    rule(
        "('|(\"|['|[\"",
        r"[(\[]\\{0,2}[\"'][\w.@+\-]{1,64}+\\{0,2}[\"'],[ ]{0,2}\\{0,2}[\"']"
        r"(?P<v>[^\s\"'\\]{6,256}+)\\{0,2}[\"'][)\]][^\n]{0,80}?(?:pass|credential|auth|login)",
        made_up,
        _I,
    ),
    rule(
        "('|(\"",
        r"(?:pass\w{0,12}|credentials?|auth\w{0,12}|login)\b[^\n]{0,40}?[(\[][\"'][\w.@+\-]{1,64}+[\"'],[ ]{0,2}[\"']"
        r"(?P<v>[^\s\"'\\]{6,256}+)[\"'][)\]]",
        made_up,
        _I,
    ),
    # https://developer.hashicorp.com/terraform/language/values/variables: the name is the block's, the value in it
    rule(
        "variable|output",
        r"\b(?:variable|output)[ ]\\{0,2}\"(?P<name>[\w\-]{2,64}+)\\{0,2}\"[ ]{0,4}\{"
        r"[^{}]{0,400}?\b(?:default|value)[ ]{0,16}=[ ]{0,16}\\{0,2}\""
        r"(?P<v>[^\"\\\n]{3,512}+)",
        named,
    ),
    # https://restic.readthedocs.io/en/stable/030_preparing_a_new_repo.html, https://borgbackup.readthedocs.io: a
    # command that prints it
    rule(
        "command",
        r"(?:password|pass|passphrase|passcommand|token|secret)[_-]?command[ =\"'\\]{1,6}"
        r"(?:/bin/)?(?:echo|printf)[ ]{1,4}(?:-n[ ])?[\"'\\]{0,3}"
        r"(?P<v>[^\s\"'\\]{3,256}+)",
        anything,
        _I,
    ),
    rule(
        "d'ordine|d’ordine",
        r"\bparola[ ]d['’]ordine[^\n:=]{0,40}[:=][ \t]{0,4}[\"']?(?P<v>[^\s\"']{4,256}+)",
        password,
        _I,
    ),
    rule("....", _NAME.replace(".\\-]{1", "]{1") + r"[ \t]?\.{4,80}+[ \t]?(?P<v>[^\s.][^\s\"']{3,256}+)", named),
)
