"""What Google Cloud's refusals mean, whichever library brought them."""

from __future__ import annotations

from typing import Any

import msgspec

from gkedoctor.collect.addresses import without_login
from gkedoctor.collect.deadline import CollectionStopped, RequestFailed, retry_after
from gkedoctor.collect.json_decoders import json_decoder
from gkedoctor.snapshot.model import CollectionState, Status
from gkedoctor.snapshot.refusals import html_page, is_busy, refused_state


def cloud_state(collection: str, refused: RequestFailed | CollectionStopped, *, some: bool = False) -> CollectionState:
    """The state of a collection that Google Cloud refused."""
    code = refused.code if isinstance(refused, RequestFailed) else 0
    reason = refused.reason
    if some:
        return CollectionState(Status.PARTIAL, reason=reason)
    if code == 403:
        return refused_state(collection, reason, code)
    return CollectionState(Status.FAILED, reason=reason)


def refusal(code: int, message: str, headers: Any = None) -> RequestFailed:
    """A Refused out of a status and what the answer says; a rate limit comes as 403 and passes."""
    text = html_page(message[message.find("<") :]) or " ".join(message.split())[:300] or f"Google Cloud returned {code}"
    if code == 403 and is_busy(message):
        code = 429
    return RequestFailed(text, code=code, retry_after=retry_after(headers or {}))


def no_answer(error: Exception) -> RequestFailed:
    """A Refused for a request that got none; the address of a proxy may have a password in it."""
    return RequestFailed(f"no response: {without_login(str(error))[:200]}")


def unusable(error: Exception) -> RequestFailed:
    """A Refused for credentials that give no token, in the words of whoever refused it."""
    body = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], str) else ""
    said = f"{error.args[0]}: {message_of(body.encode(), body)}" if body else str(error)
    said = without_login(" ".join(said.split()))
    return RequestFailed(f"the Google Cloud credentials cannot be used: {said[:300]}", code=401)


_LONGEST_ERROR = 1 << 16


class _Error(msgspec.Struct):
    message: str = ""
    status: str = ""
    code: int = 0


class _Envelope(msgspec.Struct):
    error: _Error = msgspec.field(default_factory=_Error)
    kind: str = ""
    message: str = ""
    code: int = 0


def hidden_error(body: bytes) -> RequestFailed | None:
    """The error that an answer with the status 200 is, as a gateway on the way may send it; protobuf would read it
    as a list without objects."""
    head = body[:256]
    if len(body) > _LONGEST_ERROR or not (b'"error"' in head or b'"Status"' in head):
        return None
    try:
        found = json_decoder(_Envelope).decode(body)
    except (msgspec.DecodeError, RecursionError):
        return None
    if found.kind == "Status":
        return refusal(found.code, found.message)
    return refusal(found.error.code, f"{found.error.message} {found.error.status}") if found.error.message else None


def message_of(content: bytes, text: str) -> str:
    """What an answer says went wrong; `text` where it does not say it as Google's APIs do."""
    try:
        return str(json_decoder(_Envelope).decode(content).error.message)
    except (msgspec.DecodeError, RecursionError):
        return text
