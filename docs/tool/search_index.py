"""The search of the site: what is searched, as one script file that pages load, so that it works from a folder too."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from docs.tool.markdown import heading_text, parsed
from markdown_it.token import Token

_LONGEST = 1500
"""Characters of a page that are searched besides its headings: what matters stands at the top."""


class Entry(NamedTuple):
    """One page: address, title, headings, and the beginning of its text."""

    address: str
    title: str
    headings: str
    text: str


def entry(address: str, markdown: str) -> Entry:
    """What is searched of a page."""
    tokens = parsed(markdown)
    headings = [heading_text(after) for token, after in pairwise(tokens) if token.tag in _HEADINGS]
    title, *others = headings or [address]
    return Entry(address, title, " · ".join(dict.fromkeys(others)), " ".join(_words(tokens))[:_LONGEST])


def script(entries: Iterable[Entry]) -> str:
    """The index as a script: a file that is opened from a disk may not fetch another."""
    rows = json.dumps([list(one) for one in entries], ensure_ascii=False, separators=(",", ":"))
    return f"window.gkedoctorPages = {rows};\n"


_HEADINGS = ("h1", "h2", "h3")


def _words(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline":
            yield re.sub(r"\s+", " ", heading_text(token))
