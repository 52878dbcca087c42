"""What Google Cloud's refusals mean, whichever library brought them."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from gkedoctor.collect.addresses import without_login
from gkedoctor.collect.deadline import CollectionStopped, RequestFailed, retry_after
from gkedoctor.snapshot.model import CollectionState, Status, permission

_NEEDS = re.compile(r"Required '?\"?([a-z]+\.[A-Za-z.]+)'?\"? permission|permission '?\"?([a-z]+\.[A-Za-z.]+)")
_OFF = re.compile(
    r"has not been used in project|is disabled|SERVICE_DISABLED|accessNotConfigured|API not enabled", re.I
)
_BUSY = re.compile(r"rateLimitExceeded|Rate Limit Exceeded|quota exceeded|quotaExceeded", re.I)


def cloud_state(collection: str, refused: RequestFailed | CollectionStopped, *, some: bool = False) -> CollectionState:
    """The state of a collection that Google Cloud refused."""
    code = refused.code if isinstance(refused, RequestFailed) else 0
    reason = refused.reason
    if some:
        return CollectionState(Status.PARTIAL, reason=reason)
    if code == 403 and _OFF.search(reason):
        return CollectionState(Status.DISABLED, reason="the API is off in this project")
    if code == 403:
        named = _NEEDS.search(reason)
        needs = (named[1] or named[2]).rstrip(".") if named is not None else permission(collection)
        return CollectionState(Status.DENIED, reason=reason, needs=needs)
    return CollectionState(Status.FAILED, reason=reason)


def refusal(code: int, message: str, headers: Any = None) -> RequestFailed:
    """A Refused out of a status and what the answer says; a rate limit comes as 403 and passes."""
    text = " ".join(message.split())[:300] or f"Google Cloud answered {code}"
    if code == 403 and _BUSY.search(message):
        code = 429
    return RequestFailed(text, code=code, retry_after=retry_after(headers or {}))


def no_answer(error: Exception) -> RequestFailed:
    """A Refused for a request that got none; the address of a proxy may have a password in it."""
    return RequestFailed(f"no answer: {without_login(str(error))[:200]}")


def unusable(error: Exception) -> RequestFailed:
    """A Refused for credentials that give no token, in the words of whoever refused it."""
    body = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], str) else ""
    said = f"{error.args[0]}: {message_of(body.encode(), body)}" if body else str(error)
    said = without_login(" ".join(said.split()))
    return RequestFailed(f"the Google Cloud credentials cannot be used: {said[:300]}", code=401)


class _Error(msgspec.Struct):
    message: str = ""
    status: str = ""


class _Envelope(msgspec.Struct):
    error: _Error = msgspec.field(default_factory=_Error)


def message_of(content: bytes, text: str) -> str:
    """What an answer says went wrong; `text` where it does not say it as Google's APIs do."""
    try:
        return msgspec.json.decode(content, type=_Envelope).error.message
    except (msgspec.DecodeError, RecursionError):
        return text
