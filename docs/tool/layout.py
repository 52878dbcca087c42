"""How a page of the site looks: sidebar, search, contents of the page, the page before and after."""

from __future__ import annotations

import html
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from docs.tool.chapters import SECTIONS
from docs.tool.markdown import Heading

_LEAST_HEADINGS = 3
"""Headings from which on a page lists them."""


class Place(NamedTuple):
    """Where a page stands: its file under the site, and the titles and files of its neighbours."""

    file: Path
    before: tuple[str, Path] | None = None
    after: tuple[str, Path] | None = None


def html_name(page: Path) -> Path:
    """`playbooks/README.md` → `playbooks/index.html`."""
    return page.with_name("index.html") if page.name == "README.md" else page.with_suffix(".html")


def whole_page(title: str, body: str, headings: Sequence[Heading], place: Place) -> str:
    """The HTML of one page."""
    up = "../" * (len(place.file.parts) - 1)
    return _PAGE.format(
        title=html.escape(title),
        up=up,
        sidebar=_sidebar(place.file, up),
        contents=_contents(headings),
        body=body,
        turn=_turn(place),
    )


def _sidebar(here: Path, up: str) -> str:
    parts = []
    for section, chapters in SECTIONS.items():
        entries = "\n".join(_entry(chapter.name, html_name(Path(chapter.page)), here, up) for chapter in chapters)
        parts.append(f"<p>{html.escape(section)}</p>\n<ul>\n{entries}\n</ul>")
    return "\n".join(parts)


def _entry(name: str, to: Path, here: Path, up: str) -> str:
    current = ' aria-current="page"' if to == here else ""
    return f'<li><a href="{up}{to.as_posix()}"{current}>{html.escape(name)}</a></li>'


def _contents(headings: Sequence[Heading]) -> str:
    shown = [heading for heading in headings if heading.tag == "h2"]
    if len(shown) < _LEAST_HEADINGS:
        return ""
    entries = "\n".join(f'<li><a href="#{h.anchor}">{html.escape(h.text)}</a></li>' for h in shown)
    return f'<nav class="contents" aria-label="On this page">\n<p>On this page</p>\n<ul>\n{entries}\n</ul>\n</nav>\n'


def _turn(place: Place) -> str:
    links = []
    for rel, mark, neighbour in (("prev", "← {}", place.before), ("next", "{} →", place.after)):
        if neighbour is not None:
            to = Path(os.path.relpath(neighbour[1], place.file.parent)).as_posix()
            links.append(f'<a rel="{rel}" href="{to}">{mark.format(html.escape(neighbour[0]))}</a>')
    return f'<nav class="turn" aria-label="Pages">\n{"".join(links)}\n</nav>\n' if links else ""


_PAGE = """<!doctype html>
<html lang="en" data-base="{up}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · gkedoctor</title>
<link rel="stylesheet" href="{up}style.css">
<script defer src="{up}search-index.js"></script>
<script defer src="{up}search.js"></script>
</head>
<body>
<header>
<a class="name" href="{up}index.html">gkedoctor</a>
<a class="more" href="#pages">All pages</a>
<div role="search"><input id="search" type="search" placeholder="Search ( / )" aria-label="Search" hidden>
<ul id="found"></ul></div>
</header>
<main>
{contents}{body}{turn}</main>
<nav id="pages" class="sidebar" aria-label="All pages">
{sidebar}
</nav>
</body>
</html>
"""
