"""The documentation is as fresh as what it is made from, and its links lead somewhere."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tomllib
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from docs.tool import markdown, site
from docs.tool.chapters import chapters
from docs.tool.layout import html_name
from docs.tool.pages import DOCS, built_page, kept, page_of, surplus

from gkedoctor.report.escaping import is_link
from tests.conftest import ROOT, shipped_playbooks

NAMES = [
    *(page.relative_to(DOCS).as_posix() for page in site.markdown_files()),
    *(f"playbooks/{playbook.id}.md" for playbook in shipped_playbooks()),
    *(f"causes/{word}.md" for word in shipped_playbooks().causes),
]
"""Known without the pages: making them takes seconds, and each process that runs tests collects all of them."""

AGAIN = "run: make docs"
GOLDEN = Path(__file__).parent / "golden"
GOLDEN_PAGES = ("playbooks/GKE-CFG-001.md", "playbooks/GKE-ROL-001.md", "causes/missing-secret.md")


@cache
def fresh() -> dict[str, str]:
    return kept()


@cache
def pages() -> dict[str, str]:
    """Every page of the site."""
    return {page.as_posix(): text for page, text in site.markdown_pages().items()}


def test_the_names_of_all_pages_are_known() -> None:
    assert sorted(NAMES) == sorted(pages())


def test_made_pages_are_up_to_date() -> None:
    stale = [
        name
        for name, text in fresh().items()
        if not (DOCS / name).is_file() or (DOCS / name).read_text(encoding="utf-8") != text
    ]
    assert not stale, f"stale: {', '.join(stale[:10])}; {AGAIN}"


def test_nothing_is_left_of_pages_that_are_gone() -> None:
    assert surplus(fresh()) == [], AGAIN


@pytest.mark.parametrize("name", GOLDEN_PAGES)
def test_a_change_of_the_template_is_seen(name: str) -> None:
    """The pages of playbooks and causes are not in git: three of them stand for all."""
    file, text = GOLDEN / Path(name).name, built_page(name)
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text, "see the difference, then: UPDATE_GOLDEN=1 pytest tests/docs"


@cache
def anchors(page: str) -> set[str]:
    """The anchors of a page of the site, or of a Markdown file elsewhere in the repository."""
    return markdown.anchors(pages()[page] if page in pages() else (DOCS / page).read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", NAMES)
def test_every_link_leads_somewhere(page: str) -> None:
    kept_in_git = (DOCS / page).is_file()
    for link in markdown.links(pages()[page]):
        if "://" in link:
            assert is_link(link), f"{page}: {link}"
            continue
        path, _, anchor = link.partition("#")
        target = (DOCS / page).parent / unquote(path) if path else DOCS / page
        target = target.resolve()
        assert target.is_relative_to(ROOT)
        # a page that git keeps is read there too, so its links lead to files that git keeps
        name = Path(os.path.relpath(target, DOCS)).as_posix()
        assert target.is_file() or (name in pages() and not kept_in_git), f"{page}: {link}"
        made = page_of(target, anchor) if anchor != site.SOURCE else None
        if made is not None:
            name, anchor = made
        assert not anchor or anchor == site.SOURCE or anchor in anchors(name), f"{page}: {link}"


def test_every_page_is_reached_from_the_first() -> None:
    seen: set[str] = set()
    waiting = ["README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page not in pages():
            continue
        seen.add(page)
        for link in (link for link in markdown.links(pages()[page]) if "://" not in link):
            path, _, anchor = link.partition("#")
            target = (DOCS / page).parent.joinpath(unquote(path)).resolve()
            made = page_of(target, anchor)
            waiting += [made[0]] if made else [os.path.relpath(target, DOCS)] if path else []
    assert set(pages()) - seen == set()


def test_a_link_to_a_cause_leads_to_its_page() -> None:
    causes = ROOT / "playbooks" / "causes.yaml"
    assert page_of(causes, "missing-secret") == ("causes/missing-secret.md", "")
    assert page_of(causes, "") == ("causes/README.md", "")
    assert page_of(ROOT / "playbooks" / "README.md", "") is None


def test_pages_by_hand_stay_small() -> None:
    by_hand = [text for name, text in pages().items() if name not in fresh() and (DOCS / name).is_file()]
    assert len(by_hand) >= 7
    assert all(len(text.splitlines()) <= 200 for text in by_hand)


def test_pages_know_nothing_of_who_wrote_them() -> None:
    """A path of the machine they were made on would be in every copy."""
    assert not [name for name, text in {**pages(), **fresh()}.items() if str(ROOT) in text]


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
        self.scripts: list[str] = []
        self.turns = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        found = dict(attrs)
        self.links += [value for key in ("href", "src") if (value := found.get(key))]
        self.ids |= {str(found["id"])} if found.get("id") else set()
        self.pictures += [str(found.get("src"))] if tag == "img" else []
        self.scripts += [str(found.get("src"))] if tag == "script" else []
        self.turns |= found.get("rel") in ("prev", "next")


@pytest.fixture(scope="module")
def site_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the whole site."""
    folder = tmp_path_factory.mktemp("site") / "site"
    site.build(folder, {Path(name): text for name, text in pages().items()})
    return folder


