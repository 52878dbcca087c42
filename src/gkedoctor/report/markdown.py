"""Text out of a cluster as Markdown in which it can neither mark up, link nor mention."""

from __future__ import annotations

import re

from gkedoctor.report.escaping import inert

_LONGEST_LINE = 1_000

_WORD = re.compile(
    r"""(?P<open>["'(]{0,9})(?P<word>[^\W_]+(?:[-'’/][^\W_]+)*|\d\d:\d\d)?(?P<close>["')]{0,9}[,.;:?!]?["')]{0,9})"""
)
"""What may stand as it is between spaces: letters and digits, in brackets or before a comma."""
_TICKET = re.compile(r"[A-Za-z]+-\d+|[0-9a-f]{7,40}", re.IGNORECASE)
"""What trackers turn into links by themselves: `SHOP-12`, the hash of a commit."""
_NUMBERED = re.compile(r"\d+[.)]")
"""What begins a numbered list."""


def text(said: str, longest: int = _LONGEST_LINE) -> str:
    """A sentence with names in it: what is more than a word is set as code."""
    shown = inert(said)
    shown = shown if len(shown) <= longest else shown[:longest] + "…"
    parts = [_marked(word) for word in shown.split(" ") if word]
    return " ".join("".join(part) for part in parts) or code("")


def _marked(word: str) -> tuple[str, str, str]:
    """A word as text, or as code between the brackets and commas around it."""
    plain = _WORD.fullmatch(word)
    if plain and not _TICKET.fullmatch(plain["word"] or "") and not _NUMBERED.fullmatch(word):
        return "", word, ""
    inner = word.strip("\"'(),;:") or word
    before, _, after = word.partition(inner)
    inner, dot = (inner[:-1], ".") if inner.endswith(".") and len(inner) > 1 else (inner, "")
    return before, code(inner), dot + after


def cell(marked_up: str) -> str:
    """Markdown in a cell of a table: a bar ends a cell of GitHub's tables even in code, unless it is escaped."""
    return marked_up.replace("|", "\\|")


def code(said: str) -> str:
    """A code span that nothing in the text can close. One line, never empty."""
    shown = inert(said)
    shown = shown if len(shown) <= _LONGEST_LINE else shown[:_LONGEST_LINE] + "…"
    if not shown.strip():
        return "`(empty)`"
    longest = max(map(len, re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{pad}{shown}{pad}{fence}"
