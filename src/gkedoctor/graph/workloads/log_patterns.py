"""What a log line says about a host that could not be reached, a path, a port: the words of many runtimes in one table.

Pure. The wordings are those of Go, glibc, musl, busybox, curl, libpq, MySQL, Redis, MongoDB, Node, Java, Python, nginx.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from gkedoctor.graph.core.lazy_regex import lazy

_HOST = r"(?P<host>[A-Za-z0-9_][A-Za-z0-9_.-]*[A-Za-z0-9]|[A-Za-z0-9]|\[[0-9a-fA-F:]+\])"
_QUOTED = r"[\"'`“‘]?" + _HOST + r"\.?[\"'`”’]?"
_REFUSED = (
    r"connection (?:was )?refused|actively refused|ECONNREFUSED|connection reset|no route to host|EHOSTUNREACH"
    r"|network is unreachable|ENETUNREACH|host is unreachable"
)
_LATE = r"i/o timeout|timed? ?out|ETIMEDOUT|deadline exceeded|Client\.Timeout"


class Unreached(NamedTuple):
    """A line that says that a host could not be resolved (`dns`) or reached (`refused`, `timeout`)."""

    problem: str
    host: str | None
    port: int | None
    line: str


def _compiled(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(lazy(p, re.IGNORECASE) for p in patterns)


_DNS = _compiled(
    rf"lookup {_QUOTED}(?: on [^ ]+)?: .*?(?:no such host|server misbehaving|i/o timeout|temporary failure)",
    rf"could(?: not|n't) (?:resolve|translate)(?: host(?: ?name)?:?| proxy:)? {_QUOTED}",
    rf"failed to resolve (?:host )?{_QUOTED}",
    rf"getaddrinfo (?:ENOTFOUND|EAI_AGAIN) {_QUOTED}(?::(?P<port>\d+))?",
    rf"(?:queryA|querySrv|queryTxt)\w* (?:ENOTFOUND|ESERVFAIL|ETIMEOUT) {_QUOTED}",
    rf"(?:bad address|unable to resolve host address|unknown host:?|unknown (?:MySQL|MariaDB) server host) {_QUOTED}",
    rf"can(?:no|')t (?:resolve|find) {_QUOTED}(?:: (?:NXDOMAIN|SERVFAIL|REFUSED|Name|Try again))?",
    rf"UnknownHostException: {_QUOTED}",
    rf"host not found in (?:upstream |resolver )?{_QUOTED}(?::(?P<port>\d+))?",
    rf"{_QUOTED}(?::(?P<port>\d+))?\)?: (?:Name or service not known|Name does not resolve"
    r"|nodename nor servname|Temporary failure in name resolution|No address associated)",
    r"no such host|name or service not known|temporary failure in name resolution|name does not resolve"
    r"|getaddrinfo failed|ENOTFOUND|EAI_AGAIN|NXDOMAIN|NameResolutionError|nodename nor servname",
)
_CONNECT = _compiled(
    rf"https?://{_HOST}(?::(?P<port>\d+))?\S* dial tcp \S+ .*?(?P<what>{_REFUSED}|{_LATE})",
    rf"dial (?:tcp|udp)[46]? {_HOST}:(?P<port>\d+): .*?(?P<what>{_REFUSED}|{_LATE})",
    rf"(?P<what>ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ECONNRESET) {_HOST}:(?P<port>\d+)",
    rf"connection to server at {_QUOTED}(?: \([^)]*\))?, port (?P<port>\d+) failed: .*?(?P<what>{_REFUSED}|{_LATE})",
    rf"(?:failed to connect|could not connect|unable to connect|couldn't connect|can(?:no|')t connect)"
    r"(?: to)?(?: the)?(?: (?:remote|redis|mysql|database|db|broker))?(?: server| host)?(?: at| on| to)?"
    rf" {_QUOTED}[: ](?:port )?(?P<port>\d+)"
    rf"(?:.*?(?P<what>{_REFUSED}|{_LATE}))?",
    rf"can't connect to (?:\w+ )?server on {_QUOTED}(?::(?P<port>\d+))?(?:.*?(?P<what>{_REFUSED}|{_LATE}))?",
    rf"connect(?:ing|ion)? to {_QUOTED}[: ](?:port )?(?P<port>\d+)\b.*?(?P<what>{_REFUSED}|{_LATE}|failed)",
    rf"connection to {_QUOTED}:(?P<port>\d+) (?P<what>refused)",
    rf"connect(?:ion)? (?P<what>refused|timed out)[^:]*: (?:\S*/)?{_HOST}:(?P<port>\d+)",
    rf"host='{_HOST}', port=(?P<port>\d+).*?(?P<what>{_REFUSED}|{_LATE})",
    rf"(?:https?|tcp|grpc|redis|postgres(?:ql)?|mysql|amqp|mongodb|nats)://(?:[^@/\s]*@)?{_HOST}(?::(?P<port>\d+))?"
    rf".*?(?P<what>{_REFUSED}|{_LATE})",
    rf"(?P<what>{_REFUSED}|{_LATE}).*?host {_QUOTED}.*?port (?P<port>\d+)",
    rf"can't connect to remote host \({_HOST}\): .*?(?P<what>{_REFUSED}|{_LATE})",
    rf"nc: (?:connect to )?{_HOST}(?: \([^)]*\))?[ :]+(?:port )?(?P<port>\d+).*?(?P<what>{_REFUSED}|{_LATE})",
    rf"\b{_HOST}:(?P<port>\d{{2,5}})\b.*?(?P<what>{_REFUSED}|{_LATE})",
    rf"(?P<what>{_REFUSED}|dial tcp.*?(?:{_LATE})|connect(?:ion|ing)?\b.{{0,60}}timed out)",
)
_INCOMING = lazy(
    r'"(?:GET|POST|PUT|HEAD|DELETE|PATCH) /|^(?:GET|POST|PUT|HEAD|DELETE|PATCH) /|client disconnected', re.IGNORECASE
)
"""Lines about requests that came in, not about those that went out."""
_LATE_WORDS = lazy(_LATE, re.IGNORECASE)


def unreached(lines: Iterable[str]) -> Unreached | None:
    """The last line that says that a host could not be resolved or reached."""
    for line in reversed(list(lines)):
        found = None if _INCOMING.search(line) else _unreached(line[:2000])
        if found is not None:
            return found
    return None


def _unreached(line: str) -> Unreached | None:
    for pattern in _DNS:
        if match := pattern.search(line):
            return Unreached("dns", _host(match), _port(match), line)
    for pattern in _CONNECT:
        if match := pattern.search(line):
            late = _LATE_WORDS.search(match.groupdict().get("what") or "") is not None
            return Unreached("timeout" if late else "refused", _host(match), _port(match), line)
    return None


def _host(match: re.Match[str]) -> str | None:
    host = match.groupdict().get("host")
    return host.strip("[]").rstrip(".").lower() if host and not host.isdigit() else None


def _port(match: re.Match[str]) -> int | None:
    port = match.groupdict().get("port")
    return int(port) if port and int(port) < 65536 else None


_DENIED = lazy(
    r"permission denied|EACCES|EPERM|operation not permitted|access ?denied|is not writable"
    r"|(?:wrong|invalid|incorrect) (?:ownership|permissions)",
    re.IGNORECASE,
)
_READ_ONLY = lazy(r"read-only file ?system|EROFS", re.IGNORECASE)
_FULL = lazy(r"no space left on device|ENOSPC|disk quota exceeded|EDQUOT|disk (?:is )?full", re.IGNORECASE)
_PATHS = lazy(r"(?<![\w.:/])(/[A-Za-z0-9_.+@-]+(?:/[A-Za-z0-9_.+@-]*)*)")


class FileTrouble(NamedTuple):
    """A line that says that files could not be written or read: `denied`, `readonly` or `full`, and the paths in it."""

    problem: str
    paths: tuple[str, ...]
    line: str


def file_troubles(lines: Iterable[str]) -> list[FileTrouble]:
    """Every line about files that could not be read or written, the last first."""
    kinds = (("full", _FULL), ("readonly", _READ_ONLY), ("denied", _DENIED))
    found = []
    for line in reversed(list(lines)):
        problem = next((name for name, pattern in kinds if pattern.search(line)), None)
        if problem is not None:
            found.append(FileTrouble(problem, tuple(_PATHS.findall(line[:2000])), line))
    return found
