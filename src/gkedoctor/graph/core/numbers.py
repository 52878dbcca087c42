"""Whole numbers out of texts that other people wrote."""

from __future__ import annotations

from typing import Any

_MOST_DIGITS = 18
"""What fits into 64 bits. Python refuses to convert more than 4,300 digits, and `²` is a digit that is no number."""


def whole_number(text: Any) -> int | None:
    """The number that a text of ASCII digits stands for; None for any other text, and for one beyond 64 bits.

    >>> whole_number("8080"), whole_number("²"), whole_number("9" * 5000)
    (8080, None, None)
    """
    if not isinstance(text, str) or not text.isascii() or not text.isdigit() or len(text) > _MOST_DIGITS:
        return None
    return int(text)
