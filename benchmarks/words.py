"""How texts for people read: words that the wording guide drops, and the share of long sentences.

`python -m benchmarks.words [FOLDER]`: one line an area, of this checkout or of another one.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

DROPPED = re.compile(
    r"\b(mend(s|ed|ing)?|anew|by now|knock(s|ed|ing)?|graver?|gravest|ail(s|ing)?|stands? in the way|gets? on with"
    r"|hands? out|comes? near|met as|way of the request|rivals?|who says it|worth knowing|nobody|not looked at"
    r"|is wanted|look(s|ed|ing)? at|wants|tells|told|asks for|asked for|dear)\b",
    re.IGNORECASE,
)
"""Words that do not occur in what a person reads."""

AREAS = ("playbooks", "messages", "errors", "report", "tui", "cli", "docs")
_TEXT_KEYS = frozenset({"title", "say", "help", "label", "about", "meaning", "means", "fix", "only_reads", "does"})
_LONG = 25
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n\s*\n")
_CODE = re.compile(r"```[\s\S]*?```|`[^`\n]*`|\{\{.*?\}\}|<[^>\n]*>|^ *\|.*$|^#.*$|^[ -]*$", re.MULTILINE)

_STYLE = re.compile(r"[{};]\s*\n")
"""What marks Textual's CSS, which nobody reads."""


class Text(NamedTuple):
    """A text for people, and where it is."""

    place: str
    words: str


class Figure(NamedTuple):
    """How an area reads. `grade`: Flesch-Kincaid, years of school."""

    texts: int
    dropped: int
    long_share: float
    grade: float


def texts(root: Path, area: str) -> list[Text]:
    """The texts of an area of a checkout."""
    found = list(_FINDERS[area](root))
    return [Text(place, _CODE.sub(" ", words)) for place, words in found if words.strip()]


def dropped(text: Text) -> list[str]:
    """The words in a text that the guide drops."""
    return [match[0] for match in DROPPED.finditer(text.words)]


def figure(found: Iterable[Text]) -> Figure:
    """The figures of some texts."""
    listed = list(found)
    sentences = [s.split() for text in listed for s in _SENTENCE.split(text.words) if len(s.split()) > 2]
    words = [word for sentence in sentences for word in sentence]
    count, syllables = max(len(sentences), 1), sum(map(_syllables, words))
    grade = 0.39 * len(words) / count + 11.8 * syllables / max(len(words), 1) - 15.59
    long_ = sum(len(sentence) > _LONG for sentence in sentences) / count
    return Figure(len(listed), sum(len(dropped(text)) for text in listed), long_, grade)


def _syllables(word: str) -> int:
    return max(1, len(re.findall(r"[aeiouy]+", word.lower().removesuffix("e"))))


def _of_yaml(root: Path, files: Iterable[Path]) -> Iterator[tuple[str, str]]:
    for file in files:
        if file.name.endswith(".test.yaml"):
            continue
        document = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        for words in _values(document, ""):
            yield str(file.relative_to(root)), words


def _values(node: Any, key: str) -> Iterator[str]:
    if isinstance(node, dict):
        for name, child in node.items():
            yield from _values(child, str(name))
    elif isinstance(node, list):
        for child in node:
            yield from _values(child, key)
    elif isinstance(node, str) and key in _TEXT_KEYS:
        yield node


def _playbooks(root: Path) -> Iterator[tuple[str, str]]:
    files = sorted((root / "playbooks").rglob("*.yaml"))
    yield from _of_yaml(root, (file for file in files if "messages" not in file.parts))


def _messages(root: Path) -> Iterator[tuple[str, str]]:
    yield from _of_yaml(root, sorted((root / "playbooks/messages").glob("*.yaml")))


def _strings(root: Path, folder: str) -> Iterator[tuple[str, str]]:
    """The literals of code that read as a sentence, without docstrings."""
    for file in sorted((root / "src/gkedoctor" / folder).rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        keep_docs = folder == "cli/commands"
        docs = set() if keep_docs else {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Constant) and isinstance(node.value, str)) or id(node) in docs:
                continue
            if len(node.value.split()) > 1 and not _STYLE.search(node.value):
                yield f"{file.relative_to(root)}:{node.lineno}", node.value


def _errors(root: Path) -> Iterator[tuple[str, str]]:
    """The messages and hints of exceptions."""
    for file in sorted((root / "src/gkedoctor").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                for part in ast.walk(node.exc):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield f"{file.relative_to(root)}:{part.lineno}", part.value


def _docs(root: Path) -> Iterator[tuple[str, str]]:
    files = [root / "README.md", root / "CHANGELOG.md", *sorted((root / "docs").glob("*.md"))]
    yield from ((str(file.relative_to(root)), file.read_text(encoding="utf-8")) for file in files if file.exists())


_FINDERS = {
    "playbooks": _playbooks, "messages": _messages, "errors": _errors, "docs": _docs,
    "report": lambda root: _strings(root, "report"), "tui": lambda root: _strings(root, "tui"),
    "cli": lambda root: _strings(root, "cli"),
}  # fmt: skip


def main() -> None:
    """Prints the figures of a checkout."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    print(f"{'area':<10} {'texts':>6} {'dropped':>8} {'over 25':>8} {'grade':>6}")
    for area in AREAS:
        made = figure(texts(root, area))
        print(f"{area:<10} {made.texts:>6} {made.dropped:>8} {made.long_share:>8.1%} {made.grade:>6.1f}")


if __name__ == "__main__":
    main()
