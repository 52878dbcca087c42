"""Answers that stand in the place of a list: an error object of an API, an HTML page, what gcloud or kubectl printed.

Each becomes the API server's `Status`, so that all importers have one form to know. What it means for the collection
is for `snapshot/refusals.py` to say.

Sources: https://cloud.google.com/apis/design/errors (`{"error": {"code", "message", "status", "errors"}}`);
kubernetes apimachinery meta/v1 Status; googlecloudsdk/core/exceptions.py and api_lib/util/exceptions.py
(`ERROR: (gcloud.<command>) <message>`); kubectl pkg/cmd/util/helpers.go (`Error from server (Forbidden): …`).
"""

from __future__ import annotations

import re
from typing import Any

from gkedoctor.snapshot.refusals import html_page

_PRINTED = re.compile(
    r"\s{0,100}(?:ERROR: |error: |Error from server|Unable to connect to the server|The connection to the server "
    r"|Reauthentication (?:required|failed)|API \[[a-z.]{3,60}\] not enabled)"
)
"""How gcloud's and kubectl's words for a failure begin."""

_WARNED = re.compile(r"\s{0,100}WARNING: ")
_JSON_LINE = re.compile(r"^[\[{]", re.M)
_LONGEST = 1000


def refusal_in_text(text: str) -> dict[str, Any] | None:
    """The refusal that a text is, as a `Status`; None for a text that may hold documents."""
    page = html_page(text)
    if page is not None:
        return _status(page)
    head = text[:_LONGEST]
    if _PRINTED.match(head):
        return _status(" ".join(head.split()))
    return None


def split_warning(text: str) -> tuple[dict[str, Any] | None, str]:
    """gcloud's warning in front of a list (`2>&1`), which says what the list lacks, and the list; else None and all."""
    if not _WARNED.match(text[:_LONGEST]):
        return None, text
    start = _JSON_LINE.search(text)
    warning = " ".join(text[: start.start() if start is not None else _LONGEST].split())
    return _status(warning[:_LONGEST]), text[start.start() :] if start is not None else ""


def refusal_in(document: Any) -> dict[str, Any] | None:
    """The refusal that a document is, as a `Status`: one already, or the error object of a Google API."""
    if not isinstance(document, dict) or "items" in document:
        return None
    if document.get("kind") == "Status":
        return document
    error = document.get("error")
    if isinstance(error, dict) and "metadata" not in document and ("code" in error or "message" in error):
        return _status(_said(error), error.get("code"))
    return None


def _said(error: dict[str, Any]) -> str:
    """The message with the reasons, by which an API that is off is told from a permission that is missing."""
    details = [*_dicts(error.get("errors")), *_dicts(error.get("details"))]
    reasons = [str(entry["reason"]) for entry in details if entry.get("reason")]
    words = [str(error.get("message") or "the API returned an error"), str(error.get("status") or ""), *reasons]
    return " ".join(dict.fromkeys(word for word in words if word))


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _status(message: str, code: Any = None) -> dict[str, Any]:
    return {"kind": "Status", "status": "Failure", "message": message, "code": code}
