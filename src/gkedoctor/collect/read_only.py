"""What may leave the program: reading. Anything else is our own fault and stops at the door.

Tokens are not fetched through this door: exec plugins, OAuth and `generateAccessToken` belong to the login libraries,
which send them over sessions of their own.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_READING_POSTS = re.compile(
    r"(?:/.*)?/apis/authorization\.k8s\.io/v1/selfsubject(?:access|rules)reviews"
    r"|.*/(?:getHealth|listNetworkEndpoints)"
    r"|/v2/entries:list"
)
"""POSTs that change nothing: reviews of one's own rights, two questions of the Compute API that have a body, and the
search of Cloud Logging, whose filter is one (`entries.list`; what writes is `entries:write`)."""


class NotReadOnlyError(AssertionError):
    """A request that could change something was about to be sent."""


def assert_read_only(method: str, url: str) -> None:
    """Raises NotReadOnlyError unless the request only reads."""
    if method.upper() == "GET":
        return
    if method.upper() == "POST" and _READING_POSTS.fullmatch(urlsplit(url).path):
        return
    raise NotReadOnlyError(f"{method} {urlsplit(url).path} would leave the program")
