"""The documentation is as fresh as what it is made from, and its links lead somewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from docs.tool import site
from docs.tool.pages import DOCS, made, surplus

from gkedoctor.report.inert import is_link
from tests.conftest import ROOT

PAGES = site.markdown_files()
AGAIN = "run: make docs"


@cache
def fresh() -> dict[str, str]:
    return made()


def test_made_pages_are_up_to_date() -> None:
    stale = [
        name
        for name, text in fresh().items()
        if not (DOCS / name).is_file() or (DOCS / name).read_text(encoding="utf-8") != text
    ]
    assert not stale, f"stale: {', '.join(stale[:10])}; {AGAIN}"


def test_nothing_is_left_of_pages_that_are_gone() -> None:
    assert surplus(fresh()) == [], AGAIN


@cache
def anchors(page: Path) -> set[str]:
    return site.anchors(page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(DOCS).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in site.links(page.read_text(encoding="utf-8")):
        if "://" in link:
            assert is_link(link), f"{page.name}: {link}"
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / unquote(path)).resolve() if path else page
        assert target.is_file(), f"{page.name}: {link}"
        assert target.is_relative_to(ROOT)
        assert not anchor or anchor in anchors(target), f"{page.name}: {link}"


def test_every_page_is_reached_from_the_first() -> None:
    seen: set[Path] = set()
    waiting = [DOCS / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md" or not page.is_relative_to(DOCS):
            continue
        seen.add(page)
        links = (link.partition("#")[0] for link in site.links(page.read_text(encoding="utf-8")) if "://" not in link)
        waiting += [(page.parent / link).resolve() for link in links if link]
    assert set(PAGES) - seen == set()


def test_pages_by_hand_stay_small() -> None:
    by_hand = [page for page in PAGES if page.relative_to(DOCS).as_posix() not in fresh()]
    assert len(by_hand) >= 7
    assert all(len(page.read_text(encoding="utf-8").splitlines()) <= 80 for page in by_hand)


def test_pages_know_nothing_of_who_wrote_them() -> None:
    """A path of the machine they were made on would be in every copy."""
    assert not [name for name, text in fresh().items() if str(ROOT) in text]


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_the_man_page_is_without_warnings() -> None:
    page = DOCS / "man" / "gkedoctor.1"
    command = ["groff", "-man", "-Tutf8", "-ww", "-rLL=80n", str(page)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    shown = re.sub(r"\x1b\[[0-9;]*m|.\x08", "", done.stdout)
    assert "gkedoctor report --from cluster.json" in shown


def test_the_man_page_is_installed() -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["shared-data"] == {"docs/man/gkedoctor.1": "share/man/man1/gkedoctor.1"}


class Page(HTMLParser):
    """What an HTML page refers to."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.tags: set[str] = set()
        self.pictures: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        found = dict(attrs)
        self.links += [value for key in ("href", "src") if (value := found.get(key))]
        self.ids |= {str(found["id"])} if found.get("id") else set()
        self.pictures += [str(found.get("src"))] if tag == "img" else []


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Page]:
    """The whole site, parsed."""
    folder = tmp_path_factory.mktemp("site") / "site"
    assert site.build(folder) == len(PAGES)
    pages = {}
    for file in folder.rglob("*.html"):
        pages[file] = Page()
        pages[file].feed(file.read_text(encoding="utf-8"))
    return pages


def test_every_link_of_the_site_leads_somewhere(built: dict[Path, Page]) -> None:
    for file, page in built.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme:
                assert parts.scheme == "https", link
                continue
            target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            assert target.is_file(), f"{file.name}: {link}"
            assert not parts.fragment or parts.fragment in built[target].ids, f"{file.name}: {link}"


def test_the_site_has_no_script_and_asks_nobody(built: dict[Path, Page]) -> None:
    for page in built.values():
        assert not page.tags & {"script", "iframe", "object", "embed", "form"}
        assert not [address for address in page.pictures if ":" in address or address.startswith("//")]
    style = (min(built, key=lambda f: len(f.parts)).parent / "style.css").read_text()
    assert "url(" not in style
    assert "@import" not in style
