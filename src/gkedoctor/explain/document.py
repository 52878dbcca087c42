"""What a page is made of, before it is text for a terminal or Markdown."""

from __future__ import annotations

from typing import NamedTuple


class Heading(NamedTuple):
    """A heading; `level` 1 is the page's own."""

    text: str
    level: int = 2


class Text(NamedTuple):
    """A paragraph, perhaps behind a label."""

    text: str
    label: str = ""


class Item(NamedTuple):
    """A line of a list. `page`: the id or cause whose page its `name` leads to; `link`: an address."""

    text: str = ""
    name: str = ""
    page: str = ""
    link: str = ""


class Items(NamedTuple):
    """A list."""

    items: tuple[Item, ...]


class Code(NamedTuple):
    """Lines to be shown as they are. `language` as Markdown names it."""

    text: str
    language: str = "text"


Block = Heading | Text | Items | Code
