"""The table of messages: its look-ups, and that each shipped entry is right, used, quick and the only copy."""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gkedoctor.errors import PlaybookError
from gkedoctor.messages import Message, Messages, messages_beside, shipped_messages
from gkedoctor.messages.patterns import unbounded
from gkedoctor.playbook.message_files import message_problems, message_sources
from gkedoctor.playbook.message_use import messages_used, private_patterns
from gkedoctor.playbook.vocabulary import Vocabulary
from tests.conftest import PLAYBOOKS, ROOT, shipped_playbooks

TABLE = shipped_messages()
ENTRIES = list(TABLE)
LIBRARY = shipped_playbooks()
IDS = {playbook.id for playbook in LIBRARY}
SLOWEST = 0.25
"""Seconds for one search of a hostile text of 16 KiB, on a busy machine. Quadratic patterns take minutes."""

GRAMMARS = {
    "graph/admission/failed_creates.py": "what controllers write in front of a message, which is taken off",
    "graph/workloads/hosts.py": "commands in scripts, which name hosts",
    "graph/workloads/logs/entries.py": "the grammar of stack traces: how each runtime prints one",
    "graph/scheduling/scheduler_message.py": "the grammar of one message: its head, its parts, its counts",
}
"""Modules of graph/ that take sentences of programs apart by patterns of their own, and why."""


def test_every_shipped_file_is_right() -> None:
    found = [e for s in message_sources([PLAYBOOKS]) for e in message_problems(s, TABLE, LIBRARY.causes)]
    assert [f"{error.place}: {error.message}" for error in found] == []


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e.id)
def test_an_entry_matches_its_examples(entry: Message) -> None:
    assert entry.entry.examples
    for example in entry.entry.examples:
        assert entry.search(example), example
    assert not entry.entry.page or entry.entry.page in IDS
    assert entry.entry.meaning.endswith(".")
    assert entry.source.startswith("https://")


def test_every_entry_is_used_and_every_use_has_an_entry() -> None:
    """By a playbook, by a fact of the graph, or by `explain`, which leads from it to a page."""
    named = {use.id for playbook in LIBRARY for use in messages_used(playbook)}
    sources = [p.read_text(encoding="utf-8") for p in (ROOT / "src" / "gkedoctor" / "graph").rglob("*.py")]
    called = {id for text in sources for id in re.findall(r'"([a-z-]+/[a-z0-9-]+)"', text) if TABLE.get(id)}
    whole = {program for text in sources for program in re.findall(r'\.first\(\w+, "([a-z-]+)"\)', text)}
    for entry in ENTRIES:
        in_whole_file = entry.id.partition("/")[0] in whole
        assert entry.id in named | called or in_whole_file or entry.leads or entry.entry.explain_only, (
            f"nothing uses {entry.id}"
        )
    assert {id for id in named if TABLE.get(id) is None} == set()
    assert len(named) > 100
    assert {"admission", "scheduler"} <= whole


def test_no_playbook_has_a_pattern_of_its_own_for_a_message() -> None:
    assert [(p.id, found) for p in LIBRARY for found in private_patterns(p)] == []


def test_no_module_of_graph_has_a_pattern_of_its_own_for_a_message() -> None:
    """Names, paths and numbers are matched where they are needed; two words in a row are a sentence of a program."""
    src = ROOT / "src" / "gkedoctor"
    found = {str(path.relative_to(src)) for path in (src / "graph").rglob("*.py") if any(_sentences(path))}
    assert found == GRAMMARS.keys(), "write the sentence into playbooks/messages/ and read it by `message(id)`"


def _sentences(path: Path) -> Iterator[str]:
    """The regular expressions in a module that look for two words in a row."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        called = isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2]
        if called in ("compile", "search", "match", "fullmatch", "sub", "split", "findall", "lazy"):
            texts = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
            yield from (text for text in texts if re.search(r"[a-z]{3,}:? [a-z]{3,}", text, re.IGNORECASE))


def test_no_two_entries_are_copies() -> None:
    """A part of a sentence may be read in two contexts, a whole entry has one place."""
    seen: dict[tuple[str, ...], str] = {}
    for entry in ENTRIES:
        assert seen.setdefault(entry.expanded, entry.id) == entry.id


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e.id)
def test_a_search_takes_linear_time(entry: Message) -> None:
    """On texts made to defeat it: its own example, and the beginnings of its words, again and again."""
    for example in entry.entry.examples[:1]:
        pieces = [example, example[: len(example) // 2], example.split(" ", 1)[0] + " ", "a", '"', "/", "0 "]
        for piece in pieces:
            text = (piece * (16_384 // max(len(piece), 1) + 1))[:16_384].replace(example, example[:-1] + "\x00")
            start = time.process_time()
            entry.search(text)
            assert time.process_time() - start < SLOWEST, (entry.id, piece)


@pytest.mark.parametrize(
    ("regex", "expected"),
    [
        ("failed .* again", True),
        (r"(?P<name>\S+) not found", True),
        ("(?:a{1,100}b){1,100}", True),
        ("a{2,}", True),
        (r"failed .{0,300} again", False),
        (r"(?P<name>\S{1,253}) not found", False),
        ("a?b?c?", False),
    ],
)
def test_repeats_without_a_limit_are_told(regex: str, expected: bool) -> None:
    assert unbounded(regex) is expected


@given(st.text(max_size=300))
def test_any_text_has_at_most_one_best_message(text: str) -> None:
    found = TABLE.best(text)
    assert found is None or (found.message.tells and found.message.search(text))


FILE = """messages: 1
program: acme-operator
read_from: [Event reason Acme]
source: https://acme.example/operator
fragments:
  NAME: '[a-z0-9-]{1,63}'