@pytest.fixture(scope="module")
def built(site_folder: Path) -> dict[Path, Page]:
    """The whole site, parsed."""
    found = {}
    for file in site_folder.rglob("*.html"):
        found[file] = Page()
        found[file].feed(file.read_text(encoding="utf-8"))
    return found


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


def test_the_site_runs_its_own_search_alone_and_asks_nobody(built: dict[Path, Page]) -> None:
    root = min(built, key=lambda file: len(file.parts)).parent
    for file, page in built.items():
        assert not page.tags & {"iframe", "object", "embed", "form"}
        assert not [address for address in page.pictures if ":" in address or address.startswith("//")]
        scripts = {(file.parent / address).resolve() for address in page.scripts}
        assert scripts == {root / "search.js", root / "search-index.js"}
    assert not re.search(r"fetch|XMLHttpRequest|import\b|eval|innerHTML", (root / "search.js").read_text())
    style = (root / "style.css").read_text()
    assert "url(" not in style
    assert "@import" not in style


def test_every_page_of_the_sidebar_is_there_and_has_neighbors(built: dict[Path, Page]) -> None:
    root = min(built, key=lambda file: len(file.parts)).parent
    for chapter in chapters():
        page = built[root / html_name(Path(chapter.page))]
        assert page.turns, chapter.page


def test_the_search_finds_pages_by_their_titles(built: dict[Path, Page]) -> None:
    root = min(built, key=lambda file: len(file.parts)).parent
    text = (root / "search-index.js").read_text(encoding="utf-8")
    index = json.loads(text.removeprefix("window.gkedoctorPages = ").removesuffix(";\n"))
    assert {address for address, *_ in index} == {file.relative_to(root).as_posix() for file in built}
    titles = {title: address for address, title, *_ in index}
    assert titles["Troubleshooting gkedoctor"] == "troubleshooting.html"
    assert len(text) < 1_500_000


def test_the_search_runs_in_a_browser(site_folder: Path, tmp_path: Path) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed")
    page = shutil.copytree(site_folder, tmp_path / "site") / "index.html"
    typed = (
        "<script>addEventListener('load', () => { const field = document.getElementById('search');"
        " field.value = 'missing secret'; field.dispatchEvent(new Event('input')); });</script></body>"
    )
    page.write_text(page.read_text(encoding="utf-8").replace("</body>", typed), encoding="utf-8")
    shown = subprocess.run(
        [chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}",
         "--virtual-time-budget=2000", "--dump-dom", page.as_uri()],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    found = re.search(r'<ul id="found">(.*?)</ul>', shown.stdout, re.DOTALL)
    assert found is not None and "missing-secret.html" in found[1]
