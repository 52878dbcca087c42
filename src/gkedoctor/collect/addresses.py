"""Addresses of servers and proxies, and the user and password that people write into them."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

_LOGIN = re.compile(r"(//)[^\s/@'\"]{1,400}@(?:[^\s/@'\"]{1,400}@)*")


def is_address(text: str) -> bool:
    """Whether it is an address of a server or a proxy: a scheme that is known, a host, a port that can be."""
    try:
        parts = urlsplit(text)
        usable = bool(parts.hostname) and parts.port != 0 and "@" not in parts.path  # that is a password with a slash
    except ValueError:
        return False
    return usable and parts.scheme in ("http", "https", "socks5", "socks5h")


def split_login(url: str) -> tuple[str, str]:
    """The address without user and password, and the header that has them; both empty where there are none."""
    from urllib3.util import make_headers

    parts = urlsplit(url)
    login, at, host = parts.netloc.rpartition("@")
    if not at or parts.scheme.startswith("socks"):  # the SOCKS client reads them from the address
        return url, ""
    user, _, password = login.partition(":")
    header = make_headers(basic_auth=f"{unquote(user)}:{unquote(password)}")["authorization"]
    return parts._replace(netloc=host).geturl(), header


def hidden_login(url: str) -> str:
    """One address, whatever is wrong with it, with `***@` for all that stands before its last `@`."""
    scheme, slashes, rest = url.partition("//")
    return (f"{scheme}{slashes}***@{rest.rpartition('@')[2]}" if "@" in url else url)[:200]


def without_login(text: str) -> str:
    """The text with `***@` for user and password of each address in it: for messages of libraries."""
    return _LOGIN.sub(r"\1***@", text)