entries:
  licence-missing:
    match: 'no licence for (?P<name>%{NAME})'
    meaning: The operator has no licence.
    cause: acme/no-licence
    examples: ['no licence for shop']
"""


def _folder(tmp_path: Path, text: str = FILE) -> Path:
    file = tmp_path / "messages" / "acme.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_a_folder_of_playbooks_has_messages_of_its_own(tmp_path: Path) -> None:
    _folder(tmp_path)
    for place in ("own.yaml", "area/own.yaml"):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        table = messages_beside([str(tmp_path / place)])
        assert table["acme/licence-missing"].groups("no licence for shop!") == {"name": "shop"}
        assert table.get("image/not-found") is not None
    assert TABLE.get("acme/licence-missing") is None
    assert messages_beside([LIBRARY[0].path]) is shipped_messages()


def test_values_are_compared_with_groups_at_any_place(tmp_path: Path) -> None:
    entry = Messages([_folder(tmp_path).parent])["acme/licence-missing"]
    text = "no licence for shop, no licence for front"
    assert entry.is_about(text, {"name": "front"})
    assert entry.is_about(text, {"name": "Shop"})
    assert not entry.is_about(text, {"name": "fron"})
    assert not entry.is_about(text, {"name": None})
    assert not entry.is_about(text, {"other": "front"})


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("meaning:", "meanin:", 10, "unknown key `meanin`"),
        ("messages: 1", "messages: 2", 1, "the version of the format is 1"),
        ("%{NAME}", "%{NAMES}", 9, "unknown fragment `%{NAMES}`"),
        ("no licence for (?P<", "no (licence for (?P<", 9, "not a regular expression"),
        ("{1,63}", "*", 9, "a repeat without a limit"),
        ("['no licence for shop']", "['a licence']", 12, "the entry does not match its example"),
        ("['no licence for shop']", "[]", 12, "no example"),
        ("source: https", "source: ftp", 4, "is no https:// link"),
        ("  licence-missing:", "  Licence:", 8, "`Licence` is no name of a message"),
        ("acme/no-licence", "no-licence", 11, "unknown cause `no-licence`"),
        ("examples:", "beside: [image/not-fond]\n    examples:", 12, "no message `image/not-fond`"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int, message: str) -> None:
    file = _folder(tmp_path, FILE.replace(old, new, 1))
    table = Messages([PLAYBOOKS / "messages", file.parent])
    (source,) = message_sources([tmp_path])
    found = list(message_problems(source, table, _vocabulary(tmp_path)))
    assert [(error.line, error.path) for error in found] == [(line, str(file))]
    assert message in found[0].message


def test_an_example_that_another_entry_takes_is_told(tmp_path: Path) -> None:
    """The entry that fixes more of the text comes first."""
    text = FILE.replace("'no licence for shop'", "'no match for platform in manifest'")
    found = {}
    for pattern in ("no match for platform in manifest", "platform in"):
        file = _folder(tmp_path, text.replace("no licence for (?P<name>%{NAME})", pattern))
        (source,) = message_sources([tmp_path])
        table = Messages([PLAYBOOKS / "messages", file.parent])
        found[pattern] = [error.message for error in message_problems(source, table, _vocabulary(tmp_path))]
    assert list(found.values()) == [[], ["`image/platform-mismatch` matches this example first"]]


def test_a_damaged_file_of_another_program_is_one_clear_error(tmp_path: Path) -> None:
    file = _folder(tmp_path, "messages: [")
    with pytest.raises(PlaybookError, match="not a file of messages"):
        Messages([file.parent]).get("acme/licence-missing")


def _vocabulary(tmp_path: Path) -> Vocabulary:
    (tmp_path / "causes.yaml").write_text("causes:\n  acme/no-licence: {root: Pod, means: it has no licence}\n")
    return LIBRARY.causes.with_folders([tmp_path])
