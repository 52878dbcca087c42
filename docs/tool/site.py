"""The site: each Markdown page under `docs/` as one HTML page, with one style sheet and a search of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

from docs.tool.chapters import neighbours
from docs.tool.layout import Place, html_name, whole_page
from docs.tool.markdown import headings, parsed, parser
from docs.tool.pages import DOCS, built, page_of
from docs.tool.search_index import entry, script

ROOT = DOCS.parent
_FILES = ("style.css", "search.js")
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
    for name in _FILES:
        shutil.copy(Path(__file__).with_name(name), target / name)
    entries = (entry(html_name(page).as_posix(), text) for page, text in sorted(pages.items()))
    (target / "search-index.js").write_text(script(entries), encoding="utf-8")
    order = neighbours(pages)
    for page, text in pages.items():
        before, after = order.get(page, (None, None))
        place = Place(html_name(page), _named(before, pages), _named(after, pages))
        (target / place.file).parent.mkdir(parents=True, exist_ok=True)
        (target / place.file).write_text(page_html(page, text, target, place), encoding="utf-8")


def _named(page: Path | None, pages: Mapping[Path, str]) -> tuple[str, Path] | None:
    return (title_of(pages[page]), html_name(page)) if page is not None else None


def title_of(text: str) -> str:
    """The first heading of a page."""
    return next((heading.text for heading in headings(parsed(text))), "")


def page_html(page: Path, text: str, target: Path, place: Place) -> str:
    """One whole page, `page` being its path under `docs/`; files of the repository that it links to are copied."""
    tokens = parsed(text)
    for token in tokens:
        for inner in token.children or []:
            if inner.type == "link_open":
                inner.attrSet("href", _address(str(inner.attrGet("href")), page, target))
            elif inner.type == "image":
                inner.attrSet("src", _address(str(inner.attrGet("src")), page, target))
    body = parser().renderer.render(tokens, parser().options, {})
    body = body.replace("<table>", '<div class="wide"><table>').replace("</table>", "</table></div>")
    return whole_page(title_of(text), body, list(headings(tokens)), place)


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
