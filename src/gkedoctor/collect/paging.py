"""Follows a listing from page to page, and ends one that gets nowhere."""

from __future__ import annotations

from gkedoctor.collect.deadline import RequestFailed

MAX_PAGES = 10_000
MAX_OBJECTS = 1_000_000
"""Kubernetes is built for 150,000 Pods (kubernetes.io/docs/setup/best-practices/cluster-large), GKE for 400,000."""

_MAX_EMPTY_PAGES = 20
"""In a row. A page may be empty and not the last one, where a filter left nothing of it."""


class Pages:
    """The pages of one listing. `followed` is told of each: Refused where the server leads in a circle or nowhere."""

    def __init__(self) -> None:
        self._tokens: set[str] = set()
        self._pages = self._objects = self._empty = 0

    def followed(self, token: str, objects: int) -> None:
        """Takes note of the token for the next page, and of how many objects this one had."""
        self._pages, self._objects = self._pages + 1, self._objects + objects
        self._empty = 0 if objects else self._empty + 1
        if token in self._tokens:
            raise RequestFailed("the server sent a token for the next page twice, so the pages have no end", code=-1)
        self._tokens.add(token)
        if self._empty >= _MAX_EMPTY_PAGES:
            raise RequestFailed(f"the server sent {self._empty} empty pages in a row", code=-1)
        if self._pages >= MAX_PAGES or self._objects >= MAX_OBJECTS:
            raise RequestFailed(f"limit of {MAX_OBJECTS:,} objects on {MAX_PAGES:,} pages reached", code=-1)
