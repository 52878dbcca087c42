"""Credentials in the configuration of routers, switches, VPNs, phones, mail and database servers: lines without a sign.

`enable secret 0 X`, `ada : EAP "X"`, `[smtp.x]:587 user:X`.
"""

from __future__ import annotations

import re

from gkedoctor.snapshot.redaction import values
from gkedoctor.snapshot.redaction.names import Says, says
from gkedoctor.snapshot.redaction.phrases import Rule, anything, rule, user_password
from gkedoctor.snapshot.redaction.sentences import chosen

_I = re.IGNORECASE
_WORD = r"[\"']?(?P<v>[^\s\"';{}<>]{3,256}+)"


def _kept(found: re.Match[str]) -> bool:
    return not values.is_nothing(found["v"]) and not values.is_phrase(found["v"])


def _under_scheme(found: re.Match[str]) -> bool:
    """Whether a token stands under a scheme, and no sentence: `authorization: user ada2 is not allowed`."""
    value = found["v"]
    return values.is_told(value) or (len(value) >= 12 and values.has_digit(value) and _kept(found))


def _told(found: re.Match[str]) -> bool:
    value = found["v"]
    return values.is_told(value) or values.is_chosen(value) or values.UUID.fullmatch(value) is not None


RULES: tuple[Rule, ...] = (
    # https://www.cisco.com/c/en/us/td/docs/ios-xml/ios/security/, https://docs.fortinet.com, JunOS, Arista: the kind of
    # the password stands before it
    rule(
        "password |secret |key |psk|community|passphrase|ascii |enc ",
        r"\b(?:password|secret|key|key-string|psksecret|passphrase|passwd|psk|community|authentication-key|auth-password|priv-password|pre-shared-key)[ \t]{1,3}"
        r"(?:(?:[057-9]|ENC|ascii|hexadecimal|hex|encrypted|plain|plaintext|plain-text|cleartext|clear|sha\d{0,3}|md5|aes\d{0,3}|ascii-text|local|cipher|simple|irreversible-cipher|text)[ \t]{1,3}){1,3}"
        + _WORD,
        _kept,
        _I,
    ),
    rule(
        "server |neighbor |isakmp |username |ike |ntp ",
        r"\b(?:tacacs(?:-server)?|radius(?:-server)?|isakmp|neighbor|ntp|username|ike|snmp-server|peer|tunnel-group)\b[^\n]{0,80}?[ \t](?:key|password|secret|community|authentication-key[ ]\d{1,5}[ ]md5)[ \t]{1,3}"
        r"(?:\d[ \t])?" + _WORD,
        _kept,
        _I,
    ),
    rule(
        "community",
        r"\bsnmp[^\n]{0,200}?\bcommunit(?:y|ies)[\"']?[ \t]{0,3}[:=][ \t\"'\[\-]{0,6}(?P<v>[^\s\"',\]]{4,64}+)",
        _kept,
        _I,
    ),
    rule("community", r"\bcommunit(?:y|ies)[\"']?[ \t]{0,3}[:=]?[ \t]{1,3}\"?'?(?P<v>[^\s\"',\]]{6,64}+)", _told, _I),
    # https://docs.strongswan.org/docs/latest/config/ipsecSecrets.html, chap-secrets of pppd(8)
    rule("psk|eap|xauth|ntlm", r":[ \t]{1,4}(?:PSK|EAP|XAUTH|NTLM|PIN)[ \t]{1,4}[\"']?(?P<v>[^\s\"']{3,256}+)", _kept),
    rule(
        "*",
        r"^[\"']?[\w.@\-\\]{1,64}[\"']?[ \t]{1,8}\*[ \t]{1,8}[\"']?(?P<v>[^\s\"'*]{4,128}+)[\"']?(?:[ \t]{1,8}[\"'*\d]|$)",
        chosen,
        re.M,
    ),
    # https://www.postfix.org/SASL_README.html#client_sasl_enable: `[smtp.x]:587 user:X`
    rule(
        ":",
        r"^(?:\[[\w.\-]{3,253}\](?::\w{2,10})?|[\w.\-]{3,253}:\d{2,5})[ \t]{1,16}(?P<user>[\w.@+\-]{2,128}):(?P<v>[^\s:]{5,256}+)[ \t\r]{0,4}$",
        lambda found: user_password(found) and values.is_chosen(found["v"]),
        re.M,
    ),
    # https://doc.dovecot.org/main/core/config/auth/databases/passwd_file.html
    rule(
        "{plain}|{cleartext}|{noop}",
        r"\{(?:PLAIN|CLEARTEXT|CLEAR|noop|PLAIN-MD5|LANMAN|NTLM)\}(?P<v>[^\s:\"',}]{3,256}+)",
        anything,
        _I,
    ),
    # https://developer.hashicorp.com/consul/commands/acl/bootstrap, https://developer.hashicorp.com/nomad/commands/acl/bootstrap,
    # https://developer.hashicorp.com/vault/docs/auth/approle, https://developer.hashicorp.com/vault/docs/concepts/seal
    rule(
        "secret",
        r"\b(?:secret[ _-]?id|secretid|secret_id)[\"']?[ \t]{0,16}[:=]?[ \t\"']{1,16}(?P<v>[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})",
        anything,
        _I,
    ),
    rule(
        "key",
        r"\b(?:unseal|recovery|rekey)[ ]key(?:[ ]share)?[ ]?\d{0,3}[ \t]{0,8}[:=]?[ \t]{1,8}[\"']?(?P<v>[A-Za-z0-9+/=]{16,128}+)",
        anything,
        _I,
    ),
    # a token under the scheme of a header, whatever it is called: https://www.rfc-editor.org/rfc/rfc9110#section-11.4
    rule(
        "authorization|x-auth",
        r"\b(?:proxy-)?authorization[\"'\\\])]{0,6}[ \t]{0,4}(?:=>|[:=,])[ \t\"'\\\[({]{0,10}(?!bearer|basic|digest|negotiate)[A-Za-z][\w\-]{1,31}[ \t]{1,4}(?:[a-z_]{1,16}=)?\\?\"?(?P<v>[^\s\"'\\,;<>\])}]{6,2048}+)",
        _under_scheme,
        _I,
    ),
    # https://developer.hashicorp.com/consul/docs/reference/agent/configuration-file/acl: a token that is a UUID
    rule(
        "token|secret|auth-key|authkey|api-key|apikey|api_key|auth_key|initial_management|agent_recovery",
        r"(?<![\w.\-])[\w.\-]{0,40}(?:token|secret|auth[_\-]?key|api[_\-]?key|initial_management|agent_recovery)[\"'\\]{0,4}[ \t]{0,8}[:= ][ \t\"'\\]{0,8}(?P<v>[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?::[a-z]{2})?)(?![\w\-])",
        anything,
        _I,
    ),
    # https://www.rfc-editor.org/rfc/rfc9051#section-6.2.3
    rule("login", r"\bLOGIN[ ]\"[^\s\"]{1,128}+\"[ ]\"(?P<v>[^\s\"]{4,128}+)\"", _kept),
    # https://docs.haproxy.org/3.0/configuration.html#3.4
    rule("insecure-password", r"\binsecure-password[ \t]{1,4}(?P<v>\S{3,128}+)", anything),
    # what an administrator's tool says that it sets: `sets env SMTP_PASSWORD to literal "X"`
    rule(
        "pass|pwd|secret|token|key|cred|kennwort",
        r"(?<![\w.\-])(?P<name>[A-Za-z][\w.\-]{3,80})[\"'`]?(?:[ \t][a-z]{1,12}){1,5}[ \t:=]{1,3}\\{0,2}[\"'`](?P<v>[^\s\"'`\\]{6,256}+)\\{0,2}[\"'`]",
        lambda found: _is_name(found["name"]) and values.is_chosen(found["v"]),
    ),
)


def _is_name(name: str) -> bool:
    """Whether a word is the name of a variable or a field, and of a credential: `SMTP_PASSWORD`, `dbPassword`."""
    return says(name) is not Says.NOTHING and (says(name) is Says.PASSWORD or "_" in name or name.isupper())
