"""All pages that are made from data: those that git keeps, by their path under `docs/`, and those of the site alone.

The page of a playbook or cause is built with the site and kept nowhere: `gkedoctor explain` prints the same, and each
change of a playbook would otherwise be a change of its page as well. The pages that git keeps link to the YAML files,
which exist everywhere; the site leads such a link to the page that is made of the file.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from docs.tool import failure_modes, fixes, reference
from docs.tool.manual import man_page

from gkedoctor import shipped
from gkedoctor.explain.example import example
from gkedoctor.explain.markdown import prose, to_markdown
from gkedoctor.explain.pages import cause_page, playbook_page
from gkedoctor.explain.search import Index
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.library import Library, shipped_names
from gkedoctor.playbook.loader import load_playbooks
from gkedoctor.playbook.vocabulary import CAUSES_FILE
from gkedoctor.report.markdown import code

DOCS = Path(__file__).resolve().parents[1]
_EXAMPLE_WIDTH = 90
_MADE_FOLDERS = ("playbooks", "causes", "reference", "man")
"""Folders that hold nothing but pages that are made."""


@cache
def library() -> Library:
    """The shipped playbooks."""
    return Library(load_playbooks([shipped.playbooks()], check=False), shipped_names)


def kept() -> dict[str, str]:
    """Path → text of the pages that git keeps."""
    return {
        "playbooks/README.md": _by_area(),
        "causes/README.md": _by_cause(),
        "what-you-see.md": _by_symptom(),
        failure_modes.PAGE: failure_modes.page({p.id: _from("", Path(p.path)) for p in library()}),
        fixes.PAGE: fixes.page({p.id: _from("", Path(p.path)) for p in library()}),
        "reference/cli.md": reference.cli_page(),
        "reference/playbook-format.md": reference.format_page(),
        "reference/edges.md": reference.edges_page(),
        "reference/functions.md": reference.functions_page(),
        "reference/what-if-rules.md": reference.rules_page(),
        "reference/python.md": reference.api_page(),
        "man/gkedoctor.1": man_page(),
    }


def built() -> dict[str, str]:
    """Path → text of the pages that only the site has: one a playbook, one a cause."""
    return {path: make() for path, make in _makers().items()}


def built_page(path: str) -> str:
    """One of those pages."""
    return _makers()[path]()


def write() -> list[str]:
    """Writes the kept pages that changed, removes what nobody makes any more; returns their names."""
    pages = kept()
    changed = []
    for name, content in pages.items():
        file = DOCS / name
        if not file.is_file() or file.read_text(encoding="utf-8") != content:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content, encoding="utf-8")
            changed.append(name)
    for name in surplus(pages):
        (DOCS / name).unlink()
        changed.append(name)
    return changed


def surplus(pages: Mapping[str, str]) -> list[str]:
    """Files in the folders that hold nothing but made pages, and that nobody makes any more."""
    there = {file.relative_to(DOCS).as_posix() for folder in _MADE_FOLDERS for file in (DOCS / folder).glob("*")}
    return sorted(there - set(pages))


def page_of(file: Path, anchor: str) -> tuple[str, str] | None:
    """The page of the site for a link to a YAML file of the playbooks, with its anchor; None where there is none."""
    if file == shipped.playbooks() / CAUSES_FILE:
        return (f"causes/{anchor}.md", "") if anchor in library().causes else ("causes/README.md", "")
    playbook = _by_path().get(file)
    return (f"playbooks/{playbook.id}.md", anchor) if playbook is not None else None


@cache
def _by_path() -> dict[Path, CompiledPlaybook]:
    return {Path(playbook.path).resolve(): playbook for playbook in library()}


def _makers() -> dict[str, Callable[[], str]]:
    def of_playbook(playbook: CompiledPlaybook) -> Callable[[], str]:
        return lambda: _playbook(playbook)

    def of_cause(word: str) -> Callable[[], str]:
        return lambda: _cause(word)

    makers = {f"playbooks/{playbook.id}.md": of_playbook(playbook) for playbook in library()}
    return makers | {f"causes/{word}.md": of_cause(word) for word in library().causes}


def _locate(here: str, page: str) -> str:
    """The link from a folder of the site to the page of a playbook or a cause."""
    folder = "causes" if page in library().causes else "playbooks"
    return f"{page}.md" if folder == here else f"../{folder}/{page}.md"


def _playbook(playbook: CompiledPlaybook) -> str:
    shown = example(playbook, library(), _EXAMPLE_WIDTH)
    page = to_markdown(playbook_page(playbook, library(), shown), lambda to: _locate("playbooks", to))
    source = _from("playbooks", Path(playbook.path).with_suffix(""))
    # with `#source` the site keeps a link to the file itself
    foot = f"[The playbook]({source}.yaml#source) and [its tests]({source}.test.yaml)."
    return f"{reference.MADE}\n\n{page}\n{foot}\n"


def _cause(word: str) -> str:
    return f"{reference.MADE}\n\n" + to_markdown(cause_page(word, library()), lambda to: _locate("causes", to))


def _from(folder: str, file: Path) -> str:
    """The link from a folder under `docs/` to a file of the repository."""
    return Path(os.path.relpath(file, DOCS / folder)).as_posix()


def _link(folder: str, playbook: CompiledPlaybook) -> str:
    return f"[{playbook.id}]({_from(folder, Path(playbook.path))})"


def _cause_link(folder: str, word: str) -> str:
    return f"[{word}]({_from(folder, shipped.playbooks() / CAUSES_FILE)}#{word})"


def _by_area() -> str:
    areas: dict[str, list[CompiledPlaybook]] = {}
    for playbook in library():
        areas.setdefault(Path(playbook.path).parent.name, []).append(playbook)
    parts = ["# Playbooks by area", reference.MADE, f"{len(library())} playbooks."]
    for area in sorted(areas):
        rows = [f"- {_link('playbooks', p)}: {prose(p.model.title)}" for p in areas[area]]
        parts += [f"## {area.capitalize()}", "\n".join(rows)]
    return "\n\n".join(parts) + "\n"


def _by_cause() -> str:
    causes = library().causes
    said = {cause.cause for playbook in library() for cause in playbook.model.causes}
    rows = [
        f"| {_cause_link('causes', word)} | {prose(cause.means)} | {prose(cause.root)} "
        f"| {'' if word in said else 'not yet'} |"
        for word, cause in causes.items()
    ]
    head = ["| cause | means | to fix | found |", "| --- | --- | --- | --- |"]
    about = f"The {len(causes)} words that a diagnosis may give as its cause. They are stable: tickets rely on them."
    return "\n\n".join(["# Causes", reference.MADE, about, "\n".join([*head, *rows])]) + "\n"


def _by_symptom() -> str:
    parts = [
        "# What you see",
        reference.MADE,
        'Messages of kubectl, the Cloud Console and Events, and the pages they lead to. `gkedoctor explain "message"` '
        "looks them up, in longer messages too. `…` stands for what varies.",
    ]
    letters: dict[str, list[str]] = {}
    for phrase, playbook, cause in sorted(Index(library()).phrases(), key=lambda p: (p[0].casefold(), p[1].id)):
        first = phrase[0].upper() if phrase[0].isascii() and phrase[0].isalpha() else "Others"
        page = _cause_link("", cause) if cause else _link("", playbook)
        shown = code(phrase).replace("|", "\\|")
        letters.setdefault(first, []).append(f"| {shown} | {page} | {prose(playbook.model.title)} |")
    for letter in sorted(letters, key=lambda key: (key == "Others", key)):
        parts += [f"## {letter}", "\n".join(["| message | page | |", "| --- | --- | --- |", *letters[letter]])]
    return "\n\n".join(parts) + "\n"
