"""What the refusal of a listing means, in the words of the API, gcloud or kubectl: the state of the collection."""

from __future__ import annotations

import re

from gkedoctor.snapshot.model import CollectionState, Status, permission

_NEEDS = re.compile(r"Required '?\"?([a-z]+\.[A-Za-z.]+)'?\"? permission|permission '?\"?([a-z]+\.[A-Za-z.]+)")
_OFF = re.compile(
    r"has not been used in project|API[^.]{0,80} is disabled|SERVICE_DISABLED|accessNotConfigured|API not enabled"
    r"|\] not enabled on project",
    re.I,
)
_BUSY = re.compile(r"rateLimitExceeded|Rate Limit Exceeded|quota exceeded|quotaExceeded", re.I)
_DENIED = re.compile(
    r"forbidden|unauthorized|permission_denied|unauthenticated|Required '[a-zA-Z.]{3,80}' permission"
    r"|does not have permission|access denied|must be logged in|re-?authenticat"
    r"|\b(?:code|error|status|http|HTTPError|HTTP/[\d.]{1,3})[ =:]{1,3}40[13]\b",
    re.I,
)
_HTML = re.compile(r"<(?:!doctype\s{1,9}html|html|head|body)\b", re.I)
_TITLE = re.compile(r"<(title|h1)[^>]{0,200}>([^<]{1,300})</\1", re.I)
_LONGEST_PAGE = 20_000
_NOT_SERVED = ("could not find the requested resource", "no matches for kind", "doesn't have a resource type")


def html_page(text: str) -> str | None:
    """What an HTML page in place of an answer says in its title; None for a text that is no page."""
    head = text.lstrip()[:_LONGEST_PAGE]
    if not _HTML.match(head):
        return None
    named = _TITLE.search(head)
    return f"an HTML page in place of the list: {' '.join(named[2].split())}" if named else "an HTML page"


def is_busy(message: str) -> bool:
    """Whether a 403 is a rate limit, which passes."""
    return _BUSY.search(message) is not None


def is_api_off(message: str) -> bool:
    """Whether the API is off in the project, so that it has nothing to list."""
    return _OFF.search(message) is not None


def needed_permission(collection: str, message: str) -> str:
    """The permission that a message names, else the one that listing the collection takes."""
    named = _NEEDS.search(message)
    return (named[1] or named[2]).rstrip(".") if named is not None else permission(collection)


def refused_state(collection: str, message: str, code: object = None) -> CollectionState:
    """The state of a collection in whose place a message came. `code`: the HTTP status, where one is told."""
    lines = message.strip().splitlines()
    reason = lines[0][:300] if lines else "refused"
    if is_busy(message):
        return CollectionState(Status.FAILED, reason=reason)
    if is_api_off(message):
        return CollectionState(Status.DISABLED, reason="the API is off in this project")
    if any(words in message for words in _NOT_SERVED):
        return CollectionState(Status.DISABLED, reason=reason)
    if code in (401, 403) or _DENIED.search(message):
        return CollectionState(Status.DENIED, reason=reason, needs=needed_permission(collection, message))
    return CollectionState(Status.FAILED, reason=reason)
