"""Checks files of messages: their shape, patterns, examples and links. Mistakes are said with file, line and column.

A report reads the shipped files without these checks; `playbooks lint` and the tests make them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from gkedoctor.errors import FileError
from gkedoctor.graph import nearest
from gkedoctor.messages.model import Entry, MessageFile
from gkedoctor.messages.patterns import LONGEST_REPEAT, unbounded
from gkedoctor.messages.table import FOLDER, Message, Messages
from gkedoctor.playbook.vocabulary import WORD, Vocabulary
from gkedoctor.strict_yaml import Source, convert_at, error_at, read_source, read_yaml

_NAME = re.compile(WORD)


class _Parts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file with entries that are not checked yet: msgspec does not say which entry of a map is wrong."""

    messages: Any
    program: str
    read_from: tuple[str, ...]
    source: str
    entries: dict[str, Any]
    fragments: dict[str, str] = {}


def message_sources(paths: Iterable[Path]) -> Iterator[Source]:
    """The files of messages in folders of playbooks, and those that are named themselves."""
    for path in paths:
        files = sorted(path.rglob(f"{FOLDER}/*.yaml")) if path.is_dir() else [path] if is_message_file(path) else []
        if path.name == FOLDER:
            files = sorted(path.glob("*.yaml"))
        yield from map(read_source, files)


def is_message_file(path: Path) -> bool:
    """Whether a file holds messages: those in a folder `messages` do."""
    return path.parent.name == FOLDER


def load_message_file(source: Source) -> MessageFile:
    """The file; a PlaybookError where its shape is wrong."""
    parts = convert_at(source, "$", read_yaml(source), _Parts, {"": _fields(MessageFile)})
    if parts.messages != 1:
        raise error_at(source, "$.messages", "the version of the format is 1", hint="messages: 1")
    entries = {
        name: convert_at(source, f"$.entries.{name}", value, Entry, {"": _fields(Entry)})
        for name, value in parts.entries.items()
    }
    return MessageFile(
        messages=1,
        program=parts.program,
        read_from=parts.read_from,
        source=parts.source,
        fragments=parts.fragments,
        entries=entries,
    )


def message_problems(source: Source, messages: Messages, causes: Vocabulary | None) -> Iterator[FileError]:
    """Everything that is wrong with a file of messages. `messages`: the table that it is part of."""
    try:
        file = load_message_file(source)
    except FileError as error:
        yield error
        return
    yield from _links(source, "$", {"source": file.source})
    stem = Path(source.path).stem
    for name, entry in file.entries.items():
        place = f"$.entries.{name}"
        if not _NAME.fullmatch(name):
            yield error_at(
                source, place, f"`{name}` is no name of a message", hint="lower case, with hyphens", key=True
            )
        found = list(_patterns(source, place, Message(f"{stem}/{name}", entry, file)))
        yield from found or _examples(source, place, Message(f"{stem}/{name}", entry, file), messages)
        yield from _references(source, place, entry, messages, causes)


def _patterns(source: Source, place: str, message: Message) -> Iterator[FileError]:
    is_list = not isinstance(message.entry.match, str)
    try:
        expanded = message.expanded
    except KeyError as error:
        hint = nearest(str(error.args[0]), list(message.file.fragments))
        yield error_at(
            source,
            f"{place}.match",
            f"unknown fragment `%{{{error.args[0]}}}`",
            hint=hint and f"did you mean `{hint}`?",
        )
        return
    for i, regex in enumerate(expanded):
        at = f"{place}.match[{i}]" if is_list else f"{place}.match"
        try:
            endless = unbounded(regex)
        except re.error as error:
            yield error_at(source, at, f"not a regular expression: {error}")
            continue
        if endless:
            hint = f"write {{0,300}} for *, and {{1,300}} for +; at most {LONGEST_REPEAT}, nested repeats multiplied"
            yield error_at(source, at, "a repeat without a limit, which long texts make slow", hint=hint)


def _examples(source: Source, place: str, message: Message, messages: Messages) -> Iterator[FileError]:
    if not message.entry.examples:
        yield error_at(source, f"{place}.examples", "no example", hint="one real message that the entry matches")
    for i, example in enumerate(message.entry.examples):
        at = f"{place}.examples[{i}]"
        if message.search(example) is None:
            yield error_at(source, at, "the entry does not match its example")
        elif message.tells:
            yield from _first(source, at, message, messages, example)


def _first(source: Source, at: str, message: Message, messages: Messages, example: str) -> Iterator[FileError]:
    """Another entry that comes first for the example, and is not declared."""
    first = messages.first(example, message.id.partition("/")[0], telling=True)
    for found in filter(None, (first, messages.best(example))):
        if found.message.id not in (message.id, *message.entry.beside):
            hint = (
                f"write it before that one, make one of them more exact, or name it in `beside: [{found.message.id}]`"
            )
            yield error_at(source, at, f"`{found.message.id}` matches this example first", hint=hint)
            return


def _references(
    source: Source, place: str, entry: Entry, messages: Messages, causes: Vocabulary | None
) -> Iterator[FileError]:
    named = [(f"{place}.cause", entry.cause)] if entry.cause is not None else []
    named += [(f"{place}.causes[{i}]", word) for i, word in enumerate(entry.causes)]
    for at, word in named if causes is not None else ():
        if causes is not None and word not in causes:
            meant = nearest(word, list(causes))
            yield error_at(source, at, f"unknown cause `{word}`", hint=meant and f"did you mean `{meant}`?")
    for i, other in enumerate(entry.beside):
        if messages.get(other) is None:
            yield error_at(source, f"{place}.beside[{i}]", f"no message `{other}`", hint=meant_message(other, messages))
    yield from _links(source, place, {"docs": entry.docs, "source": entry.source})


def _links(source: Source, place: str, links: Mapping[str, str | None]) -> Iterator[FileError]:
    for field, link in links.items():
        if link is not None and not link.startswith("https://"):
            yield error_at(source, f"{place}.{field}", f"`{link}` is no https:// link")


def meant_message(id: str, messages: Messages) -> str | None:
    """The hint for an unknown id."""
    meant = nearest(id, [message.id for message in messages])
    return f"did you mean `{meant}`?" if meant else None


def _fields(struct: type[msgspec.Struct]) -> list[str]:
    return [field.encode_name for field in msgspec.structs.fields(struct)]
