"""What a value looks like, whatever its name: a reference, a switch, a path, an address, or drawn at random."""

from __future__ import annotations

import re

from gkedoctor.lazy_regex import lazy
from gkedoctor.snapshot.redaction.placeholders import MARK
from gkedoctor.snapshot.redaction.words import are_words, count_of_words, is_wordy

_REFERENCE = lazy(
    r"\$\$?(?:\w{1,80}|[({][^)}]{0,200}[)}]{1,2})|\{\{.{0,200}\}\}|%\w{1,80}%|<[^>]{0,200}>?|\[[^\]]{0,80}\]?|\{[^}]{0,80}\}"
    r"|%5B[^%]{0,64}%5D|[*x.•_-]{1,64}|[0*]{1,64}|%[a-z]|\(\S{0,64}\)?"
)
"""References of shells, Kubernetes and templates; and what other tools write in place of a value."""

_SWITCH = lazy(
    r"(?:true|false|yes|no|on|off|none|null|nil|nan|undefined|empty|unset|redacted|masked|hidden|removed|string|todo"
    r"|argon2(?:id|i|d)?|bcrypt(?:[_-]sha256)?|scrypt|pbkdf2(?:[_-]sha\d{1,3})?|hs\d{3}|rs\d{3}|es\d{3}|ps\d{3}|eddsa|ed25519"
    r"|md5|sha-?\d{1,3}|scram-sha-\d{1,3}|aes-?\d{3}(?:-?(?:gcm|cbc|ctr))?|plain|cleartext|plaintext|mysql_native_password"
    r"|caching_sha2_password)",
    re.I,
)
_QUANTITY = lazy(
    r"[-+]?\d{1,15}(?:\.\d{1,15})?(?:[a-zA-Zµ%]{1,2}|[KMGTPE]i?B?|ms|min|sec|seconds?|minutes?|hours?|days?|bytes?)"
)
_TIME = lazy(r"\d{4}-\d\d-\d\d(?:[T ][\d:.,]{0,20}(?:Z|[+-]\d\d:?\d\d)?)?|\d{1,2}:\d\d(?::\d\d)?")
_NUMBER = lazy(r"[-+]?\d{1,20}(?:\.\d{1,20})?")
_ADDRESS = lazy(
    r"(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?(?:/\d{1,2})?|\[?[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}\]?(?:[:/]\d{1,5})?"
    r"|[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){0,8}\.?:\d{1,5}"
)
_HOST = lazy(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}\.?")
_PATH = lazy(r"(?:[~.]{0,2}|[A-Za-z]:)[/\\][\w.@+\\/ -]{1,1024}")
_RESOURCE = lazy(r"[a-z][\w.-]{0,80}(?:/[\w.@:+-]{1,128}){2,12}")
_SEGMENT = lazy(r"[\\/]+")
_URL = lazy(r"[a-z][a-z0-9+.-]{1,24}://", re.I)
_MAIL = lazy(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_DIGEST = lazy(r"(?:sha\d{1,3}|md5)[:-].{0,200}|0x[0-9a-f]{1,20}", re.I)
_VERSION = lazy(r"v?\d{1,6}(?:\.\d{1,8}){1,3}(?:[-+.][\w.+-]{0,40})?")
_OBJECT_NAME = lazy(r"(?:[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?/)?[a-z]([a-z0-9.-]{0,250}[a-z0-9])?(?:[:/][\w.-]{1,63})?")
UUID = lazy(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_HEX = lazy(r"[0-9a-f]+|[0-9A-F]+")
_LETTERS = lazy(r"[^\W\d_]+")
_SIGNS = lazy(r"[!#$%^&*+~@?=|;§€]")
_SIGN_INSIDE = lazy(r"\w[!#$%^*+~@]|[!#$%^*+~@]\w")
_LOWER, _UPPER, _DIGIT = re.compile(r"[a-z]"), re.compile(r"[A-Z]"), re.compile(r"\d")
_CHANGE = lazy(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=[a-z0-9])|(?<=[0-9])(?=[A-Za-z])")

_CHANGES = 0.3
"""Share of places at which a random text of letters and digits changes between lower case, upper case and digits, at
the least: 0.62 on average, and 0.1 in names in camel case. Of 24 characters, one in 700 falls below."""

_CHANGES_OF_ONE_CASE = 0.15
"""The same for letters of one case with digits: 0.28 on average in base 32 and 0.40 in base 36."""

_HEX_NUMBER = lazy(r"0[xX][0-9a-fA-F]+")
"""A serial number, an address in memory, a transaction: a hexadecimal number that says that it is one."""

_PORTS = lazy(r"\d{1,5}:\d{1,5}(?:/(?:tcp|udp|sctp))?")


def is_port_mapping(value: str) -> bool:
    """Whether a value maps a port to another: `docker run -p 8080:80`."""
    return _PORTS.fullmatch(value) is not None


def is_nothing(value: str) -> bool:
    """Whether a value is no value: empty, masked already, a reference, a switch."""
    return not value or MARK in value or _REFERENCE.fullmatch(value) is not None or _SWITCH.fullmatch(value) is not None


def is_technical(value: str) -> bool:
    """Whether a value has the form of something else: an amount, a time, a path, an address, a digest, a version."""
    forms = (_QUANTITY, _TIME, _ADDRESS, _MAIL, _DIGEST, _VERSION)
    if any(form.fullmatch(value) for form in forms) or is_path(value) or is_resource(value):
        return True
    return _URL.match(value) is not None or (_HOST.fullmatch(value) is not None and _is_host(value))


def _is_host(value: str) -> bool:
    """`db.shop.svc`, `key.pem`: parts in lower case, the last of them of letters."""
    return value.rstrip(".").rpartition(".")[2].isalpha()


def is_path(value: str) -> bool:
    """Whether a value is a path: `/run/secrets/db` is, and `/UPygvpMu1zllg81S2MP3OgMbF233VmDAtPrQl3t` is a key."""
    if _PATH.fullmatch(value) is None:
        return False
    parts = [part for part in _SEGMENT.split(value) if part]
    if len(parts) == 1 and "." not in parts[0] and len(parts[0]) >= 6:
        return are_words(parts[0]) or parts[0].islower()
    return not any(is_random(part, 10) or len(part) > 64 for part in parts) and not is_random(value)


def is_resource(value: str) -> bool:
    """Whether a value is the path of a resource: `projects/shop-prod/secrets/db`, `apps/v1/deployments`."""
    return _RESOURCE.fullmatch(value) is not None and not any(is_random(part, 12) for part in value.split("/"))


def is_number(value: str) -> bool:
    """Whether a value is a number, which is a credential only where its name leaves no doubt."""
    return _NUMBER.fullmatch(value) is not None


def is_object_name(value: str) -> bool:
    """Whether a value can be the name of an object, made of words: `shop/db-credentials`."""
    if _OBJECT_NAME.fullmatch(value) is None or not are_words(value):
        return False
    return sum(map(str.isdigit, value)) <= 3


def is_duration(value: str) -> bool:
    """Whether a value is an amount or a time: `3600s`, `12:30`."""
    return _QUANTITY.fullmatch(value) is not None or _TIME.fullmatch(value) is not None


def has_digit(value: str) -> bool:
    """Whether a value has a digit."""
    return _DIGIT.search(value) is not None


def is_alphanumeric(value: str) -> bool:
    """Whether a value has letters and digits, more than one of each, and nothing else."""
    return value.isalnum() and sum(map(str.isdigit, value)) > 1 and sum(map(str.isalpha, value)) > 1


def is_letters(value: str) -> bool:
    """Whether a value has letters only."""
    return _LETTERS.fullmatch(value) is not None


def is_random(value: str, least: int = 20) -> bool:
    """Whether lower case, upper case and digits alternate as only chance makes them, in at least so many characters."""
    if len(value) < least or not (_LOWER.search(value) and _UPPER.search(value) and _DIGIT.search(value)):
        return False
    value = value[:512]
    return len(_CHANGE.findall(value)) >= _CHANGES * len(value) and not is_wordy(value)


def is_one_case_random(value: str, least: int = 32) -> bool:
    """Whether letters of one case and digits alternate as only chance makes them: base 32 and 36, but no hex number."""
    if len(value) < least or not value.isascii() or not value.isalnum() or _HEX.fullmatch(value) is not None:
        return False
    if bool(_LOWER.search(value)) == bool(_UPPER.search(value)) or _HEX_NUMBER.fullmatch(value) is not None:
        return False
    value = value[:512]
    return len(_CHANGE.findall(value)) >= _CHANGES_OF_ONE_CASE * len(value) and not is_wordy(value)


def is_hex(value: str, least: int = 32) -> bool:
    """Whether a value is a long hexadecimal number with digits and letters in it."""
    return len(value) >= least and _HEX.fullmatch(value) is not None and _DIGIT.search(value) is not None


def is_mixed(value: str) -> bool:
    """Whether a value looks like a password that somebody made up: letters with digits and a sign, and no sentence."""
    if len(value) < 6 or is_technical(value) or " " in value.strip():
        return False
    has_letters, has_digits, has_signs = _LETTERS.search(value), _DIGIT.search(value), _SIGNS.search(value)
    if not has_letters or not has_digits:
        return False
    return bool(has_signs) or is_random(value, 10)


def is_told(value: str) -> bool:
    """Whether a value without a clear name is a credential: made up, drawn at random, or a long key."""
    if is_nothing(value) or is_technical(value):
        return False
    if is_mixed(value) or is_random(value, 16) or is_one_case_random(value, 20):
        return True
    return is_hex(value) or _is_base64(value)


_FEW_DIGITS = 3
"""Digits up to which words with a number are the name of something: `v1beta1`, `OAuth2`, `db-x7k2`."""


def is_chosen(value: str) -> bool:
    """Whether a value behind a word for a password is one: with a digit, and no name of a thing with its number.

    That rules out what stands there in a message: words, and `SHA-512`, `OAuth2`, `utf8`.
    """
    if is_told(value):
        return True
    if len(value) < 6 or not has_digit(value) or is_nothing(value) or is_technical(value) or UUID.fullmatch(value):
        return False
    if sum(map(str.isalpha, value)) < 2:
        return False
    return sum(map(str.isdigit, value)) > _FEW_DIGITS or not are_words(value)


def _is_base64(value: str) -> bool:
    return len(value) >= 32 and value.endswith("=") and is_random(value.rstrip("="))


def is_phrase(value: str) -> bool:
    """Whether a value is a word or several of a message: `expired`, `not found`, `db-credentials`."""
    if _DIGIT.search(value) or (_SIGN_INSIDE.search(value) and " " not in value):
        return False
    return are_words(value) and count_of_words(value) <= 40
