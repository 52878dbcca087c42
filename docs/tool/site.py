"""The site: each Markdown page under `docs/` as one HTML page, with one style sheet and no script."""

from __future__ import annotations

import html
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

from docs.tool.pages import DOCS, built, page_of
from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = DOCS.parent
STYLE = Path(__file__).with_name("style.css")
NAV = (
    ("Start", "README.md"),
    ("What you see", "what-you-see.md"),
    ("Playbooks", "playbooks/README.md"),
    ("Causes", "causes/README.md"),
    ("Commands", "reference/cli.md"),
    ("Python", "reference/python.md"),
    ("Write playbooks", "writing-playbooks.md"),
)
SOURCE = "source"
"""The anchor of a link that leads to a YAML file itself, not to the page that is made of it."""
_OUTSIDE = "repository"
"""The folder of the site for files of the repository that pages link to."""


def markdown_files() -> list[Path]:
    """Every page that git keeps."""
    return sorted(DOCS.rglob("*.md"))


def markdown_pages() -> dict[Path, str]:
    """Every page of the site by its path under `docs/`, whether git keeps it or not."""
    files = {page.relative_to(DOCS): page.read_text(encoding="utf-8") for page in markdown_files()}
    return files | {Path(name): text for name, text in built().items()}


def build(target: Path, pages: Mapping[Path, str]) -> None:
    """Writes the site into a folder, in place of what was there."""
    if target.exists():
        shutil.rmtree(target)
    target.mkdir(parents=True)
    shutil.copy(STYLE, target / "style.css")
    for page, text in pages.items():
        place = target / html_name(page)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(page_html(page, text, target), encoding="utf-8")


def html_name(page: Path) -> Path:
    """`playbooks/README.md` → `playbooks/index.html`."""
    return page.with_name("index.html") if page.name == "README.md" else page.with_suffix(".html")


def parsed(text: str) -> list[Token]:
    """The tokens of a page, its headings with anchors as GitHub makes them."""
    tokens = _parser().parse(text)
    seen: dict[str, int] = {}
    for token, inner in pairwise(tokens):
        if token.type == "heading_open":
            anchor = slug(_plain(inner))
            count = seen.get(anchor, 0)
            seen[anchor] = count + 1
            token.attrSet("id", f"{anchor}-{count}" if count else anchor)
    return tokens


def anchors(text: str) -> set[str]:
    """The anchors of a page."""
    return {str(token.attrGet("id")) for token in parsed(text) if token.type == "heading_open"}


def links(text: str) -> Iterator[str]:
    """Every address that a page links to."""
    for token in parsed(text):
        for inner in token.children or []:
            if inner.type == "link_open":
                yield str(inner.attrGet("href"))


def slug(heading: str) -> str:
    """As GitHub: small letters, spaces as `-`, signs left out."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def page_html(page: Path, text: str, target: Path) -> str:
    """One whole page, `page` being its path under `docs/`; files of the repository that it links to are copied."""
    tokens = parsed(text)
    for token in tokens:
        for inner in token.children or []:
            if inner.type == "link_open":
                inner.attrSet("href", _address(str(inner.attrGet("href")), page, target))
            elif inner.type == "image":
                inner.attrSet("src", _address(str(inner.attrGet("src")), page, target))
    body = _parser().renderer.render(tokens, _parser().options, {})
    body = body.replace("<table>", '<div class="wide"><table>').replace("</table>", "</table></div>")
    title = next((_plain(after) for token, after in pairwise(tokens) if token.tag == "h1"), "")
    here = html_name(page)
    up = "../" * (len(here.parts) - 1)
    nav = "\n".join(_nav_entry(name, Path(to), here, up) for name, to in NAV)
    return _PAGE.format(title=html.escape(title), up=up, nav=nav, body=body)


def _nav_entry(name: str, to: Path, here: Path, up: str) -> str:
    current = ' aria-current="page"' if html_name(to) == here else ""
    return f'<a href="{up}{html_name(to).as_posix()}"{current}>{name}</a>'


def _address(link: str, page: Path, target: Path) -> str:
    if link.startswith(("https://", "#")):
        return link
    path, _, anchor = link.partition("#")
    file = (DOCS / page.parent / unquote(path)).resolve()
    here = html_name(page).parent
    made = page_of(file, anchor) if anchor != SOURCE else None
    if made is not None:
        place, anchor = html_name(Path(made[0])), made[1]
    elif file.is_relative_to(DOCS) and file.suffix == ".md":
        place = html_name(file.relative_to(DOCS))
    else:
        place = Path(_OUTSIDE) / file.relative_to(ROOT)
        if file.is_file():
            (target / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target / place)
    shown = "" if anchor in ("", SOURCE) else f"#{anchor}"
    return Path(os.path.relpath(place, here)).as_posix() + shown


def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True}).enable("table")


def _plain(inline: Token) -> str:
    return "".join(child.content for child in inline.children or [] if child.type in ("text", "code_inline"))


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · gkedoctor</title>
<link rel="stylesheet" href="{up}style.css">
</head>
<body>
<header>
<a class="name" href="{up}index.html">gkedoctor</a>
<nav>
{nav}
</nav>
</header>
<main>
{body}</main>
</body>
</html>
"""
