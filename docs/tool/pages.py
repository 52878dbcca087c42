"""All pages that are made from data, by their path under `docs/`."""

from __future__ import annotations

from pathlib import Path

from docs.tool import reference
from docs.tool.manual import man_page

from gkedoctor import shipped
from gkedoctor.explain.example import example
from gkedoctor.explain.markdown import prose, to_markdown
from gkedoctor.explain.pages import cause_page, playbook_page
from gkedoctor.explain.search import Index
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.loader import load_playbooks
from gkedoctor.playbook.vocabulary import CAUSES
from gkedoctor.report.markdown import code

DOCS = Path(__file__).resolve().parents[1]
_EXAMPLE_WIDTH = 90


def made() -> dict[str, str]:
    """Path → text."""
    library = load_playbooks([shipped.playbooks()], check=False)
    pages = {f"playbooks/{playbook.id}.md": _playbook(playbook, library) for playbook in library}
    pages |= {f"causes/{word}.md": _cause(word, library) for word in CAUSES}
    return pages | {
        "playbooks/README.md": _by_area(library),
        "causes/README.md": _by_cause(library),
        "what-you-see.md": _by_symptom(library),
        "reference/cli.md": reference.cli_page(),
        "reference/playbook-format.md": reference.format_page(),
        "reference/edges.md": reference.edges_page(),
        "reference/functions.md": reference.functions_page(),
        "reference/python.md": reference.api_page(),
        "man/gkedoctor.1": man_page(),
    }


def write() -> list[str]:
    """Writes what changed, removes pages of playbooks and causes that are gone; says which."""
    pages = made()
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


def surplus(pages: dict[str, str]) -> list[str]:
    """Files in the folders that hold nothing but made pages, and that nobody makes any more."""
    folders = ("playbooks", "causes", "reference", "man")
    there = {file.relative_to(DOCS).as_posix() for folder in folders for file in (DOCS / folder).glob("*")}
    return sorted(there - set(pages))


def _locate(here: str, page: str) -> str:
    """The link from a folder to the page of a playbook or a cause."""
    folder = "causes" if page in CAUSES else "playbooks"
    return f"{page}.md" if folder == here else f"../{folder}/{page}.md"


def _playbook(playbook: CompiledPlaybook, library: list[CompiledPlaybook]) -> str:
    shown = example(playbook, library, _EXAMPLE_WIDTH)
    page = to_markdown(playbook_page(playbook, library, shown), lambda to: _locate("playbooks", to))
    path = Path(playbook.path)
    source = f"../../playbooks/{path.parent.name}/{path.stem}"
    foot = f"[The playbook]({source}.yaml) and [its tests]({source}.test.yaml)."
    return f"{reference.MADE}\n\n{page}\n{foot}\n"


def _cause(word: str, library: list[CompiledPlaybook]) -> str:
    return f"{reference.MADE}\n\n" + to_markdown(cause_page(word, library), lambda to: _locate("causes", to))


def _by_area(library: list[CompiledPlaybook]) -> str:
    areas: dict[str, list[CompiledPlaybook]] = {}
    for playbook in library:
        areas.setdefault(Path(playbook.path).parent.name, []).append(playbook)
    parts = ["# Playbooks by area", reference.MADE, f"{len(library)} playbooks."]
    for area in sorted(areas):
        rows = [f"- [{p.id}]({p.id}.md): {prose(p.model.title)}" for p in areas[area]]
        parts += [f"## {area.capitalize()}", "\n".join(rows)]
    return "\n\n".join(parts) + "\n"


def _by_cause(library: list[CompiledPlaybook]) -> str:
    said = {cause.cause for playbook in library for cause in playbook.model.causes}
    rows = [
        f"| [{word}]({word}.md) | {prose(meaning)} | {prose(root)} | {'' if word in said else 'not yet'} |"
        for word, (root, meaning) in CAUSES.items()
    ]
    head = ["| cause | means | to mend | found |", "| --- | --- | --- | --- |"]
    about = f"The {len(CAUSES)} words that a diagnosis may give as its cause. They are stable: tickets rely on them."
    return "\n\n".join(["# Causes", reference.MADE, about, "\n".join([*head, *rows])]) + "\n"


def _by_symptom(library: list[CompiledPlaybook]) -> str:
    parts = [
        "# What you see",
        reference.MADE,
        'Messages of kubectl, the Cloud Console and Events, and the pages they lead to. `gkedoctor explain "message"` '
        "looks them up, in longer messages too. `…` stands for what varies.",
    ]
    letters: dict[str, list[str]] = {}
    for phrase, playbook, cause in sorted(Index(library).phrases(), key=lambda p: (p[0].casefold(), p[1].id)):
        first = phrase[0].upper() if phrase[0].isascii() and phrase[0].isalpha() else "Others"
        page = f"[{cause}](causes/{cause}.md)" if cause else f"[{playbook.id}](playbooks/{playbook.id}.md)"
        shown = code(phrase).replace("|", "\\|")
        letters.setdefault(first, []).append(f"| {shown} | {page} | {prose(playbook.model.title)} |")
    for letter in sorted(letters, key=lambda key: (key == "Others", key)):
        parts += [f"## {letter}", "\n".join(["| message | page | |", "| --- | --- | --- |", *letters[letter]])]
    return "\n\n".join(parts) + "\n"
