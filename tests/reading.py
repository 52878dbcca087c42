"""What may leave the program, written down a second time: by what the project promises, not by what its code allows."""

from __future__ import annotations

from urllib.parse import urlsplit

_POSTS = ("/getHealth", "/listNetworkEndpoints", "/selfsubjectaccessreviews", "/selfsubjectrulesreviews",
          "/v2/entries:list")  # fmt: skip
_TOKENS = ("/token", ":generateAccessToken")
"""What the login libraries ask for tokens, which is no question about a cluster."""


def only_reads(method: str, url: str) -> bool:
    """Whether a request is one of those that the documentation names."""
    return method == "GET" or (method == "POST" and urlsplit(url).path.endswith((*_POSTS, *_TOKENS)))
