"""Made-up values after templates: `ghp_{a:36}` is `ghp_` and 36 letters or digits.

A secret stands between `⟦` and `⟧` in a text, so that whatever is written around it, what must not come out is known.
Nothing of this is a credential: each value is drawn from a seeded random source when the benchmark runs.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from random import Random
from string import ascii_letters, ascii_lowercase, ascii_uppercase, digits
from types import MappingProxyType
from uuid import UUID

import msgspec

OPEN, CLOSE = "⟦", "⟧"
_MARKED = re.compile(f"{OPEN}(.*?){CLOSE}", re.DOTALL)
_HOLE = re.compile(r"\{(?P<word>[A-Za-z0-9]+)(?::(?P<count>[A-Z0-9]+))?\}")
_ALPHABETS: Mapping[str, str] = MappingProxyType(
    {
        "a": ascii_letters + digits,
        "A": ascii_letters,
        "l": ascii_lowercase + digits,
        "L": ascii_lowercase,
        "u": ascii_uppercase + digits,
        "U": ascii_uppercase,
        "d": digits,
        "n": "123456789",
        "h": "0123456789abcdef",
        "H": "0123456789ABCDEF",
        "b": ascii_letters + digits + "+/",
        "s": ascii_letters + digits + "_-",
        "t": ascii_uppercase + "234567",
        "z": "qpzry9x8gf2tvdw0s3jn54khce6mua7l".upper(),
        "p": ascii_letters + digits + "!#^*_-+.",
    }
)
_WORDS = ("Harbour", "Meadow", "Copper", "Falcon", "Walnut", "Glacier", "Saffron", "Thunder", "Orchid", "Basalt")


def filled(template: str, random: Random) -> str:
    """The template with its holes filled; marks stay."""

    def value(found: re.Match[str]) -> str:
        word, count = found["word"], found["count"]
        made = _MADE.get(word)
        if made is not None:
            return made(random, count or "")
        if count is None and word not in _ALPHABETS:
            return found[0]  # braces of the program's own, as in `{SSHA}`
        return _drawn(random, _ALPHABETS[word], int(count or "1"))

    return _HOLE.sub(value, template)


def marked(text: str) -> str:
    """The text as a secret."""
    return f"{OPEN}{text}{CLOSE}"


def needles(text: str) -> tuple[str, ...]:
    """The secrets in a text, in order."""
    return tuple(_MARKED.findall(text))


def plain(text: str) -> str:
    """The text as a program would have written it."""
    return text.replace(OPEN, "").replace(CLOSE, "")


def each_secret(text: str, change: Callable[[str], str]) -> str:
    """The text with each secret changed, and marked as before."""
    return _MARKED.sub(lambda found: marked(change(found[1])), text)


def _drawn(random: Random, alphabet: str, count: int) -> str:
    return "".join(random.choice(alphabet) for _ in range(count))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _url_base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _uuid(random: Random, _count: str) -> str:
    return str(UUID(int=random.getrandbits(128), version=4))


def _person(random: Random, _count: str) -> str:
    """A password as people make them."""
    return f"{random.choice(_WORDS)}{random.choice('!#*-_')}{random.choice(_WORDS).lower()}{random.randrange(10, 9999)}"


def _jwt(random: Random, count: str) -> str:
    """RFC 7519: header, claims and signature."""
    header = _url_base64(msgspec.json.encode({"alg": "RS256", "typ": "JWT", "kid": _drawn(random, _ALPHABETS["h"], 8)}))
    subject = f"system:serviceaccount:shop:{_drawn(random, ascii_lowercase, 6)}"
    claims = {"iss": "https://container.googleapis.com/v1/projects/shop", "sub": subject, "exp": 1795000000}
    return f"{header}.{_url_base64(msgspec.json.encode(claims))}.{_drawn(random, _ALPHABETS['s'], int(count or 86))}"


def _basic(random: Random, _count: str) -> str:
    """RFC 7617: user and password."""
    return _base64(f"svc-{_drawn(random, ascii_lowercase, 5)}:{_drawn(random, _ALPHABETS['p'], 14)}".encode())


def _pem(random: Random, label: str) -> str:
    """RFC 7468: lines of 64 characters; each of them is a secret."""
    words = {"RSA": "RSA PRIVATE KEY", "EC": "EC PRIVATE KEY", "PKCS8": "PRIVATE KEY", "DSA": "DSA PRIVATE KEY",
             "OPENSSH": "OPENSSH PRIVATE KEY", "ENC": "ENCRYPTED PRIVATE KEY"}[label]  # fmt: skip
    starts = {"OPENSSH": "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ", "EC": "MHcCAQEEI", "RSA": "MIIEowIBAAKCAQEA"}
    data = (starts.get(label, "MIIEvQIBADANBgkqhkiG9w0") + _drawn(random, _ALPHABETS["b"], 400))[:380]
    lines = [marked(data[i : i + 64]) for i in range(0, len(data), 64)]
    return "\n".join([f"-----BEGIN {words}-----", *lines, f"-----END {words}-----"])


def _pgp(random: Random, _count: str) -> str:
    """RFC 9580, section 6.2: armour with a version and a checksum."""
    lines = [marked(_drawn(random, _ALPHABETS["b"], 64)) for _ in range(5)]
    head = ["-----BEGIN PGP PRIVATE KEY BLOCK-----", "Version: GnuPG v2", ""]
    return "\n".join([*head, *lines, f"={_drawn(random, _ALPHABETS['b'], 4)}", "-----END PGP PRIVATE KEY BLOCK-----"])


def _bcrypt(random: Random, _count: str) -> str:
    return f"$2y$10${_drawn(random, ascii_letters + digits + './', 53)}"


def _object(random: Random, _count: str) -> str:
    """Base64 of a JSON object, as several providers begin their tokens."""
    return _base64(msgspec.json.encode({"t": _drawn(random, _ALPHABETS["a"], 40), "o": random.randrange(9999)}))


_MADE: Mapping[str, Callable[[Random, str], str]] = MappingProxyType(
    {
        "uuid": _uuid,
        "person": _person,
        "jwt": _jwt,
        "basic": _basic,
        "pem": _pem,
        "pgp": _pgp,
        "bcrypt": _bcrypt,
        "object": _object,
    }
)
